"""Reading one user's rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs
from typing_extensions import override

from adapters.postgres import queries, records
from adapters.postgres.access import Access
from adapters.postgres.reading import Reads
from adapters.postgres.records import Row
from adapters.postgres.statements import Statement
from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import NotAuthenticated, SyncTokenExpired
from todo_core.personal_tokens import PersonalToken
from todo_core.ports import AccountReader, Clock, PersonalTokenReader, SessionReader, TaskReader, UserReader
from todo_core.queries import KeysetPage, KeysetPosition, Moment, Query, TagCount
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.users import User

READS = {access: Reads.for_access(access) for access in Access}
NO_TOMBSTONES = 2**63 - 1
"""A base above every version: a mirror that starts empty has nothing to delete."""
TASK_END = 1 + len(records.TASK)
"""Where the columns of a task end that follow the user's id."""


Fetch = Callable[[Statement, Mapping[str, object]], Awaitable[Sequence[Row]]]


@attrs.frozen
class Caller:
    """Whose rows are read, and how. `values` are the parameters of the access check.

    `fetch` runs a statement, `fetch_alike` one that other callers run at the same time (`coalescing`).
    """

    clock: Clock
    access: Access
    values: Mapping[str, object]
    fetch: Fetch
    fetch_alike: Fetch

    @property
    def reads(self) -> Reads:
        """The reading statements with this access check."""
        return READS[self.access]

    async def read(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Return the rows of a reading statement, at least one. Raises NotAuthenticated when access is refused."""
        return self._allowed(await self.fetch(statement, self._complete(values)))

    async def read_alike(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Do the same for a statement that other callers run at the same time."""
        return self._allowed(await self.fetch_alike(statement, self._complete(values)))

    def _complete(self, values: Mapping[str, object]) -> Mapping[str, object]:
        return {**values, **self.values, "now": self.clock.now()}

    @staticmethod
    def _allowed(rows: Sequence[Row]) -> Sequence[Row]:
        if not rows:
            raise NotAuthenticated
        return rows


@attrs.frozen
class PostgresAccountReader(AccountReader):
    """The AccountReader port."""

    caller: Caller

    @override
    async def get(self) -> User:
        rows = await self.caller.read(self.caller.reads.user)
        return records.user(rows[0])


@attrs.frozen
class PostgresSessionReader(SessionReader):
    """The SessionReader port."""

    caller: Caller

    @override
    async def list(self) -> Sequence[Session]:
        rows = await self.caller.read(self.caller.reads.sessions)
        return [records.session(row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresPersonalTokenReader(PersonalTokenReader):
    """The PersonalTokenReader port."""

    caller: Caller

    @override
    async def list(self) -> Sequence[PersonalToken]:
        rows = await self.caller.read(self.caller.reads.personal_tokens)
        return [records.personal_token(row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresTaskReader(TaskReader):
    """The TaskReader port."""

    caller: Caller

    @override
    async def get(self, task_id: TaskId) -> Task | None:
        rows = await self.caller.read_alike(self.caller.reads.task, task=task_id)
        return None if rows[0][1] is None else records.task(rows[0][1:])

    @override
    async def page(self, query: Query, moment: Moment, after: KeysetPosition | None, limit: int) -> KeysetPage:
        start = queries.PageStart.of(query.sort, after)
        position = {} if after is None else {"after_key": after.key, "after_id": after.id}
        rows = await self.caller.read_alike(
            queries.page(self.caller.access, queries.Filters.of(query), query.sort, start, limit),
            **queries.values(query, moment),
            **position,
            limit=limit,
        )
        tasks = tuple(records.task(row[1:TASK_END]) for row in rows if row[1] is not None)
        return KeysetPage(tasks, query.sort.position(tasks[-1]) if rows[-1][-1] else None)

    @override
    async def count(self, query: Query, moment: Moment) -> int:
        statement = queries.count(self.caller.access, queries.Filters.of(query))
        rows = await self.caller.read(statement, **queries.values(query, moment))
        return int(rows[0][1])

    @override
    async def tags(self) -> Sequence[TagCount]:
        rows = await self.caller.read(self.caller.reads.tags)
        return [TagCount(*row[1:]) for row in rows if row[1] is not None]

    @override
    async def changes(self, since: SyncPoint | None, limit: int) -> Feed:
        base, position = (NO_TOMBSTONES, 0) if since is None else (since.base, since.position)
        rows = await self.caller.read(
            self.caller.reads.changes, base=base, position=position, limit=limit, max_rows=limit + 1
        )
        revision, horizon = rows[0][:2]
        if since is not None and since.expired(horizon, revision):
            raise SyncTokenExpired
        changes = tuple(_change(row[2:]) for row in rows if row[2] is not None)
        has_more = rows[-1][-1] is not None
        base = revision if since is None else since.base
        return Feed(changes, SyncPoint(base, changes[-1].version if has_more else revision), has_more)


@attrs.frozen
class PostgresUserReader(UserReader):
    """The UserReader port."""

    account: PostgresAccountReader
    sessions: PostgresSessionReader
    personal_tokens: PostgresPersonalTokenReader
    tasks: PostgresTaskReader

    @classmethod
    def of(cls, caller: Caller) -> "PostgresUserReader":
        """Return a reader of the caller's rows."""
        return cls(
            PostgresAccountReader(caller),
            PostgresSessionReader(caller),
            PostgresPersonalTokenReader(caller),
            PostgresTaskReader(caller),
        )


def _change(row: Row) -> Change:
    task_id, version, *_ = row
    deleted_at = row[len(records.TASK) - 1]
    return Change(task_id, version, records.task(row[: len(records.TASK)]) if deleted_at is None else None)
