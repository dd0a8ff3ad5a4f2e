"""Due dates that have a time zone are found, and their instants are replaced without a new version."""

import datetime as dt
from uuid import UUID

import attrs

from todo_core.due import Due
from todo_core.moments import Moment
from todo_core.ports import UnitOfWork
from todo_core.queries import DueFilter, Query
from todo_core.recomputation import Recomputation
from todo_core.tasks import Draft
from todo_core.testing import ManualClock
from todo_core.testing.contract.checks import check
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import UserId

HOUR = dt.timedelta(hours=1)
FIXED = Due.fixed(dt.date(2026, 7, 1), dt.time(9), "Europe/Berlin", ManualClock().zone)
FLOATING = Due.floating(dt.date(2026, 7, 1), dt.time(9))


def moved(due: Due, by: dt.timedelta = HOUR) -> Due:
    """Return a due date under other rules."""
    assert due.at is not None
    return attrs.evolve(due, at=due.at + by)


@check
async def users_are_found_in_order(harness: StoreHarness) -> None:
    """All users are listed by id, and whether a task of theirs, the trash included, is due in a zone of its own."""
    actors = [await harness.actor() for _ in range(4)]
    await harness.add(actors[0], harness.task(actors[0], Draft("floating", due=FLOATING)))
    await harness.add(actors[1], harness.task(actors[1], Draft("fixed", due=FIXED)))
    deleted = await harness.add(actors[2], harness.task(actors[2], Draft("in the trash", due=FIXED)))
    await harness.put(actors[2], deleted.trashed(harness.clock.now()))
    expected = list(zip([actor.user for actor in actors], [False, True, True, False], strict=True))

    assert expected == await harness.store.users_by_fixed_dues(None, 10)
    assert expected[:1] == await harness.store.users_by_fixed_dues(None, 1)
    assert expected[1:3] == await harness.store.users_by_fixed_dues(actors[0].user, 2)
    assert [] == await harness.store.users_by_fixed_dues(actors[3].user, 2)


@check
async def fixed_dues_are_found_in_order(harness: StoreHarness) -> None:
    """Those of the user alone, by the id of the task, a part at a time; erased ones have none any more."""
    actor, other = await harness.actor(), await harness.actor()
    await harness.add(other, harness.task(other, Draft("fixed", due=FIXED)))
    fixed = [await harness.add(actor, harness.task(actor, Draft("fixed", due=FIXED))) for _ in range(4)]
    await harness.add(actor, harness.task(actor, Draft("floating", due=FLOATING)))
    await harness.put(actor, fixed[3].trashed(harness.clock.now()))
    expected = [(task.id, FIXED) for task in fixed]

    async def all_of(unit: UnitOfWork) -> list[object]:
        first = await unit.tasks.fixed_dues(None, 3)
        rest = await unit.tasks.fixed_dues(first[-1][0], 3)
        await unit.tasks.erase(harness.clock.now() + HOUR, 10)
        return [first, rest, await unit.tasks.fixed_dues(fixed[2].id, 3)]

    assert [expected[:3], expected[3:], []] == await harness.store.write(actor, all_of)


@check
async def instants_are_replaced(harness: StoreHarness) -> None:
    """The task keeps its version and everything else; filters by due date know the new instant; the trash keeps it."""
    actor, other = await harness.actor(), await harness.actor()
    task, unchanged, deleted = [
        await harness.add(actor, harness.task(actor, Draft("fixed", due=FIXED))) for _ in range(3)
    ]
    foreign = await harness.add(other, harness.task(other, Draft("fixed", due=FIXED)))
    deleted = await harness.put(actor, deleted.trashed(harness.clock.now()))
    before = await harness.view(actor).feed.page(None, 10)
    dues = {one.id: moved(FIXED) for one in (task, deleted, foreign)}

    await harness.store.write_as(actor.user, lambda unit: unit.tasks.replace_dues(dues))

    new_task, new_deleted = (attrs.evolve(one, due=moved(FIXED)) for one in (task, deleted))
    view = harness.view(actor)
    assert [new_task, unchanged, new_deleted] == [await view.tasks.get(one.id) for one in (task, unchanged, deleted)]
    assert foreign == await harness.view(other).tasks.get(foreign.id)
    assert FIXED.at is not None
    passed = Moment(FIXED.at)
    overdue = await view.tasks.page(Query(due=DueFilter.OVERDUE), passed, None, 10)
    assert [unchanged] == list(overdue.tasks)
    after = await view.feed.page(before.next, 10)
    assert () == tuple(after.changes)
    assert after.next.position > before.next.position


@check
async def progress_is_replaced_if_nobody_was_faster(harness: StoreHarness) -> None:
    """Nothing is kept at first; afterwards what is kept has to be as the caller knows it, in every member."""
    now = harness.clock.now()
    first = Recomputation((2026, 9), 2, now)
    later = [
        Recomputation((2026, 10), 2, now),
        Recomputation((2026, 10), 1, now),
        Recomputation((2026, 10), 1, now + HOUR),
        Recomputation((2026, 10), 1, now + HOUR, UserId(UUID(int=7))),
        Recomputation((2026, 10), 1, now + HOUR, UserId(UUID(int=8))),
        Recomputation((2027, 1, 1), 0, now),
    ]
    store = harness.store

    assert await store.recomputation() is None
    await store.replace_recomputation(None, first)
    assert first == await store.recomputation()
    for old, new in zip([first, *later], later, strict=False):
        for wrong in (None, new, *later):
            if wrong != old:
                await store.replace_recomputation(wrong, first)
        assert old == await store.recomputation()
        await store.replace_recomputation(old, new)
        assert new == await store.recomputation()
