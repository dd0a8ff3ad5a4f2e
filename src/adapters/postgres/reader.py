"""Reading one user's rows."""

from collections.abc import Mapping, Sequence

import attrs
from typing_extensions import override

from adapters.postgres import queries, records
from adapters.postgres.access import Access
from adapters.postgres.caller import Caller
from adapters.postgres.feed import PostgresFeedReader
from adapters.postgres.lists import PostgresListReader
from adapters.postgres.occurrences import PostgresOccurrenceReader
from adapters.postgres.reading import Reads
from todo_core.moments import Moment
from todo_core.personal_tokens import PersonalToken
from todo_core.ports import AccountReader, PersonalTokenReader, SessionReader, TaskReader, UserReader
from todo_core.queries import KeysetPage, KeysetPosition, Query, TagCount
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.users import User

READS: Mapping[Access, Reads] = {access: Reads.for_access(access) for access in Access}
TASK_END = 1 + len(records.TASK)
"""Where the columns of a task end that follow the user's id or revision."""


@attrs.frozen
class PostgresAccountReader(AccountReader):
    """The AccountReader port."""

    caller: Caller

    @override
    async def get(self) -> User:
        rows = await self.caller.read(READS[self.caller.access].user)
        return records.user(rows[0])


@attrs.frozen
class PostgresSessionReader(SessionReader):
    """The SessionReader port."""

    caller: Caller

    @override
    async def list(self) -> Sequence[Session]:
        rows = await self.caller.read(READS[self.caller.access].sessions)
        return [records.session(row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresPersonalTokenReader(PersonalTokenReader):
    """The PersonalTokenReader port."""

    caller: Caller

    @override
    async def list(self) -> Sequence[PersonalToken]:
        rows = await self.caller.read(READS[self.caller.access].personal_tokens)
        return [records.personal_token(row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresTaskReader(TaskReader):
    """The TaskReader port."""

    caller: Caller

    @override
    async def get(self, task_id: TaskId) -> Task | None:
        rows = await self.caller.read_alike(READS[self.caller.access].task, task=task_id)
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
        return KeysetPage(tasks, query.sort.position(tasks[-1]) if rows[-1][-1] else None, revision=rows[0][0])

    @override
    async def count(self, query: Query, moment: Moment) -> int:
        statement = queries.count(self.caller.access, queries.Filters.of(query))
        rows = await self.caller.read(statement, **queries.values(query, moment))
        return int(rows[0][1])

    @override
    async def tags(self) -> Sequence[TagCount]:
        rows = await self.caller.read(READS[self.caller.access].tags)
        return [TagCount(*row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresUserReader(UserReader):
    """The UserReader port."""

    caller: Caller

    @property
    @override
    def account(self) -> PostgresAccountReader:
        return PostgresAccountReader(self.caller)

    @property
    @override
    def sessions(self) -> PostgresSessionReader:
        return PostgresSessionReader(self.caller)

    @property
    @override
    def personal_tokens(self) -> PostgresPersonalTokenReader:
        return PostgresPersonalTokenReader(self.caller)

    @property
    @override
    def tasks(self) -> PostgresTaskReader:
        return PostgresTaskReader(self.caller)

    @property
    @override
    def occurrences(self) -> PostgresOccurrenceReader:
        return PostgresOccurrenceReader(self.caller)

    @property
    @override
    def lists(self) -> PostgresListReader:
        return PostgresListReader(self.caller)

    @property
    @override
    def feed(self) -> PostgresFeedReader:
        return PostgresFeedReader(self.caller)
