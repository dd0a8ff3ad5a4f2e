"""Each test of the contract runs on every store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from adapters.postgres import AuditRecord, Database, EventFilter, PoolSettings, PostgresStore
from adapters.postgres.statements import Statement
from tests.connections import small_pool
from tests.neighbours.pgbouncer import NEWER, PgBouncer, pgbouncer
from todo_core.audit import Event
from todo_core.testing import ManualClock, MemoryStore
from todo_core.testing.contract import StoreHarness

ALL_EVENTS = 1000
PATIENCE_SECONDS = 10
WAITING = Statement.of(
    sa.text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
)


STORES = ["memory", "postgres", "pgbouncer", *(["newer pgbouncer"] if NEWER else [])]


def pool_through(pooler: PgBouncer | None) -> PoolSettings:
    """Return the settings of a pool: what a pooler in between knows of prepared statements, and of time limits."""
    if pooler is None:
        return small_pool(1, 8)
    return attrs.evolve(small_pool(1, 8, prepare=False), prepare=pooler.prepares)


@asynccontextmanager
async def in_memory() -> AsyncIterator[StoreHarness]:
    """Yield the in-memory store."""
    clock = ManualClock()
    store = MemoryStore(clock)

    async def events() -> Sequence[Event]:
        return store.events

    yield StoreHarness(store, clock, events)


@asynccontextmanager
async def in_postgres(url: str, pooler: PgBouncer | None = None) -> AsyncIterator[StoreHarness]:
    """Yield the PostgreSQL store, whose every connection leads over the pooler if there is one."""
    clock, settings = ManualClock(), pool_through(pooler)
    async with (
        Database.open(pooler.url(url) if pooler else url, settings) as database,
        Database.open(url, small_pool(0, 1)) as watched,
    ):

        async def events() -> Sequence[Event]:
            return (await AuditRecord(database).events(EventFilter(), ALL_EVENTS))[::-1]

        async def somebody_waits() -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await watched.fetch(WAITING, {}):
                    pass

        yield StoreHarness(PostgresStore(database, clock), clock, events, somebody_waits)


@pytest.fixture(params=STORES)
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[StoreHarness]:
    """A store without a row."""
    async with opened(request.param, request.getfixturevalue) as harness:
        yield harness


def opened(store: str, fixture: Callable[[str], Any]) -> AbstractAsyncContextManager[StoreHarness]:
    """Open the store of this name; `fixture` returns the value of a fixture."""
    if store == "memory":
        return in_memory()
    poolers = {"pgbouncer": "pooler", "newer pgbouncer": "newer_pooler"}
    return in_postgres(fixture("database"), fixture(poolers[store]) if store in poolers else None)


@pytest.fixture(scope="session")
def pooler(postgres_server: str) -> Iterator[PgBouncer]:
    """PgBouncer before the server of the tests."""
    with pgbouncer(postgres_server) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def newer_pooler(postgres_server: str) -> Iterator[PgBouncer]:
    """One that knows prepared statements."""
    with pgbouncer(postgres_server, prepares=True) as pooler:
        yield pooler
