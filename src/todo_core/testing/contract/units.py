"""Units of work: all or nothing, one after the other for each user, unseen until they end."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import attrs

from todo_core.actors import Actor
from todo_core.errors import IdTaken, NotAuthenticated
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import inbox_id
from todo_core.moments import Moment
from todo_core.ports import UnitOfWork
from todo_core.queries import Query
from todo_core.tasks import Task
from todo_core.testing.contract.checks import check, expect
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import User, UserId

WORKERS = 20


class Refused(Exception):
    """What a unit of work raises here."""


@check
async def result_is_returned(harness: StoreHarness) -> None:
    """What the work returns is what the caller gets."""
    actor = await harness.actor()

    async def work(unit: UnitOfWork) -> str:
        return (await unit.account.get()).id.hex

    assert actor.user.hex == await harness.store.write(actor, work)
    assert actor.user.hex == await harness.store.write_as(actor.user, work)


@check
async def what_raises_leaves_nothing(harness: StoreHarness) -> None:
    """A unit that raises keeps no row, takes no number and moves no counter."""
    actor = await harness.actor()
    task = await harness.add(actor)
    events = await harness.events()

    async def work(unit: UnitOfWork) -> None:
        await unit.tasks.add(harness.task(actor))
        await unit.tasks.replace(task.trashed(harness.clock.now()))
        await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=harness.clock.now()))
        await unit.sessions.save(harness.session(actor.user))
        await unit.sessions.remove(actor.session)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b"print"), task, harness.clock.now()))
        await unit.audit.add(harness.event(actor.user))
        await unit.account.remove()
        raise Refused

    with expect(Refused):
        await harness.store.write(actor, work)

    view = harness.view(actor)
    assert (task,) == (await view.tasks.page(Query(), Moment(harness.clock.now()), None, 10)).tasks
    assert task.version == (await view.feed.page(None, 10)).next.position
    assert 1 == await harness.live_tasks(actor)
    assert [actor.session] == [session.id for session in await view.sessions.list()]
    assert events == await harness.events()
    assert await harness.store.write(actor, lambda unit: unit.idempotency.get("key")) is None
    assert task.version + 1 == (await harness.add(actor)).version


@check
async def own_writes_are_seen(harness: StoreHarness) -> None:
    """Inside a unit every read shows what it has written."""
    actor = await harness.actor()
    moment = Moment(harness.clock.now())

    async def work(unit: UnitOfWork) -> None:
        task = await unit.tasks.add(harness.task(actor))
        assert task == await unit.tasks.get(task.id)
        assert (task,) == (await unit.tasks.page(Query(), moment, None, 10)).tasks
        assert 1 == await unit.tasks.count(Query(), moment)
        inbox = inbox_id(actor.user)
        assert [inbox, task.id] == [change.id for change in (await unit.feed.page(None, 10)).changes]
        assert 1 == await unit.tasks.live_count()
        trashed = await unit.tasks.replace(task.trashed(harness.clock.now()))
        assert 0 == await unit.tasks.live_count()
        assert trashed == await unit.tasks.get(task.id)
        session = harness.session(actor.user)
        await unit.sessions.save(session)
        assert session == await unit.sessions.get(session.id)
        renamed = attrs.evolve(await unit.account.get(), disabled_at=harness.clock.now())
        await unit.account.replace(renamed)
        assert renamed == await unit.account.get()
        await unit.account.replace(attrs.evolve(renamed, disabled_at=None))

    await harness.store.write(actor, work)


@check
async def nobody_sees_what_is_not_kept_yet(harness: StoreHarness) -> None:
    """Readers see the state before a unit until it ends, and its whole result afterwards."""
    actor = await harness.actor()
    task = await harness.add(actor)
    changed = attrs.evolve(task, title="Changed")
    view = harness.view(actor)

    async def work(unit: UnitOfWork) -> Task:
        await unit.tasks.add(harness.task(actor))
        result = await unit.tasks.replace(changed)
        assert task == await view.tasks.get(task.id)
        assert 1 == await view.tasks.count(Query(), Moment(harness.clock.now()))
        assert task.version == (await view.feed.page(None, 10)).next.position
        return result

    result = await harness.store.write(actor, work)

    assert result == await view.tasks.get(task.id)
    assert 2 == await view.tasks.count(Query(), Moment(harness.clock.now()))


@check
async def race_loses_no_change(harness: StoreHarness) -> None:
    """Twenty writers who read, wait and write: every change survives, each has the next number."""
    await lose_no_change(harness, [harness.store.write])


async def lose_no_change(harness: StoreHarness, ways: Sequence[Callable[..., Awaitable[int]]]) -> None:
    """Let writers of one task write in each of these ways, and look at what is left of it."""
    actor = await harness.actor()
    task = await harness.add(actor, "x")

    async def work(unit: UnitOfWork) -> int:
        found = await unit.tasks.get(task.id)
        assert found is not None
        await asyncio.sleep(0)
        return (await unit.tasks.replace(attrs.evolve(found, title=found.title + "x"))).version

    versions = await asyncio.gather(*(ways[number % len(ways)](actor, work) for number in range(WORKERS)))

    final = await harness.view(actor).tasks.get(task.id)
    assert final is not None
    assert "x" * (1 + WORKERS) == final.title
    assert list(range(task.version + 1, task.version + 1 + WORKERS)) == sorted(versions)


@check
async def race_for_an_id_has_one_winner(harness: StoreHarness) -> None:
    """Of twenty users who want the same id at the same time, one gets it; the others keep their numbers."""
    actors = [await harness.actor() for _ in range(WORKERS)]
    wanted = harness.task(actors[0])

    async def work(unit: UnitOfWork) -> Task:
        await asyncio.sleep(0)
        return await unit.tasks.add(attrs.evolve(wanted, list_id=inbox_id((await unit.account.get()).id)))

    results = await asyncio.gather(*(harness.store.write(actor, work) for actor in actors), return_exceptions=True)

    winners = [actor for actor, result in zip(actors, results, strict=True) if isinstance(result, Task)]
    assert [await harness.store.task_owner(wanted.id)] == [actor.user for actor in winners]
    assert WORKERS - 1 == sum(isinstance(result, IdTaken) for result in results)
    for actor in actors:
        assert (2 if actor in winners else 1) == (await harness.view(actor).feed.page(None, 10)).next.position


@check
async def users_do_not_wait_for_each_other(harness: StoreHarness) -> None:
    """One user's unit goes on while another's is open, whatever order they come in."""
    ann, bob = await harness.actor(), await harness.actor()
    bob_is_done = asyncio.Event()

    async def of_ann(unit: UnitOfWork) -> None:
        await unit.tasks.add(harness.task(ann))
        await bob_is_done.wait()

    async def of_bob() -> None:
        await harness.add(bob)
        bob_is_done.set()

    async with asyncio.timeout(10):
        await asyncio.gather(harness.store.write(ann, of_ann), of_bob())


@check
async def no_deadlock(harness: StoreHarness) -> None:
    """Writers of two users who do everything in every order all come to an end."""
    users = [await harness.user(), await harness.user()]
    actors = [await harness.actor(user) for user in users]
    steps: list[Callable[[UnitOfWork, Actor], Coroutine[Any, Any, object]]] = [
        lambda unit, actor: unit.tasks.add(harness.task(actor)),
        lambda unit, actor: unit.sessions.save(harness.session(actor.user)),
        lambda unit, actor: unit.audit.add(harness.event(actor.user)),
        lambda unit, _: _touch(unit),
    ]

    async def run(actor: Actor, order: tuple[int, ...]) -> None:
        async def work(unit: UnitOfWork) -> None:
            for step in order:
                await steps[step](unit, actor)
                await asyncio.sleep(0)

        await harness.store.write(actor, work)

    orders = list(itertools.permutations(range(len(steps))))
    async with asyncio.timeout(60):
        await asyncio.gather(*(run(actors[number % 2], order) for number, order in enumerate(orders)))

    assert len(orders) == sum([await harness.live_tasks(actor) for actor in actors])


@check
async def session_that_ends_while_one_waits(harness: StoreHarness) -> None:
    """Who stands in line while their session is ended is refused when it is their turn."""
    actor = await harness.actor()
    begun, go_on = asyncio.Event(), asyncio.Event()
    ran = False

    async def ending(unit: UnitOfWork) -> None:
        begun.set()
        await go_on.wait()
        await unit.sessions.remove_all()

    async def waiting(unit: UnitOfWork) -> None:
        nonlocal ran
        ran = True  # pragma: no cover - it must not run

    first = asyncio.create_task(harness.store.write_as(actor.user, ending))
    await begun.wait()
    second = asyncio.create_task(harness.store.write(actor, waiting))
    await harness.somebody_waits()
    go_on.set()
    await first

    with expect(NotAuthenticated):
        await second
    assert not ran


@check
async def account_that_goes_while_one_waits(harness: StoreHarness) -> None:
    """Who stands in line while the account is removed is refused when it is their turn."""
    actor = await harness.actor()
    await harness.add(actor)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def removing(unit: UnitOfWork) -> None:
        begun.set()
        await go_on.wait()
        await unit.account.remove()

    async def adding(unit: UnitOfWork) -> Task:
        return await unit.tasks.add(harness.task(actor))  # pragma: no cover - it must not run

    first = asyncio.create_task(harness.store.write_as(actor.user, removing))
    await begun.wait()
    others = [asyncio.create_task(harness.store.write(actor, adding)) for _ in range(3)]
    others.append(asyncio.create_task(harness.store.write_as(actor.user, adding)))
    await harness.somebody_waits()
    go_on.set()
    await first

    results = await asyncio.gather(*others, return_exceptions=True)
    assert [NotAuthenticated] * len(others) == [type(result) for result in results]


@check
async def cancelled_unit_leaves_nothing(harness: StoreHarness) -> None:
    """A unit that is cancelled keeps nothing, and lets the next one in."""
    actor = await harness.actor()
    begun = asyncio.Event()

    async def work(unit: UnitOfWork) -> None:
        await unit.tasks.add(harness.task(actor))
        begun.set()
        await asyncio.Event().wait()

    unit = asyncio.create_task(harness.store.write(actor, work))
    await begun.wait()
    unit.cancel()
    with expect(asyncio.CancelledError):
        await unit

    assert 2 == (await harness.add(actor)).version


async def _touch(unit: UnitOfWork) -> None:
    user: User = await unit.account.get()
    await unit.account.replace(attrs.evolve(user, disabled_at=None))


@check
async def unknown_user_has_no_rows(harness: StoreHarness) -> None:
    """Nobody can work as a user who does not exist."""
    with expect(NotAuthenticated):
        await harness.store.write_as(UserId(harness.ids.new()), lambda unit: unit.account.get())


@check
async def rows_end_with_their_unit(harness: StoreHarness) -> None:
    """Rows that somebody kept read and write nothing any more."""
    actor = await harness.actor()
    escaped: list[UnitOfWork] = []

    async def work(unit: UnitOfWork) -> None:
        escaped.append(unit)

    await harness.store.write(actor, work)

    with expect(RuntimeError):
        await escaped[0].account.get()
    with expect(RuntimeError):
        await escaped[0].tasks.add(harness.task(actor))
