"""How the server starts, stops, and says why it cannot start."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.serving import PATIENCE_SECONDS, Server, eventually, free_port, serving, start


def refusal(data: Path, **settings: str | int) -> tuple[int, str]:
    """Start a server that cannot start; return its exit code and what it says."""
    process = start(data, subprocess.PIPE, "serve", **{"PORT": free_port(), **settings})
    said, _ = process.communicate()
    return process.returncode, said


def database_runs(data: Path) -> bool:
    """Say whether the embedded database has not stopped cleanly."""
    return bool(list(data.glob("pg*/data/postmaster.pid")))


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port, not even a worker that was left behind."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def workers_of(server: Server) -> list[int]:
    """Return the processes that answer requests: forks of the server, and so of its command line."""
    main = Path(f"/proc/{server.process.pid}")
    try:
        children = [main.with_name(child) for child in (main / "task" / main.name / "children").read_text().split()]
        same = (main / "cmdline").read_bytes()
        return [int(child.name) for child in children if (child / "cmdline").read_bytes() == same]
    except (FileNotFoundError, ProcessLookupError):  # one has ended meanwhile
        return []


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0)])
def test_stop(data: Path, how: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM stop the server, its workers and its database, and are no failure."""
    with serving(data, WORKERS=2) as server:
        server.process.send_signal(how)
        assert server.process.wait() == code

    assert not database_runs(data)
    assert is_free(server.port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_kill(data: Path) -> None:
    """Even after SIGKILL neither workers nor database are left, and the next start works at once."""
    with serving(data, WORKERS=2) as server:
        server.process.kill()
        server.process.wait()

        with serving(data) as again:
            assert again.is_ready()

    eventually(lambda: not database_runs(data) and is_free(server.port))


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found by /proc")
def test_a_worker_that_dies_twice(data: Path) -> None:
    """Another takes its place each time, however soon: the server goes on."""
    with serving(data) as server:
        for _ in range(2):
            [worker] = workers_of(server)
            os.kill(worker, signal.SIGKILL)
            eventually(lambda dead=worker: workers_of(server) not in ([], [dead]), server.log.read_text)  # type: ignore[misc]
            eventually(server.is_ready, server.log.read_text)

        assert server.process.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found by /proc")
def test_a_worker_that_dies_again_and_again(data: Path) -> None:
    """The server gives up, with an exit code that a supervisor sees, and stops its database."""
    with serving(data) as server:

        def ended() -> bool:
            for worker in workers_of(server):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            return server.process.poll() is not None

        eventually(ended, server.log.read_text)

        assert server.process.returncode == 1
        assert "Worker crash loop detected" in server.log.read_text()
    assert not database_runs(data)


def test_two_servers_share_a_database(data: Path) -> None:
    """A second server on the same data joins the database of the first, and leaves it running."""
    with serving(data) as first:
        with serving(data) as second:
            assert second.is_ready()
        assert first.is_ready()


def test_the_first_line_says_what_to_open(data: Path) -> None:
    """Once it answers, the server says where it is, what to open and what to try."""
    with serving(data) as server:
        eventually(lambda: server.url in server.log.read_text())
        said = server.log.read_text()

        assert f"{server.url}/docs" in said
        assert httpx.get(f"{server.url}/docs").is_success


def test_busy_port(data: Path) -> None:
    """A port that is in use gets one line and an exit code, and nothing is made."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        code, said = refusal(data, PORT=port)

    assert said.splitlines() == [
        f"todo: port {port} on 127.0.0.1 is in use: stop what listens there, or set TODO_PORT to another"
    ]
    assert (code, data.exists()) == (1, False)


def test_data_directory_that_cannot_be_made(data: Path) -> None:
    """A data directory that cannot be used gets one line and an exit code."""
    data.write_text("a file")

    code, said = refusal(data, DATA_DIR=str(data / "more"))

    assert said.splitlines() == [f"todo: the data directory {data}/more cannot be used: Not a directory ({data}/more)"]
    assert code == 1


def test_wrong_settings(data: Path) -> None:
    """Everything wrong with the settings is said at once, and the exit code is EX_CONFIG."""
    code, said = refusal(data, PORT="many", REGISTRATION="maybe")

    assert (code, data.exists()) == (78, False)
    assert {name for name in ("TODO_PORT", "TODO_REGISTRATION") if name in said} == {"TODO_PORT", "TODO_REGISTRATION"}
    assert "Traceback" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_for_the_log(data: Path) -> None:
    """Lines that cannot be written are lost: the server starts, answers and stops as ever."""
    port = free_port()
    with Path("/dev/full").open("w") as full:
        process = start(data, full.fileno(), "serve", PORT=port, DRAIN_SECONDS=0)
    server = Server(process, port, Path(os.devnull))
    try:
        eventually(server.is_ready)
        server.register("ann@example.org")
        process.terminate()
        assert 0 == process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
