"""Writes that come at the same time are one transaction, and each has its own checks and result."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import TypeVar

import attrs
import psycopg
import pytest

from adapters.postgres import Database, PostgresStore
from adapters.postgres.flights import MAX_FLIGHTS, MAX_REQUESTS, QUIET_FLIGHTS, Request, Values
from adapters.postgres.group_commit import GroupCommit
from adapters.postgres.grouped_writing import CHANGE, CREATE, Group
from adapters.postgres.records import Rows
from adapters.postgres.statements import Statement
from tests.contract.conftest import in_postgres
from todo_core.actors import Actor
from todo_core.changes import TaskChange
from todo_core.errors import IdTaken, NotAuthenticated, QuotaExceeded, Unavailable
from todo_core.ports import UnitOfWork
from todo_core.tasks import Task
from todo_core.testing.contract import STORE_CHECKS, Check
from todo_core.testing.contract.harness import StoreHarness

T = TypeVar("T")
QUOTA = 1000
MANY = MAX_FLIGHTS + MAX_REQUESTS + 20
TOGETHER = {group.together for groups in (CREATE, CHANGE) for group in groups.values()}
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Watched:
    """A database that counts the statements that write."""

    def __init__(self, database: Database) -> None:
        """Begin with none."""
        self.database = database
        self.statements: list[Statement] = []

    async def write(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        """Run a statement."""
        self.statements.append(statement)
        return await self.database.write(statement, values)


class AlwaysTogether(GroupCommit):
    """Has the statement for several requests carry each write, even one that comes alone."""

    async def _write_at_once(self, group: Group, values: Values) -> Rows | None:
        request: Request[Rows | None] = Request(values)
        await self._fly(group, [request])
        return await request.result()


@pytest.fixture
def watched(opened: Database, harness: StoreHarness) -> Watched:
    """What writes come together as."""
    watched = Watched(opened)
    harness.store._group_commit.database = watched  # type: ignore[attr-defined] # the real one, with a counter before it
    return watched


def create(harness: StoreHarness, actor: Actor, title: str, quota: int = QUOTA) -> Awaitable[Task]:
    """Create a task in the inbox."""
    return harness.store.create_task(actor, harness.task(actor, title), quota)


async def outcomes(requests: Sequence[Awaitable[T]]) -> list[T | type[BaseException]]:
    """Wait for all, and return the results, and the classes of the errors."""
    found = await asyncio.gather(*requests, return_exceptions=True)
    return [type(one) if isinstance(one, BaseException) else one for one in found]


async def each_actor(harness: StoreHarness) -> list[Actor]:
    """Return an actor of each kind."""
    return [await harness.actor(), await harness.external_actor(), await harness.token_actor()]


@contextlib.asynccontextmanager
async def locked(harness: StoreHarness, actor: Actor) -> AsyncIterator[None]:
    """Hold the lock of a user."""
    taken, release = asyncio.Event(), asyncio.Event()

    async def hold(_: UnitOfWork) -> None:
        taken.set()
        await release.wait()

    holding = asyncio.ensure_future(harness.store.write_as(actor.user, hold))
    await taken.wait()
    try:
        yield
    finally:
        release.set()
        await holding


async def test_many_creations_are_few_statements(harness: StoreHarness, watched: Watched) -> None:
    """Every one is stored as it was asked for; the tasks of a user have consecutive versions."""
    actors = await each_actor(harness)
    owners = [actors[index % 3] for index in range(MANY)]

    created = await asyncio.gather(*(create(harness, actor, f"number {index}") for index, actor in enumerate(owners)))

    for actor in actors:
        mine = [task for owner, task in zip(owners, created, strict=True) if owner == actor]
        assert [await harness.view(actor).tasks.get(task.id) for task in mine] == mine
        assert list(range(2, 2 + len(mine))) == sorted(task.version for task in mine)
        assert len(mine) == len({task.position for task in mine})
    assert len(watched.statements) <= MAX_FLIGHTS + 3 * 3
    assert TOGETHER & set(watched.statements)


async def test_many_changes_are_few_statements(harness: StoreHarness, watched: Watched) -> None:
    """Changes of different users are kept once each."""
    actors = [one for _ in range(5) for one in await each_actor(harness)]
    tasks = [await harness.add(actor, "x") for actor in actors]

    def retitle(task: Task) -> Awaitable[Task]:
        async def work(unit: UnitOfWork) -> Task:
            found = await unit.tasks.get(task.id)
            assert found is not None
            return await unit.tasks.replace(attrs.evolve(found, title=found.title + "!"))

        return harness.store.write_optimistically(actors[tasks.index(task)], work)

    changed = await asyncio.gather(*map(retitle, tasks))

    assert [("x!", task.version + 1) for task in tasks] == [(task.title, task.version) for task in changed]
    for actor, task in zip(actors, changed, strict=True):
        assert task == await harness.view(actor).tasks.get(task.id)
    assert len(watched.statements) < len(tasks)
    assert TOGETHER & set(watched.statements)


async def test_changes_of_one_user_are_all_kept(harness: StoreHarness) -> None:
    """They cannot share a statement, and none is lost."""
    actor = await harness.actor()
    task = await harness.add(actor, "x")

    async def work(unit: UnitOfWork) -> Task:
        found = await unit.tasks.get(task.id)
        assert found is not None
        return await unit.tasks.replace(attrs.evolve(found, title=found.title + "!"))

    await asyncio.gather(*(harness.store.write_optimistically(actor, work) for _ in range(20)))

    found = await harness.view(actor).tasks.get(task.id)
    assert found is not None
    assert ("x" + "!" * 20, task.version + 20) == (found.title, found.version)


async def test_each_creation_has_its_own_access_check(harness: StoreHarness, watched: Watched) -> None:
    """A session that has ended creates nothing in company, and disturbs nobody, not even the same user."""
    living = await harness.actor()
    user = await harness.view(living).account.get()
    ended = await harness.actor(user)
    await harness.store.write_as(ended.user, lambda unit: unit.sessions.remove(ended.session))
    actors = [living, ended] * 6

    found = await outcomes([create(harness, actor, "x") for actor in actors])

    assert [Task, NotAuthenticated] * 6 == [one if isinstance(one, type) else type(one) for one in found]
    assert TOGETHER & set(watched.statements)


async def test_the_quota_is_exact_in_company(harness: StoreHarness, watched: Watched) -> None:
    """Of many creations of a user at the same time, as many are kept as there is room for."""
    actor, other = await harness.actor(), await harness.actor()

    found = await outcomes([create(harness, one, "x", quota=7) for one in [actor, other] * 20])

    for mine in (found[::2], found[1::2]):
        assert 7 == sum(isinstance(one, Task) for one in mine)
        assert 13 == mine.count(QuotaExceeded)
    assert TOGETHER & set(watched.statements)


async def test_an_id_that_is_taken_is_the_error_of_one(harness: StoreHarness, watched: Watched) -> None:
    """The others are done alone, once."""
    actors = [await harness.actor() for _ in range(4)]
    taken = await harness.add(actors[0])
    tasks = [harness.task(actor, "x") for actor in actors * 3]
    tasks[7] = attrs.evolve(tasks[7], id=taken.id)

    found = await outcomes(
        [harness.store.create_task(actor, task, QUOTA) for actor, task in zip(actors * 3, tasks, strict=True)]
    )

    assert [IdTaken if index == 7 else tasks[index].id for index in range(12)] == [
        one.id if isinstance(one, Task) else one for one in found
    ]
    assert TOGETHER & set(watched.statements)


async def test_nobody_waits_for_the_lock_of_another_user(harness: StoreHarness) -> None:
    """Creations of a user whose lock is held wait for it; those of others in the same statement do not."""
    held = await harness.actor()
    others = [await harness.actor() for _ in range(4)]
    async with locked(harness, held):
        waiting = [asyncio.ensure_future(create(harness, held, "later")) for _ in range(3)]

        found = await asyncio.gather(*(create(harness, actor, "now") for actor in others * 5))

        assert ["now"] * 20 == [task.title for task in found]
        assert not any(one.done() for one in waiting)
    assert ["later"] * 3 == [task.title for task in await asyncio.gather(*waiting)]


async def test_a_cancelled_creation_leaves_the_others_alone(harness: StoreHarness) -> None:
    """Whoever stops waiting before the statement begins is left out."""
    actors = [await harness.actor() for _ in range(2)]
    creations = [asyncio.ensure_future(create(harness, actors[index % 2], f"{index}")) for index in range(20)]
    await asyncio.sleep(0)
    for one in creations[MAX_FLIGHTS::3]:
        one.cancel()

    found = await outcomes(creations)

    kept = [index for index in range(20) if not creations[index].cancelled()]
    assert [str(index) for index in kept] == [one.title for one in found if isinstance(one, Task)]
    feeds = [await harness.view(actor).feed.page(None, 100) for actor in actors]
    assert len(kept) == sum(isinstance(change, TaskChange) for feed in feeds for change in feed.changes)


async def test_lost_connections_double_nothing(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """What was acknowledged is there once; what is Unavailable is there once or not at all."""
    actors = [await harness.actor() for _ in range(4)]
    titles = [f"number {index}" for index in range(200)]

    async def cut() -> None:
        for _ in range(5):
            await asyncio.sleep(0.01)
            admin.execute(CUT)

    found, _ = await asyncio.gather(
        outcomes([create(harness, actors[index % 4], title) for index, title in enumerate(titles)]), cut()
    )

    stored = [row[0] for row in admin.execute("SELECT title FROM tasks").fetchall()]
    assert {Unavailable} >= {one for one in found if isinstance(one, type)}
    assert len(stored) == len(set(stored))
    assert {one.title for one in found if isinstance(one, Task)} <= set(stored) <= set(titles)


async def test_an_unreachable_database_fails_every_write(harness: StoreHarness, opened: Database) -> None:
    """A statement that was perhaps kept is not repeated for anybody."""

    class Unreachable(Watched):
        """A database that is gone once writes come together."""

        async def write(self, statement: Statement, values: Mapping[str, object]) -> Rows:
            """Run a statement for one write."""
            if statement in TOGETHER:
                raise Unavailable
            return await super().write(statement, values)

    actors = [await harness.actor() for _ in range(3)]
    harness.store._group_commit.database = Unreachable(opened)  # type: ignore[attr-defined] # the real one, which fails at times

    found = await outcomes([create(harness, actor, "x") for actor in actors * 4])

    assert [Unavailable] * (12 - QUIET_FLIGHTS) == [one for one in found if isinstance(one, type)]


CHECKS = [check for check in STORE_CHECKS if check.name.startswith(("adding.", "optimistic."))]
"""The checks of what can come together."""


@pytest.mark.parametrize("check", CHECKS, ids=str)
async def test_the_contract_holds_for_writes_that_come_together(check: Check, database: str) -> None:
    """The statement for several requests keeps what the statement for one promises."""
    async with in_postgres(database) as harness:
        assert isinstance(harness.store, PostgresStore)
        object.__setattr__(harness.store, "_group_commit", AlwaysTogether(harness.store.database))

        await check.run(harness)
