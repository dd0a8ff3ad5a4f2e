"""A database that is away is told soon, and worked with again soon after it is back."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from adapters.postgres import Database, outage
from tests.clusters import Cluster, Programs, running
from tests.conftest import directory_for_all
from tests.connections import small_pool
from tests.postgres.test_silence import Wire, fetch, wire, write
from tests.serving import free_port
from todo_core.errors import Unavailable

__all__ = ["wire"]

REFUSED_SECONDS, SILENT_SECONDS, RECOVERY_SECONDS = 1, 8, 5
"""What is promised."""
LOADED = 3
"""How much slower a machine may be that is busy with other tests."""


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server that can be stopped, on a port."""
    with directory_for_all("todo-away-") as place:
        cluster = Cluster.create(Programs.find(place), place / "server", free_port())
        with running(cluster):
            yield cluster


async def test_a_database_that_refuses(server: Cluster) -> None:
    """Whoever asks hears of it within a second, again and again, and is served once it is back."""
    async with Database.open(server.url(), small_pool(1, 2, timeout=30)) as database:
        await fetch(database)
        server.stop()
        for ask in (fetch, write, fetch):
            began = time.monotonic()
            with pytest.raises(Unavailable, match="cannot be reached"):
                await ask(database)
            assert time.monotonic() - began < REFUSED_SECONDS * LOADED

        server.start()
        began = time.monotonic()
        await _served(database)
        assert time.monotonic() - began < RECOVERY_SECONDS * LOADED


async def _served(database: Database) -> None:
    """Return once something can be written."""
    while True:
        with suppress(Unavailable):
            await write(database)
            return
        await asyncio.sleep(0.05)


async def test_a_database_that_falls_silent(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits is told, whoever comes next is told soon, and all are served once the wire is whole."""
    monkeypatch.setattr(outage, "SUSPECT_SECONDS", 0.2)
    async with Database.open(wire.url, small_pool(2, 2, timeout=30)) as database:
        before = await asyncio.gather(fetch(database), write(database))
        wire.cut = True
        began = time.monotonic()
        told = await asyncio.gather(fetch(database), write(database), return_exceptions=True)
        assert time.monotonic() - began < SILENT_SECONDS * LOADED
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await fetch(database)
        assert time.monotonic() - began < REFUSED_SECONDS * LOADED
        wire.cut = False

        await _served(database)
        assert before == await asyncio.gather(fetch(database), write(database))

    assert [Unavailable, Unavailable] == [type(error) for error in told]


async def test_a_long_statement_is_not_silence(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers others is waited for."""
    monkeypatch.setattr(outage, "SUSPECT_SECONDS", 0.2)
    async with Database.open(database, small_pool(1, 1, timeout=30)) as opened, opened.pool.connection() as connection:
        cursor = await connection.execute("SELECT pg_sleep(2) IS NOT NULL")

        assert [(True,)] == await cursor.fetchall()
