"""Real Better Auth servers, one for each algorithm, and a database for the processes beside them."""

from collections.abc import Iterator

import pytest

from tests.better_auth.servers import BetterAuth, better_auth_servers
from tests.conftest import newest_database


@pytest.fixture(scope="session")
def better_auths() -> Iterator[dict[str, BetterAuth]]:
    """Give a running server for each algorithm."""
    with better_auth_servers() as servers:
        yield servers


@pytest.fixture(scope="session")
def shared_database(postgres_server: str) -> Iterator[str]:
    """Give a database with the newest schema that only these tests touch."""
    with newest_database(postgres_server) as url:
        yield url
