"""Repeating tasks and their past occurrences are kept as they are."""

import datetime as dt

import attrs

from todo_core.actors import Actor
from todo_core.cycles import LAST, MonthDay, NthWeekday, Weekday
from todo_core.due import Due
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ports import UnitOfWork
from todo_core.recurrence import Anchor, Frequency, Occurrence, Outcome, Recurrence
from todo_core.tasks import Draft, Task
from todo_core.testing import ManualClock
from todo_core.testing.contract.checks import cases, check
from todo_core.testing.contract.harness import StoreHarness

DAY = dt.date(2026, 1, 31)
DUES = [
    Due.all_day(DAY),
    Due.floating(DAY, dt.time(9, 30)),
    Due.fixed(DAY, dt.time(9, 30), "Europe/Berlin", ManualClock().zone),
]
RULES = [
    Recurrence(Frequency.DAILY, 3, count=9_999),
    Recurrence(Frequency.WEEKLY, weekdays=(Weekday.SUNDAY, Weekday.MONDAY), until=dt.date(2030, 1, 1)),
    Recurrence(Frequency.MONTHLY, on=MonthDay(LAST)),
    Recurrence(Frequency.YEARLY, 9, on=NthWeekday(Weekday.FRIDAY, LAST)),
    Recurrence(Frequency.YEARLY, anchor=Anchor.COMPLETION),
]


@check
@cases("rule", RULES, ids=str)
async def rules_are_kept(harness: StoreHarness, rule: Recurrence) -> None:
    """Every member of a rule and of where the task stands in it comes back, from a stored result too."""
    actor = await harness.actor()
    task = await harness.add(actor, harness.task(actor, Draft("x", due=DUES[0], recurrence=rule)))
    assert task.series is not None
    moved = attrs.evolve(task, series=attrs.evolve(task.series, place=dt.date(2026, 3, 1), ended=7))

    async def work(unit: UnitOfWork) -> Task:
        saved = await unit.tasks.replace(moved)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b""), saved, harness.clock.now()))
        return saved

    saved = await harness.store.write(actor, work)
    stored = await harness.store.write(actor, lambda unit: unit.idempotency.get("key"))
    assert stored is not None
    assert attrs.evolve(moved, version=3) == saved == stored.item == await harness.view(actor).tasks.get(task.id)
    assert rule == saved.draft.recurrence


async def stocked(harness: StoreHarness, actor: Actor) -> tuple[Task, list[Occurrence]]:
    """Keep a task with some past occurrences, which are returned latest first."""
    task = await harness.add(actor, harness.task(actor))
    past = [
        Occurrence(due, DAY + dt.timedelta(days=number), outcome, harness.clock.now(), number, version=number + 2)
        for number, (due, outcome) in enumerate(zip(DUES, [*Outcome, Outcome.COMPLETED], strict=True))
    ]

    async def work(unit: UnitOfWork) -> None:
        for occurrence in past:
            await unit.occurrences.add(task.id, occurrence)

    await harness.store.write(actor, work)
    return task, past[::-1]


@check
async def occurrences_come_latest_first(harness: StoreHarness) -> None:
    """All or some, from a version on; those of another task or user are not there."""
    ann, bob = await harness.actor(), await harness.actor()
    task, past = await stocked(harness, ann)
    other = await harness.add(ann)
    view = harness.view(ann)

    assert past == list(await view.occurrences.list(task.id, None, 10))
    assert past[:2] == list(await view.occurrences.list(task.id, None, 2))
    assert past[1:] == list(await view.occurrences.list(task.id, past[0].version, 10))
    assert past[:1] == list(await harness.store.write(ann, lambda unit: unit.occurrences.list(task.id, None, 1)))
    assert [] == list(await view.occurrences.list(other.id, None, 10))
    assert [] == list(await harness.view(bob).occurrences.list(task.id, None, 10))


@check
async def occurrences_are_removed(harness: StoreHarness) -> None:
    """One by one, while the others stay."""
    actor = await harness.actor()
    task, past = await stocked(harness, actor)

    await harness.store.write(actor, lambda unit: unit.occurrences.remove(task.id, past[1].version))

    assert [past[0], past[2]] == list(await harness.view(actor).occurrences.list(task.id, None, 10))


@check
async def occurrences_are_erased_with_their_task(harness: StoreHarness) -> None:
    """What is erased says nothing any more; what is in the trash keeps its history."""
    actor, now = await harness.actor(), harness.clock.now()
    task, past = await stocked(harness, actor)
    task = await harness.put(actor, task.trashed(now))
    assert past == list(await harness.view(actor).occurrences.list(task.id, None, 10))

    erased = await harness.store.write(actor, lambda unit: unit.tasks.erase(now + dt.timedelta(days=1), 10))

    assert 1 == erased
    assert [] == list(await harness.view(actor).occurrences.list(task.id, None, 10))
    await harness.store.write(actor, lambda unit: unit.tasks.remove_tombstones(now + dt.timedelta(days=1), 10))
    assert await harness.store.task_owner(task.id) is None
