"""Units of work: all or nothing, one after the other for each user, unseen until they end."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import attrs
import pytest

from tests.contract.conftest import Kept
from todo_core.actors import Actor
from todo_core.errors import IdTaken, NotAuthenticated
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import inbox_id
from todo_core.moments import Moment
from todo_core.ports import UnitOfWork
from todo_core.queries import Query
from todo_core.tasks import Task
from todo_core.users import User, UserId

WORKERS = 20


class Refused(Exception):
    """What a unit of work raises here."""


async def test_result_is_returned(kept: Kept) -> None:
    """What the work returns is what the caller gets."""
    actor = await kept.actor()

    async def work(unit: UnitOfWork) -> str:
        return (await unit.account.get()).id.hex

    assert actor.user.hex == await kept.store.write(actor, work)
    assert actor.user.hex == await kept.store.write_as(actor.user, work)


async def test_what_raises_leaves_nothing(kept: Kept) -> None:
    """A unit that raises keeps no row, takes no number and moves no counter."""
    actor = await kept.actor()
    task = await kept.add(actor)
    events = await kept.events()

    async def work(unit: UnitOfWork) -> None:
        await unit.tasks.add(kept.task(actor))
        await unit.tasks.replace(task.trashed(kept.clock.now()))
        await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=kept.clock.now()))
        await unit.sessions.save(kept.session(actor.user))
        await unit.sessions.remove(actor.session)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b"print"), task, kept.clock.now()))
        await unit.audit.add(kept.event(actor.user))
        await unit.account.remove()
        raise Refused

    with pytest.raises(Refused):
        await kept.store.write(actor, work)

    view = kept.view(actor)
    assert (task,) == (await view.tasks.page(Query(), Moment(kept.clock.now()), None, 10)).tasks
    assert task.version == (await view.feed.page(None, 10)).next.position
    assert 1 == await kept.live_tasks(actor)
    assert [actor.session] == [session.id for session in await view.sessions.list()]
    assert events == await kept.events()
    assert await kept.store.write(actor, lambda unit: unit.idempotency.get("key")) is None
    assert task.version + 1 == (await kept.add(actor)).version


async def test_own_writes_are_seen(kept: Kept) -> None:
    """Inside a unit every read shows what it has written."""
    actor = await kept.actor()
    moment = Moment(kept.clock.now())

    async def work(unit: UnitOfWork) -> None:
        task = await unit.tasks.add(kept.task(actor))
        assert task == await unit.tasks.get(task.id)
        assert (task,) == (await unit.tasks.page(Query(), moment, None, 10)).tasks
        assert 1 == await unit.tasks.count(Query(), moment)
        inbox = inbox_id(actor.user)
        assert [inbox, task.id] == [change.id for change in (await unit.feed.page(None, 10)).changes]
        assert 1 == await unit.tasks.live_count()
        trashed = await unit.tasks.replace(task.trashed(kept.clock.now()))
        assert 0 == await unit.tasks.live_count()
        assert trashed == await unit.tasks.get(task.id)
        session = kept.session(actor.user)
        await unit.sessions.save(session)
        assert session == await unit.sessions.get(session.id)
        renamed = attrs.evolve(await unit.account.get(), disabled_at=kept.clock.now())
        await unit.account.replace(renamed)
        assert renamed == await unit.account.get()
        await unit.account.replace(attrs.evolve(renamed, disabled_at=None))

    await kept.store.write(actor, work)


async def test_nobody_sees_what_is_not_kept_yet(kept: Kept) -> None:
    """Readers see the state before a unit until it ends, and its whole result afterwards."""
    actor = await kept.actor()
    task = await kept.add(actor)
    changed = attrs.evolve(task, title="Changed")
    view = kept.view(actor)

    async def work(unit: UnitOfWork) -> Task:
        await unit.tasks.add(kept.task(actor))
        result = await unit.tasks.replace(changed)
        assert task == await view.tasks.get(task.id)
        assert 1 == await view.tasks.count(Query(), Moment(kept.clock.now()))
        assert task.version == (await view.feed.page(None, 10)).next.position
        return result

    result = await kept.store.write(actor, work)

    assert result == await view.tasks.get(task.id)
    assert 2 == await view.tasks.count(Query(), Moment(kept.clock.now()))


async def test_race_loses_no_change(kept: Kept) -> None:
    """Twenty writers who read, wait and write: every change survives, each has the next number."""
    actor = await kept.actor()
    task = await kept.add(actor, "x")

    async def work(unit: UnitOfWork) -> int:
        found = await unit.tasks.get(task.id)
        assert found is not None
        await asyncio.sleep(0)
        return (await unit.tasks.replace(attrs.evolve(found, title=found.title + "x"))).version

    versions = await asyncio.gather(*(kept.store.write(actor, work) for _ in range(WORKERS)))

    final = await kept.view(actor).tasks.get(task.id)
    assert final is not None
    assert "x" * (1 + WORKERS) == final.title
    assert list(range(task.version + 1, task.version + 1 + WORKERS)) == sorted(versions)


async def test_race_for_an_id_has_one_winner(kept: Kept) -> None:
    """Of twenty users who want the same id at the same time, one gets it; the others keep their numbers."""
    actors = [await kept.actor() for _ in range(WORKERS)]
    wanted = kept.task(actors[0])

    async def work(unit: UnitOfWork) -> Task:
        await asyncio.sleep(0)
        return await unit.tasks.add(attrs.evolve(wanted, list_id=inbox_id((await unit.account.get()).id)))

    results = await asyncio.gather(*(kept.store.write(actor, work) for actor in actors), return_exceptions=True)

    winners = [actor for actor, result in zip(actors, results, strict=True) if isinstance(result, Task)]
    assert [await kept.store.task_owner(wanted.id)] == [actor.user for actor in winners]
    assert WORKERS - 1 == sum(isinstance(result, IdTaken) for result in results)
    for actor in actors:
        assert (2 if actor in winners else 1) == (await kept.view(actor).feed.page(None, 10)).next.position


async def test_users_do_not_wait_for_each_other(kept: Kept) -> None:
    """One user's unit goes on while another's is open, whatever order they come in."""
    ann, bob = await kept.actor(), await kept.actor()
    bob_is_done = asyncio.Event()

    async def of_ann(unit: UnitOfWork) -> None:
        await unit.tasks.add(kept.task(ann))
        await bob_is_done.wait()

    async def of_bob() -> None:
        await kept.add(bob)
        bob_is_done.set()

    async with asyncio.timeout(10):
        await asyncio.gather(kept.store.write(ann, of_ann), of_bob())


async def test_no_deadlock(kept: Kept) -> None:
    """Writers of two users who do everything in every order all come to an end."""
    users = [await kept.user(), await kept.user()]
    actors = [await kept.actor(user) for user in users]
    steps: list[Callable[[UnitOfWork, Actor], Coroutine[Any, Any, object]]] = [
        lambda unit, actor: unit.tasks.add(kept.task(actor)),
        lambda unit, actor: unit.sessions.save(kept.session(actor.user)),
        lambda unit, actor: unit.audit.add(kept.event(actor.user)),
        lambda unit, _: _touch(unit),
    ]

    async def run(actor: Actor, order: tuple[int, ...]) -> None:
        async def work(unit: UnitOfWork) -> None:
            for step in order:
                await steps[step](unit, actor)
                await asyncio.sleep(0)

        await kept.store.write(actor, work)

    orders = list(itertools.permutations(range(len(steps))))
    async with asyncio.timeout(60):
        await asyncio.gather(*(run(actors[number % 2], order) for number, order in enumerate(orders)))

    assert len(orders) == sum([await kept.live_tasks(actor) for actor in actors])


async def test_session_that_ends_while_one_waits(kept: Kept) -> None:
    """Who stands in line while their session is ended is refused when it is their turn."""
    actor = await kept.actor()
    begun, go_on = asyncio.Event(), asyncio.Event()
    ran = False

    async def ending(unit: UnitOfWork) -> None:
        begun.set()
        await go_on.wait()
        await unit.sessions.remove_all()

    async def waiting(unit: UnitOfWork) -> None:
        nonlocal ran
        ran = True

    first = asyncio.create_task(kept.store.write_as(actor.user, ending))
    await begun.wait()
    second = asyncio.create_task(kept.store.write(actor, waiting))
    await kept.somebody_waits()
    go_on.set()
    await first

    with pytest.raises(NotAuthenticated):
        await second
    assert not ran


async def test_account_that_goes_while_one_waits(kept: Kept) -> None:
    """Who stands in line while the account is removed is refused when it is their turn."""
    actor = await kept.actor()
    await kept.add(actor)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def removing(unit: UnitOfWork) -> None:
        begun.set()
        await go_on.wait()
        await unit.account.remove()

    async def adding(unit: UnitOfWork) -> Task:
        return await unit.tasks.add(kept.task(actor))

    first = asyncio.create_task(kept.store.write_as(actor.user, removing))
    await begun.wait()
    others = [asyncio.create_task(kept.store.write(actor, adding)) for _ in range(3)]
    others.append(asyncio.create_task(kept.store.write_as(actor.user, adding)))
    await kept.somebody_waits()
    go_on.set()
    await first

    results = await asyncio.gather(*others, return_exceptions=True)
    assert [NotAuthenticated] * len(others) == [type(result) for result in results]


async def test_cancelled_unit_leaves_nothing(kept: Kept) -> None:
    """A unit that is cancelled keeps nothing, and lets the next one in."""
    actor = await kept.actor()
    begun = asyncio.Event()

    async def work(unit: UnitOfWork) -> None:
        await unit.tasks.add(kept.task(actor))
        begun.set()
        await asyncio.Event().wait()

    unit = asyncio.create_task(kept.store.write(actor, work))
    await begun.wait()
    unit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await unit

    assert 2 == (await kept.add(actor)).version


async def _touch(unit: UnitOfWork) -> None:
    user: User = await unit.account.get()
    await unit.account.replace(attrs.evolve(user, disabled_at=None))


async def test_unknown_user_has_no_rows(kept: Kept) -> None:
    """Nobody can work as a user who does not exist."""
    with pytest.raises(NotAuthenticated):
        await kept.store.write_as(UserId(kept.ids.new()), lambda unit: unit.account.get())


async def test_rows_end_with_their_unit(kept: Kept) -> None:
    """Rows that somebody kept read and write nothing any more."""
    actor = await kept.actor()
    escaped: list[UnitOfWork] = []

    async def work(unit: UnitOfWork) -> None:
        escaped.append(unit)

    await kept.store.write(actor, work)

    with pytest.raises(RuntimeError):
        await escaped[0].account.get()
    with pytest.raises(RuntimeError):
        await escaped[0].tasks.add(kept.task(actor))
