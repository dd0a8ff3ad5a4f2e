"""Adding a task at once: what a unit of work would have done, in one step."""

import asyncio

import attrs

from todo_core.actors import SessionActor
from todo_core.errors import IdTaken, NotAuthenticated, QuotaExceeded
from todo_core.ports import UnitOfWork
from todo_core.sessions import SessionId
from todo_core.tasks import Task
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import POLICY, StoreHarness
from todo_core.users import UserId

PLENTY = 1000
WORKERS = 10


@check
async def adds_as_a_unit_does(harness: StoreHarness) -> None:
    """The task is kept under the next number of the user's clock, and counted."""
    actor = await harness.actor()
    first = await harness.add(actor)
    second = await harness.store.create_task(actor, harness.task(actor), PLENTY)
    third = await harness.add(actor)

    assert second == await harness.view(actor).tasks.get(second.id)
    assert [2, 3, 4] == [first.version, second.version, third.version]
    assert 3 == await harness.live_tasks(actor)
    assert actor.user == await harness.store.task_owner(second.id)


@check
async def full_is_full(harness: StoreHarness) -> None:
    """With as many live tasks as may be, nothing is kept and no number taken; one in the trash does not count."""
    actor = await harness.actor()
    task = await harness.add(actor)
    with expect(QuotaExceeded):
        await harness.store.create_task(actor, harness.task(actor), 1)
    await harness.put(actor, task.trashed(harness.clock.now()))
    added = await harness.store.create_task(actor, harness.task(actor), 1)

    assert 4 == added.version


@check
async def taken_ids_are_refused(harness: StoreHarness) -> None:
    """An id that anybody has is taken, and the refusal takes no number."""
    actor, other = await harness.actor(), await harness.actor()
    for owner in (actor, other):
        task = await harness.add(owner)
        with expect(IdTaken):
            await harness.store.create_task(actor, harness.task(actor, task_id=task.id), PLENTY)

    added = await harness.store.create_task(actor, harness.task(actor), PLENTY)
    assert 3 == added.version


@check
async def only_live_sessions_add(harness: StoreHarness) -> None:
    """Who has no live session adds nothing, whoever they say they are, and however full their list is."""
    actor = await harness.actor()
    strangers = [
        SessionActor(actor.user, SessionId(harness.ids.new())),
        SessionActor((await harness.user()).id, actor.session),
        SessionActor(UserId(harness.ids.new()), actor.session),
    ]
    for stranger in strangers:
        for max_tasks in (PLENTY, 0):
            with expect(NotAuthenticated):
                await harness.store.create_task(stranger, harness.task(actor), max_tasks)
    assert 0 == await harness.live_tasks(actor)


@check
async def expired_sessions_add_nothing(harness: StoreHarness) -> None:
    """The session has to be alive by the clock of the store."""
    actor = await harness.actor()
    harness.clock.advance(POLICY.idle_timeout)
    with expect(NotAuthenticated):
        await harness.store.create_task(actor, harness.task(actor), PLENTY)


@check
@cases("disabling", [False, True])
async def what_was_waited_for_counts(harness: StoreHarness, disabling: bool) -> None:
    """A session that ends, or an account that is disabled, while the user's lock is waited for, adds nothing."""
    actor, locked = await harness.actor(), asyncio.Event()

    async def end(unit: UnitOfWork) -> None:
        if disabling:
            await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=harness.clock.now()))
        else:
            await unit.sessions.remove(actor.session)
        locked.set()
        await harness.somebody_waits()

    ending = asyncio.create_task(harness.store.write_as(actor.user, end))
    await locked.wait()
    with expect(NotAuthenticated):
        await harness.store.create_task(actor, harness.task(actor), PLENTY)
    await ending


@check
async def numbers_follow_each_other(harness: StoreHarness) -> None:
    """Many at once, beside units of work: no number is left out, none is given twice, and the list ends when full."""
    actor = await harness.actor()
    tasks = [harness.task(actor) for _ in range(4 * WORKERS)]

    async def unit(task: Task) -> Task:
        return await harness.store.write(actor, lambda unit: unit.tasks.add(task))

    one_by_one = [unit(task) for task in tasks[:WORKERS]]
    at_once = [harness.store.create_task(actor, task, 2 * WORKERS) for task in tasks[WORKERS:]]
    results = await asyncio.gather(*one_by_one, *at_once, return_exceptions=True)
    added = [task.version for task in results if isinstance(task, Task)]

    assert list(range(2, len(added) + 2)) == sorted(added)
    assert len(added) == await harness.live_tasks(actor)
    assert {QuotaExceeded} == {type(result) for result in results if not isinstance(result, Task)}
    with expect(QuotaExceeded):
        await harness.store.create_task(actor, harness.task(actor), 2 * WORKERS)
