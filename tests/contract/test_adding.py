"""Adding a task at once: what a unit of work would have done, in one step."""

import asyncio

import attrs
import pytest

from tests.contract.conftest import POLICY, Kept
from todo_core.actors import SessionActor
from todo_core.errors import IdTaken, NotAuthenticated, QuotaExceeded
from todo_core.ports import UnitOfWork
from todo_core.sessions import SessionId
from todo_core.tasks import Task
from todo_core.users import UserId

PLENTY = 1000
WORKERS = 10


async def test_adds_as_a_unit_does(kept: Kept) -> None:
    """The task is kept under the next number of the user's clock, and counted."""
    actor = await kept.actor()
    first = await kept.add(actor)
    second = await kept.store.create_task(actor, kept.task(actor), PLENTY)
    third = await kept.add(actor)

    assert second == await kept.view(actor).tasks.get(second.id)
    assert [2, 3, 4] == [first.version, second.version, third.version]
    assert 3 == await kept.live_tasks(actor)
    assert actor.user == await kept.store.task_owner(second.id)


async def test_full_is_full(kept: Kept) -> None:
    """With as many live tasks as may be, nothing is kept and no number taken; one in the trash does not count."""
    actor = await kept.actor()
    task = await kept.add(actor)
    with pytest.raises(QuotaExceeded):
        await kept.store.create_task(actor, kept.task(actor), 1)
    await kept.put(actor, task.trashed(kept.clock.now()))
    added = await kept.store.create_task(actor, kept.task(actor), 1)

    assert 4 == added.version


async def test_taken_ids_are_refused(kept: Kept) -> None:
    """An id that anybody has is taken, and the refusal takes no number."""
    actor, other = await kept.actor(), await kept.actor()
    for owner in (actor, other):
        task = await kept.add(owner)
        with pytest.raises(IdTaken):
            await kept.store.create_task(actor, kept.task(actor, task_id=task.id), PLENTY)

    added = await kept.store.create_task(actor, kept.task(actor), PLENTY)
    assert 3 == added.version


async def test_only_live_sessions_add(kept: Kept) -> None:
    """Who has no live session adds nothing, whoever they say they are, and however full their list is."""
    actor = await kept.actor()
    strangers = [
        SessionActor(actor.user, SessionId(kept.ids.new())),
        SessionActor((await kept.user()).id, actor.session),
        SessionActor(UserId(kept.ids.new()), actor.session),
    ]
    for stranger in strangers:
        for max_tasks in (PLENTY, 0):
            with pytest.raises(NotAuthenticated):
                await kept.store.create_task(stranger, kept.task(actor), max_tasks)
    assert 0 == await kept.live_tasks(actor)


async def test_expired_sessions_add_nothing(kept: Kept) -> None:
    """The session has to be alive by the clock of the store."""
    actor = await kept.actor()
    kept.clock.advance(POLICY.idle_timeout)
    with pytest.raises(NotAuthenticated):
        await kept.store.create_task(actor, kept.task(actor), PLENTY)


@pytest.mark.parametrize("disabling", [False, True])
async def test_what_was_waited_for_counts(kept: Kept, disabling: bool) -> None:  # noqa: FBT001 - a parameter of tests
    """A session that ends, or an account that is disabled, while the user's lock is waited for, adds nothing."""
    actor, locked = await kept.actor(), asyncio.Event()

    async def end(unit: UnitOfWork) -> None:
        if disabling:
            await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=kept.clock.now()))
        else:
            await unit.sessions.remove(actor.session)
        locked.set()
        await kept.somebody_waits()

    ending = asyncio.create_task(kept.store.write_as(actor.user, end))
    await locked.wait()
    with pytest.raises(NotAuthenticated):
        await kept.store.create_task(actor, kept.task(actor), PLENTY)
    await ending


async def test_numbers_follow_each_other(kept: Kept) -> None:
    """Many at once, beside units of work: no number is left out, none is given twice, and the list ends when full."""
    actor = await kept.actor()
    tasks = [kept.task(actor) for _ in range(4 * WORKERS)]

    async def unit(task: Task) -> Task:
        return await kept.store.write(actor, lambda unit: unit.tasks.add(task))

    one_by_one = [unit(task) for task in tasks[:WORKERS]]
    at_once = [kept.store.create_task(actor, task, 2 * WORKERS) for task in tasks[WORKERS:]]
    results = await asyncio.gather(*one_by_one, *at_once, return_exceptions=True)
    added = [task.version for task in results if isinstance(task, Task)]

    assert list(range(2, len(added) + 2)) == sorted(added)
    assert len(added) == await kept.live_tasks(actor)
    assert {QuotaExceeded} == {type(result) for result in results if not isinstance(result, Task)}
    with pytest.raises(QuotaExceeded):
        await kept.store.create_task(actor, kept.task(actor), 2 * WORKERS)
