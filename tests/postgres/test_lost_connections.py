"""What the store does when the server ends its connections."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from adapters.postgres import AuditRecord, Database, RateLimitCounters, Window
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import ATTEMPTS
from tests.connections import small_pool
from tests.postgres.conftest import SMALL, harness_in
from todo_core.actors import Actor
from todo_core.errors import Unavailable
from todo_core.ports import Store, UnitOfWork
from todo_core.tasks import Task
from todo_core.testing import ManualClock
from todo_core.testing.contract.harness import StoreHarness

KILL_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
KILL_AT_COMMIT = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION die();"""
COUNT_TRIES = """
CREATE SEQUENCE tries;
CREATE FUNCTION try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('tries'); RETURN NEW; END $$;
CREATE TRIGGER tries BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION try();"""
CONNECTIONS = 4


@pytest.fixture
async def full(database: str) -> AsyncIterator[Database]:
    """A pool that has all its connections from the beginning."""
    async with Database.open(database, small_pool(CONNECTIONS, CONNECTIONS)) as full:
        yield full


@pytest.fixture
async def dying(empty_database: str) -> AsyncIterator[StoreHarness]:
    """The store on a server whose connection dies with each COMMIT of a new task, and counts how often it is tried."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as admin:
        admin.execute(KILL_AT_COMMIT)
        admin.execute(COUNT_TRIES)
    async with Database.open(empty_database, SMALL) as database:
        yield harness_in(database)


async def test_lost_connections_are_replaced(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """After the server has ended every connection, reads and units of work go on as if nothing had been."""
    actor = await harness.actor()
    task = await harness.add(actor)

    admin.execute(KILL_OTHERS)
    assert task == await harness.view(actor).tasks.get(task.id)
    admin.execute(KILL_OTHERS)
    assert task.version + 1 == (await harness.add(actor)).version


async def test_counters_go_on_over_lost_connections(full: Database, admin: psycopg.Connection) -> None:
    """Counting an attempt, and pruning, are repeated: twice does no harm."""
    limits, audit = RateLimitCounters(full, ManualClock(), b"a secret of the tests"), AuditRecord(full)
    await full.pool.wait()

    admin.execute(KILL_OTHERS)
    assert Window(1, 10) == await limits.hit("login", "ann", 5, 10)
    for prune in (limits.prune, audit.prune):
        await full.pool.wait()
        admin.execute(KILL_OTHERS)
        assert 0 == await prune()


async def test_nobody_pays_for_connections_that_were_closed(full: Database, admin: psycopg.Connection) -> None:
    """Idle connections that the server has closed are replaced unseen, also before a statement that is not repeated."""
    harness = harness_in(full)
    actor = await harness.actor()
    await full.pool.wait()

    admin.execute(KILL_OTHERS)
    for _ in range(CONNECTIONS):
        await harness.store.create_task(actor, harness.task(actor), CONNECTIONS)

    assert CONNECTIONS == await harness.live_tasks(actor)


UNFIT = {
    "read-only": ("ALTER DATABASE {} SET default_transaction_read_only = on", "RESET default_transaction_read_only"),
    "search path": ("ALTER DATABASE {} SET search_path = nowhere", "RESET search_path"),
    "role": ("ALTER DATABASE {} SET role = 'pg_monitor'", "RESET role"),
}


@pytest.mark.parametrize(("harm", "mend"), UNFIT.values(), ids=UNFIT)
async def test_unfit_sessions_leave_the_pool(empty_database: str, harm: str, mend: str) -> None:
    """Connections made while something was wrong are Unavailable, and gone once it is mended: the next write works."""
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        name = admin.info.dbname
        async with Database.open(empty_database, small_pool(0, 4)) as sound:
            harness = harness_in(sound)
            actor = await harness.actor()
        admin.execute(harm.format(name).encode())
        async with Database.open(empty_database, small_pool(CONNECTIONS, CONNECTIONS)) as database:
            await database.pool.wait()
            store = harness_in(database).store
            with pytest.raises(Unavailable):
                await store.create_task(actor, harness.task(actor), 1)
            admin.execute(f"ALTER DATABASE {name} {mend}".encode())
            async with asyncio.timeout(5):
                while not await created(store, actor, harness.task(actor)):
                    pass


async def created(store: Store, actor: Actor, task: Task) -> bool:
    """Say whether a task can be made now."""
    try:
        await store.create_task(actor, task, 1)
    except Unavailable:
        return False
    return True


async def test_statement_with_an_unanswered_commit_is_not_repeated(dying: StoreHarness, empty_database: str) -> None:
    """Nobody knows whether it is kept: it is Unavailable, and was begun once."""
    actor = await dying.actor()

    with pytest.raises(Unavailable):
        await dying.store.create_task(actor, dying.task(actor), 1)

    with psycopg.connect(empty_database) as admin:
        assert (1, True) == admin.execute("SELECT last_value, is_called FROM tries").fetchone()
    assert 0 == await dying.live_tasks(actor)


async def test_unit_that_is_broken_off_runs_again(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """A connection that is lost before COMMIT leaves nothing; the unit runs again, and is kept once."""
    actor = await harness.actor()
    runs = 0

    async def work(unit: UnitOfWork) -> Task:
        nonlocal runs
        runs += 1
        task = await unit.tasks.add(harness.task(actor))
        if runs == 1:
            admin.execute(KILL_OTHERS)
        return await unit.tasks.replace(task)

    assert 3 == (await harness.store.write(actor, work)).version
    assert 2 == runs
    assert 1 == await harness.live_tasks(actor)


async def test_unit_does_not_run_for_ever(harness: StoreHarness, admin: psycopg.Connection) -> None:
    """One that is broken off each time is given up."""
    actor = await harness.actor()
    runs = 0

    async def work(unit: UnitOfWork) -> None:
        nonlocal runs
        runs += 1
        admin.execute(KILL_OTHERS)
        await unit.account.get()

    with pytest.raises(Unavailable):
        await harness.store.write(actor, work)

    assert ATTEMPTS == runs
    assert actor.user == (await harness.view(actor).account.get()).id


async def test_unanswered_commit_is_not_repeated(dying: StoreHarness) -> None:
    """Nobody knows whether such a unit is kept: it is Unavailable, and runs once."""
    actor = await dying.actor()
    runs = 0

    async def work(unit: UnitOfWork) -> None:
        nonlocal runs
        runs += 1
        await unit.tasks.add(dying.task(actor))

    with pytest.raises(Unavailable):
        await dying.store.write(actor, work)

    assert 1 == runs
    assert 0 == await dying.live_tasks(actor)
