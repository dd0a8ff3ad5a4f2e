"""`todo` behind PgBouncer: migrations, and what is said when a setting does not fit the pooler."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from adapters.postgres.connecting import TIME_LIMITS
from adapters.postgres.migrate import ADVISORY_LOCK, LIMITS, migrate
from tests.cli.conftest import command_line
from tests.neighbours.pgbouncer import PgBouncer, pgbouncer
from todo_core.errors import Unavailable

LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
DROPPED = "a pooler before the database drops the time limits of connections: set TODO_TIME_LIMITS=role"
UNSUPPORTED = "unsupported startup parameter: options: a pooler is in between, which takes no time limits: set"
PREPARED = "already exists: a pooler is in between, which does not know them: set TODO_PREPARE_STATEMENTS=false"


@pytest.fixture(scope="module")
def strict(postgres_server: str) -> Iterator[PgBouncer]:
    """A pooler that refuses what it does not know."""
    with pgbouncer(postgres_server) as running:
        yield running


@pytest.fixture(scope="module")
def lax(postgres_server: str) -> Iterator[PgBouncer]:
    """One that ignores `options`."""
    with pgbouncer(postgres_server, ignored=", options") as running:
        yield running


def run(url: str, directory: Path, *command: str, **settings: str) -> Result:
    """Run `todo` on a database."""
    named = {f"TODO_{name}": value for name, value in settings.items()}
    with command_line({"TODO_DATABASE_URL": url, "TODO_DATA_DIR": str(directory / "data"), **named}, directory) as todo:
        return todo(*command)


def test_migrations_leave_nothing_on_the_poolers_connections(strict: PgBouncer, empty_database: str) -> None:
    """Two in a row work, and nobody who gets the connections afterwards finds a lock or a time limit."""
    url = strict.url(empty_database)

    assert [True, True] == [migrate(url).is_usable for _ in range(2)]

    with psycopg.connect(empty_database) as admin:
        assert (0,) == admin.execute(LOCKS).fetchone()
        defaults = [admin.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in LIMITS]
    pooled = [psycopg.connect(url) for _ in range(2)]  # at once, so that they get both of its connections
    for connection in pooled:
        assert defaults == [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in LIMITS]
    for connection in pooled:
        connection.close()


def test_holder_of_the_lock_is_named(strict: PgBouncer, empty_database: str) -> None:
    """A migration that has to wait says for whom, and how to end it: that works."""
    with psycopg.connect(empty_database, autocommit=True, application_name="an older todo") as other:
        other.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))

        with pytest.raises(Unavailable) as refused:
            migrate(strict.url(empty_database), patience=0)

        message = str(refused.value)
        assert f"by process {other.info.backend_pid} of the server (an older todo at its own machine, " in message
        remedy = message.rpartition("end it with ")[2]
        assert remedy == f"SELECT pg_terminate_backend({other.info.backend_pid})"
        with psycopg.connect(empty_database, autocommit=True) as admin:
            admin.execute(remedy.encode())
    assert migrate(strict.url(empty_database)).is_usable


@pytest.mark.parametrize(
    ("pooler", "settings", "words"),
    [
        ("strict", {}, UNSUPPORTED),
        ("strict", {"TIME_LIMITS": "role"}, PREPARED),
        ("lax", {}, DROPPED),
        ("lax", {"PREPARE_STATEMENTS": "false", "TIME_LIMITS": "connection"}, DROPPED),
        ("lax", {"TIME_LIMITS": "role"}, PREPARED),
    ],
)
def test_wrong_setting_is_one_line(
    request: pytest.FixtureRequest,
    database: str,
    tmp_path: Path,
    pooler: str,
    settings: dict[str, str],
    words: str,
) -> None:
    """Commands connect as the servers will, and say which setting does not fit; no server starts to answer 503."""
    url = request.getfixturevalue(pooler).url(database)

    for command in (("check",), ("serve",), ("users", "list")):
        result = run(url, tmp_path, *command, **settings)

        assert (1, SystemExit) == (result.exit_code, type(result.exception)), result.output
        assert words in result.output.splitlines()[-1]
        assert "Traceback" not in result.output


def test_limits_of_the_role(strict: PgBouncer, empty_database: str, tmp_path: Path) -> None:
    """The check warns of a role without time limits, with the statements that set them, and is content afterwards."""
    migrate(empty_database)
    url, settings = strict.url(empty_database), {"PREPARE_STATEMENTS": "false"}

    warned = run(url, tmp_path, "check", **settings)

    [line] = [line for line in warned.output.splitlines() if line.startswith("warning  time_limits")]
    statements = line.partition("none: ")[2].split("; ")
    assert (0, len(TIME_LIMITS)) == (warned.exit_code, len(statements))
    with psycopg.connect(empty_database, autocommit=True) as admin:
        for statement in statements:
            here = statement.replace(
                " SET ", f" IN DATABASE {admin.info.dbname} SET "
            )  # other tests have the role, too
            admin.execute(here.encode())
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert "ok       time_limits: set" in run(url, tmp_path, "check", **settings).output.splitlines()
