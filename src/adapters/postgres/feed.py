"""The change feed over tasks and lists: the statement, and the FeedReader port."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa
from typing_extensions import override

from adapters.postgres import records
from adapters.postgres.access import Access
from adapters.postgres.caller import Caller
from adapters.postgres.reading import first_fitting, text_size
from adapters.postgres.records import Row
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import lists, revisions, tasks
from todo_core.changes import Change, Feed, ListChange, SyncPoint, TaskChange
from todo_core.errors import SyncTokenExpired
from todo_core.ports import FeedReader

NO_TOMBSTONES = 2**63 - 1
"""A base above every version: a mirror that starts empty has nothing to delete."""


def _nothing(columns: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    return [sa.cast(sa.null(), column.type).label(column.name) for column in columns]


LIST = [column.label(f"lists_{column.name}") for column in records.LIST]
"""The columns of a list beside those of a task."""
TASK_BEGIN = 4
TASK_END = TASK_BEGIN + len(records.TASK)
LIST_END = TASK_END + len(LIST)
"""Where the columns of a task and of a list stand: behind the user's counters, the version, and whether it is gone."""


def _changed(table: sa.Table, columns: Sequence[sa.ColumnElement[Any]]) -> sa.Select[tuple[object, ...]]:
    """Return the rows of a table that a mirror lacks: the change, whether it is a deletion, and the columns."""
    return (
        sa.select(table.c.version.label("change"), table.c.deleted_at.is_not(None).label("deleted"), *columns)
        .where(table.c.user_id == bindparam("user"), table.c.version > bindparam("position"))
        .where(table.c.deleted_at.is_(None) | (table.c.version > bindparam("base")))
        .order_by(table.c.version)
        .limit(MAX_ROWS)
    )


def _page(access: Access) -> sa.ClauseElement:
    changed = sa.union_all(
        _changed(tasks, [*records.TASK, *_nothing(LIST)]), _changed(lists, [*_nothing(records.TASK), *LIST])
    ).subquery("changed")
    size = sa.case((changed.c.deleted, 0), else_=sa.func.coalesce(text_size(changed), 0))
    page = first_fitting(changed, changed.c, [changed.c.change], size).subquery("page")
    allowed = access.table
    return (
        sa.select(revisions.c.revision, revisions.c.horizon, *page.c)
        .select_from(allowed.join(revisions, revisions.c.user_id == allowed.c.user_id).outerjoin(page, sa.true()))
        .order_by(page.c.number)
    )


PAGE: Mapping[Access, Statement] = {access: Statement.of(_page(access)) for access in Access}
REVISION: Mapping[Access, Statement] = {access: Statement.of(access.revision) for access in Access}


@attrs.frozen
class PostgresFeedReader(FeedReader):
    """The FeedReader port."""

    caller: Caller

    @override
    async def revision(self) -> int:
        rows = await self.caller.read_alike(REVISION[self.caller.access])
        return int(rows[0][0])

    @override
    async def page(self, since: SyncPoint | None, limit: int) -> Feed:
        base, position = (NO_TOMBSTONES, 0) if since is None else (since.base, since.position)
        rows = await self.caller.read_alike(
            PAGE[self.caller.access], base=base, position=position, limit=limit, max_rows=limit + 1
        )
        revision, horizon = rows[0][:2]
        if since is not None and since.expired(horizon, revision):
            raise SyncTokenExpired
        changes = tuple(_change(row) for row in rows if row[2] is not None)
        has_more = rows[-1][-1] is not None
        base = revision if since is None else since.base
        return Feed(changes, SyncPoint(base, changes[-1].version if has_more else revision), has_more)


def _change(row: Row) -> Change:
    """Return the change in a row of `_page`."""
    version, deleted, task_id, list_id = row[2], row[3], row[TASK_BEGIN], row[TASK_END]
    if task_id is not None:
        return TaskChange(task_id, version, None if deleted else records.task(row[TASK_BEGIN:TASK_END]))
    return ListChange(list_id, version, None if deleted else records.task_list(row[TASK_END:LIST_END]))
