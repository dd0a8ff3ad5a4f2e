"""How one user's tasks lie below each other and in order: the statements, and the TreeRepository port."""

import datetime as dt
from collections.abc import Sequence

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from typing_extensions import override

from adapters.postgres import records
from adapters.postgres.access import PROOFS
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import LIVE, revisions, tasks
from adapters.postgres.writer import LiveTasks, Writer
from adapters.postgres.writing import KEY, OWN_REVISION, OWN_TASK, at_end, positioned
from todo_core.lists import ListId
from todo_core.ports import TreeRepository
from todo_core.tasks import Place, TaskId
from todo_core.trees import Neighbours, Node

READABLE = tasks.c.purged_at.is_(None)


def _path() -> sa.ClauseElement:
    start = sa.select(tasks.c.id, tasks.c.parent_id, sa.literal_column("1").label("level"))
    path = start.where(OWN_TASK, tasks.c.id == bindparam("task")).cte("path", recursive=True)
    parents = sa.select(tasks.c.id, tasks.c.parent_id, path.c.level + 1)
    path = path.union_all(parents.join(path, tasks.c.id == path.c.parent_id).where(OWN_TASK))
    return sa.select(path.c.id).order_by(path.c.level)


def _below() -> sa.Subquery:
    """Return the descendants of a task, and their levels."""
    children = sa.select(*records.NODE, sa.literal_column("1").label("level"))
    below = children.where(OWN_TASK, tasks.c.parent_id == bindparam("task"), READABLE).cte("below", recursive=True)
    further = sa.select(*records.NODE, below.c.level + 1)
    below = below.union_all(further.join(below, tasks.c.parent_id == below.c.id).where(OWN_TASK, READABLE))
    return sa.select(*below.c).subquery("descendants")


def _by_level(statement: sa.Select[tuple[object, ...]], rows: sa.Subquery) -> Statement:
    return Statement.of(statement.order_by(rows.c.level, rows.c.position, rows.c.id))


def _neighbours(place: sa.ColumnElement[bool]) -> sa.ClauseElement:
    """Return the statement that finds both sides at once: the nearest first, those before with a NULL behind."""
    point, position = bindparam("point", KEY), tasks.c.position
    sibling = (OWN_TASK, place, LIVE, tasks.c.id != bindparam("besides"))
    before = sa.select(*records.NODE, sa.null().label("after")).where(*sibling, position < point)
    after = sa.select(*records.NODE, sa.true().label("after")).where(*sibling, position >= point)
    return sa.union_all(before.order_by(position.desc()).limit(MAX_ROWS), after.order_by(position).limit(MAX_ROWS))


def _update() -> sa.ClauseElement:
    """Return the statement that changes all nodes at once; it returns how many live tasks there are afterwards."""
    instants = sa.DateTime(timezone=True)
    node = (
        sa.func.unnest(
            bindparam("ids", ARRAY(sa.Uuid)),
            bindparam("list_ids", ARRAY(sa.Uuid)),
            bindparam("positions", ARRAY(KEY)),
            bindparam("completed_ats", ARRAY(instants)),
            bindparam("deleted_ats", ARRAY(instants)),
            bindparam("deleted_withs", ARRAY(sa.Uuid)),
        )
        .table_valued(
            sa.column("id", sa.Uuid),
            sa.column("list_id", sa.Uuid),
            sa.column("position", KEY),
            sa.column("completed_at", instants),
            sa.column("deleted_at", instants),
            sa.column("deleted_with", sa.Uuid),
            with_ordinality="number",
        )
        .render_derived()
        .alias("node")
    )
    ids = bindparam("ids", ARRAY(sa.Uuid))
    count = sa.func.cardinality(ids)
    were_live = sa.select(sa.func.count()).where(OWN_TASK, tasks.c.id == sa.any_(ids), LIVE).scalar_subquery()
    counted = {
        "revision": revisions.c.revision + count,
        "live_tasks": revisions.c.live_tasks + bindparam("live", sa.Integer()) - sa.cast(were_live, sa.Integer),
    }
    taking = sa.update(revisions).where(OWN_REVISION).values(counted)
    taken = taking.returning((revisions.c.revision - count).label("before"), revisions.c.live_tasks).cte("taken")
    version = taken.c.before + node.c.number
    return (
        sa.update(tasks)
        .where(OWN_TASK, tasks.c.id == node.c.id)
        .values(
            version=version,
            list_id=node.c.list_id,
            position=positioned(node.c.position, at_end(version)),
            completed_at=node.c.completed_at,
            deleted_at=node.c.deleted_at,
            deleted_with=node.c.deleted_with,
            updated_at=bindparam("now"),
        )
        .returning(taken.c.live_tasks)
    )


PATH = Statement.of(_path())
DESCENDANTS = _below()
BELOW = _by_level(sa.select(*DESCENDANTS.c), DESCENDANTS)
BELOW_AT_REVISION = {access: _by_level(access.at_revision(DESCENDANTS), DESCENDANTS) for access in PROOFS}
IN_LIST = Statement.of(sa.select(*records.NODE).where(OWN_TASK, tasks.c.list_id == bindparam("list"), LIVE))
ROOTS_AROUND = Statement.of(_neighbours((tasks.c.list_id == bindparam("list")) & tasks.c.parent_id.is_(None)))
SUBTASKS_AROUND = Statement.of(_neighbours(tasks.c.parent_id == bindparam("parent")))
UPDATE = Statement.of(_update())


@attrs.frozen
class PostgresTreeRepository(TreeRepository):
    """The TreeRepository port."""

    writer: Writer
    live: LiveTasks

    @override
    async def path(self, task_id: TaskId) -> Sequence[TaskId]:
        return [TaskId(row[0]) for row in await self.writer.fetch(PATH, task=task_id)]

    @override
    async def below(self, task_id: TaskId) -> Sequence[Node]:
        return [records.node(row) for row in await self.writer.fetch(BELOW, task=task_id)]

    @override
    async def in_list(self, list_id: ListId) -> Sequence[Node]:
        return [records.node(row) for row in await self.writer.fetch(IN_LIST, list=list_id)]

    @override
    async def neighbours(self, place: Place, point: str, limit: int, besides: TaskId) -> Neighbours:
        rows = await self.writer.fetch(
            ROOTS_AROUND if place.parent_id is None else SUBTASKS_AROUND,
            list=place.list_id,
            parent=place.parent_id,
            point=point,
            besides=besides,
            max_rows=limit,
        )
        before = [records.node(row[:-1]) for row in rows if not row[-1]]
        after = [records.node(row[:-1]) for row in rows if row[-1]]
        return Neighbours(tuple(reversed(before)), tuple(after))

    @override
    async def update(self, nodes: Sequence[Node], now: dt.datetime) -> None:
        if nodes:
            rows = await self.writer.fetch(UPDATE, **records.node_values(nodes), now=now)
            self.live.count = rows[0][0]
