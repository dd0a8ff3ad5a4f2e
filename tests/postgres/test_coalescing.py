"""Reads that come at the same time are one statement, and each has its own answer."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import Database, queries
from adapters.postgres.access import Access
from adapters.postgres.arrays import WRITERS
from adapters.postgres.coalescing import batch_of
from adapters.postgres.flights import MAX_FLIGHTS, MAX_REQUESTS, QUIET_FLIGHTS
from adapters.postgres.queries import PageStart
from adapters.postgres.records import Rows
from adapters.postgres.statements import Statement, bindparam
from tests.task_queries import EVERY_SORT
from todo_core.actors import Actor
from todo_core.errors import NotAuthenticated, Unavailable
from todo_core.lists import ListId
from todo_core.moments import Moment
from todo_core.queries import DueFilter, Query, Sort
from todo_core.tasks import Priority, Task, TaskId
from todo_core.testing.contract.harness import StoreHarness

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
MANY = MAX_FLIGHTS + MAX_REQUESTS + 20


class Watched:
    """A database that counts the statements it runs."""

    def __init__(self, database: Database) -> None:
        """Begin with none."""
        self.database = database
        self.statements: list[Statement] = []

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        """Run a statement."""
        self.statements.append(statement)
        return await self.database.fetch(statement, values)


@pytest.fixture
def watched(opened: Database, harness: StoreHarness) -> Watched:
    """What its coalescer runs."""
    watched = Watched(opened)
    harness.store._coalescer.database = watched  # type: ignore[attr-defined] # the real one, with a counter before it
    return watched


async def users_with_tasks(harness: StoreHarness, number: int) -> list[tuple[Actor, Task]]:
    """Return some users with a task each."""
    actors = [await harness.actor() for _ in range(number)]
    return [(actor, await harness.add(actor, f"of {index}")) for index, actor in enumerate(actors)]


async def test_many_reads_are_few_statements(harness: StoreHarness, watched: Watched) -> None:
    """Every read gets its own task; after the first ones, up to `MAX_REQUESTS` share a statement."""
    pairs = await users_with_tasks(harness, 4) * (MANY // 4)

    found = await asyncio.gather(*(harness.view(actor).tasks.get(task.id) for actor, task in pairs))

    assert [task for _, task in pairs] == found
    assert len(watched.statements) <= MAX_FLIGHTS + 3


async def test_each_read_has_its_own_access_check(harness: StoreHarness, watched: Watched) -> None:
    """A session that has ended reads nothing in a statement that it shares, and disturbs nobody."""
    pairs = await users_with_tasks(harness, 6)
    ended, _ = pairs[4]
    await harness.store.write_as(ended.user, lambda unit: unit.sessions.remove_all())
    foreign = [(pairs[0][0], pairs[1][1])]

    found = await asyncio.gather(
        *(harness.view(actor).tasks.get(task.id) for actor, task in [*pairs, *foreign]), return_exceptions=True
    )

    expected = [NotAuthenticated if actor == ended else task for actor, task in pairs]
    assert [*expected, None] == [type(one) if isinstance(one, Exception) else one for one in found]
    assert any("keys.number" in statement.sql for statement in watched.statements)


async def test_first_pages_share_a_statement(harness: StoreHarness, watched: Watched) -> None:
    """Pages of any size and order are those that one statement alone would give."""
    pairs = await users_with_tasks(harness, 5)
    for actor, _ in pairs[1:]:
        await harness.add(actor, "second")
    moment = Moment(harness.clock.now())
    alone = [
        await harness.view(actor).tasks.page(Query(), moment, None, limit) for actor, _ in pairs for limit in (1, 2)
    ]

    together = await asyncio.gather(
        *(harness.view(actor).tasks.page(Query(), moment, None, limit) for actor, _ in pairs for limit in (1, 2))
    )

    assert alone == together
    assert any("keys.number" in statement.sql for statement in watched.statements)


async def test_revisions_share_a_statement(harness: StoreHarness, watched: Watched) -> None:
    """Each user has their own; a session that has ended learns nothing."""
    pairs = await users_with_tasks(harness, 6)
    for _ in range(3):
        await harness.add(pairs[2][0])
    ended, _ = pairs[4]
    await harness.store.write_as(ended.user, lambda unit: unit.sessions.remove_all())

    found = await asyncio.gather(
        *(harness.view(actor).feed.revision() for actor, _ in pairs * 2), return_exceptions=True
    )

    assert [2, 2, 5, 2, NotAuthenticated, 2] * 2 == [type(one) if isinstance(one, Exception) else one for one in found]
    assert len(watched.statements) <= MAX_FLIGHTS + 1


async def test_a_cancelled_read_leaves_the_others_alone(harness: StoreHarness) -> None:
    """Whoever stops waiting is left out."""
    pairs = await users_with_tasks(harness, 2) * 10
    reads = [asyncio.ensure_future(harness.view(actor).tasks.get(task.id)) for actor, task in pairs]
    await asyncio.sleep(0)
    for read in reads[::3]:
        read.cancel()

    found = await asyncio.gather(*reads, return_exceptions=True)

    assert [asyncio.CancelledError if index % 3 == 0 else task for index, (_, task) in enumerate(pairs)] == [
        type(one) if isinstance(one, BaseException) else one for one in found
    ]


async def test_lost_connections_cost_no_read(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """Connections that are cut under shared statements: each read is repeated."""
    pairs = await users_with_tasks(harness, 4) * 20

    async def cut() -> None:
        for _ in range(3):
            admin.execute(CUT)
            await asyncio.sleep(0.005)

    found, _ = await asyncio.gather(
        asyncio.gather(*(harness.view(actor).tasks.get(task.id) for actor, task in pairs)), cut()
    )

    assert [task for _, task in pairs] == found


async def test_an_unreachable_database_fails_all_reads_at_once(harness: StoreHarness, opened: Database) -> None:
    """Nobody waits for it again in turn."""

    class Unreachable(Watched):
        """A database that is gone once reads come together."""

        async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Rows:
            """Run a statement for one read."""
            rows = await super().fetch(statement, values)
            if "unnest" in statement.sql:
                raise Unavailable
            return rows

    pairs = await users_with_tasks(harness, 3) * 5
    unreachable = Unreachable(opened)
    harness.store._coalescer.database = unreachable  # type: ignore[attr-defined] # the real one, which fails at times

    found = await asyncio.gather(
        *(harness.view(actor).tasks.get(task.id) for actor, task in pairs), return_exceptions=True
    )

    assert [Unavailable] * (len(pairs) - QUIET_FLIGHTS) == [type(one) for one in found if isinstance(one, Exception)]
    assert len(unreachable.statements) <= QUIET_FLIGHTS + 1


async def test_a_failed_statement_is_repeated_read_by_read(harness: StoreHarness, opened: Database) -> None:
    """What is wrong with one read is its own: the others have their answers."""

    class Failing(Watched):
        """Fails whatever carries several reads."""

        async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Rows:
            """Run a statement for one read."""
            if "unnest" in statement.sql:
                raise RuntimeError
            return await super().fetch(statement, values)

    pairs = await users_with_tasks(harness, 3) * 5
    harness.store._coalescer.database = Failing(opened)  # type: ignore[attr-defined] # the real one, which fails at times

    found = await asyncio.gather(*(harness.view(actor).tasks.get(task.id) for actor, task in pairs))

    assert [task for _, task in pairs] == found


TAGS = ("plain", 'with "quotes"', "back\\slash", "{1,2}", "a,b", "NULL", "", "Zoë 日本")


async def test_arrays_of_different_lengths_share_a_statement(harness: StoreHarness, watched: Watched) -> None:
    """Filters with several values find what they find alone, whatever characters are in them."""
    actor = await harness.actor()
    for tag in TAGS[:6] + TAGS[7:]:
        await harness.add(actor, attrs.evolve(harness.task(actor, tag), tags=(tag, "each")))
    wanted = [Query(tags=frozenset({tag, "each"})) for tag in TAGS] + [
        Query(tags=frozenset({"each"}), priorities=frozenset({Priority.NONE, Priority.HIGH})),
        Query(tags=frozenset({"each"}), priorities=frozenset({Priority.HIGH})),
    ]
    moment = Moment(harness.clock.now())
    alone = [await harness.view(actor).tasks.page(query, moment, None, 50) for query in wanted]

    together = await asyncio.gather(*(harness.view(actor).tasks.page(query, moment, None, 50) for query in wanted * 3))

    assert alone * 3 == together
    assert [1] * 6 + [0, 1, 7, 0] == [len(page.tasks) for page in alone]
    assert any("keys.number" in statement.sql for statement in watched.statements)


@pytest.mark.parametrize("sort", EVERY_SORT, ids=str)
def test_every_list_can_share_a_statement(sort: Sort) -> None:
    """All its values have a type."""
    every = Query(
        completed=True,
        priorities=frozenset(Priority),
        tags=frozenset({"x"}),
        words=("a", "b"),
        due=DueFilter.TODAY,
        updated_after=dt.datetime.now(dt.UTC),
        lists=frozenset({ListId(UUID(int=1))}),
        parent=TaskId(UUID(int=2)),
        sort=sort,
    )
    for start in PageStart:
        assert batch_of(queries.page(Access.SESSION, queries.Filters.of(every), sort, start, 50)) is not None


AWKWARD: dict[str, list[object]] = {
    "TEXT": ["", "NULL", "a,b", "{}", '"', "\\", '\\"', "a\nb\tc", " x ", "'", "%s", "ä€😀", "\\x61"],
    "UUID": [UUID(int=0), UUID(int=2**128 - 1)],
    "BYTEA": [b"", b"\x00\xff", b'"\\{},', bytes(range(256))],
    "TIMESTAMP WITH TIME ZONE": [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 27, 12, 30, 15, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    ],
}


TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "TEXT": sa.Text(),
    "UUID": sa.Uuid(),
    "BYTEA": sa.LargeBinary(),
    "TIMESTAMP WITH TIME ZONE": sa.DateTime(timezone=True),
}


@pytest.mark.parametrize("kind", WRITERS)
async def test_values_arrive_as_they_are(opened: Database, kind: str) -> None:
    """Whatever is in a value, the statement for several reads gets it as the statement for one does."""
    batch = batch_of(Statement.of(sa.select(bindparam("value", TYPES[kind]))))
    assert batch is not None

    rows = await opened.fetch(batch.statement, batch.values([{"value": value} for value in AWKWARD[kind]]))

    assert AWKWARD[kind] == [row[0] for row in sorted(rows, key=lambda row: row[-1])]


async def test_arrays_arrive_as_they_are(opened: Database) -> None:
    """The same for arrays of any length."""
    batch = batch_of(Statement.of(sa.select(bindparam("value", ARRAY(sa.Text)))))
    assert batch is not None
    arrays = [AWKWARD["TEXT"][:length] for length in range(len(AWKWARD["TEXT"]) + 1)]

    rows = await opened.fetch(batch.statement, batch.values([{"value": array} for array in arrays]))

    assert arrays == [row[0] for row in sorted(rows, key=lambda row: row[-1])]
