"""Lists come into a database that has none: every user has an inbox then, and their tasks lie in it."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from adapters.postgres import Database, PostgresStore
from adapters.postgres.migrate import migrate
from tests.connections import small_pool
from tests.migrations.test_upgrade import move
from tests.support import World, titles
from todo_core.changes import ListChange, TaskChange
from todo_core.errors import SyncTokenExpired
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import INBOX_NAME, inbox_id
from todo_core.ordering import HEAD
from todo_core.queries import Query, Sort, SortKey
from todo_core.sessions import SessionPolicy
from todo_core.tasks import Draft
from todo_core.testing import ManualClock
from todo_core.use_cases import NewTask

BEFORE_LISTS = "0003"
YEARS = dt.timedelta(days=1000)
LASTING = SessionPolicy(access_token_lifetime=YEARS, idle_timeout=YEARS, absolute_timeout=YEARS)
IN_ORDER = Sort(SortKey.POSITION, descending=False)
KEY = IdempotencyKey("made once", b"print")
COUNTS = """
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM tasks), (SELECT count(*) FROM sessions),
  (SELECT count(*) FROM idempotency_keys), (SELECT sum(live_tasks) FROM revisions)
"""


@asynccontextmanager
async def world_in(url: str, clock: ManualClock) -> AsyncIterator[World]:
    """Give every use case over a database."""
    async with Database.open(url, small_pool()) as database:
        yield World.over(lambda _: PostgresStore(database, clock), policy=LASTING, clock=clock)


def counts(url: str) -> tuple[object, ...] | None:
    """Return how many rows there are."""
    with psycopg.connect(url) as connection:
        return connection.execute(COUNTS).fetchone()


async def test_tasks_of_before_lie_in_the_inbox(empty_database: str) -> None:
    """In the order in which they were made; what is in the trash comes back there; old sync tokens have expired."""
    clock = ManualClock()
    migrate(empty_database)
    async with world_in(empty_database, clock) as world:
        ann, bob = await world.join(), await world.join("bob@example.org")
        erased = await world.add(ann, "erased")
        await world.tasks.delete(ann, erased.id)
        world.advance(days=31)
        await world.housekeeping.purge()
        made = []
        for title in ("first", "second", "in the trash"):
            made.append(await world.add(ann, title))
            world.advance(minutes=1)
        await world.tasks.delete(ann, made[-1].id)
        once = (await world.tasks.create(ann, Draft("once"), idempotency_key=KEY)).task
        await world.tasks.toggle(ann, made[0].id)
        point = (await world.tasks.changes(ann, None)).next
    move(empty_database, BEFORE_LISTS, down=True)
    before = counts(empty_database)

    migrate(empty_database)

    assert before == counts(empty_database)
    async with world_in(empty_database, clock) as world:
        for actor in (ann, bob):
            (inbox,) = await world.lists.all(actor)
            assert (inbox_id(actor.user), INBOX_NAME, True, HEAD) == (
                inbox.id,
                inbox.name,
                inbox.inbox,
                len(inbox.position),
            )
        query = Query(lists=frozenset({inbox_id(ann.user)}), sort=IN_ORDER)
        listed = (await world.tasks.list(ann, query)).tasks
        assert ["first", "second", "once"] == titles(listed)
        assert [True, False, False] == [task.completed for task in listed]
        assert {(inbox_id(ann.user), None)} == {(task.list_id, task.parent_id) for task in listed}

        with pytest.raises(SyncTokenExpired):
            await world.tasks.changes(ann, point)
        feed = await world.tasks.changes(ann, None)
        assert [TaskChange] * 3 + [ListChange] == [type(change) for change in feed.changes]

        repeated = await world.tasks.create(ann, lambda: NewTask(Draft("once")), idempotency_key=KEY)
        assert (True, once.id, inbox_id(ann.user)) == (repeated.replayed, repeated.task.id, repeated.task.list_id)
        restored = (await world.tasks.restore(ann, made[-1].id)).task
        added = await world.add(ann, "new")
        assert inbox_id(ann.user) == restored.list_id
        assert ["first", "second", "in the trash", "once", "new"] == titles((await world.tasks.list(ann, query)).tasks)
        assert added.position == max(task.position for task in (await world.tasks.list(ann, query)).tasks)
        assert [] == titles((await world.tasks.list(bob, Query())).tasks)
