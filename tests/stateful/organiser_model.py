"""What lists, order, subtasks and recurrence do, said once more in the plainest way.

Order is a Python list of ids, trees are parent links, and the dates of a rule are found by walking through the days.
Requests return the codes of what is wrong with them; empty: the request is carried out.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from enum import Enum

import attrs

from todo_core.cycles import LAST as LAST_DAY_OF_MONTH
from todo_core.cycles import NthWeekday
from todo_core.lists import ListId
from todo_core.recurrence import Anchor, Frequency, Outcome, Recurrence
from todo_core.tasks import TaskId

DAY = dt.timedelta(days=1)
MAX_LEVELS = 5
FINE: frozenset[str] = frozenset()
Codes = frozenset[str]


class Same(Enum):
    """Leaves a member as it is."""

    SAME = "same"


SAME = Same.SAME


@attrs.frozen
class Where:
    """The list and the parent that a request names."""

    list_id: ListId | Same | None = SAME
    parent_id: TaskId | Same | None = SAME


@attrs.frozen
class Past:
    """An occurrence that ended."""

    due: dt.date
    place: dt.date
    outcome: Outcome
    missed: int


@attrs.define
class Item:
    """A task. `group`: whose deletion took it to the trash. `adrift`: its place among its siblings is not certain."""

    list_id: ListId
    parent_id: TaskId | None
    due: dt.date | None = None
    rule: Recurrence | None = None
    start: dt.date | None = None
    place: dt.date | None = None
    ended: int = 0
    completed: bool = False
    group: TaskId | None = None
    adrift: bool = False
    history: list[Past] = attrs.field(factory=list)

    @property
    def live(self) -> bool:
        """Whether it is outside the trash."""
        return self.group is None

    def begin(self, rule: Recurrence | None) -> None:
        """Repeat from the due date on, or no longer."""
        self.rule, self.ended = rule, 0
        self.start = self.place = self.due if rule else None


@attrs.define
class OrganiserModel:
    """The lists and tasks of one user. `order` has the siblings below a task or in a list, those in the trash too."""

    inbox: ListId
    max_tasks: int
    revision: int = 1
    lists: list[ListId] = attrs.field(factory=list)
    items: dict[TaskId, Item] = attrs.field(factory=dict)
    order: dict[TaskId | ListId, list[TaskId]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Begin with the inbox."""
        self.lists.append(self.inbox)

    def live(self, task_id: TaskId) -> Item | None:
        """Return a live task."""
        item = self.items.get(task_id)
        return item if item is not None and item.live else None

    def siblings(self, key: TaskId | ListId) -> list[TaskId]:
        """Return the live siblings below a task or in a list, in order."""
        return [one for one in self.order.get(key, []) if self.items[one].live]

    def below(self, task_id: TaskId) -> list[TaskId]:
        """Return all descendants, in the trash too."""
        children = [one for one, item in self.items.items() if item.parent_id == task_id]
        return [*children, *(one for child in children for one in self.below(child))]

    def live_below(self, task_id: TaskId) -> list[Item]:
        """Return the live descendants."""
        return [self.items[one] for one in self.below(task_id) if self.items[one].live]

    def level(self, task_id: TaskId) -> int:
        """Return how deep a task is; 1 without a parent."""
        parent_id = self.items[task_id].parent_id
        return 1 if parent_id is None else 1 + self.level(parent_id)

    def create_list(self, list_id: ListId) -> Codes:
        """Add a list."""
        self.lists.append(list_id)
        self.revision += 1
        return FINE

    def move_list(self, list_id: ListId, sibling: ListId | None, *, after: bool) -> Codes:
        """Put a list beside another one."""
        if list_id not in self.lists:
            return frozenset({"not-found"})
        others = [one for one in self.lists if one != list_id]
        if sibling is not None and sibling not in others:
            return frozenset({"sibling-gone"})
        others.insert(_index(others, sibling, after=after), list_id)
        self.revision += others != self.lists
        self.lists = others
        return FINE

    def delete_list(self, list_id: ListId, contents: str | None) -> Codes:
        """Remove a list; its tasks go where `contents` says."""
        if list_id not in self.lists:
            return frozenset({"not-found"})
        if list_id == self.inbox:
            return frozenset({"inbox"})
        nodes = [one for one, item in self.items.items() if item.live and item.list_id == list_id]
        if nodes and contents is None:
            return frozenset({"list-not-empty"})
        for root in self.siblings(list_id):
            self._clear(root, contents)
        self.lists.remove(list_id)
        self.revision += len(nodes) + 1
        return FINE

    def _clear(self, root: TaskId, contents: str | None) -> None:
        """Put a tree into the trash as one group, or last into the inbox."""
        tree = [self.items[root], *self.live_below(root)]
        if contents == "trash":
            for one in tree:
                one.group = root
            return
        self._put_last(root, tree[0].list_id, self.inbox)
        for one in tree:
            one.list_id = self.inbox

    def create(self, task_id: TaskId, where: Where, due: dt.date | None, rule: Recurrence | None) -> Codes:
        """Add a task."""
        wrong, place = self._place(None, where)
        wrong |= self._wrong_rule(Item(self.inbox, None), due, rule)
        if wrong:
            return wrong
        if sum(item.live for item in self.items.values()) >= self.max_tasks:
            return frozenset({"quota-exceeded"})
        item = Item(*place, due)
        item.begin(rule)
        self.items[task_id] = item
        self.order.setdefault(place[1] or place[0], []).append(task_id)
        self.revision += 1
        return FINE

    def send(self, task_id: TaskId, where: Where) -> Codes:
        """Change the list or the parent of a task, which comes last there."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        wrong, place = self._place(task_id, where)
        if wrong or place == (item.list_id, item.parent_id):
            return wrong
        self._put_last(task_id, item.parent_id or item.list_id, place[1] or place[0])
        self._settle(task_id, *place)
        return FINE

    def move(self, task_id: TaskId, where: Where, sibling: TaskId | None, *, after: bool) -> Codes:
        """Put a task beside another one."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        wrong, place = self._place(task_id, where)
        if wrong:
            return wrong
        key = place[1] or place[0]
        others = [one for one in self.siblings(key) if one != task_id]
        if sibling is not None and sibling not in others:
            return frozenset({"sibling-gone"})
        wanted = list(others)
        wanted.insert(_index(others, sibling, after=after), task_id)
        if place == (item.list_id, item.parent_id) and wanted == self.siblings(key):
            return FINE
        self.order[item.parent_id or item.list_id].remove(task_id)
        self._insert(task_id, key, wanted)
        self._settle(task_id, *place)
        return FINE

    def edit(self, task_id: TaskId, due: dt.date | Same, rule: Recurrence | Same | None) -> Codes:
        """Change the due date or the rule."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        new_due = item.due if isinstance(due, Same) else due
        new_rule = item.rule if isinstance(rule, Same) else rule
        wrong = self._wrong_rule(item, new_due, new_rule)
        if wrong or (new_due, new_rule) == (item.due, item.rule):
            return wrong
        item.due = new_due
        if new_rule != item.rule:
            item.begin(new_rule)
        self.revision += 1
        return FINE

    def toggle(self, task_id: TaskId, today: dt.date, *, subtasks: bool, once: bool) -> Codes:
        """Complete or open a task; of a repeating one, its occurrence."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        if item.rule is not None:
            if not once:
                return frozenset({"precondition-required"})
            if item.completed:
                return self._take_back(item)
            return self._end(task_id, today, Outcome.COMPLETED, subtasks=subtasks)
        item.completed = not item.completed
        self.revision += 1
        if subtasks and item.completed:
            self._complete_below(task_id)
        return FINE

    def skip(self, task_id: TaskId, today: dt.date, *, once: bool) -> Codes:
        """Pass over the current occurrence."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        if item.rule is None or item.completed:
            return frozenset({"not-repeating"})
        return self._end(task_id, today, Outcome.SKIPPED) if once else frozenset({"precondition-required"})

    def reopen(self, task_id: TaskId, *, once: bool) -> Codes:
        """Take the latest occurrence back."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        return self._take_back(item) if once else frozenset({"precondition-required"})

    def delete(self, task_id: TaskId) -> Codes:
        """Put a task into the trash, with everything below it."""
        item = self.live(task_id)
        if item is None:
            return frozenset({"not-found"})
        group = [item, *self.live_below(task_id)]
        for one in group:
            one.group = task_id
        self.revision += len(group)
        return FINE

    def restore(self, task_id: TaskId) -> Codes:
        """Bring back what was deleted together, unless the task is there."""
        item = self.items[task_id]
        if item.live:
            return FINE
        below = [one for one in self.below(task_id) if self.items[one].group == item.group]
        if sum(one.live for one in self.items.values()) + 1 + len(below) > self.max_tasks:
            return frozenset({"quota-exceeded"})
        wrong = self._cannot_be_restored(task_id, set(below))
        if wrong:
            return wrong
        list_id = self._list_of_restored(item)
        if list_id != item.list_id:
            self._put_last(task_id, item.parent_id or item.list_id, item.parent_id or list_id)
            item.adrift = False
        for one in (task_id, *below):
            self.items[one].group, self.items[one].list_id = None, list_id
        self.revision += 1 + len(below)
        return FINE

    def _list_of_restored(self, item: Item) -> ListId:
        if item.parent_id is not None:
            return self.items[item.parent_id].list_id
        return item.list_id if item.list_id in self.lists else self.inbox

    def _cannot_be_restored(self, task_id: TaskId, below: set[TaskId]) -> Codes:
        parent_id = self.items[task_id].parent_id
        if parent_id is None:
            return FINE
        if not self.items[parent_id].live:
            return frozenset({"parent-in-trash"})
        is_too_deep = self.level(parent_id) + self._height(task_id, below) > MAX_LEVELS
        return frozenset({"too-deep"}) if is_too_deep else FINE

    def settle_adrift(self, task_id: TaskId, observed: list[TaskId]) -> None:
        """Take over where a restored task is among its siblings, if that was not certain."""
        item = self.items[task_id]
        if item.adrift:
            item.adrift = False
            self.order[item.parent_id or item.list_id].remove(task_id)
            self._insert(task_id, item.parent_id or item.list_id, observed)

    def _place(self, task_id: TaskId | None, where: Where) -> tuple[Codes, tuple[ListId, TaskId | None]]:
        """Return what is wrong with the place that a request names, and the place."""
        item = None if task_id is None else self.items[task_id]
        parent_id, list_id = self._named(item, where)
        if item and parent_id == item.parent_id and list_id in {item.list_id, None if parent_id else item.list_id}:
            return FINE, (item.list_id, item.parent_id)
        parent = None if parent_id is None else self.live(parent_id)
        wrong = FINE if parent_id is None else self._wrong_parent(task_id, parent_id)
        if list_id is not None and list_id not in self.lists:
            wrong |= {"unknown-list"}
        elif parent is not None and list_id not in {None, parent.list_id}:
            wrong |= {"list-of-parent"}
        return wrong, (parent.list_id if parent else list_id or self.inbox, parent_id)

    def _named(self, item: Item | None, where: Where) -> tuple[TaskId | None, ListId | None]:
        """Return the parent and the list of a request. None: no parent, and the list that goes without saying."""
        current = (None, None) if item is None else (item.parent_id, item.list_id)
        parent_id = current[0] if isinstance(where.parent_id, Same) else where.parent_id
        if not isinstance(where.list_id, Same):
            return parent_id, where.list_id
        follows = not isinstance(where.parent_id, Same) and parent_id is not None
        return parent_id, None if follows else current[1]

    def _wrong_parent(self, task_id: TaskId | None, parent_id: TaskId) -> Codes:
        if self.live(parent_id) is None:
            return frozenset({"unknown-parent"})
        if task_id is not None and parent_id == self.items[task_id].parent_id:
            return FINE
        if task_id is not None and parent_id in {task_id, *self.below(task_id)}:
            return frozenset({"cycle"})
        is_too_deep = self.level(parent_id) + (self._height(task_id) if task_id else 1) > MAX_LEVELS
        return frozenset({"too-deep"}) if is_too_deep else FINE

    def _wrong_rule(self, item: Item, due: dt.date | None, rule: Recurrence | None) -> Codes:
        if rule is None or (rule == item.rule and due is not None):
            return FINE
        if due is None:
            return frozenset({"needs-due"})
        wrong = {"not-with-recurrence"} if item.rule is None and item.completed else set()
        if rule.until is not None and rule.until < due:
            wrong.add("never")
        return frozenset(wrong)

    def _height(self, task_id: TaskId, among: set[TaskId] | None = None) -> int:
        children = [
            one
            for one, item in self.items.items()
            if item.parent_id == task_id and (item.live if among is None else one in among)
        ]
        return 1 + max((self._height(one, among) for one in children), default=0)

    def _put_last(self, task_id: TaskId, old: TaskId | ListId, new: TaskId | ListId) -> None:
        self.order[old].remove(task_id)
        self.order.setdefault(new, []).append(task_id)

    def _insert(self, task_id: TaskId, key: TaskId | ListId, wanted: list[TaskId]) -> None:
        """Insert a task among siblings so that the live ones are as wanted; what is in the trash there comes adrift."""
        siblings = self.order.setdefault(key, [])
        place = wanted.index(task_id)
        start = siblings.index(wanted[place - 1]) + 1 if place else 0
        end = siblings.index(wanted[place + 1]) if place + 1 < len(wanted) else len(siblings)
        for one in siblings[start:end]:
            self.items[one].adrift = True
        siblings.insert(end, task_id)

    def _settle(self, task_id: TaskId, list_id: ListId, parent_id: TaskId | None) -> None:
        """Change a task to a place, and the list of everything live below it."""
        item = self.items[task_id]
        followers = self.live_below(task_id) if item.list_id != list_id else []
        for one in (item, *followers):
            one.list_id = list_id
        item.parent_id = parent_id
        self.revision += 1 + len(followers)

    def _complete_below(self, task_id: TaskId) -> None:
        for one in self.live_below(task_id):
            if one.rule is None and not one.completed:
                one.completed = True
                self.revision += 1

    def _end(self, task_id: TaskId, today: dt.date, outcome: Outcome, *, subtasks: bool = False) -> Codes:
        item = self.items[task_id]
        assert item.rule is not None
        assert item.due is not None
        assert item.place is not None
        following, missed = _following(item, today)
        item.history.append(Past(item.due, item.place, outcome, missed))
        item.ended += 1
        self.revision += 1
        if following is None:
            item.completed = True
            if subtasks:
                self._complete_below(task_id)
            return FINE
        item.due = item.place = following
        for one in self.live_below(task_id):
            if one.rule is None and one.completed:
                one.completed = False
                self.revision += 1
        return FINE

    def _take_back(self, item: Item) -> Codes:
        if not item.history:
            return frozenset({"nothing-to-reopen"})
        latest = item.history.pop()
        item.due, item.completed = latest.due, False
        if item.rule is not None:
            item.place = latest.place if item.ended else latest.due
            item.ended = max(item.ended - 1, 0)
        self.revision += 1
        return FINE


def _index(others: list[TaskId] | list[ListId], sibling: TaskId | ListId | None, *, after: bool) -> int:
    if sibling is None:
        return 0 if after else len(others)
    return others.index(sibling) + after  # type: ignore[arg-type] # both are ids of one kind


def _following(item: Item, today: dt.date) -> tuple[dt.date | None, int]:
    """Return the next due date, and how many dates were missed."""
    rule, missed = item.rule, 0
    assert rule is not None
    assert item.due is not None
    assert item.start is not None
    assert item.place is not None
    if rule.anchor is Anchor.COMPLETION:
        found = _one_interval_later(rule, today)
        over = (rule.until is not None and found > rule.until) or item.ended + 1 == rule.count
        return (None if over else found), 0
    for number, day in enumerate(_dates(rule, item.start), start=1):
        if (rule.until is not None and day > rule.until) or (rule.count is not None and number > rule.count):
            return None, missed
        if day <= max(item.place, item.due):
            continue
        if day >= today:
            return day, missed
        missed += 1
    raise AssertionError("rules go on until they end")


def _dates(rule: Recurrence, start: dt.date) -> Iterator[dt.date]:
    """Yield the dates of a rule, day by day; the start is the first."""
    yield start
    day = start
    while True:
        day += DAY
        if _is_on(rule, start, day):
            yield day


def _is_on(rule: Recurrence, start: dt.date, day: dt.date) -> bool:
    if rule.frequency is Frequency.DAILY:
        return (day - start).days % rule.interval == 0
    if rule.frequency is Frequency.WEEKLY:
        weeks = (day - start + start.weekday() * DAY).days // 7
        weekdays = [start.weekday()] if rule.weekdays is None else [int(one) for one in rule.weekdays]
        return weeks % rule.interval == 0 and day.weekday() in weekdays
    months = (day.year - start.year) * 12 + day.month - start.month
    assert not isinstance(rule.on, NthWeekday)
    return months % rule.interval == 0 and day.day == _day_in_month(day, rule.on or start.day)


def _day_in_month(month: dt.date, day: int) -> int:
    last = calendar.monthrange(month.year, month.month)[1]
    return last if day == LAST_DAY_OF_MONTH else min(day, last)


def _one_interval_later(rule: Recurrence, day: dt.date) -> dt.date:
    if rule.frequency is Frequency.DAILY:
        return day + rule.interval * DAY
    if rule.frequency is Frequency.WEEKLY and rule.weekdays is None:
        return day + 7 * rule.interval * DAY
    if rule.frequency is Frequency.WEEKLY:
        found = day + 7 * (rule.interval - 1) * DAY + DAY
        while found.weekday() not in (rule.weekdays or ()):
            found += DAY
        return found
    month = (day.replace(day=1) + 31 * rule.interval * DAY).replace(day=1)
    while (month.year - day.year) * 12 + month.month - day.month > rule.interval:
        month = (month - DAY).replace(day=1)
    return month.replace(day=_day_in_month(month, day.day))
