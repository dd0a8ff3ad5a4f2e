"""Page tasks: filters, order, positions between two pages."""

import datetime as dt
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final
from uuid import UUID

import attrs

from todo_core.due import NO_DUE
from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.moments import DueRange, Moment
from todo_core.recurrence import Occurrence
from todo_core.tasks import Priority, Task, TaskId
from todo_core.text import check_text, fold, nfc

MAX_PAGE_SIZE = 200
MAX_PAGE_TEXT_BYTES = 1_048_576
"""How many bytes of text (titles, descriptions and tags in UTF-8) end a page early; the first task always fits."""
MAX_SEARCH_WORDS = 10
MAX_SEARCH_LENGTH = 200


class DueFilter(Enum):
    """The named filters on due dates."""

    TODAY = "today"
    OVERDUE = "overdue"
    NONE = "none"


class NoParent(Enum):
    """Filters on tasks without a parent; None would be no filter."""

    NO_PARENT = "none"


NO_PARENT: Final = NoParent.NO_PARENT


class SortKey(Enum):
    """What a list is ordered by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DUE = "due"
    PRIORITY = "priority"
    TITLE = "title"
    POSITION = "position"

    def of(self, task: Task) -> "Key":
        """Return the value of `task` that is compared."""
        return _KEYS[self](task)


Key = dt.datetime | int | str
_KEYS: dict[SortKey, Callable[[Task], Key]] = {
    SortKey.CREATED_AT: lambda task: task.created_at,
    SortKey.UPDATED_AT: lambda task: task.updated_at,
    SortKey.DUE: lambda task: task.due_key,
    SortKey.PRIORITY: lambda task: int(task.priority),
    SortKey.TITLE: lambda task: task.title_key,
    SortKey.POSITION: lambda task: task.position,
}


@attrs.frozen
class KeysetPosition:
    """A position in a sorted list: behind the task with this sort key and id, whether it still exists or not."""

    key: Key
    id: UUID


@attrs.frozen
class Sort:
    """An order of tasks; the id breaks ties in the same direction, and no due date comes last in both directions."""

    by: SortKey = SortKey.CREATED_AT
    descending: bool = True

    def position(self, task: Task) -> KeysetPosition:
        """Return the position behind `task`."""
        return KeysetPosition(self.by.of(task), task.id)

    def arrange(self, tasks: Iterable[Task]) -> list[Task]:
        """Return the tasks in this order."""
        ordered = sorted(tasks, key=lambda task: (self.by.of(task), task.id), reverse=self.descending)
        return sorted(ordered, key=lambda task: self._is_undated(self.by.of(task)))

    def follows(self, task: Task, position: KeysetPosition) -> bool:
        """Return whether `task` comes after `position` in this order."""
        key = self.by.of(task)
        if self._is_undated(key) != self._is_undated(position.key):
            return self._is_undated(key)
        here, there = (key, task.id), (position.key, position.id)
        return here < there if self.descending else here > there

    def _is_undated(self, key: Key) -> bool:
        return self.by is SortKey.DUE and key == NO_DUE


def parse_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a search, split at white space. Raises InvalidInput (path empty)."""
    words = tuple(map(fold, check_text(nfc(text), max_length=MAX_SEARCH_LENGTH, allowed="\t\n\v\f\r").split()))
    if len(words) > MAX_SEARCH_WORDS:
        raise InvalidInput.at((), "too-many", f"at most {MAX_SEARCH_WORDS} words")
    return words


def _set_of_priorities(priorities: Iterable[Priority]) -> frozenset[Priority]:
    return frozenset(priorities)


def _in_nfc(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(nfc, texts))


@attrs.frozen
class Query:
    """Which of one's tasks to list, and in which order; every filter narrows further.

    `words` come from `parse_words`. `due_before`, `due_after` (dates in the owner's zone) and `updated_after` exclude
    the bound. `deleted` lists the trash instead of the live tasks. Raises InvalidInput for an order by position that is
    not the order of one list, or of the subtasks of one task.
    """

    completed: bool | None = None
    priorities: frozenset[Priority] = attrs.field(default=frozenset(), converter=_set_of_priorities)
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=_in_nfc)
    words: tuple[str, ...] = ()
    due: DueFilter | None = None
    due_before: dt.date | None = None
    due_after: dt.date | None = None
    updated_after: dt.datetime | None = None
    deleted: bool = False
    lists: frozenset[ListId] = frozenset()
    parent: TaskId | NoParent | None = None
    sort: Sort = Sort()

    def __attrs_post_init__(self) -> None:
        """Check that the order makes sense."""
        ordered = len(self.lists) == 1 or self.parent not in {None, NO_PARENT}
        if self.sort.by is SortKey.POSITION and not ordered:
            raise InvalidInput.at("sort", "needs-list", "exactly one list, or a parent, to sort by position in")

    @property
    def needs_timezone(self) -> bool:
        """Whether the answer depends on the owner's time zone."""
        named = self.due in {DueFilter.TODAY, DueFilter.OVERDUE}
        return named or self.due_before is not None or self.due_after is not None

    @property
    def follows_revision(self) -> bool:
        """Whether the answer changes only with the user's revision: not by the clock, nor when the trash is erased."""
        return not (self.needs_timezone or self.deleted)

    def due_range(self, moment: Moment) -> DueRange | None:
        """Return the due dates that pass, or None when every task does, dated or not."""
        if not self.needs_timezone:
            return None
        passing = DueRange()
        if self.due is DueFilter.TODAY:
            passing = passing & moment.day(moment.today)
        if self.due is DueFilter.OVERDUE:
            passing = passing & moment.past
        if self.due_before is not None:
            passing = passing & moment.before(self.due_before)
        if self.due_after is not None:
            passing = passing & moment.after(self.due_after)
        return passing

    def matches(self, task: Task, moment: Moment) -> bool:
        """Return whether `task` is listed at `moment`."""
        return (
            (task.deleted_at is not None) == self.deleted
            and self.completed in {None, task.completed}
            and self._matches_place(task)
            and (not self.priorities or task.priority in self.priorities)
            and self.tags.issubset(task.tags)
            and all(word in task.search_key for word in self.words)
            and (self.updated_after is None or task.updated_at > self.updated_after)
            and self._matches_due(task, moment)
        )

    def _matches_place(self, task: Task) -> bool:
        parent = task.parent_id or NO_PARENT
        return (not self.lists or task.list_id in self.lists) and self.parent in {None, parent}

    def _matches_due(self, task: Task, moment: Moment) -> bool:
        if self.due is DueFilter.NONE and task.due is not None:
            return False
        if self.due is DueFilter.OVERDUE and task.completed:
            return False
        passing = self.due_range(moment)
        return passing is None or passing.holds(task.due)


@attrs.frozen
class Cursor:
    """Where the next page of the same query begins.

    `now` and `timezone` are those of the first page, so that "today" and "overdue" mean the same on every page.
    """

    position: KeysetPosition
    now: dt.datetime
    timezone: str


def count_fitting(sizes: Iterable[int]) -> int:
    """Return how many items of these sizes (bytes of text) make a page; the first always does."""
    together, number = 0, 0
    for size in sizes:
        together += size
        if number and together > MAX_PAGE_TEXT_BYTES:
            break
        number += 1
    return number


@attrs.frozen
class KeysetPage:
    """A page as a store returns it. `next` is the position behind its last task, None when there are no more.

    `revision` is the user's, from the same snapshot.
    """

    tasks: tuple[Task, ...]
    next: KeysetPosition | None
    revision: int


@attrs.frozen
class Page:
    """A page of tasks. `next` is None on the last page; `total` counts all pages, if that was requested.

    The same request returns the same page for as long as the user's revision is `revision`; None: it may not.
    """

    tasks: tuple[Task, ...]
    next: Cursor | None
    total: int | None = None
    revision: int | None = None


@attrs.frozen
class OccurrencePage:
    """A page of past occurrences. The next one is `before` the version `next`, which is None on the last page."""

    occurrences: tuple[Occurrence, ...]
    next: int | None


@attrs.frozen
class TagCount:
    """How many live tasks carry a tag, and how many of these are open."""

    tag: str
    open: int
    total: int


def check_limit(limit: int, maximum: int = MAX_PAGE_SIZE) -> int:
    """Return how many items a page may have. Raises InvalidInput (path empty)."""
    if not 1 <= limit <= maximum:
        raise InvalidInput.at((), "out-of-range", f"1 to {maximum}")
    return limit
