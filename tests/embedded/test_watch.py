"""A private server that dies under its owner is started again, unless that does not help."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import attrs
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded import EmbeddedError, Server, cluster, process, watch
from adapters.embedded.home import Home
from tests.embedded.conftest import add_row
from tests.serving import eventually, working_in

DURABLE = {"fsync": "off"}  # a commit outlives the server's processes, if not a power cut

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")


@attrs.frozen
class Witness:
    """Remembers what it was told."""

    told: list[str] = attrs.field(factory=list)

    def died(self, status: int, log: Path) -> None:
        """Remember how the server ended."""
        assert log.name == "postgres.log"
        self.told.append(f"died {status}")

    def restarted(self) -> None:
        """Remember that it is back."""
        self.told.append("restarted")

    def given_up(self) -> None:
        """Remember that it is not."""
        self.told.append("given up")

    def hears(self, *told: str) -> None:
        """Wait until it was told just this."""
        eventually(lambda: self.told == [*told], lambda: str(self.told))


@pytest.fixture
def witness() -> Witness:
    """Whom the server's watch tells."""
    return Witness()


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """What goes on after a block, and ends with the test."""
    with ExitStack() as stack:
        yield stack


def home_of(server: Server) -> Home:
    """Return the directory of a server."""
    return Home(server.log.parent, server.binaries.major)


def end(server: Server, how: signal.Signals = signal.SIGKILL) -> None:
    """End the server, its main process that is, behind its owner's back."""
    os.kill(home_of(server).postmaster().pid, how)


@contextmanager
def stuck(server: Server) -> Iterator[int]:
    """Yield a process of the server that does not notice when the main one dies, until it is continued."""
    with psycopg.connect(server.url) as connection:
        pid = connection.info.backend_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            end(server)
            yield pid
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            eventually(lambda: not Path("/proc", str(pid), "cwd").exists())


def again_and_again(server: Server, witness: Witness) -> None:
    """End the server as often as is too often."""
    for deaths in range(1, watch.MAX_DEATHS):
        end(server)
        witness.hears(*["died -9", "restarted"] * deaths)
    end(server)
    witness.hears(*["died -9", "restarted"] * (watch.MAX_DEATHS - 1), "died -9", "given up")


def with_wrong_settings(server: Server, witness: Witness) -> None:
    """End the server, whose file of settings it will not read again."""
    home_of(server).data.joinpath("postgresql.conf").write_text("max_connections =\n")
    end(server)
    witness.hears("died -9", "given up")


def without_a_log(server: Server, witness: Witness) -> None:
    """End the server when its log cannot be written."""
    server.log.unlink()
    server.log.mkdir()
    end(server)
    witness.hears("died -9", "given up")


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 0), (signal.SIGQUIT, 0)])
def test_a_server_that_died_is_started_again(root: Path, witness: Witness, how: signal.Signals, status: int) -> None:
    """However it ended, it is back with what was committed, its watch says so, and nothing is left in the end."""
    with cluster(root, settings=DURABLE, observer=witness) as server:
        add_row(server.url)

        end(server, how)

        witness.hears(f"died {status}", "restarted")
        assert add_row(server.url) == 2

    assert working_in(root) == set()
    assert not (home_of(server).data / "postmaster.pid").exists()


def test_the_end_is_no_death(root: Path, witness: Witness) -> None:
    """A server that stops with the block did not die."""
    with cluster(root, settings=DURABLE, observer=witness):
        pass

    assert witness.told == []


def test_a_process_that_is_left_is_waited_for(root: Path, witness: Witness) -> None:
    """As long as one process of the dead server has its memory, none is started beside it."""
    with cluster(root, settings=DURABLE, observer=witness) as server:
        add_row(server.url)
        with stuck(server) as pid:
            eventually(lambda: "pre-existing shared memory block" in server.log.read_text())
            assert witness.told == ["died -9"]

            os.kill(pid, signal.SIGCONT)

            witness.hears("died -9", "restarted")
        assert add_row(server.url) == 2


def test_stop_during_a_restart(root: Path, witness: Witness, ending: ExitStack) -> None:
    """A block that ends while the server is being started again ends it for good."""
    with cluster(root, settings=DURABLE, observer=witness) as server:
        left = ending.enter_context(stuck(server))
        eventually(lambda: "pre-existing shared memory block" in server.log.read_text())

    assert working_in(root) == {left}
    assert witness.told == ["died -9"]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (again_and_again, "the database died 10 times in 60 seconds (log: {log})"),
        (with_wrong_settings, 'the database did not start: configuration file "{conf}" contains errors (log: {log})'),
        (without_a_log, "the data directory {root} cannot be used: Is a directory ({log})"),
    ],
)
def test_a_server_that_is_given_up(
    root: Path, witness: Witness, harm: Callable[[Server, Witness], None], reason: str
) -> None:
    """The block ends with an error that says why in one line, and no process is left."""
    with pytest.raises(EmbeddedError) as ended, cluster(root, settings=DURABLE, observer=witness) as server:
        harm(server, witness)

    conf = home_of(server).data / "postgresql.conf"
    assert str(ended.value) == reason.format(root=root, log=server.log, conf=conf)
    assert working_in(root) == set()


def test_a_process_that_stays(root: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end; the error says how to find it, and not to remove the file that protects it."""
    monkeypatch.setattr(process, "TAKEOVER_SECONDS", 0)

    with (
        pytest.raises(EmbeddedError, match=f"end those whose working directory is {root}/pg[0-9]+/data$"),
        cluster(root, settings=DURABLE, observer=witness) as server,
        stuck(server),
    ):
        witness.hears("died -9", "given up")


def test_a_server_that_dies_now_and_then(root: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deaths that lie far apart do not add up."""
    monkeypatch.setattr(watch, "DEATHS_SECONDS", 0)
    with cluster(root, settings=DURABLE, observer=witness) as server:
        for deaths in range(1, watch.MAX_DEATHS + 2):
            end(server)
            witness.hears(*["died -9", "restarted"] * deaths)


def test_error_of_the_block_goes_first(root: Path, witness: Witness) -> None:
    """The caller's own error is not replaced by that of a server that was given up."""

    def fail(server: Server) -> None:
        without_a_log(server, witness)
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError), cluster(root, settings=DURABLE, observer=witness) as server:
        fail(server)


def test_short_socket_directory_of_a_dead_server(root: Path) -> None:
    """The socket's directory in the common place goes, though the server that died left its socket in it."""
    with cluster(root / ("long" * 25), settings=DURABLE) as server:
        made = Path(str(conninfo_to_dict(server.url)["host"]))
        assert made.is_relative_to(tempfile.gettempdir())
        assert not made.is_relative_to(root)
        end(server)
        eventually(lambda: working_in(root) == set())

    assert not made.exists()
