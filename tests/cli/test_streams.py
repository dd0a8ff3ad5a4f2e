"""The standard streams of the command: full, or closed by whoever started it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import environment

PROGRAM = "from entrypoints.cli import main; main()"
FULL = "todo: standard output cannot be written: No space left on device\n"
NO_PASSWORD = "todo: no password: type it on a terminal, or send it as the first line of standard input\n"


def todo(database: str, data: Path, arguments: str) -> tuple[int, str, str]:
    """Run `todo` with what a shell does to its streams; return its exit code and what it says."""
    command = f"exec {shlex.quote(sys.executable)} -c {shlex.quote(PROGRAM)} {arguments}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
        env=environment(data, DATABASE_URL=database),
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", ["check", "keys list", "purge", "doctor --json"])
def test_output_that_cannot_be_written(database: str, tmp_path: Path, arguments: str) -> None:
    """A listing that is not complete is a failure, in one line; on standard error nobody can be told."""
    assert (1, "", FULL) == todo(database, tmp_path / "data", f"{arguments} > /dev/full")
    assert (1, "", "") == todo(database, tmp_path / "data", f"{arguments} > /dev/full 2> /dev/full")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(database: str, tmp_path: Path, closed: str) -> None:
    """They read nothing and take everything: the command does what it does, and no file gets their numbers."""
    assert (0, "", "") == todo(database, tmp_path / "data", f"users list {closed}")
    code, _, said = todo(database, tmp_path / "data", f"users add ann@example.org {closed}")
    assert (1, "" if "2>" in closed else NO_PASSWORD) == (code, said)
