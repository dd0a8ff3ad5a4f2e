"""Repeating tasks as their owners use them, over the in-memory store."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from tests.support import BERLIN, World
from todo_core.actors import SessionActor
from todo_core.due import Due
from todo_core.errors import InvalidInput, NotFound, NothingToReopen, NotRepeating, PreconditionRequired, TodoError
from todo_core.idempotency import IdempotencyKey
from todo_core.preconditions import ANY_VERSION, Precondition, VersionMismatch
from todo_core.recurrence import Anchor, Frequency, Outcome, Recurrence
from todo_core.tasks import Draft, Task
from todo_core.trees import Destination
from todo_core.use_cases import Edit

DAY = Due.all_day(dt.date(2026, 1, 1))  # on which the clock begins
DAILY, TWICE = Recurrence(Frequency.DAILY), Recurrence(Frequency.DAILY, count=2)
Request = Callable[[Task], Awaitable[object]]


def day(number: int) -> Due:
    """Return a due date in January 2026."""
    return Due.all_day(dt.date(2026, 1, number))


@attrs.frozen
class Desk:
    """Somebody with a repeating task. Requests name the version that they expect, as they have to."""

    world: World
    actor: SessionActor

    async def repeating(self, rule: Recurrence = DAILY, due: Due = DAY, parent: Task | None = None) -> Task:
        """Make a repeating task."""
        destination = Destination(None, parent.id if parent else None)
        new = Draft("r", due=due, recurrence=rule)
        return (await self.world.tasks.create(self.actor, new, destination=destination)).task

    async def subtask(self, parent: Task, *, completed: bool = False) -> Task:
        """Make a subtask."""
        new, destination = Draft("s", completed=completed), Destination(None, parent.id)
        return (await self.world.tasks.create(self.actor, new, destination=destination)).task

    async def change(self, task: Task, **members: Any) -> Task:  # noqa: ANN401 - members of a draft
        """Change what a task says."""
        edit = Edit(lambda now: attrs.evolve(now.draft, **members))
        return (await self.world.tasks.change(self.actor, task.id, edit, expected=at(task))).task

    async def toggle(self, task: Task, *, subtasks: bool = False) -> Task:
        """Complete a task, or open it."""
        toggling = self.world.tasks.toggle(self.actor, task.id, subtasks=subtasks, expected=at(task))
        return (await toggling).task

    async def skip(self, task: Task) -> Task:
        """Skip the current occurrence."""
        return (await self.world.tasks.skip(self.actor, task.id, expected=at(task))).task

    async def reopen(self, task: Task) -> Task:
        """Take the latest occurrence back."""
        return (await self.world.tasks.reopen(self.actor, task.id, expected=at(task))).task

    async def now(self, task: Task) -> Task:
        """Return a task as it is now."""
        return await self.world.tasks.get(self.actor, task.id)

    async def history(self, task: Task) -> list[tuple[Due, Outcome, int]]:
        """Return the past occurrences, the latest first."""
        found = (await self.world.tasks.occurrences(self.actor, task.id)).occurrences
        return [(one.due, one.outcome, one.missed) for one in found]


def at(task: Task) -> Precondition:
    """Return the condition that a task is still in this version."""
    return Precondition(match=frozenset({task.version}))


@pytest.fixture
async def ann() -> Desk:
    """A user of a fresh system, who lives in Berlin."""
    world = World.over()
    return Desk(world, await world.join(timezone=BERLIN))


async def test_completing_leads_to_the_next_occurrence(ann: Desk) -> None:
    """The same task, open, due later; the history has what was completed, under the version that it led to."""
    task = await ann.repeating()

    following = await ann.toggle(task)

    assert (day(2), False, task.id, task.version + 1) == (
        following.due,
        following.completed,
        following.id,
        following.version,
    )
    (past,) = (await ann.world.tasks.occurrences(ann.actor, task.id)).occurrences
    assert (DAY, Outcome.COMPLETED, ann.world.clock.now(), 0, following.version) == (
        past.due,
        past.outcome,
        past.at,
        past.missed,
        past.version,
    )


async def test_overdue_occurrences_are_missed_in_the_owners_zone(ann: Desk) -> None:
    """In Berlin it is 6 January already."""
    task = await ann.repeating()
    ann.world.advance(days=4, hours=23, minutes=30)

    following = await ann.toggle(task)

    assert day(6) == following.due
    assert [(DAY, Outcome.COMPLETED, 4)] == await ann.history(task)


async def test_skipping_does_the_same(ann: Desk) -> None:
    """With another outcome."""
    task = await ann.repeating()

    following = await ann.skip(task)

    assert (day(2), False) == (following.due, following.completed)
    assert [(DAY, Outcome.SKIPPED, 0)] == await ann.history(task)


@pytest.mark.parametrize("end", [Desk.toggle, Desk.skip])
async def test_after_the_last_one_the_task_is_completed(
    ann: Desk, end: Callable[[Desk, Task], Awaitable[Task]]
) -> None:
    """It keeps its last due date, and there is nothing more to skip."""
    task = await end(ann, await ann.repeating(TWICE))
    last = await end(ann, task)

    assert (day(2), True) == (last.due, last.completed)
    with pytest.raises(NotRepeating):
        await ann.world.tasks.skip(ann.actor, task.id)


async def test_completing_by_an_edit_comes_after_its_other_members(ann: Desk) -> None:
    """The title and the due date are changed first; then the occurrence at that due date is completed."""
    task = await ann.change(await ann.repeating(), title="other", due=day(9), completed=True)

    assert ("other", day(10), False) == (task.title, task.due, task.completed)
    assert [(day(9), Outcome.COMPLETED, 0)] == await ann.history(task)


async def test_the_rule_can_change_and_complete_at_once(ann: Desk) -> None:
    """It begins at the due date, which is completed then; without a rule, the task is completed."""
    weekly = await ann.change(await ann.repeating(), recurrence=Recurrence(Frequency.WEEKLY), completed=True)
    plain = await ann.change(await ann.repeating(), recurrence=None, completed=True)

    assert (day(8), False) == (weekly.due, weekly.completed)
    assert (DAY, True, None) == (plain.due, plain.completed, plain.series)
    assert [] == await ann.history(plain)


async def test_what_begins_to_repeat_is_open(ann: Desk) -> None:
    """A rule and `completed` together are refused for a task that did not repeat, with whatever else is wrong."""
    done = await ann.world.add(ann.actor, completed=True, due=DAY)
    open_ = await ann.world.add(ann.actor, due=DAY)
    never = attrs.evolve(DAILY, until=dt.date(2025, 1, 1))

    for request in (
        ann.world.tasks.create(ann.actor, Draft("x", completed=True, due=DAY, recurrence=never)),
        ann.change(done, recurrence=never),
        ann.change(open_, recurrence=never, completed=True),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await request
        assert {("completed",): "not-with-recurrence", ("recurrence",): "never"} == {
            one.path: one.code for one in refusal.value.violations
        }
    opened = await ann.change(done, recurrence=DAILY, completed=False)
    assert (False, DAILY) == (opened.completed, opened.draft.recurrence)


async def test_a_rule_needs_a_due_date(ann: Desk) -> None:
    """From the beginning, and for as long as it is there."""
    task = await ann.repeating()

    requests: tuple[Callable[[], Draft], ...] = (
        lambda: Draft("x", recurrence=DAILY),
        lambda: attrs.evolve(task.draft, due=None),
    )
    for request in requests:
        with pytest.raises(InvalidInput) as refusal:
            request()
        assert [(("recurrence",), "needs-due")] == [(one.path, one.code) for one in refusal.value.violations]


async def test_the_same_rule_again_is_no_change(ann: Desk) -> None:
    """Where the task stands in it stays; another rule begins anew at the due date."""
    task = await ann.toggle(await ann.repeating(TWICE))
    moved = await ann.change(task, due=day(5))

    assert moved == await ann.change(moved, recurrence=TWICE)
    assert task.series == moved.series
    again = await ann.change(moved, recurrence=attrs.evolve(TWICE, count=3))
    assert again.series is not None
    assert (dt.date(2026, 1, 5), 0) == (again.series.start, again.series.ended)


async def test_reopening_takes_back_the_latest(ann: Desk) -> None:
    """One after the other, each with its due date and its entry in the history; then there is nothing left."""
    task = await ann.repeating(attrs.evolve(DAILY, count=4))
    first = await ann.toggle(await ann.change(task, due=day(3)))
    last = await ann.skip(first)

    once = await ann.reopen(last)
    assert (first.due, False, first.series) == (once.due, once.completed, once.series)
    assert [(day(3), Outcome.COMPLETED, 0)] == await ann.history(task)
    twice = await ann.reopen(once)
    assert (day(3), task.series) == (twice.due, twice.series)
    assert [] == await ann.history(task)
    with pytest.raises(NothingToReopen):
        await ann.reopen(twice)


async def test_opening_a_completed_repeating_task_is_reopening(ann: Desk) -> None:
    """By toggling and by an edit."""
    task = await ann.repeating(attrs.evolve(DAILY, count=1))

    opened = await ann.toggle(await ann.toggle(task))
    assert [] == await ann.history(task)
    edited = await ann.change(await ann.toggle(opened), completed=False, title="x")

    assert (DAY, False, "x", task.series) == (edited.due, edited.completed, edited.title, task.series)
    assert [] == await ann.history(task)


async def test_reopening_after_the_rule_changed_or_went(ann: Desk) -> None:
    """The due date comes back, the rule stays as it is; what ended under another rule counts by its due date."""
    task = await ann.toggle(await ann.repeating())
    weekly = await ann.reopen(await ann.change(task, recurrence=Recurrence(Frequency.WEEKLY)))
    assert (DAY, Recurrence(Frequency.WEEKLY)) == (weekly.due, weekly.draft.recurrence)
    assert day(2) == (await ann.toggle(weekly)).due

    task = await ann.toggle(await ann.repeating())
    plain = await ann.reopen(await ann.change(task, recurrence=None, completed=True))
    assert (DAY, False, None) == (plain.due, plain.completed, plain.series)


async def test_opening_a_task_whose_rule_went_is_plain(ann: Desk) -> None:
    """Its history stays; so it is when the rule goes in the same edit."""
    last = await ann.toggle(await ann.repeating(attrs.evolve(DAILY, count=1)))
    other = await ann.toggle(await ann.repeating(attrs.evolve(DAILY, count=1)))

    opened = await ann.toggle(await ann.change(last, recurrence=None))
    assert (False, 1) == (opened.completed, len(await ann.history(last)))
    opened = await ann.change(other, recurrence=None, completed=False)
    assert (False, 1) == (opened.completed, len(await ann.history(other)))


async def test_twice_is_not_once(ann: Desk) -> None:
    """Completing, skipping and reopening need a version or a key; it is asked for before the body is looked at."""
    task, tasks = await ann.repeating(), ann.world.tasks
    plain = await ann.world.add(ann.actor)

    def malformed(_: Task) -> Draft:
        raise InvalidInput.at("title", "required", "a title is needed")

    for expected in (Precondition(), Precondition(match=ANY_VERSION), Precondition(none_match=frozenset({1}))):
        for request in (
            tasks.toggle(ann.actor, task.id, expected=expected),
            tasks.skip(ann.actor, task.id, expected=expected),
            tasks.reopen(ann.actor, task.id, expected=expected),
            tasks.reopen(ann.actor, plain.id, expected=expected),
            tasks.change(ann.actor, task.id, lambda task: attrs.evolve(task.draft, completed=True), expected=expected),
            tasks.change(ann.actor, task.id, Edit(malformed, completed=True), expected=expected),
        ):
            with pytest.raises(PreconditionRequired):
                await request
    for edit in (Edit(malformed), Edit(malformed, completed=False)):
        with pytest.raises(InvalidInput):
            await tasks.change(ann.actor, task.id, edit)
    with pytest.raises(InvalidInput):
        await tasks.change(ann.actor, plain.id, Edit(malformed, completed=True))
    with pytest.raises(VersionMismatch):
        await tasks.skip(ann.actor, task.id, expected=Precondition(match=frozenset({1})))
    assert task == await ann.now(task)


async def test_a_key_completes_once(ann: Desk) -> None:
    """The second time it is a replay, for each of the three."""
    task = await ann.repeating()
    requests: tuple[tuple[Callable[..., Awaitable[object]], Due], ...] = (
        (ann.world.tasks.toggle, day(2)),
        (ann.world.tasks.skip, day(3)),
        (ann.world.tasks.reopen, day(2)),
    )
    for number, (request, due) in enumerate(requests):
        for _ in range(2):
            await request(ann.actor, task.id, idempotency_key=IdempotencyKey(f"{number}", b""))
        assert due == (await ann.now(task)).due


@pytest.mark.parametrize("request_", ["toggle", "skip", "reopen", "edit"])
async def test_plain_tasks_need_no_condition(ann: Desk, request_: str) -> None:
    """They are completed and opened as ever; to skip is impossible, to reopen there is nothing."""
    task, tasks = await ann.world.add(ann.actor), ann.world.tasks
    refusals: dict[str, type[TodoError]] = {"skip": NotRepeating, "reopen": NothingToReopen}
    requests: dict[str, Request] = {
        "toggle": lambda task: tasks.toggle(ann.actor, task.id),
        "skip": lambda task: tasks.skip(ann.actor, task.id),
        "reopen": ann.reopen,
        "edit": lambda task: tasks.change(ann.actor, task.id, lambda now: now.draft.toggled()),
    }

    if request_ in refusals:
        with pytest.raises(refusals[request_]):
            await requests[request_](task)
        return
    await requests[request_](task)
    assert (await ann.now(task)).completed
    await requests[request_](task)
    assert not (await ann.now(task)).completed


@pytest.mark.parametrize("end", [Desk.toggle, Desk.skip])
async def test_completed_subtasks_are_opened_for_the_next_occurrence(
    ann: Desk, end: Callable[[Desk, Task], Awaitable[Task]]
) -> None:
    """Each under a number of its own; repeating ones are left alone, and the last occurrence opens none."""
    task = await ann.repeating(TWICE)
    done, deep = await ann.subtask(task, completed=True), await ann.subtask(task)
    deep = await ann.subtask(deep, completed=True)
    repeating = await ann.toggle(await ann.repeating(attrs.evolve(DAILY, count=1), parent=task))

    following = await end(ann, task)

    versions = [(await ann.now(one)).version for one in (done, deep)]
    assert {following.version + 1, following.version + 2} == set(versions)
    assert [False, False, True] == [(await ann.now(one)).completed for one in (done, deep, repeating)]
    await ann.toggle(await ann.now(done))
    last = await end(ann, following)
    assert last.completed
    assert (await ann.now(done)).completed


async def test_completing_a_repeating_task_with_its_subtasks(ann: Desk) -> None:
    """With a next occurrence all are open afterwards; with the last one all are completed, repeating ones aside."""
    task = await ann.repeating(TWICE)
    done, open_ = await ann.subtask(task, completed=True), await ann.subtask(task)
    repeating = await ann.repeating(parent=task)

    following = await ann.toggle(task, subtasks=True)
    assert [False, False, False] == [(await ann.now(one)).completed for one in (done, open_, repeating)]
    assert open_ == await ann.now(open_)
    await ann.toggle(following, subtasks=True)
    assert [True, True, False] == [(await ann.now(one)).completed for one in (done, open_, repeating)]


async def test_reopening_leaves_subtasks_alone(ann: Desk) -> None:
    """It takes the occurrence of this task back, nothing else."""
    task = await ann.repeating(attrs.evolve(DAILY, count=1))
    done = await ann.subtask(task, completed=True)

    await ann.reopen(await ann.toggle(task))

    assert done == await ann.now(done)


async def test_history_page_by_page(ann: Desk) -> None:
    """The latest first; it is there for live tasks, and gone with the task."""
    task = await ann.repeating()
    for _ in range(5):
        task = await ann.toggle(task)
    tasks = ann.world.tasks

    first = await tasks.occurrences(ann.actor, task.id, limit=3)
    second = await tasks.occurrences(ann.actor, task.id, limit=3, before=first.next)

    assert [day(number) for number in (5, 4, 3, 2, 1)] == [one.due for one in (*first.occurrences, *second.occurrences)]
    assert second.next is None
    assert (await tasks.occurrences(ann.actor, task.id, limit=5)).next is None
    with pytest.raises(InvalidInput):
        await tasks.occurrences(ann.actor, task.id, limit=201)
    await tasks.delete(ann.actor, task.id)
    with pytest.raises(NotFound):
        await tasks.occurrences(ann.actor, task.id)
    await tasks.restore(ann.actor, task.id)
    assert 5 == len(await ann.history(task))


async def test_counted_from_completion_in_the_owners_zone(ann: Desk) -> None:
    """At eleven at night in London it is the next day in Berlin."""
    task = await ann.repeating(Recurrence(Frequency.DAILY, 2, anchor=Anchor.COMPLETION))
    ann.world.advance(days=4, hours=23, minutes=30)

    assert day(8) == (await ann.toggle(task)).due
