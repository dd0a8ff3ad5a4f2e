"""Real Better Auth servers, one for each algorithm."""

from collections.abc import Iterator

import pytest

from tests.better_auth.servers import BetterAuth, better_auth_servers


@pytest.fixture(scope="session")
def better_auths() -> Iterator[dict[str, BetterAuth]]:
    """Give a running server for each algorithm."""
    with better_auth_servers() as servers:
        yield servers
