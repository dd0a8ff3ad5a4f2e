"""A private server lives as long as its owner, and its data longer."""

import fcntl
import os
import signal
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import EmbeddedError, cluster, process, supervisor
from adapters.embedded.account import Account
from adapters.embedded.home import Home
from tests.conftest import FAST
from tests.embedded.conftest import Owners, add_row, shown
from tests.serving import eventually

DURABLE = {"fsync": "off"}  # a commit outlives the server's processes, if not a power cut


def home_of(root: Path) -> Home:
    """Return the directory of the only server below a root."""
    [data] = root.glob("pg*/data")
    return Home(data.parent, int(data.parent.name.removeprefix("pg")))


def test_first_start_makes_a_database(root: Path) -> None:
    """A server appears where nothing was: UTF-8, UTC, sorted by code points, with checksums."""
    with cluster(root) as server:
        found = {name: shown(server.url, name) for name in ("server_encoding", "TimeZone", "data_checksums", "fsync")}

        assert found == {"server_encoding": "UTF8", "TimeZone": "UTC", "data_checksums": "on", "fsync": "on"}
        assert server.owned
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 'Z' < 'a' AND lower('Ä') = 'ä'").fetchone() == (True,)


def test_restart_keeps_data(root: Path) -> None:
    """What was committed before the stop is there after the next start."""
    with cluster(root, settings=FAST) as server:
        add_row(server.url)
    with cluster(root, settings=FAST) as server:
        assert add_row(server.url) == 2


def test_end_of_the_block_stops_the_server(root: Path) -> None:
    """After the block nothing answers, and the server has tidied up as after a clean stop."""
    with cluster(root, settings=FAST) as server:
        pass

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url)
    assert not (home_of(root).data / "postmaster.pid").exists()


def test_error_in_the_block_passes_through(root: Path) -> None:
    """The caller's own error is neither swallowed nor taken for ours, and the server stops."""
    with pytest.raises(FileNotFoundError), cluster(root, settings=FAST):
        raise FileNotFoundError

    assert not (home_of(root).data / "postmaster.pid").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_orphan(root: Path, owners: Owners, how: signal.Signals) -> None:
    """However the owner dies, the server stops cleanly, and the next start finds what was committed."""
    owner = owners.start(root)
    add_row(owner.url)

    owner.process.send_signal(how)

    owner.process.wait()
    eventually(lambda: not (home_of(root).data / "postmaster.pid").exists())
    with cluster(root, settings=FAST) as server:
        assert add_row(server.url) == 2


def test_restart_right_after_a_kill(root: Path, owners: Owners) -> None:
    """A start does not trip over a server that is just stopping because its owner was killed."""
    owner = owners.start(root)
    add_row(owner.url)

    owner.process.kill()
    owner.process.wait()

    with cluster(root, settings=FAST) as server:
        assert server.owned
        assert add_row(server.url) == 2


def test_recovery_from_a_crash(root: Path, owners: Owners) -> None:
    """When server and owner were both killed, the next start recovers, in spite of the file they left behind."""
    owner = owners.start(root)
    add_row(owner.url)

    os.kill(home_of(root).postmaster().pid, signal.SIGKILL)
    owner.process.kill()
    owner.process.wait()

    assert (home_of(root).data / "postmaster.pid").exists()
    with cluster(root, settings=FAST) as server:
        assert add_row(server.url) == 2


def test_recovery_while_the_owner_lives(root: Path) -> None:
    """A server that died under its owner does not hinder the owner's end, nor the next start."""
    with cluster(root, settings=DURABLE) as server:
        add_row(server.url)
        os.kill(home_of(root).postmaster().pid, signal.SIGKILL)

    with cluster(root, settings=DURABLE) as server:
        assert add_row(server.url) == 2


def test_orphan_is_named(root: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that nobody owns any more is neither harmed nor taken over; the error says how to end it."""
    monkeypatch.setattr(process, "TAKEOVER_SECONDS", 0)
    with cluster(root, bindir=wheel, settings=FAST) as server:
        pass
    home = home_of(root)
    settings = {**FAST, "listen_addresses": "", "unix_socket_directories": str(home.path / "run")}
    orphan = process.start(home, wheel, Account.choose(home.data), settings)
    try:
        with pytest.raises(EmbeddedError, match=f"still runs in {home.path}: end it with `kill -INT {orphan.pid}`"):
            cluster(root, bindir=wheel, settings=FAST).__enter__()

        assert add_row(server.url) == 1
    finally:
        process.stop(orphan)


def test_half_made_database_is_made_anew(root: Path) -> None:
    """What an `initdb` that was killed left behind is not taken for a database."""
    with cluster(root, settings=FAST):
        pass
    home = home_of(root)
    home.data.rename(home.path / "data.new")
    (home.path / "data.new" / "global" / "pg_control").unlink()

    with cluster(root, settings=FAST) as server:
        assert add_row(server.url) == 1
    assert not (home.path / "data.new").exists()


def test_second_start_joins(root: Path, owners: Owners) -> None:
    """Whoever comes second gets the same server, and does not stop it when he leaves."""
    with cluster(root, settings=FAST) as server:
        add_row(server.url)
        second = owners.start(root)
        assert add_row(second.url) == 2
        second.process.communicate()

        assert (second.owned, second.process.returncode) == (False, 0)
        assert add_row(server.url) == 3


def test_two_first_starts_at_once(root: Path, owners: Owners) -> None:
    """Of two processes that start on nothing at the same time one owns the server, and both use it."""
    waiting = owners.popen(root)
    with cluster(root, settings=FAST) as server:
        add_row(server.url)
        assert waiting.stdout is not None

        answer = waiting.stdout.readline()

        assert f'"owned": {str(not server.owned).lower()}' in answer
        assert server.url in answer


def test_owner_without_an_answering_server(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that another process holds without a server is refused by naming that process."""
    monkeypatch.setattr(supervisor, "JOIN_SECONDS", 0)
    with cluster(root, settings=FAST):
        pass

    with home_of(root).lock.open("r+") as lock:
        lock.write("4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(EmbeddedError, match="in use by process 4711, whose database does not answer"):
            cluster(root, settings=FAST).__enter__()


def test_settings_of_the_caller_win(root: Path) -> None:
    """A server parameter given by the caller replaces ours."""
    with cluster(root, settings={**FAST, "timezone": "Asia/Tokyo"}) as server:
        assert (shown(server.url, "TimeZone"), shown(server.url, "fsync")) == ("Asia/Tokyo", "off")


def test_environment_of_the_caller_is_not_the_servers(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that steer PostgreSQL's own programs do not reach the private server."""
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "9")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")

    with cluster(root, settings=FAST) as server, psycopg.connect(server.url, port=5432) as connection:
        assert connection.execute("SHOW port").fetchone() == ("5432",)


def test_log_holds_no_values(root: Path) -> None:
    """A refused row does not appear in the log: it may hold an e-mail address."""
    with cluster(root, settings=FAST) as server, psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE users (email text UNIQUE)")
        connection.execute("INSERT INTO users VALUES (%s)", ["ada@example.org"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO users VALUES (%s)", ["ada@example.org"])

    log = server.log.read_text()
    assert "duplicate key" in log
    assert "ada@example.org" not in log
    assert server.log.stat().st_mode & 0o077 == 0


def test_other_threads_are_refused(root: Path) -> None:
    """A thread that ends would take the server with it, so only the main thread may start one."""
    said: list[str] = []

    def start() -> None:
        try:
            cluster(root).__enter__()
        except RuntimeError as error:
            said.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert said == ["the embedded PostgreSQL server must be started from the main thread"]
