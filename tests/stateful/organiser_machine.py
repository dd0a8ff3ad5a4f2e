"""Lists, moves, subtasks, the trash and recurrence under any order of use: every world agrees with a plain model."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.stateful.organiser_fronts import FRONTS, Beside, Front, Json
from tests.stateful.organiser_model import SAME, Codes, Item, OrganiserModel, Same, Where
from tests.stateful.task_machine import LASTING
from tests.support import BERLIN, World
from todo_core.cycles import LAST as LAST_DAY_OF_MONTH
from todo_core.cycles import MonthDay, Weekday
from todo_core.lists import ListId
from todo_core.ports import Store
from todo_core.recurrence import Anchor, Frequency, Recurrence
from todo_core.tasks import TaskId
from todo_core.testing import ManualClock, MemoryStore

T = TypeVar("T")
MAX_TASKS, MAX_LISTS = 16, 5
FIRST_DAY = dt.date(2026, 1, 29)
MONTH_END = st.sampled_from([None, MonthDay(31), MonthDay(LAST_DAY_OF_MONTH)])
numbers = st.integers(0, 10_000)
Choice = int | Same | None
"""Which list or task a request names: a number for one of them."""
choices: st.SearchStrategy[Choice] = st.one_of(st.just(SAME), st.none(), numbers, numbers)
days = st.integers(0, 40).map(lambda number: FIRST_DAY + dt.timedelta(days=number))
ends: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.fixed_dictionaries({"until": days}), st.fixed_dictionaries({"count": st.integers(1, 4)})
)


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    """Return a rule of any kind that the model knows."""
    frequency = draw(st.sampled_from([Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]))
    anchor = draw(st.sampled_from(Anchor))
    more = dict(draw(ends))
    if frequency is Frequency.WEEKLY:
        more["weekdays"] = draw(st.none() | st.lists(st.sampled_from(Weekday), min_size=1, max_size=3))
    if frequency is Frequency.MONTHLY and anchor is Anchor.DUE:
        more["on"] = draw(MONTH_END)
    return Recurrence(frequency, draw(st.integers(1, 3)), anchor=anchor, **more)


repeating = st.tuples(days, rules())


class OrganiserMachine(RuleBasedStateMachine):
    """Drives lists and tasks of one user in several worlds at once. `worlds`: a store, and how it is asked."""

    worlds: ClassVar[list[tuple[Callable[[ManualClock], Store], str]]] = [(MemoryStore, "core")]
    runner: ClassVar[asyncio.Runner]

    mirrors = Bundle("mirrors")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(dt.datetime.combine(FIRST_DAY, dt.time(22, 30), dt.UTC))
        self.fronts: list[Front] = []
        self.numbers = iter(range(1, 10_000))

    @property
    def today(self) -> dt.date:
        """The date where the user is."""
        return self.clock.now().astimezone(self.clock.zone(BERLIN)).date()

    def each(self, ask: Callable[[Front], Awaitable[T]]) -> T:
        """Ask every world the same; they give one answer."""
        answers = [self.runner.run(_awaited(ask(front))) for front in self.fronts]
        assert all(answers[0] == answer for answer in answers), answers
        return answers[0]

    def agree(self, expected: Codes, ask: Callable[[Front], Awaitable[Codes]]) -> None:
        """Ask every world for what the model has done."""
        assert expected == self.each(ask)

    def new_id(self) -> UUID:
        """Return an id that the client makes."""
        return UUID(int=next(self.numbers), version=4)

    def version(self, task_id: TaskId, *, once: bool) -> int | None:
        """Return the version of a task, to be named once; 1 if it is gone."""
        return self.seen.get(str(task_id), {"version": 1})["version"] if once else None

    def a_task(self, number: int, likely: Callable[[Item], bool] = lambda item: item.live) -> TaskId:
        """Return one of the tasks that there are or were, more often one of the `likely` ones."""
        likely_ones = [one for one, item in self.model.items.items() if likely(item)]
        return _pick([*likely_ones, *likely_ones, *self.model.items], number)

    def a_list(self, number: int) -> ListId:
        """Return one of the lists that there are or were, more often one that is there."""
        return _pick([*self.model.lists, *self.model.lists, *self.made], number)

    def where(self, list_id: Choice, parent_id: Choice) -> Where:
        """Return the place that a request names."""
        return Where(
            self.a_list(list_id) if isinstance(list_id, int) else list_id,
            self.a_task(parent_id) if isinstance(parent_id, int) else parent_id,
        )

    @initialize()
    def join(self) -> None:
        """Somebody begins with an inbox, one more list, a chain of tasks, and one that repeats."""
        for make, front in self.worlds:
            world = World.over(make, policy=LASTING, max_tasks=MAX_TASKS, clock=self.clock)
            self.fronts.append(self.runner.run(_awaited(FRONTS[front](world, BERLIN))))
        (inbox,) = self.each(lambda front: front.lists())
        self.model = OrganiserModel(ListId(UUID(inbox["id"])), MAX_TASKS)
        self.seen: dict[str, Json] = {}
        self.made: list[ListId] = []
        self.create_list()
        self.add(Where(), None, None)
        for _ in range(4):
            self.add(Where(parent_id=list(self.model.items)[-1]), None, None)
        self.add(Where(), FIRST_DAY, Recurrence(Frequency.DAILY))

    @precondition(lambda self: len(self.made) < MAX_LISTS)
    @rule()
    def create_list(self) -> None:
        """It comes last."""
        list_id = ListId(self.new_id())
        self.made.append(list_id)
        self.agree(self.model.create_list(list_id), lambda front: front.create_list(list_id, "a list"))

    @rule(moved=numbers, beside=st.none() | numbers, after=st.booleans())
    def move_list(self, moved: int, beside: int | None, *, after: bool) -> None:
        """Beside another one."""
        list_id, sibling = self.a_list(moved), None if beside is None else self.a_list(beside)
        expected = self.model.move_list(list_id, sibling, after=after)
        self.agree(expected, lambda front: front.move_list(list_id, Beside(sibling, after)))

    @rule(number=numbers, contents=st.sampled_from([None, "trash", "inbox"]))
    def delete_list(self, number: int, contents: str | None) -> None:
        """With what is in it, or not."""
        list_id = self.a_list(number)
        expected = self.model.delete_list(list_id, contents)
        self.agree(expected, lambda front: front.delete_list(list_id, contents))

    @rule(list_id=choices, parent_id=choices, dated=st.one_of(st.tuples(st.none() | days, st.none()), repeating))
    def create(self, list_id: Choice, parent_id: Choice, dated: tuple[dt.date | None, Recurrence | None]) -> None:
        """Last in a list, or below a task."""
        self.add(self.where(list_id, parent_id), *dated)

    @rule()
    def create_below_the_deepest(self) -> None:
        """As far down as it goes, and once more."""
        live = [one for one, item in self.model.items.items() if item.live]
        if live:
            self.add(Where(parent_id=max(live, key=self.model.level)), None, None)

    def add(self, where: Where, due: dt.date | None, recurrence: Recurrence | None) -> None:
        """Create a task."""
        task_id = TaskId(self.new_id())
        expected = self.model.create(task_id, where, due, recurrence)
        self.agree(expected, lambda front: front.create(task_id, where, due, recurrence))

    @rule(number=numbers, list_id=choices, parent_id=choices)
    def send(self, number: int, list_id: Choice, parent_id: Choice) -> None:
        """To another list or parent, by PATCH."""
        task_id, where = self.a_task(number), self.where(list_id, parent_id)
        self.agree(self.model.send(task_id, where), lambda front: front.send(task_id, where))

    @rule(number=numbers, list_id=choices, parent_id=choices, beside=st.none() | numbers, after=st.booleans())
    def move(self, number: int, list_id: Choice, parent_id: Choice, beside: int | None, *, after: bool) -> None:
        """To a place between siblings, which may not be there."""
        sibling = None if beside is None else self.a_task(beside)
        self.put(self.a_task(number), self.where(list_id, parent_id), sibling, after=after)

    @rule(number=numbers, beside=numbers, after=st.booleans())
    def move_beside(self, number: int, beside: int, *, after: bool) -> None:
        """Wherever the other one is."""
        sibling = self.a_task(beside)
        item = self.model.items[sibling]
        self.put(self.a_task(number), Where(item.list_id, item.parent_id), sibling, after=after)

    def put(self, task_id: TaskId, where: Where, sibling: TaskId | None, *, after: bool) -> None:
        """Move a task."""
        expected = self.model.move(task_id, where, sibling, after=after)
        self.agree(expected, lambda front: front.move(task_id, where, Beside(sibling, after)))

    @rule(number=numbers, due=st.just(SAME) | days, recurrence=st.just(SAME) | st.none() | rules())
    def edit(self, number: int, due: dt.date | Same, recurrence: Recurrence | Same | None) -> None:
        """The due date of this occurrence, the rule of all."""
        task_id = self.a_task(number)
        expected = self.model.edit(task_id, due, recurrence)
        self.agree(expected, lambda front: front.edit(task_id, due, recurrence))

    @rule(number=numbers, subtasks=st.booleans(), once=st.sampled_from([True, True, True, False]))
    def toggle(self, number: int, *, subtasks: bool, once: bool) -> None:
        """Between open and done, or on to the next occurrence."""
        task_id = self.a_task(number)
        version = self.version(task_id, once=once)
        expected = self.model.toggle(task_id, self.today, subtasks=subtasks, once=once)
        self.agree(expected, lambda front: front.toggle(task_id, subtasks=subtasks, version=version))

    @rule(number=numbers, due=days, late=st.integers(-3, 45), subtasks=st.booleans())
    def complete_late(self, number: int, due: dt.date, late: int, *, subtasks: bool) -> None:
        """An occurrence that was moved, before its day or after some have passed."""
        task_id = self.a_task(number, lambda item: item.live and item.rule is not None and not item.completed)
        self.agree(self.model.edit(task_id, due, SAME), lambda front: front.edit(task_id, due, SAME))
        self.everything_is_as_the_model_says()
        self.clock.advance(max(due + dt.timedelta(days=late) - self.today, dt.timedelta()))
        version = self.version(task_id, once=True)
        expected = self.model.toggle(task_id, self.today, subtasks=subtasks, once=True)
        self.agree(expected, lambda front: front.toggle(task_id, subtasks=subtasks, version=version))

    @rule(number=numbers, once=st.sampled_from([True, True, True, False]))
    def skip(self, number: int, *, once: bool) -> None:
        """The current occurrence."""
        task_id = self.a_task(number, lambda item: item.rule is not None)
        version = self.version(task_id, once=once)
        expected = self.model.skip(task_id, self.today, once=once)
        self.agree(expected, lambda front: front.skip(task_id, version))

    @rule(number=numbers, once=st.sampled_from([True, True, True, False]))
    def reopen(self, number: int, *, once: bool) -> None:
        """The latest occurrence."""
        task_id = self.a_task(number, lambda item: bool(item.history))
        version = self.version(task_id, once=once)
        self.agree(self.model.reopen(task_id, once=once), lambda front: front.reopen(task_id, version))

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        """With everything below."""
        task_id = self.a_task(number)
        self.agree(self.model.delete(task_id), lambda front: front.delete(task_id))

    @rule(number=numbers)
    def restore(self, number: int) -> None:
        """What was deleted together."""
        task_id = self.a_task(number, lambda item: not item.live)
        self.agree(self.model.restore(task_id), lambda front: front.restore(task_id))

    @rule(number=numbers)
    def look_back(self, number: int) -> None:
        """At past occurrences, the latest first."""
        task_id = self.a_task(number, lambda item: bool(item.history))
        item = self.model.live(task_id)
        found = self.each(lambda front: front.occurrences(task_id))
        expected = item and [(past.due.isoformat(), past.outcome.value, past.missed) for past in reversed(item.history)]
        assert expected == (
            None if found is None else [(one["due"]["date"], one["outcome"], one["missed"]) for one in found]
        )

    @rule(hours=st.sampled_from([1, 5, 24, 72, 24 * 31]))
    def wait(self, hours: int) -> None:
        """Time passes; nothing is purged."""
        self.clock.advance(dt.timedelta(hours=hours))

    @rule(target=mirrors, limit=st.integers(1, 3))
    def begin_mirror(self, limit: int) -> object:
        """A client takes the first page of everything."""
        return self.follow([None] * len(self.fronts), {}, limit, pages=1)

    @rule(target=mirrors, mirror=mirrors, limit=st.integers(1, 5))
    def catch_up(self, mirror: tuple[list[Any], dict[str, Json]], limit: int) -> object:
        """From any point that there ever was to the end: the mirror is what the server has."""
        points, kept = self.follow(*mirror, limit)
        assert {**self.seen, **{one["id"]: one for one in self.each(lambda front: front.lists())}} == kept
        return points, kept

    def follow(
        self, points: list[Any], kept: dict[str, Json], limit: int, pages: int | None = None
    ) -> tuple[list[Any], dict[str, Json]]:
        """Apply pages of changes to a mirror, all if it is not said how many."""
        kept, points = dict(kept), list(points)
        has_more = True
        while has_more and pages != 0:
            answers = [
                self.runner.run(_awaited(front.changes(point, limit)))
                for front, point in zip(self.fronts, points, strict=True)
            ]
            items, _, has_more = answers[0]
            assert all((items, has_more) == (answer[0], answer[2]) for answer in answers)
            points = [answer[1] for answer in answers]
            for one in items:
                kept.pop(one["id"], None)
                if not one.get("deleted"):
                    kept[one["id"]] = one[one["kind"]]
            pages = None if pages is None else pages - 1
        return points, kept

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        """Lists, places, order, what is done, what is in the trash, and how many changes there were."""
        if not self.fronts:
            return
        shown_lists = self.each(lambda front: front.lists())
        assert [*map(str, self.model.lists)] == [one["id"] for one in shown_lists]
        live = self.each(lambda front: front.tasks(deleted=False))
        trash = self.each(lambda front: front.tasks(deleted=True))
        self.seen = {one["id"]: one for one in live}
        assert {str(one) for one, item in self.model.items.items() if item.live} == self.seen.keys()
        assert {str(one) for one, item in self.model.items.items() if not item.live} == {one["id"] for one in trash}
        assert {one: _members(item) for one, item in self.model.items.items() if item.live} == {
            TaskId(UUID(one["id"])): {name: one[name] for name in MEMBERS} for one in live
        }
        self._compare_order(live)
        versions = [one["version"] for one in (*live, *trash, *shown_lists)]
        assert len(versions) == len(set(versions))
        assert self.model.revision >= max(versions)

    def _compare_order(self, live: list[Json]) -> None:
        observed: dict[UUID, list[TaskId]] = {}
        for shown in sorted(live, key=lambda one: one["position"]):
            key = UUID(shown["parent_id"] or shown["list_id"])
            observed.setdefault(key, []).append(TaskId(UUID(shown["id"])))
        for siblings in observed.values():
            for one in siblings:
                self.model.settle_adrift(one, siblings)
        keys = {item.parent_id or item.list_id for item in self.model.items.values() if item.live}
        assert {key: self.model.siblings(key) for key in keys} == observed


MEMBERS = ("list_id", "parent_id", "completed", "due", "recurrence")


def _members(item: Item) -> dict[str, Any]:
    """Return what a task must show."""
    rule = item.rule
    shown = rule and {
        "frequency": rule.frequency.value,
        "interval": rule.interval,
        **({} if rule.weekdays is None else {"weekdays": [one.name[:2].lower() for one in rule.weekdays]}),
        **({} if rule.on is None else {"on": {"day": rule.on}}),
        "anchor": rule.anchor.value,
        **({} if rule.until is None else {"until": rule.until.isoformat()}),
        **({} if rule.count is None else {"count": rule.count}),
        "start": item.start and item.start.isoformat(),
    }
    return {
        "list_id": str(item.list_id),
        "parent_id": item.parent_id and str(item.parent_id),
        "completed": item.completed,
        "due": None if item.due is None else {"date": item.due.isoformat()},
        "recurrence": shown,
    }


def _pick(candidates: Sequence[T], number: int) -> T:
    return candidates[number % len(candidates)]


async def _awaited(request: Awaitable[T]) -> T:
    return await request
