"""The directory of one server, `<root>/pg<major>`: its data, socket, lock and log, and what its files tell."""

import enum
import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

import attrs

from adapters.embedded.account import PRIVATE, Account
from adapters.embedded.errors import EmbeddedError

DATA = "pg[0-9][0-9]/data"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes: `sun_path` less its NUL on macOS; Linux has four more


class Status(enum.Enum):
    """The state of a server, as its own `postmaster.pid` has it."""

    ABSENT = "absent"
    BUSY = "busy"  # starting, recovering, stopping, or left behind by a crash
    READY = "ready"


@attrs.frozen
class Postmaster:
    """The content of `postmaster.pid`: the state, the process, and the directory of the socket."""

    status: Status = Status.ABSENT
    pid: int = 0
    socket_directory: Path | None = None

    @classmethod
    def parse(cls, text: str) -> "Postmaster":
        """Read the file's lines; while the server starts, the later ones are missing."""
        pid, _data, _started, _port, directory, _address, _memory, status, *_ = [*text.splitlines(), *[""] * 8]
        if not pid.strip().isdigit():
            return cls()
        ready = status.strip() == "ready"
        return cls(Status.READY if ready else Status.BUSY, int(pid), Path(directory) if directory else None)


@attrs.frozen
class Home:
    """The paths of one server, private to the account that runs it."""

    path: Path
    major: int

    @classmethod
    def below(cls, root: Path, major: int) -> "Home":
        """Return the directory of this major version's server below `root`, without creating it.

        Raises:
            EmbeddedError: the data there are of another version; an empty database beside them would look
                like a loss.
        """
        majors = [int(data.parent.name.removeprefix("pg")) for data in root.glob(DATA)]
        other = max(majors, default=major)
        if other > major or (majors and major not in majors):
            raise EmbeddedError(
                f"{root / f'pg{other}'} holds data of PostgreSQL {other}, but the programs found are of {major}:"
                f" run it with a PostgreSQL {other}, or dump it with that one, move the directory away, and"
                " restore the dump"
            )
        return cls(root / f"pg{major}", major)

    @classmethod
    def is_below(cls, root: Path) -> bool:
        """Return whether a server has data below `root`."""
        return any(root.glob(DATA))

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory; it exists only when it is whole."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """The log file of the server."""
        return self.path / "postgres.log"

    @property
    def lock(self) -> Path:
        """Locked (`flock`) by the process that owns the server; holds that process's id."""
        return self.path / "lock"

    def check_version(self) -> None:
        """Check that the data are of this major version: somebody may have moved directories.

        Raises:
            EmbeddedError: they are not, or the file that tells their version is missing.
        """
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError as error:
            raise EmbeddedError(f"{self.data} is no PostgreSQL data directory: PG_VERSION is missing") from error
        if version != str(self.major):
            raise EmbeddedError(
                f"{self.data} holds data of PostgreSQL {version}, but the programs found are of {self.major}:"
                f" move {self.path} to {self.path.with_name(f'pg{version}')} and run it with a PostgreSQL {version}"
            )

    def postmaster(self) -> Postmaster:
        """Return the content of `postmaster.pid`; after a crash it names a process that no longer exists."""
        try:
            return Postmaster.parse((self.data / "postmaster.pid").read_text())
        except FileNotFoundError:
            return Postmaster()

    def answering(self) -> Path | None:
        """Return the directory of the socket if a server accepts connections there, else `None`."""
        postmaster = self.postmaster()
        if postmaster.status is not Status.READY or postmaster.socket_directory is None:
            return None
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(postmaster.socket_directory / SOCKET))
        except OSError:
            return None
        return postmaster.socket_directory

    def socket_directory(self, account: Account) -> Path:
        """Create a private directory for the socket: `run` in this one, or elsewhere if that path is too long.

        Raises:
            EmbeddedError: another user owns a directory of that name.
        """
        here = self.path / "run"
        # libpq and the server read a comma as the end of a name.
        if len(os.fsencode(here / SOCKET)) <= LONGEST_SOCKET and "," not in str(here):
            return account.own(here)
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return _private(Path(tempfile.gettempdir(), f"todo-core-{digest}"), account)


def _private(directory: Path, account: Account) -> Path:
    """Create a directory at a path where another user may have created one first."""
    try:
        directory.mkdir(mode=PRIVATE)
    except FileExistsError:
        found = directory.lstat()
        ours = found.st_uid in (os.geteuid(), account.uid)
        if not (ours and stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == PRIVATE):
            raise EmbeddedError(
                f"{directory} is needed for the database's socket, but is somebody else's: remove it"
            ) from None
    return account.own(directory)
