"""`todo doctor`: everything that keeps commands from working, and what an operator should know besides."""

import datetime as dt
import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from threading import Thread
from typing import Any

import attrs
import httpx
import psycopg
import pytest
from click.testing import Result

from adapters.embedded import cluster
from adapters.postgres import PoolSettings, inspect
from adapters.tokens import KeySet
from entrypoints.bootstrap.doctor import examine
from entrypoints.checks import check_database
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.machine_checks import GIB, check_disks, check_time_zones
from entrypoints.settings import load_settings
from tests.cli.causes import (
    FAILED,
    WRONG_SETTINGS,
    Cause,
    Scene,
    databases_out_of_reach,
    role,
    setting,
    unfit_databases,
    want_traces,
    wrong_settings,
)
from tests.cli.conftest import Todo
from tests.cli.test_causes import OF_COMMANDS, is_like, messages
from tests.conftest import FAST, directory_for_all
from tests.serving import REPOSITORY, serving
from todo_core import __version__

PAGE = (REPOSITORY / "docs" / "command.md").read_text(encoding="utf-8")
DOCTOR = PAGE.partition("\n## The doctor\n")[2].partition("\n## ")[0]
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
SMALL = PoolSettings(1, 1, 5)
SIGNING, SECRET = "data/keys/signing.json", "data/keys/secret"
STOPPING = [*wrong_settings(), *databases_out_of_reach(), *unfit_databases()]
"""What keeps other commands from working."""


def report(result: Result) -> dict[str, Any]:
    """Return what `--json` has printed."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def last_line(result: Result) -> str:
    """Return the one line on standard error, which the page on messages has to know."""
    [line] = result.stderr.splitlines()
    assert any(is_like(f"todo: {message}", line) for message in messages(OF_COMMANDS)), line
    return str(line)


@pytest.mark.parametrize("cause", STOPPING, ids=lambda cause: cause.name)
def test_cause(todo: Todo, settings: dict[str, str], database: str, tmp_path: Path, cause: Cause) -> None:
    """Whatever keeps other commands from working is found, in the same words, and shows no secret."""
    with ExitStack() as ending:
        cause.prepare(Scene(settings, tmp_path, database, ending))
        result = todo("doctor", "--json")

    errors = {check["name"]: check["detail"] for check in report(result)["checks"] if check["status"] == "error"}
    assert (WRONG_SETTINGS if "settings" in errors else FAILED) == result.exit_code
    assert [] == [words for words in cause.words if words not in "\n".join(errors.values())]
    assert all(name in last_line(result) for name in errors)
    assert "hunter2" not in result.output


def keys(*, signs_from: dt.datetime | None = None, ends_at: dt.datetime | None = None) -> str:
    """Return a file of one key with these times."""
    [key] = KeySet.generate().keys
    return KeySet((attrs.evolve(key, signs_from=signs_from, ends_at=ends_at),)).dump()


def private(name: str, content: str, mode: int = 0o600, *, days_old: int = 0) -> Callable[[Scene], None]:
    """Return what writes a file of keys with a mode, and as old as that."""

    def write(scene: Scene) -> None:
        scene.write(name, content)
        scene.directory.joinpath(name).chmod(mode)
        made_at = (NOW - days_old * DAY).timestamp()
        os.utime(scene.directory / name, (made_at, made_at))

    return write


@attrs.frozen
class Finding:
    """What no other command minds: how to bring it about; the check that sees it, how bad it is, and in which words."""

    check: str
    status: str
    words: str
    prepare: Callable[[Scene], object]


def below_a_file(scene: Scene) -> None:
    """Name a data directory that cannot be made."""
    scene.write("file")
    scene.set(DATA_DIR="file/data")


class Stranger(BaseHTTPRequestHandler):
    """Answers every request with 501, and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def another_server(scene: Scene) -> None:
    """Have something else listen on the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = Thread(target=server.serve_forever)
    thread.start()
    scene.ending.callback(server.server_close)
    scene.ending.callback(thread.join)
    scene.ending.callback(server.shutdown)
    scene.set(PORT=str(server.server_port))


FINDINGS = [
    Finding("public_url", "warning", "travel unencrypted", setting(PUBLIC_URL="http://todo.example.org")),
    Finding("signing_keys", "warning", "mode 0644: others can", private(SIGNING, keys(), 0o644)),
    Finding("signing_keys", "warning", "chmod g-w,o= ", private(SIGNING, keys(), 0o660)),
    Finding("signing_keys", "ok", "mode 0640", private(SIGNING, keys(), 0o640)),
    Finding("signing_keys", "ok", f"signs since {NOW - 364 * DAY:%Y-%m-%d}", private(SIGNING, keys(), days_old=364)),
    Finding("signing_keys", "warning", "for more than a year: todo keys", private(SIGNING, keys(), days_old=366)),
    Finding("signing_keys", "warning", "for more than a year", private(SIGNING, keys(signs_from=NOW - 366 * DAY))),
    Finding("signing_keys", "error", "no key may sign now", private(SIGNING, keys(signs_from=NOW + DAY))),
    Finding("signing_keys", "error", "todo keys rotate", private(SIGNING, keys(ends_at=NOW + DAY / 2))),
    Finding("signing_keys", "ok", "signs since", private(SIGNING, keys(ends_at=NOW + 2 * DAY))),
    Finding("secret_keys", "warning", "chmod g-w,o= ", private(SECRET, token_hex(32), 0o604)),
    Finding("secret_keys", "ok", "2 set", setting(SECRET_KEYS=f"{token_hex(32)},{token_hex(32)}")),
    Finding("data_directory", "error", "nothing can be written into", below_a_file),
    Finding(
        "writable", "error", "was made read-only", role("ALTER ROLE <role> SET default_transaction_read_only = on")
    ),
    Finding("rights", "error", "GRANT DELETE ON tasks", role("REVOKE DELETE ON tasks FROM <role>")),
    Finding("time_limits", "warning", "statement_timeout = '30s'", setting(TIME_LIMITS="role")),
    Finding("tracing", "ok", "100.00% of what", setting(TRACING_ENDPOINT="http://collector.example.org:4318")),
    Finding(
        "tracing",
        "warning",
        "travel unencrypted",
        setting(TRACING_ENDPOINT="http://collector.example.org", TRACING_HEADERS="key=hunter2"),
    ),
    Finding("opentelemetry", "error", "requirements/opentelemetry.lock", want_traces),
    Finding("server", "warning", "does not answer as this server does", another_server),
]
"""Beside each doubtful thing stands what is good, as near to it as can be."""


@pytest.mark.parametrize("finding", FINDINGS, ids=[f"{number} {one.check}" for number, one in enumerate(FINDINGS)])
def test_finding(
    todo: Todo, settings: dict[str, str], database: str, tmp_path: Path, unused_tcp_port: int, finding: Finding
) -> None:
    """Each thing is judged; a warning fails with `--strict` only."""
    settings["TODO_PORT"] = str(unused_tcp_port)
    with ExitStack() as ending:
        finding.prepare(Scene(settings, tmp_path, database, ending))
        result, strict = todo("doctor"), todo("doctor", "--strict", "--json")

    [line] = [line for line in result.stdout.splitlines() if line.split()[1] == f"{finding.check}:"]
    assert (finding.status, True) == (line.split()[0], finding.words in line), line
    others = [check for check in report(strict)["checks"] if check["status"] == "error"]
    assert (FAILED if others else 0) == result.exit_code
    assert finding.status == "error" or finding.status in {check["status"] for check in report(strict)["checks"]}
    if finding.status != "ok":
        assert FAILED == strict.exit_code
        assert f"1 {finding.status} ({finding.check})" in last_line(strict)


def test_all_is_well(todo: Todo, settings: dict[str, str], tmp_path: Path, unused_tcp_port: int) -> None:
    """A line for each check, the same for programs; nothing was made by looking, and the page knows each check."""
    settings["TODO_PORT"] = str(unused_tcp_port)

    result, strict, written = todo("doctor"), todo("doctor", "--strict"), report(todo("doctor", "--json"))

    assert (0, 0, "ok") == (result.exit_code, strict.exit_code, written["status"])
    assert result.stdout.splitlines() == [
        f"{check['status']:8} {check['name']}: {check['detail']}" for check in written["checks"]
    ]
    assert [] == [*tmp_path.iterdir()]
    names = {check["name"] for check in written["checks"]} | {"settings", "forwarding_headers"}
    assert names == set(messages(DOCTOR))
    assert "postgresql" not in result.output


def test_check_is_part_of_it(todo: Todo, settings: dict[str, str], unused_tcp_port: int) -> None:
    """What `todo check` says, the doctor says, too."""
    settings["TODO_PORT"] = str(unused_tcp_port)
    checked = [line for line in todo("check").output.splitlines() if ": " in line]

    examined = todo("doctor").output.splitlines()

    assert len(checked) > 10
    assert [] == [
        line for line in checked if line not in examined and not line.split()[1].startswith(("keys", "clock"))
    ]


@pytest.mark.parametrize(
    ("ahead", "status", "words"),
    [
        (0, "ok", "0.0 s from the database's"),
        (-2, "ok", "2.0 s from the database's"),
        (4, "warning", "4 s ahead of the database's"),
        (-30, "warning", "30 s behind the database's"),
        (90, "error", "90 s ahead of the database's"),
    ],
)
def test_clock(database: str, ahead: int, status: str, words: str) -> None:
    """A clock that is seconds apart from the database's is doubtful, and one a minute apart wrong."""
    found = inspect(database, SMALL, lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead))

    [clock] = [check for check in check_database(found, embedded=False) if check.name == "clock"]

    assert (status, True) == (clock.status, clock.detail.startswith(words)), clock.detail


def test_old_server(database: str) -> None:
    """A PostgreSQL that is too old is named with its version."""
    found = attrs.evolve(inspect(database, SMALL), server="13.23")

    [connection] = [check for check in check_database(found, embedded=False) if check.name == "connection"]

    assert ("error", True) == (connection.status, "PostgreSQL 14 or newer is needed" in connection.detail)


@pytest.mark.parametrize(
    ("free", "status"),
    [([2.0], "ok"), ([1.9], "warning"), ([0.2], "error"), ([1.9, 0.2, 3], "error"), ([3, 1], "warning")],
)
def test_disks(free: list[float], status: str) -> None:
    """The fullest disk counts, and each is told with its place."""
    places = [Path(f"/disk/{number}") for number, _ in enumerate(free)]
    judged = check_disks([(place, int(one * GIB), 10 * GIB) for place, one in zip(places, free, strict=True)])

    assert ("disk", status) == (judged.name, judged.status)
    assert [] == [place for place in places if f"free at {place}" not in judged.detail]
    assert (status != "ok") == judged.detail.endswith(": make room")


@pytest.mark.parametrize(("release", "status"), [("2025.2", "ok"), ("2026.1", "ok"), ("2024.12", "warning")])
def test_time_zones(release: str, status: str) -> None:
    """Rules of time zones that are more than a year old are doubtful."""
    assert status == check_time_zones(release, dt.datetime(2026, 12, 31, tzinfo=dt.UTC)).status


def test_beside_a_server() -> None:
    """The embedded database is joined, and whichever worker met a proxy that is not trusted, the doctor hears of it."""
    with directory_for_all("todo-doctor-") as place, serving(place / "data", WORKERS=2) as server:
        settings = load_settings({"TODO_DATA_DIR": str(place / "data"), "TODO_PORT": str(server.port)}, place)

        def found() -> dict[str, ConfigurationCheck]:
            return {check.name: check for check in examine(settings)}

        before = found()
        httpx.get(f"{server.url}/health", headers={"X-Forwarded-For": "192.0.2.1"})
        after = [found()["forwarding_headers"] for _ in range(8)]
        warned = [line["event"] for line in server.lines()].count("forwarding_header_ignored")

    assert {"ok"} == {check.status for check in before.values()}, before
    assert f"{__version__} answers at 127.0.0.1:{server.port}" == before["server"].detail
    assert "PostgreSQL 18" in before["connection"].detail
    assert [("warning", "set TODO_TRUSTED_PROXIES if this is your proxy")] * 8 == [
        (check.status, check.detail) for check in after
    ]
    assert 1 == warned


def test_embedded_database_from_before(todo: Todo, settings: dict[str, str], tmp_path: Path) -> None:
    """One that does not run is started to be looked at, and is not migrated: the server does that."""
    with directory_for_all("todo-doctor-") as directory:
        settings |= {"TODO_DATABASE_URL": "embedded", "TODO_DATA_DIR": str(directory / "data")}
        with cluster(directory / "data", settings=FAST) as server, psycopg.connect(server.url) as connection:
            connection.execute("SELECT 1")
        result = report(todo("doctor", "--json"))

    [schema] = [check for check in result["checks"] if check["name"] == "schema"]
    assert ("ok", True) == (schema["status"], "when it starts" in schema["detail"]), schema
