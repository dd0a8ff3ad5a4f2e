"""Writes in one or two statements, as safe as a unit of work with the lock."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

import attrs
import psycopg
import pytest

from adapters.postgres import Database
from adapters.postgres.migrate import migrate
from adapters.postgres.store import TRIES_WITHOUT_THE_LOCK
from tests.postgres.conftest import SMALL, harness_in
from tests.postgres.test_lost_connections import KILL_OTHERS
from tests.support import World
from todo_core.errors import NotAuthenticated, Unavailable
from todo_core.idempotency import FEW_RESULTS, IdempotencyKey
from todo_core.ports import UnitOfWork
from todo_core.tasks import Draft, Task
from todo_core.testing.contract.harness import StoreHarness
from todo_core.testing.contract.recomputation import FIXED, moved

KILL_AT_COMMIT = """
CREATE SEQUENCE tries;
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM nextval('tries'); PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON tasks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
"""
CLIENTS = 8


def retitling(
    task: Task, meanwhile: Callable[[int], Awaitable[object]]
) -> tuple[list[int], Callable[[UnitOfWork], Awaitable[Task]]]:
    """Return work that adds to a title, and the list of its runs; `meanwhile` happens in each after it has read."""
    runs: list[int] = []

    async def work(unit: UnitOfWork) -> Task:
        runs.append(len(runs) + 1)
        found = await unit.tasks.get(task.id)
        assert found is not None
        await meanwhile(len(runs))
        return await unit.tasks.replace(attrs.evolve(found, title=found.title + "!"))

    return runs, work


async def test_a_plain_change_is_two_statements(opened: Database, harness: StoreHarness) -> None:
    """Whatever changes one task alone reads it and writes it; each statement is a transaction of its own."""
    world = World.over(lambda _: harness.store, clock=harness.clock)
    ann = await world.join()
    task = await harness.add(ann)
    requests: dict[str, tuple[int, Callable[[], Awaitable[object]]]] = {
        "change": (2, lambda: world.tasks.change(ann, task.id, lambda one: attrs.evolve(one.draft, title="Tea"))),
        "toggle": (2, lambda: world.tasks.toggle(ann, task.id)),
        "change of nothing": (1, lambda: world.tasks.change(ann, task.id, lambda one: one.draft)),
        "delete": (3, lambda: world.tasks.delete(ann, task.id)),
    }
    counted = {}
    for name, (_, request) in requests.items():
        opened.used()
        await request()
        counted[name] = opened.used()["requests"]

    assert {name: number for name, (number, _) in requests.items()} == counted


@pytest.mark.parametrize("overtaken", range(TRIES_WITHOUT_THE_LOCK + 1))
async def test_who_is_overtaken_begins_again(harness: StoreHarness, overtaken: int) -> None:
    """A change between reading and writing makes the work run again; after some tries it takes the lock."""
    actor = await harness.actor()
    task = await harness.add(actor, "x")

    async def meanwhile(run: int) -> None:
        if run <= overtaken:
            other = await harness.view(actor).tasks.get(task.id)
            assert other is not None
            await harness.put(actor, attrs.evolve(other, title=other.title + "y"))

    runs, work = retitling(task, meanwhile)
    changed = await harness.store.write_optimistically(actor, work)

    assert overtaken + 1 == len(runs)
    assert f"x{'y' * overtaken}!" == changed.title
    assert task.version + overtaken + 1 == changed.version
    assert changed == await harness.view(actor).tasks.get(task.id)


async def test_a_due_date_recomputed_meanwhile_stays_recomputed(harness: StoreHarness) -> None:
    """Work that has read the old instant of a due date runs again, though the task has kept its version."""
    actor = await harness.actor()
    task = await harness.add(actor, harness.task(actor, Draft("x", due=FIXED)))

    async def meanwhile(run: int) -> None:
        if run == 1:
            await harness.store.write_as(actor.user, lambda unit: unit.tasks.replace_dues({task.id: moved(FIXED)}))

    runs, work = retitling(task, meanwhile)
    changed = await harness.store.write_optimistically(actor, work)

    assert 2 == len(runs)
    assert ("x!", moved(FIXED)) == (changed.title, changed.due)
    assert changed == await harness.view(actor).tasks.get(task.id)


async def test_a_session_that_ends_meanwhile_changes_nothing(harness: StoreHarness) -> None:
    """The statement that writes checks access again, after it has taken the lock."""
    actor = await harness.actor()
    task = await harness.add(actor)
    runs, work = retitling(task, lambda _: harness.store.write_as(actor.user, lambda unit: unit.sessions.remove_all()))

    with pytest.raises(NotAuthenticated):
        await harness.store.write_optimistically(actor, work)

    assert [1, 2] == runs
    assert task == await harness.store.write_as(actor.user, lambda unit: unit.tasks.get(task.id))


async def test_a_task_is_not_brought_back_when_it_is_erased_meanwhile(harness: StoreHarness) -> None:
    """Erasing takes no revision, so the lock is taken for a task in the trash."""
    actor = await harness.actor()
    task = await harness.put(actor, (await harness.add(actor)).trashed(harness.clock.now()))
    later = harness.clock.now() + dt.timedelta(days=1)

    async def meanwhile(run: int) -> None:
        if run == 1:
            await harness.store.write_as(actor.user, lambda unit: unit.tasks.erase(later, 1))

    _, work = retitling(task, meanwhile)
    with pytest.raises(AssertionError):
        await harness.store.write_optimistically(actor, work)

    assert await harness.view(actor).tasks.get(task.id) is None


async def test_connections_lost_between_the_statements(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """The server ends every connection after each read: the changes are kept, once each."""
    actors = [await harness.actor() for _ in range(CLIENTS)]
    tasks = [await harness.add(actor, "x") for actor in actors]
    works = [retitling(task, lambda _: asyncio.to_thread(admin.execute, KILL_OTHERS))[1] for task in tasks[:1]]
    works += [retitling(task, lambda _: asyncio.sleep(0))[1] for task in tasks[1:]]

    results = await asyncio.gather(
        *(harness.store.write_optimistically(actor, work) for actor, work in zip(actors, works, strict=True)),
        return_exceptions=True,
    )

    for actor, task, result in zip(actors, tasks, results, strict=True):
        found = await harness.view(actor).tasks.get(task.id)
        assert found is not None
        if isinstance(result, Task):
            assert ("x!", task.version + 1) == (found.title, found.version)
        else:
            assert isinstance(result, Unavailable)
            assert (found.title, found.version) in {("x", task.version), ("x!", task.version + 1)}


async def test_an_unanswered_commit_is_not_repeated(empty_database: str) -> None:
    """Nobody knows whether the change is kept: it is Unavailable, and was tried once."""
    migrate(empty_database)
    async with Database.open(empty_database, SMALL) as database:
        harness = harness_in(database)
        actor = await harness.actor()
        task = await harness.add(actor)
        with psycopg.connect(empty_database, autocommit=True) as admin:
            admin.execute(KILL_AT_COMMIT)
            runs, work = retitling(task, lambda _: asyncio.sleep(0))
            with pytest.raises(Unavailable):
                await harness.store.write_optimistically(actor, work)

            assert [1] == runs
            assert (1, True) == admin.execute("SELECT last_value, is_called FROM tries").fetchone()
        assert task == await harness.view(actor).tasks.get(task.id)


async def test_a_request_with_a_key_is_one_statement_the_first_time(opened: Database, harness: StoreHarness) -> None:
    """Repeated, it finds that in one, and its result in a unit of work."""
    world = World.over(lambda _: harness.store, clock=harness.clock)
    ann = await world.join()
    key = IdempotencyKey("key", b"print")
    counted, results = [], []
    for _ in range(2):
        opened.used()
        results.append(await world.tasks.create(ann, Draft("Tea"), idempotency_key=key))
        counted.append(opened.used()["requests"])

    assert [1, 2] == counted
    assert [False, True] == [result.replayed for result in results]
    assert results[0].task == results[1].task


async def test_whoever_has_many_results_is_counted_in_a_unit(
    opened: Database, harness: StoreHarness, admin: psycopg.Connection
) -> None:
    """One statement counts up to `FEW_RESULTS`; beyond, the limit is looked at exactly."""
    world = World.over(lambda _: harness.store, clock=harness.clock)
    ann = await world.join()
    await world.tasks.create(ann, Draft("Tea"), idempotency_key=IdempotencyKey("key", b"print"))
    admin.execute(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, task, created_at)"
        " SELECT user_id, 'k' || n, fingerprint, task, created_at"
        " FROM idempotency_keys, generate_series(1, %s) AS n",
        (FEW_RESULTS - 1,),
    )
    opened.used()

    result = await world.tasks.create(ann, Draft("Tea"), idempotency_key=IdempotencyKey("last", b"print"))

    assert 2 == opened.used()["requests"]
    assert result.task == await harness.view(ann).tasks.get(result.task.id)


async def test_subtasks_take_the_lock(opened: Database, harness: StoreHarness) -> None:
    """What changes several tasks is one transaction with the lock."""
    world = World.over(lambda _: harness.store, clock=harness.clock)
    ann = await world.join()
    task = await harness.add(ann)
    child = await harness.add(ann, attrs.evolve(harness.task(ann, Draft("Below")), parent_id=task.id))

    await world.tasks.delete(ann, task.id)

    found = await harness.view(ann).tasks.get(child.id)
    assert found is not None
    assert task.id == found.deleted_with
    assert task.version + 3 == found.version
    assert opened.used()["timeouts"] == 0
