"""PostgreSQL in good times and bad."""

from collections.abc import AsyncIterator, Iterator, Sequence

import psycopg
import pytest

from adapters.postgres import AuditRecord, Database, EventFilter, PostgresStore
from tests.connections import small_pool
from todo_core.audit import Event
from todo_core.testing import ManualClock
from todo_core.testing.contract.harness import StoreHarness

SMALL = small_pool()


def harness_in(database: Database) -> StoreHarness:
    """Return the store on this database, with what the contract's tests do to one."""

    async def events() -> Sequence[Event]:
        return await AuditRecord(database).events(EventFilter(), 1000)

    async def somebody_waits() -> None:
        raise NotImplementedError

    clock = ManualClock()
    return StoreHarness(PostgresStore(database, clock), clock, events, somebody_waits)


@pytest.fixture
async def opened(database: str) -> AsyncIterator[Database]:
    """A pool of connections to a database without a row."""
    async with Database.open(database, SMALL) as opened:
        yield opened


@pytest.fixture
def harness(opened: Database) -> StoreHarness:
    """The store on it."""
    return harness_in(opened)


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection]:
    """A connection of somebody else, to look, and to do harm."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection
