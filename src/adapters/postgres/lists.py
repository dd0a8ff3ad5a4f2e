"""One user's lists: the statements, and the ListReader and ListRepository ports."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa
from typing_extensions import override

from adapters.postgres import records
from adapters.postgres.access import Access
from adapters.postgres.caller import Caller
from adapters.postgres.constraints import translate_unique_violations
from adapters.postgres.statements import Statement, bindparam
from adapters.postgres.tables import lists, tasks
from adapters.postgres.writer import Writer
from adapters.postgres.writing import numbered, removed_tombstones
from todo_core.lists import ListId, TaskList
from todo_core.ports import ListReader, ListRepository

OWN_LIST = lists.c.user_id == bindparam("user")
PRESENT = lists.c.deleted_at.is_(None)
_WRITTEN = {column.name: bindparam(column.name, column.type) for column in lists.c if column.name != "user_id"}


def _one(access: Access) -> sa.ClauseElement:
    found = sa.select(*records.LIST).where(OWN_LIST, PRESENT, lists.c.id == bindparam("list"))
    return access.checked(found.subquery("found"))


def _all(access: Access) -> sa.ClauseElement:
    found = sa.select(*records.LIST).where(OWN_LIST, PRESENT).subquery("found")
    return access.checked(found).order_by(found.c.position)


def _replace() -> sa.ClauseElement:
    values = {name: bind for name, bind in _WRITTEN.items() if name not in {"id", "deleted_at"}}
    return numbered(sa.update(lists).where(OWN_LIST, lists.c.id == bindparam("id")), values, 0)


def _remove() -> sa.ClauseElement:
    values: dict[str, Any] = {"name": "", "color": None, "deleted_at": bindparam("now"), "updated_at": bindparam("now")}
    return numbered(sa.update(lists).where(OWN_LIST, lists.c.id == bindparam("list")), values, 0)


ONE: Mapping[Access, Statement] = {access: Statement.of(_one(access)) for access in Access}
ALL: Mapping[Access, Statement] = {access: Statement.of(_all(access)) for access in Access}
ADD = Statement.of(numbered(sa.insert(lists), {**_WRITTEN, "user_id": bindparam("user"), "deleted_at": None}, 0))
REPLACE = Statement.of(_replace())
REMOVE = Statement.of(_remove())
UNUSED = ~sa.exists().where(tasks.c.user_id == lists.c.user_id, tasks.c.list_id == lists.c.id)
REMOVE_TOMBSTONES = Statement.of(removed_tombstones(lists, lists.c.deleted_at.is_not(None), UNUSED))
OWNER = Statement.of(sa.select(lists.c.user_id).where(lists.c.id == bindparam("list")))


@attrs.frozen
class PostgresListReader(ListReader):
    """The ListReader port."""

    caller: Caller

    @override
    async def get(self, list_id: ListId) -> TaskList | None:
        rows = await self.caller.read(ONE[self.caller.access], list=list_id)
        return None if rows[0][1] is None else records.task_list(rows[0][1:])

    @override
    async def all(self) -> Sequence[TaskList]:
        return [records.task_list(row[1:]) for row in await self.caller.read(ALL[self.caller.access])]


@attrs.frozen
class PostgresListRepository(PostgresListReader, ListRepository):
    """The ListRepository port."""

    writer: Writer

    @override
    async def add(self, new: TaskList) -> TaskList:
        with translate_unique_violations():
            return await self._write(ADD, new)

    @override
    async def replace(self, changed: TaskList) -> TaskList:
        return await self._write(REPLACE, changed)

    @override
    async def remove(self, list_id: ListId, now: dt.datetime) -> None:
        await self.writer.fetch(REMOVE, list=list_id, now=now, position="")

    @override
    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        rows = await self.writer.fetch(REMOVE_TOMBSTONES, before=deleted_before, max_rows=limit)
        return int(rows[0][0])

    async def _write(self, statement: Statement, one: TaskList) -> TaskList:
        rows = await self.writer.fetch(statement, **records.list_values(one))
        version, position, _ = rows[0]
        return attrs.evolve(one, version=version, position=position)
