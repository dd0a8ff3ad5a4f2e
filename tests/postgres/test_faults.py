"""What the store does when the database breaks work off, goes away, or does not answer."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from urllib.parse import quote

import attrs
import psycopg
import pytest

from adapters.embedded import cluster
from adapters.postgres import Database, PoolSettings
from adapters.postgres.connecting import TIME_LIMITS
from adapters.postgres.migrate import migrate
from tests.conftest import FAST, directory_for_all
from tests.connections import small_pool
from tests.contract.conftest import PATIENCE_SECONDS
from tests.contract.test_tasks import EXTREMES, comes_back
from tests.postgres.conftest import SMALL, harness_in
from todo_core.actors import Actor, SessionActor
from todo_core.errors import IdTaken, TodoError, Unavailable
from todo_core.ports import UnitOfWork
from todo_core.tasks import Task, TaskId
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import EmailAddress


async def test_deadlock_is_resolved(harness: StoreHarness) -> None:
    """Two users who take each other's ids crosswise: one unit is broken off, runs again, and is told what is taken."""
    actors = [await harness.actor() for _ in range(2)]
    first, second = TaskId(harness.ids.new()), TaskId(harness.ids.new())
    both_began = asyncio.Barrier(2)
    orders = [(first, second), (second, first)]
    runs = [0, 0]

    async def take(index: int) -> list[Task]:
        async def work(unit: UnitOfWork) -> list[Task]:
            runs[index] += 1
            wanted = [harness.task(actors[index], task_id=task_id) for task_id in orders[index]]
            taken = [await unit.tasks.add(wanted[0])]
            if runs[index] == 1:
                await both_began.wait()
            return [*taken, await unit.tasks.add(wanted[1])]

        return await harness.store.write(actors[index], work)

    results = await asyncio.gather(take(0), take(1), return_exceptions=True)

    assert sum(runs) > 2
    assert {list, IdTaken} == {type(result) for result in results}
    owners = {await harness.store.task_owner(task_id) for task_id in (first, second)}
    assert 1 == len(owners)


async def test_error_that_is_hidden_ends_the_unit(harness: StoreHarness) -> None:
    """Work that catches an error and goes on keeps nothing, and is told so: the transaction had failed."""
    actor = await harness.actor()
    task = await harness.add(actor)

    async def work(unit: UnitOfWork) -> None:
        await unit.tasks.add(harness.task(actor))
        with suppress(IdTaken):
            await unit.tasks.add(harness.task(actor, task_id=task.id))

    with pytest.raises(RuntimeError):
        await harness.store.write(actor, work)

    assert 1 == await harness.live_tasks(actor)


async def test_full_pool_is_unavailable(database: str) -> None:
    """Who does not get a connection in time is told so; afterwards there is one again."""
    async with Database.open(database, small_pool(1, 1, timeout=0.1)) as small:
        harness = harness_in(small)
        actor = await harness.actor()

        async def work(unit: UnitOfWork) -> None:
            with pytest.raises(Unavailable):
                await harness.view(actor).account.get()

        await harness.store.write(actor, work)

        assert actor.user == (await harness.view(actor).account.get()).id


async def test_server_that_comes_back() -> None:
    """While it is gone everything is Unavailable; soon after it is back, everything works, without a restart."""
    with directory_for_all("todo-pg-") as root, ExitStack() as first:
        url = first.enter_context(cluster(root, settings=FAST)).url
        migrate(url)
        async with Database.open(url, small_pool(2, 2, timeout=0.2)) as database:
            harness = harness_in(database)
            actor = await harness.actor()
            first.close()
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await harness.view(actor).account.get()
                with pytest.raises(Unavailable):
                    await harness.add(actor)
            with cluster(root, settings=FAST):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while not await answers(harness, actor):
                        pass
                assert 2 == (await harness.add(actor)).version
                for _ in range(4):
                    assert await answers(harness, actor)


async def answers(harness: StoreHarness, actor: Actor) -> bool:
    """Say whether a read gets an answer."""
    try:
        await harness.view(actor).account.get()
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("method", ["read", "write", "write_as", "register", "user_by_email", "users", "task_owner"])
async def test_no_server_is_unavailable(method: str) -> None:
    """Every method says so when there is no server."""
    async with Database.open("postgresql://127.0.0.1:1/todo", small_pool(0, 1, timeout=0.1)) as nowhere:
        harness = harness_in(nowhere)
        user = harness.ids.new()
        actor = SessionActor(user, user)  # type: ignore[arg-type]
        ask: dict[str, Callable[[], Awaitable[object]]] = {
            "read": harness.view(actor).account.get,
            "write": lambda: harness.add(actor),
            "write_as": lambda: harness.store.write_as(actor.user, lambda unit: unit.account.get()),
            "register": harness.user,
            "user_by_email": lambda: harness.store.user_by_email(EmailAddress("ann@example.org")),
            "users": lambda: harness.store.list_users(None, 1),
            "task_owner": lambda: harness.store.task_owner(harness.task(actor).id),
        }

        with pytest.raises(Unavailable):
            await ask[method]()


async def test_standby_takes_no_changes(empty_database: str) -> None:
    """A server that only reads is read from; writing there is Unavailable."""
    migrate(empty_database)
    async with Database.open(empty_database, SMALL) as database:
        harness = harness_in(database)
        actor = await harness.actor()
    with psycopg.connect(empty_database, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with Database.open(empty_database, SMALL) as database:
        harness = attrs.evolve(harness_in(database), clock=harness.clock)

        assert actor.user == (await harness.view(actor).account.get()).id
        with pytest.raises(Unavailable):
            await harness.add(actor)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ("", SMALL),
        ("&options=-c%20timezone%3DAmerica%2FLima", SMALL),
        ("", attrs.evolve(SMALL, prepare=False, limit=False)),
    ],
    ids=["own", "asked", "pooled"],
)
async def test_server_with_a_mind_of_its_own(empty_database: str, options: str, settings: PoolSettings) -> None:
    """Whatever time zone, date style and isolation the database defaults to: values come back as they were."""
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        for setting in (
            "timezone = 'Asia/Kathmandu'",
            "datestyle = 'German'",
            "default_transaction_isolation = 'serializable'",
        ):
            admin.execute(f"ALTER DATABASE {admin.info.dbname} SET {setting}")
    async with Database.open(empty_database + options, settings) as database:
        harness = harness_in(database)
        for draft in EXTREMES:
            await comes_back(harness, draft)
        assert dt.UTC == (await harness.view(await harness.actor()).account.get()).created_at.tzinfo


async def test_each_statement_is_prepared_once(database: str) -> None:
    """Whatever is NULL and however large numbers are: one text is one prepared statement."""
    async with Database.open(database, small_pool(1, 1)) as single:
        harness = harness_in(single)
        actor = await harness.actor()
        for _ in range(6):
            for draft in EXTREMES:
                task = await harness.add(actor, harness.task(actor, draft))
                await harness.put(actor, task.trashed(harness.clock.now()))
        async with single.pool.connection() as connection:
            found = await connection.execute(
                "SELECT statement, count(*) FROM pg_prepared_statements GROUP BY statement"
            )
            writes = [number for statement, number in await found.fetchall() if "WITH revision AS" in statement]

    assert [1, 1] == writes


async def test_pooler_gets_nothing_it_cannot_keep(database: str) -> None:
    """Without prepared statements there are none, nor options at the start."""
    async with Database.open(database, small_pool(1, 1, prepare=False)) as single:
        harness = harness_in(single)
        actor = await harness.actor()
        for _ in range(10):
            await harness.add(actor)
        async with single.pool.connection() as connection:
            found = await connection.execute(
                "SELECT count(*), current_setting('lock_timeout') FROM pg_prepared_statements"
            )
            assert [(0, "0")] == await found.fetchall()


async def test_url_is_heeded(database: str) -> None:
    """Its own parameters are kept, and its own options go before ours."""
    options = quote("-c lock_timeout=7s -c application_name=mine")
    async with Database.open(f"{database}&options={options}", SMALL) as opened, opened.pool.connection() as connection:
        names = "lock_timeout", "application_name", "statement_timeout"
        for name, expected in zip(names, ("7s", "mine", "30s"), strict=True):
            found = await connection.execute("SELECT current_setting(%s)", (name,))
            assert [(expected,)] == await found.fetchall()
    assert "lock_timeout" in TIME_LIMITS


async def test_unreadable_url_is_unavailable() -> None:
    """And not quoted."""
    with pytest.raises(TodoError) as caught:
        async with Database.open("postgresql://todo:hunter2%zz@127.0.0.1/todo", small_pool()):
            pass

    assert isinstance(caught.value, Unavailable)
    assert "hunter2" not in str(caught.value)
