"""Runs one private server for the length of a `with` block, or uses the one that runs already."""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import attrs

from adapters.embedded.account import Account, open_to
from adapters.embedded.binaries import Binaries
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.home import Home
from adapters.embedded.initialise import SUPERUSER, initialise
from adapters.embedded.process import start, stop
from adapters.embedded.watch import Observer, Process, Watch

JOIN_SECONDS = 10
POWERLESS = (
    "PostgreSQL cannot run as root, and root may not hand it to another account here: grant the capabilities SETUID,"
    " SETGID, CHOWN, DAC_OVERRIDE and KILL, or start this as an ordinary user"
)
"""What root in a container lacks, or on a network drive that makes nobody of it."""
_SETTINGS = {
    "listen_addresses": "",  # connections through the socket only
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a DETAIL line would quote rows with e-mail addresses
}


@attrs.frozen
class Server:
    """A server that accepts connections.

    Attributes:
        url: a libpq URL of its database, without a password: who may enter the socket's directory may connect.
        binaries: its programs; `pg_dump` and `psql` are among them.
        log: the file it writes to.
        owned: whether it stops at the end of the block; if not, another process owns it and stops it.
    """

    url: str
    binaries: Binaries
    log: Path
    owned: bool


@contextmanager
def cluster(
    root: Path,
    *,
    bindir: Path | None = None,
    settings: Mapping[str, str] | None = None,
    observer: Observer | None = None,
) -> Iterator[Server]:
    """Yield a running server with its data below `root`, where they are created the first time.

    One process at a time owns the server and stops it at the end of the block; Linux stops it even if that process
    is killed. Other processes get the same server without owning it.

    Call it from the main thread: Linux takes the end of the thread that started the server for its owner's death.

    Args:
        root: a directory that is kept between runs, with one directory for each major version of PostgreSQL.
        bindir: the directory of PostgreSQL's programs; by default the wheel's, else the machine's.
        settings: server parameters, which override ours; `fsync=off` also makes the first start faster.
        observer: is told when an owned server dies and is restarted; without one, it is not restarted.

    Raises:
        EmbeddedError: the server is not available; nothing is left half done. At the end of the block: the server
            died and could not be restarted.
        RuntimeError: called from another thread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("the embedded PostgreSQL server must be started from the main thread")
    with ExitStack() as ending:
        with _in_words(root):
            server = _start_or_join(root.absolute(), Binaries.find(bindir), settings or {}, observer, ending)
        yield server


@contextmanager
def _in_words(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, PermissionError) and os.geteuid() == 0:
            raise EmbeddedError(POWERLESS) from error
        raise EmbeddedError(
            f"the data directory {root} cannot be used: {error.strerror} ({error.filename or root})"
        ) from error


def _start_or_join(
    root: Path, binaries: Binaries, settings: Mapping[str, str], observer: Observer | None, ending: ExitStack
) -> Server:
    home = Home.below(root, binaries.major)
    account = Account.choose(home.data)
    account.enclose(root)
    account.check_can_enter(account.enclose(home.path))
    if (sockets := _claim(home, ending)) is not None:
        return Server(_url(sockets), binaries, home.log, owned=False)
    account.check_can_be_handled()
    bindir = open_to(account, binaries.bindir, home.path)
    if not home.data.exists():
        initialise(home, bindir, account, durable=settings.get("fsync") != "off")
    home.check_version()
    sockets = home.socket_directory(account)
    if not sockets.is_relative_to(home.path):
        ending.callback(shutil.rmtree, sockets, ignore_errors=True)  # a server that was killed leaves its socket
    settings = {**_SETTINGS, "unix_socket_directories": str(sockets), **settings}
    process = start(home, bindir, account, settings)
    if observer is None:
        ending.callback(stop, process)
        return Server(_url(sockets), binaries, home.log, owned=True)

    def restart(stopping: threading.Event) -> Process:
        with _in_words(root):
            return start(home, bindir, account, settings, stopping)

    ending.enter_context(Watch(restart, home.log, observer).over(process))
    return Server(_url(sockets), binaries, home.log, owned=True)


def _claim(home: Home, ending: ExitStack) -> Path | None:
    """Become the owner of the server, or return the socket's directory of the one that another process owns.

    Raises:
        EmbeddedError: another process holds the lock, but its server does not answer.
    """
    lock = ending.enter_context(home.lock.open("a+"))
    deadline = time.monotonic() + JOIN_SECONDS
    while not _locked(lock):
        if (sockets := home.answering()) is not None:
            return sockets
        if time.monotonic() > deadline:
            lock.seek(0)
            raise EmbeddedError(
                f"{home.path} is in use by process {lock.read().strip()}, whose database does not answer"
            )
        time.sleep(0.05)
    os.register_at_fork(after_in_child=lock.close)  # or a worker that outlives this process would hold the lock
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return None


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _url(sockets: Path) -> str:
    return f"postgresql://{SUPERUSER}@/postgres?host={quote(str(sockets), safe='')}"
