"""Whatever the shell's umask, what `todo` makes can be used by whom it is for, and by nobody else."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import directory_for_all
from tests.serving import environment

PROGRAM = "import os, sys; os.umask(int(sys.argv.pop(1), 8)); from entrypoints.cli import main; main()"


def todo(umask: str, data: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run `todo` under a umask."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, umask, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
        env=environment(data),
    )


def mode(path: Path) -> int:
    """Return the rights on a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", ["000", "022", "027", "077"])
def test_new_directories(umask: str) -> None:
    """Nested new directories can be entered, and written by their owner only; keys are for their owner only."""
    with directory_for_all("todo-") as place:
        data = place / "new" / "nested" / "data"

        listed = todo(umask, data, "keys", "list")

        assert (listed.returncode, listed.stderr) == (0, "")
        above = [mode(path) for path in (data, data.parent, data.parent.parent)]
        assert [(0o711, 0)] * 3 == [(mode & 0o711, mode & 0o022) for mode in above]
        assert [0o700, 0o600] == [mode(data / "keys"), mode(data / "keys" / "signing.json")]


def test_database_of_root() -> None:
    """The strictest umask does not keep root's database from its directories."""
    with directory_for_all("todo-") as place:
        checked = todo("077", place / "new" / "data", "check")

        assert (checked.returncode, checked.stderr) == (0, "")
