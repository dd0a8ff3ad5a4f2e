"""Real servers behind real proxies."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import directory_for_all, newest_database
from tests.neighbours.proxies import PROXIES, SITE, Proxy
from tests.serving import UNLIMITED, Server, free_port, serving
from tests.tracing.receiver import receiving


@contextmanager
def behind_a_proxy(
    database_url: str, directory: Path, *, port: int | None = None, url: str = f"https://{SITE}", **more: str
) -> Iterator[Server]:
    """Run a server as behind a proxy on the same machine, with more settings if need be."""
    settings: dict[str, str | int] = {
        "DATABASE_URL": database_url,
        "PORT": port or free_port(),
        "PUBLIC_URL": url,
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "SHUTDOWN_SECONDS": 1,
        "ALLOWED_HOSTS": f"{SITE},127.0.0.1",
        **UNLIMITED,
        **more,
    }
    with serving(directory / "data", **settings) as server:
        yield server


@pytest.fixture(scope="session")
def shared_database(postgres_server: str) -> Iterator[str]:
    """The one database of all servers here."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def workers(shared_database: str) -> Iterator[list[Server]]:
    """Two servers on one database, which send traces."""
    with ExitStack() as ending:
        directory = ending.enter_context(directory_for_all("todo-"))
        receiver = ending.enter_context(receiving())
        opened = [behind_a_proxy(shared_database, directory, TRACING_ENDPOINT=receiver.url) for _ in range(2)]
        yield [ending.enter_context(server) for server in opened]


@pytest.fixture(scope="session", params=PROXIES)
def proxy(request: pytest.FixtureRequest, workers: list[Server]) -> Iterator[Proxy]:
    """Each proxy in turn, before both servers."""
    with (
        directory_for_all("todo-proxy-") as directory,
        PROXIES[request.param](directory, [server.port for server in workers]) as proxy,
    ):
        yield proxy
