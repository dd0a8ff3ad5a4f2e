"""Repeating tasks and their past occurrences are kept as they are."""

import datetime as dt

import attrs
import pytest

from tests.contract.conftest import Kept
from tests.support import BERLIN
from todo_core.actors import Actor
from todo_core.cycles import LAST, MonthDay, NthWeekday, Weekday
from todo_core.due import Due
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ports import UnitOfWork
from todo_core.recurrence import Anchor, Frequency, Occurrence, Outcome, Recurrence
from todo_core.tasks import Draft, Task
from todo_core.testing import ManualClock

DAY = dt.date(2026, 1, 31)
DUES = [
    Due.all_day(DAY),
    Due.floating(DAY, dt.time(9, 30)),
    Due.fixed(DAY, dt.time(9, 30), BERLIN, ManualClock().zone),
]
RULES = [
    Recurrence(Frequency.DAILY, 3, count=9_999),
    Recurrence(Frequency.WEEKLY, weekdays=(Weekday.SUNDAY, Weekday.MONDAY), until=dt.date(2030, 1, 1)),
    Recurrence(Frequency.MONTHLY, on=MonthDay(LAST)),
    Recurrence(Frequency.YEARLY, 9, on=NthWeekday(Weekday.FRIDAY, LAST)),
    Recurrence(Frequency.YEARLY, anchor=Anchor.COMPLETION),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
async def test_rules_are_kept(kept: Kept, rule: Recurrence) -> None:
    """Every member of a rule and of where the task stands in it comes back, from a stored result too."""
    actor = await kept.actor()
    task = await kept.add(actor, kept.task(actor, Draft("x", due=DUES[0], recurrence=rule)))
    assert task.series is not None
    moved = attrs.evolve(task, series=attrs.evolve(task.series, place=dt.date(2026, 3, 1), ended=7))

    async def work(unit: UnitOfWork) -> Task:
        saved = await unit.tasks.replace(moved)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b""), saved, kept.clock.now()))
        return saved

    saved = await kept.store.write(actor, work)
    stored = await kept.store.write(actor, lambda unit: unit.idempotency.get("key"))
    assert stored is not None
    assert attrs.evolve(moved, version=3) == saved == stored.item == await kept.view(actor).tasks.get(task.id)
    assert rule == saved.draft.recurrence


async def stocked(kept: Kept, actor: Actor) -> tuple[Task, list[Occurrence]]:
    """Keep a task with some past occurrences, which are returned latest first."""
    task = await kept.add(actor, kept.task(actor))
    past = [
        Occurrence(due, DAY + dt.timedelta(days=number), outcome, kept.clock.now(), number, version=number + 2)
        for number, (due, outcome) in enumerate(zip(DUES, [*Outcome, Outcome.COMPLETED], strict=True))
    ]

    async def work(unit: UnitOfWork) -> None:
        for occurrence in past:
            await unit.occurrences.add(task.id, occurrence)

    await kept.store.write(actor, work)
    return task, past[::-1]


async def test_occurrences_come_latest_first(kept: Kept) -> None:
    """All or some, from a version on; those of another task or user are not there."""
    ann, bob = await kept.actor(), await kept.actor()
    task, past = await stocked(kept, ann)
    other = await kept.add(ann)
    view = kept.view(ann)

    assert past == list(await view.occurrences.list(task.id, None, 10))
    assert past[:2] == list(await view.occurrences.list(task.id, None, 2))
    assert past[1:] == list(await view.occurrences.list(task.id, past[0].version, 10))
    assert past[:1] == list(await kept.store.write(ann, lambda unit: unit.occurrences.list(task.id, None, 1)))
    assert [] == list(await view.occurrences.list(other.id, None, 10))
    assert [] == list(await kept.view(bob).occurrences.list(task.id, None, 10))


async def test_occurrences_are_removed(kept: Kept) -> None:
    """One by one, while the others stay."""
    actor = await kept.actor()
    task, past = await stocked(kept, actor)

    await kept.store.write(actor, lambda unit: unit.occurrences.remove(task.id, past[1].version))

    assert [past[0], past[2]] == list(await kept.view(actor).occurrences.list(task.id, None, 10))


async def test_occurrences_are_erased_with_their_task(kept: Kept) -> None:
    """What is erased says nothing any more; what is in the trash keeps its history."""
    actor, now = await kept.actor(), kept.clock.now()
    task, past = await stocked(kept, actor)
    task = await kept.put(actor, task.trashed(now))
    assert past == list(await kept.view(actor).occurrences.list(task.id, None, 10))

    erased = await kept.store.write(actor, lambda unit: unit.tasks.erase(now + dt.timedelta(days=1), 10))

    assert 1 == erased
    assert [] == list(await kept.view(actor).occurrences.list(task.id, None, 10))
    await kept.store.write(actor, lambda unit: unit.tasks.remove_tombstones(now + dt.timedelta(days=1), 10))
    assert await kept.store.task_owner(task.id) is None
