"""Stores on PostgreSQL for state machines: one pool of connections, emptied before each run."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from adapters.postgres import Database, PostgresStore
from tests.conftest import empty
from tests.connections import small_pool
from todo_core.ports import Store
from todo_core.testing import ManualClock


@contextmanager
def postgres_stores(runner: asyncio.Runner, url: str) -> Iterator[Callable[[ManualClock], Store]]:
    """Yield what makes an empty store, in the runner's event loop."""
    opening = Database.open(url, small_pool())
    database = runner.run(opening.__aenter__())
    try:
        with psycopg.connect(url, autocommit=True) as admin:

            def emptied(clock: ManualClock) -> Store:
                empty(admin)
                return PostgresStore(database, clock)

            yield emptied
    finally:
        runner.run(opening.__aexit__(None, None, None))
