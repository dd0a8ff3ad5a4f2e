"""One user's rows, read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from adapters.postgres import listing, records
from adapters.postgres.gates import Gate
from adapters.postgres.reading import Reads
from adapters.postgres.records import Row
from adapters.postgres.statements import Statement
from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import NotAuthenticated, SyncTokenExpired
from todo_core.listing import Moment, Page, Position, Query, TagCount
from todo_core.ports import Clock
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.users import User

READS = {gate: Reads.through(gate) for gate in Gate}
NO_TOMBSTONES = 2**63 - 1
"""A base beyond every version: a mirror that begins with nothing has nothing to delete."""
TASK_END = 1 + len(records.TASK)
"""Where the columns of a task end that stand behind the user's id."""


@attrs.define
class PostgresView:
    """The View port. `caller` are the values that open the gate, `fetch` runs statements."""

    clock: Clock
    gate: Gate
    caller: Mapping[str, object]
    fetch: Callable[[Statement, Mapping[str, object]], Awaitable[Sequence[Row]]]

    async def user(self) -> User:
        """See the port."""
        rows = await self._read(READS[self.gate].user)
        return records.user(rows[0])

    async def sessions(self) -> Sequence[Session]:
        """See the port."""
        rows = await self._read(READS[self.gate].sessions)
        return [records.session(row[1:]) for row in rows if row[1] is not None]

    async def task(self, task: TaskId) -> Task | None:
        """See the port."""
        rows = await self._read(READS[self.gate].task, task=task)
        return None if rows[0][1] is None else records.task(rows[0][1:])

    async def page(self, query: Query, moment: Moment, after: Position | None, limit: int) -> Page:
        """See the port."""
        place = listing.Place.of(query.sort, after)
        behind = {} if after is None else {"after_key": after.key, "after_id": after.id}
        rows = await self._read(
            listing.page(self.gate, listing.Filters.of(query), query.sort, place, limit),
            **listing.values(query, moment),
            **behind,
            limit=limit,
        )
        tasks = tuple(records.task(row[1:TASK_END]) for row in rows if row[1] is not None)
        return Page(tasks, query.sort.position(tasks[-1]) if rows[-1][-1] else None)

    async def count(self, query: Query, moment: Moment) -> int:
        """See the port."""
        filters = listing.Filters.of(query)
        rows = await self._read(listing.count(self.gate, filters), **listing.values(query, moment))
        return int(rows[0][1])

    async def tags(self) -> Sequence[TagCount]:
        """See the port."""
        rows = await self._read(READS[self.gate].tags)
        return [TagCount(*row[1:]) for row in rows if row[1] is not None]

    async def feed(self, since: SyncPoint | None, limit: int) -> Feed:
        """See the port."""
        base, position = (NO_TOMBSTONES, 0) if since is None else (since.base, since.position)
        rows = await self._read(READS[self.gate].feed, base=base, position=position, limit=limit, rows=limit + 1)
        clock, horizon = rows[0][:2]
        if since is not None and since.expired(horizon, clock):
            raise SyncTokenExpired
        changes = tuple(_change(row[2:]) for row in rows if row[2] is not None)
        has_more = rows[-1][-1] is not None
        base = clock if since is None else since.base
        return Feed(changes, SyncPoint(base, changes[-1].version if has_more else clock), has_more)

    async def _read(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Return the rows of a reading statement, at least one."""
        rows = await self.fetch(statement, {**values, **self.caller, "now": self.clock.now()})
        if not rows:
            raise NotAuthenticated
        return rows


def _change(row: Row) -> Change:
    task_id, version, *_ = row
    deleted_at = row[len(records.TASK) - 1]
    return Change(task_id, version, records.task(row[: len(records.TASK)]) if deleted_at is None else None)
