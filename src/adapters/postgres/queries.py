"""The statements of lists: one for each combination of filters and order, compiled when it is first asked for."""

from enum import Enum
from functools import lru_cache
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import records
from adapters.postgres.access import Access
from adapters.postgres.reading import first_fitting, text_size
from adapters.postgres.statements import Statement, bindparam
from adapters.postgres.tables import LIVE, TRASHED, tasks
from todo_core.due import KEYS_OF_DAY, NO_DUE
from todo_core.moments import Moment
from todo_core.queries import MAX_PAGE_SIZE, NO_PARENT, DueFilter, KeysetPosition, Query, Sort, SortKey

SHAPES = 512
"""How many statements of each kind are kept compiled."""

STEPS = (20, 50, 100, MAX_PAGE_SIZE)
"""How long pages can be in the text of a statement. A length given later would be planned for anew each time, because
PostgreSQL has to guess it (a tenth of what there is), and planning takes longer than finding."""

SLACK = 2 * KEYS_OF_DAY
"""How far the sort key of a fixed due date, as written, can lie from that of its instant in the owner's zone."""

COLUMNS: dict[SortKey, sa.ColumnElement[Any]] = {
    SortKey.CREATED_AT: tasks.c.created_at,
    SortKey.UPDATED_AT: tasks.c.updated_at,
    SortKey.DUE: tasks.c.due_key,
    SortKey.PRIORITY: tasks.c.priority,
    SortKey.TITLE: tasks.c.title_key,
    SortKey.POSITION: tasks.c.position,
}
DATED = tasks.c.due_key < NO_DUE
UNDATED = tasks.c.due_key >= NO_DUE
""">=, not =: with an equation PostgreSQL drops due_key from the order, and reads the index of all users' ids."""


class Narrowing(Enum):
    """How a query narrows by list or by parent. MISSING: to tasks without a parent."""

    NOT = "not"
    MISSING = "missing"
    ONE = "one"
    SEVERAL = "several"

    @classmethod
    def by_list(cls, query: Query) -> "Narrowing":
        """Return how a query narrows by list."""
        return (cls.NOT, cls.ONE, cls.SEVERAL)[min(len(query.lists), 2)]

    @classmethod
    def by_parent(cls, query: Query) -> "Narrowing":
        """Return how a query narrows by parent."""
        if query.parent is None:
            return cls.NOT
        return cls.MISSING if query.parent is NO_PARENT else cls.ONE


@attrs.frozen
class Filters:
    """What a query narrows by, without the values: as much as shows in the text of a statement."""

    deleted: bool
    completed: bool | None
    priorities: bool
    tags: bool
    words: int
    due: DueFilter | None
    due_range: bool
    updated_after: bool
    by_list: Narrowing
    by_parent: Narrowing

    @classmethod
    def of(cls, query: Query) -> "Filters":
        """Return the filters of a query."""
        return cls(
            deleted=query.deleted,
            completed=query.completed,
            priorities=bool(query.priorities),
            tags=bool(query.tags),
            words=len(query.words),
            due=query.due,
            due_range=query.needs_timezone,
            updated_after=query.updated_after is not None,
            by_list=Narrowing.by_list(query),
            by_parent=Narrowing.by_parent(query),
        )

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what a task has to fulfil; the names of the values are those of `values`."""
        column = tasks.c
        found = [column.user_id == bindparam("user"), TRASHED if self.deleted else LIVE]
        if self.completed is not None:
            found.append(column.completed_at.is_not(None) if self.completed else column.completed_at.is_(None))
        if self.priorities:
            found.append(column.priority == sa.any_(bindparam("priorities", ARRAY(sa.SmallInteger))))
        if self.tags:
            found.append(column.tags.contains(bindparam("tags")))
        for number in range(self.words):
            word = bindparam(f"word_{number}", column.search_key.type)
            found.append(sa.func.strpos(column.search_key, word) > 0)
        if self.updated_after:
            found.append(column.updated_at > bindparam("updated_after"))
        return [*found, *self._place_conditions(), *self._due_conditions()]

    def _place_conditions(self) -> list[sa.ColumnElement[bool]]:
        column = tasks.c
        by_list = {
            Narrowing.ONE: column.list_id == bindparam("list"),
            Narrowing.SEVERAL: column.list_id == sa.any_(bindparam("lists", ARRAY(sa.Uuid))),
        }
        by_parent = {
            Narrowing.ONE: column.parent_id == bindparam("parent"),
            Narrowing.MISSING: column.parent_id.is_(None),
        }
        chosen = (by_list.get(self.by_list), by_parent.get(self.by_parent))
        return [condition for condition in chosen if condition is not None]

    def _due_conditions(self) -> list[sa.ColumnElement[bool]]:
        column = tasks.c
        found: list[sa.ColumnElement[bool]] = []
        if self.due is DueFilter.NONE:
            found.append(UNDATED)
        if self.due is DueFilter.OVERDUE:
            found.append(column.completed_at.is_(None))
        if self.due_range:
            as_written = column.due_at.is_(None) & column.due_key.between(bindparam("key_from"), bindparam("key_last"))
            fixed = (column.due_at >= bindparam("due_from")) & (column.due_at < bindparam("due_until"))
            found.append(column.due_key.between(bindparam("index_from"), bindparam("index_last")))
            found.append(as_written | fixed)
        return found


def values(query: Query, moment: Moment) -> dict[str, object]:
    """Return the values for the conditions of a query."""
    found: dict[str, object] = {f"word_{number}": word for number, word in enumerate(query.words)}
    found |= {
        "priorities": [int(priority) for priority in query.priorities],
        "tags": list(query.tags),
        "updated_after": query.updated_after,
        "list": next(iter(query.lists), None),
        "lists": list(query.lists),
        "parent": query.parent,
    }
    passing = query.due_range(moment)
    if passing is not None:
        found |= {
            "key_from": passing.key_from,
            "key_last": passing.key_until - 1,
            "index_from": passing.key_from - SLACK,
            "index_last": min(passing.key_until + SLACK, NO_DUE) - 1,
            "due_from": passing.from_,
            "due_until": passing.until,
        }
    return found


class PageStart(Enum):
    """Where a page begins. UNDATED: in the last part of a list by due date, among the tasks without one."""

    START = "start"
    BEHIND = "behind"
    UNDATED = "undated"

    @classmethod
    def of(cls, sort: Sort, after: KeysetPosition | None) -> "PageStart":
        """Return the kind of start that `after` is."""
        if after is None:
            return cls.START
        return cls.UNDATED if sort.by is SortKey.DUE and after.key == NO_DUE else cls.BEHIND


def page(access: Access, filters: Filters, sort: Sort, start: PageStart, limit: int) -> Statement:
    """Return the statement of a page of up to `limit`: the user's revision, then the columns of `first_fitting`."""
    return _page(access, filters, sort, start, next(step for step in STEPS if limit <= step))


@lru_cache(SHAPES)
def _page(access: Access, filters: Filters, sort: Sort, start: PageStart, step: int) -> Statement:
    parts = [_part(filters, sort, condition, number) for number, condition in enumerate(_parts(sort, start))]
    parts = [part.limit(sa.literal_column(str(step + 1))) for part in parts]
    if start is not PageStart.START:
        parts[0] = parts[0].where(_after(sort))
    rows = (sa.union_all(*parts) if len(parts) > 1 else parts[0]).subquery("listed")
    shown = first_fitting(
        rows, records.TASK, [rows.c.part, *_order(sort, rows.c.sort_key, rows.c.id)], text_size(rows)
    ).subquery("page")
    return Statement.of(access.at_revision(shown).order_by(shown.c.number))


@lru_cache(SHAPES)
def count(access: Access, filters: Filters) -> Statement:
    """Return the statement that counts."""
    counted = sa.select(sa.func.count().label("total")).select_from(tasks).where(*filters.conditions())
    return Statement.of(access.checked(counted.subquery("counted")))


def _parts(sort: Sort, start: PageStart) -> list[sa.ColumnElement[bool]]:
    """Return the parts of a list one after the other, each a walk along an index.

    Only by due date backwards there are two: NO_DUE is after every date, but its tasks come last this way round too.
    """
    if sort.by is not SortKey.DUE or not sort.descending:
        return [sa.true()]
    return [UNDATED] if start is PageStart.UNDATED else [DATED, UNDATED]


def _part(
    filters: Filters, sort: Sort, condition: sa.ColumnElement[bool], number: int
) -> sa.Select[tuple[object, ...]]:
    key = COLUMNS[sort.by]
    return (
        sa.select(*records.TASK, key.label("sort_key"), sa.literal_column(str(number)).label("part"))
        .where(*filters.conditions(), condition)
        .order_by(*_order(sort, key, tasks.c.id))
    )


def _order(sort: Sort, key: sa.ColumnElement[Any], task_id: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    return [key.desc(), task_id.desc()] if sort.descending else [key, task_id]


def _after(sort: Sort) -> sa.ColumnElement[bool]:
    key = COLUMNS[sort.by]
    here = sa.tuple_(key, tasks.c.id)
    place = sa.tuple_(bindparam("after_key", key.type), bindparam("after_id", tasks.c.id.type))
    return here < place if sort.descending else here > place
