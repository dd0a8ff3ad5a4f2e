"""Two processes of the real server over one database, with one set of keys; and what tests ask of them all."""

import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import jwt
import psycopg
import pytest

from entrypoints.bootstrap import System, open_system
from entrypoints.settings import load_settings
from tests.conftest import newest_database
from tests.serving import UNLIMITED, Server, environment, serving, start, todo

OTHER_PASSWORD = "a louder harbour at dusk"
TOGETHER = {
    **UNLIMITED,
    "PUBLIC_URL": "http://todo.test",  # one issuer for all
    "REFRESH_GRACE_SECONDS": "60",  # on a busy machine twins may be seconds apart
    "POOL_TIMEOUT": "60",  # and so may turns
}


@attrs.frozen
class User:
    """A registered user, with the tokens of a session."""

    email: str
    tokens: Mapping[str, Any]

    @property
    def access(self) -> str:
        """The access token."""
        return str(self.tokens["access_token"])

    @property
    def refresh(self) -> str:
        """The refresh token."""
        return str(self.tokens["refresh_token"])

    @property
    def claims(self) -> dict[str, Any]:
        """What the access token says."""
        return jwt.decode(self.access, options={"verify_signature": False})


@attrs.frozen
class Pair:
    """Two servers that share a database and a directory of keys. `settings` are those that both run with."""

    first: Server
    second: Server
    data: Path
    settings: Mapping[str, str | int]

    @property
    def servers(self) -> tuple[Server, Server]:
        """Both."""
        return self.first, self.second

    @property
    def signing_keys(self) -> Path:
        """The file of keys that sign."""
        return self.data / "keys" / "signing.json"

    @property
    def database(self) -> str:
        """The URL of the database."""
        return str(self.settings["DATABASE_URL"])

    def register(self) -> str:
        """Make an account and return its e-mail address."""
        email = f"{uuid4().hex}@example.org"
        self.first.register(email)
        return email

    def join(self) -> User:
        """Make an account and log in."""
        email = self.register()
        return User(email, self.second.log_in(email))

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """Start `todo` with this sub-command, as an operator would beside the servers."""
        return start(self.data, subprocess.PIPE, *command, **self.settings)

    def todo(self, *command: str) -> str:
        """Run `todo` and return what it says."""
        return todo(self.data, *command, **self.settings)

    @contextmanager
    def third(self, **settings: str | int) -> Iterator[Server]:
        """Run another server on the same data, with these settings on top."""
        with server(self.data, **{**self.settings, **settings}) as running:
            yield running

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what is in the database."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def generations(self, email: str) -> list[int]:
        """Return how far each session of a user has come."""
        query = "SELECT generation FROM sessions JOIN users ON users.id = user_id WHERE email = %s"
        return [generation for (generation,) in self.rows(query, email)]


@contextmanager
def server(data: Path, **settings: str | int) -> Iterator[Server]:
    """Run a server for as long as the block. It must not break inside."""
    with serving(data, **settings) as running:
        yield running
    assert [] == [line for line in running.lines() if line.get("level") == "error"]


@contextmanager
def two_servers(data: Path, **settings: str | int) -> Iterator[Pair]:
    """Run two servers for as long as the block, with these settings and `TOGETHER`."""
    together = {**TOGETHER, **settings}
    with server(data, **together) as first, server(data, **together) as second:
        yield Pair(first, second, data, together)


@pytest.fixture(scope="session")
def shared_database(postgres_server: str) -> Iterator[str]:
    """Give a database with the newest schema that only these tests touch; each has users of its own."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def pair(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Give two servers whose limits nobody reaches."""
    with two_servers(tmp_path_factory.mktemp("pair") / "data", DATABASE_URL=shared_database) as pair:
        yield pair


@pytest.fixture
async def system(pair: Pair) -> AsyncIterator[System]:
    """Give the use cases over the same data: they open sessions without the work that a password costs."""
    settings = load_settings(environment(pair.data, **pair.settings), pair.data.parent)
    async with open_system(settings, pair.database) as system:
        yield system
