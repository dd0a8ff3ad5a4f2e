"""What the server does when its own database dies."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from adapters.embedded.watch import MAX_DEATHS
from tests.serving import PATIENCE_SECONDS, Server, eventually, serving, working_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")

BACK = [("error", "database_died"), ("info", "database_restarted")]


def kill_database(data: Path) -> None:
    """Kill the main process of the embedded database."""
    [pid_file] = data.glob("pg*/data/postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)


def told(server: Server) -> list[tuple[str, str]]:
    """Return level and event of the lines that tell of the database."""
    return [(line["level"], line["event"]) for line in server.lines() if line["event"].startswith("database_")]


def has_told(server: Server, wanted: list[tuple[str, str]]) -> bool:
    """Say whether the log tells just this of the database."""
    return told(server) == wanted


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_database_is_started_again(data: Path, how: signal.Signals) -> None:
    """Tasks are there again, two lines of the log tell of it, and the server still takes its database with it."""
    with serving(data, WORKERS=2) as server:
        server.register("ada@example.org")
        with server.client(server.log_in("ada@example.org")["access_token"]) as client:
            made = client.post("/api/tasks", json={"title": "Buy milk"}).raise_for_status().json()

            kill_database(data)

            eventually(partial(has_told, server, BACK), server.log.read_text)
            eventually(lambda: client.get("/api/tasks").is_success, server.log.read_text)
            assert client.get("/api/tasks").json()["items"] == [made]
        [death] = [line for line in server.lines() if line["event"] == "database_died"]
        assert (death["status"], Path(death["log"]).name) == (-9, "postgres.log")

        server.process.send_signal(how)
        server.process.wait(PATIENCE_SECONDS)

        eventually(lambda: working_in(data) == set(), lambda: str(working_in(data)))
        assert told(server) == BACK


def test_a_database_that_cannot_start_again_ends_the_server(data: Path) -> None:
    """A supervisor sees the exit code, and the last line says why."""
    with serving(data) as server:
        [conf] = data.glob("pg*/data/postgresql.conf")
        conf.write_text("max_connections =\n")

        kill_database(data)

        assert server.process.wait(PATIENCE_SECONDS) == 1
        last = server.log.read_text().splitlines()[-1]
        assert last.startswith(f'todo: the database did not start: configuration file "{conf}" contains errors (log: ')
        assert told(server) == BACK[:1]
    assert working_in(data) == set()


def test_a_database_that_dies_again_and_again_ends_the_server(data: Path) -> None:
    """Trying on would hide what is wrong."""
    with serving(data) as server:
        for deaths in range(1, MAX_DEATHS):
            kill_database(data)
            eventually(partial(has_told, server, BACK * deaths), server.log.read_text)
        kill_database(data)

        assert server.process.wait(PATIENCE_SECONDS) == 1
        assert f"todo: the database died {MAX_DEATHS} times in 60 seconds" in server.log.read_text().splitlines()[-1]
    assert working_in(data) == set()
