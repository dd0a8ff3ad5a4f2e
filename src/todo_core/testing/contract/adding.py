"""Adding a task at once: what a unit of work would have done, in one step."""

import asyncio

import attrs

from todo_core.actors import SessionActor
from todo_core.errors import IdTaken, NotAuthenticated, QuotaExceeded
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork
from todo_core.sessions import SessionId
from todo_core.tasks import Task
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import POLICY, StoreHarness
from todo_core.users import UserId

PLENTY = 1000
KEY = IdempotencyKey("key", b"print")
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


@check
async def adds_once_for_a_key(harness: StoreHarness) -> None:
    """The result is stored as the task is returned; a key that was used adds nothing and takes no number."""
    actor = await harness.actor()
    task = harness.task(actor)
    added = await harness.store.create_task_once(actor, task, PLENTY, KEY, PLENTY)
    assert added == attrs.evolve(task, version=2, position=at_end(2))
    again = await harness.store.create_task_once(actor, harness.task(actor), PLENTY, KEY, PLENTY)
    other_print = attrs.evolve(KEY, fingerprint=b"another print")
    reused = await harness.store.create_task_once(actor, harness.task(actor), PLENTY, other_print, PLENTY)

    assert [None, None] == [again, reused]
    assert added == await harness.view(actor).tasks.get(task.id)
    stored = await harness.store.write(actor, lambda unit: unit.idempotency.get(KEY.value))
    assert StoredResult(KEY, added, harness.clock.now()) == stored
    assert 1 == await harness.live_tasks(actor)
    assert 3 == (await harness.add(actor)).version


@check
async def what_is_not_added_once_leaves_nothing(harness: StoreHarness) -> None:
    """Without access, without room, or with an id that is taken, neither task nor result is kept."""
    actor = await harness.actor()
    stranger = attrs.evolve(actor, session=SessionId(harness.ids.new()))
    taken = await harness.add(actor)

    assert await harness.store.create_task_once(stranger, harness.task(actor), PLENTY, KEY, PLENTY) is None
    assert await harness.store.create_task_once(actor, harness.task(actor), 1, KEY, PLENTY) is None
    assert await harness.store.create_task_once(actor, harness.task(actor), PLENTY, KEY, 0) is None
    with expect(IdTaken):
        await harness.store.create_task_once(actor, harness.task(actor, task_id=taken.id), PLENTY, KEY, PLENTY)

    assert await harness.store.write(actor, lambda unit: unit.idempotency.get(KEY.value)) is None
    assert 1 == await harness.live_tasks(actor)
    assert 3 == (await harness.add(actor)).version


@check
async def one_key_at_the_same_time_adds_once(harness: StoreHarness) -> None:
    """Of many requests with one key one adds its task; other keys are not in its way."""
    actor = await harness.actor()
    keys = [KEY, attrs.evolve(KEY, value="other")] * WORKERS
    found = await asyncio.gather(
        *(harness.store.create_task_once(actor, harness.task(actor), PLENTY, key, PLENTY) for key in keys)
    )

    assert [2, 3] == sorted(task.version for task in found if task is not None)
    assert 2 == await harness.live_tasks(actor)
