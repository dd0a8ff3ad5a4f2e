"""The API of `tests/http`, attacked; and the server that an operator would run."""

from collections.abc import Iterator

import pytest

from tests.conftest import newest_database
from tests.http.conftest import ada, bob, build, client, key_file, passwords, world
from tests.serving import UNLIMITED, Server, serving

__all__ = ("ada", "bob", "build", "client", "key_file", "passwords", "world")


@pytest.fixture(scope="session")
def own_database(postgres_server: str) -> Iterator[str]:
    """Give a database with the newest schema that no other test touches."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def server(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server over PostgreSQL whose limits nobody reaches."""
    data = tmp_path_factory.mktemp("server") / "data"
    with serving(data, DATABASE_URL=own_database, **UNLIMITED) as running:
        yield running
