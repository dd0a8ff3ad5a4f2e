"""Creates the data directory of a server, completely or not at all."""

import os
import shutil
import subprocess
from pathlib import Path

from adapters.embedded.account import Account
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.home import Home
from adapters.embedded.process import ENVIRONMENT, reason

SUPERUSER = "todo"
_BUILTIN_LOCALE_SINCE = 17


def initialise(home: Home, bindir: Path, account: Account, *, durable: bool) -> None:
    """Run `initdb` in a directory beside it and rename that: a killed `initdb` leaves what looks like a database.

    Args:
        home: where the data directory goes.
        bindir: where `initdb` is.
        account: who runs it and owns the files.
        durable: flush the files to disk, so that a power cut leaves no half of them.

    Raises:
        EmbeddedError: `initdb` failed; the message has the reason.
    """
    fresh = home.path / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    made = subprocess.run(
        [
            bindir / "initdb",
            *("--pgdata", account.own(fresh), "--username", SUPERUSER, "--encoding", "UTF8"),
            *("--auth", "trust", "--data-checksums"),  # trust: the socket's directory is private
            *_locale(home.major),
            *(() if durable else ("--no-sync",)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=ENVIRONMENT,
        cwd=os.sep,
        **account.identity,
    )
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(f"no database could be made in {home.path}: {reason(made.stderr, home.path)}")
    fresh.rename(home.data)
    if durable:
        _flush(home.path)


def _locale(major: int) -> tuple[str, ...]:
    if major >= _BUILTIN_LOCALE_SINCE:  # sorts the same on every system
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    return ("--locale=C.UTF-8",)


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
