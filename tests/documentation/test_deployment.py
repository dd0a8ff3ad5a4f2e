"""The deployment guide's commands: for a shell, on files that are there, with sub-commands that there are."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from entrypoints.cli import main

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "deployment.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_shell_reads_it(block: str) -> None:
    """Each block is sound for bash."""
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)  # noqa: S607 - any

    assert (0, "") == (done.returncode, done.stderr)


def test_the_files_are_there() -> None:
    """What the guide copies from the clone is in the clone."""
    named = set(re.findall(r"(?<![\w/.])deploy/[\w./@*-]+", "\n".join(BLOCKS)))

    assert [] == [pattern for pattern in sorted(named) if not list(REPOSITORY.glob(pattern.rstrip("/")))]
    assert len(named) > 5


def test_the_commands_are_there() -> None:
    """Each sub-command of `todo` in the guide is one."""
    assert isinstance(main, click.Group)
    named = set(re.findall(r"(?:bin/todo|api todo|`todo) ([a-z-]+)", PAGE))

    assert named <= main.commands.keys()
    assert {"check", "keys", "migrate", "users", "backup"} <= named
