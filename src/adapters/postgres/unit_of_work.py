"""Reading and writing one user's rows inside a unit of work."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs
from typing_extensions import override

from adapters.postgres import reading, recomputation, records, writing
from adapters.postgres.access import Access
from adapters.postgres.caller import Caller
from adapters.postgres.constraints import translate_unique_violations
from adapters.postgres.feed import PostgresFeedReader
from adapters.postgres.lists import PostgresListRepository
from adapters.postgres.occurrences import PostgresOccurrenceRepository
from adapters.postgres.reader import (
    PostgresAccountReader,
    PostgresPersonalTokenReader,
    PostgresSessionReader,
    PostgresTaskReader,
)
from adapters.postgres.statements import Statement
from adapters.postgres.tree import PostgresTreeRepository
from adapters.postgres.writer import LiveTasks, Running, Writer
from todo_core.audit import Event
from todo_core.due import Due
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports import (
    AccountRepository,
    AuditLog,
    Clock,
    IdempotencyRepository,
    IdentityRepository,
    PersonalTokenRepository,
    SessionRepository,
    TaskRepository,
    UnitOfWork,
)
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import User, UserId


@attrs.frozen
class PostgresAccountRepository(PostgresAccountReader, AccountRepository):
    """The AccountRepository port."""

    writer: Writer

    @override
    async def replace(self, user: User) -> None:
        with translate_unique_violations():
            await self.writer.execute(writing.REPLACE_USER, **records.user_values(user))

    @override
    async def remove(self) -> None:
        await self.writer.execute(writing.REMOVE_USER)


@attrs.frozen
class PostgresSessionRepository(PostgresSessionReader, SessionRepository):
    """The SessionRepository port."""

    writer: Writer

    @override
    async def get(self, session_id: SessionId) -> Session | None:
        rows = await self.writer.fetch(reading.SESSION, id=session_id)
        return records.session(rows[0]) if rows else None

    @override
    async def save(self, session: Session) -> None:
        await self.writer.execute(writing.SAVE_SESSION, **records.session_values(session))

    @override
    async def remove(self, session_id: SessionId) -> None:
        await self.writer.execute(writing.REMOVE_SESSION, id=session_id)

    @override
    async def remove_all(self) -> None:
        await self.writer.execute(writing.REMOVE_SESSIONS)

    @override
    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        return await self.writer.execute(writing.REMOVE_EXPIRED_SESSIONS, now=now, max_rows=limit)


@attrs.frozen
class PostgresPersonalTokenRepository(PostgresPersonalTokenReader, PersonalTokenRepository):
    """The PersonalTokenRepository port."""

    writer: Writer

    @override
    async def add(self, token: PersonalToken) -> None:
        await self.writer.execute(writing.ADD_PERSONAL_TOKEN, **records.personal_token_values(token))

    @override
    async def remove(self, token_id: PersonalTokenId) -> bool:
        return await self.writer.execute(writing.REMOVE_PERSONAL_TOKEN, id=token_id) > 0

    @override
    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        return await self.writer.execute(writing.REMOVE_EXPIRED_PERSONAL_TOKENS, now=now, max_rows=limit)


@attrs.frozen
class PostgresIdentityRepository(IdentityRepository):
    """The IdentityRepository port."""

    writer: Writer

    @override
    async def refuse_issued_before(self, instant: dt.datetime) -> None:
        await self.writer.execute(writing.REFUSE_ISSUED_BEFORE, instant=instant)


@attrs.frozen
class PostgresTaskRepository(PostgresTaskReader, TaskRepository):
    """The TaskRepository port."""

    writer: Writer
    live: LiveTasks

    @override
    async def live_count(self) -> int:
        return self.live.known()

    @override
    async def add(self, task: Task) -> Task:
        with translate_unique_violations():
            return await self._write(writing.ADD_TASK, task)

    @override
    async def replace(self, task: Task) -> Task:
        return await self._write(writing.REPLACE_TASK, task)

    @override
    async def fixed_dues(self, after: TaskId | None, limit: int) -> Sequence[tuple[TaskId, Due]]:
        rows = await self.writer.fetch(recomputation.FIXED_DUES, after=after or reading.NIL, max_rows=limit)
        return [(TaskId(task), Due(*due)) for task, *due in rows]

    @override
    async def replace_dues(self, dues: Mapping[TaskId, Due]) -> None:
        instants = [due.at for due in dues.values()]
        await self.writer.execute(recomputation.REPLACE_INSTANTS, ids=[*dues], instants=instants)

    @override
    async def erase(self, deleted_before: dt.datetime, limit: int) -> int:
        now = self.caller.clock.now()
        return await self.writer.execute(writing.ERASE_TASKS, before=deleted_before, max_rows=limit, now=now)

    @override
    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        rows = await self.writer.fetch(writing.REMOVE_TOMBSTONES, before=deleted_before, max_rows=limit)
        return int(rows[0][0])

    async def _write(self, statement: Statement, task: Task) -> Task:
        values = records.task_values(task)
        rows = await self.writer.fetch(statement, **values, live=int(task.deleted_at is None))
        version, position, self.live.count = rows[0]
        return attrs.evolve(task, version=version, position=position)


@attrs.frozen
class PostgresIdempotencyRepository(IdempotencyRepository):
    """The IdempotencyRepository port."""

    writer: Writer

    @override
    async def get(self, key: str) -> StoredResult | None:
        rows = await self.writer.fetch(reading.STORED_RESULT, key=key)
        if not rows:
            return None
        fingerprint, task, one, stored_at = rows[0]
        item = records.decode_task(task) if one is None else records.decode_list(one)
        return StoredResult(IdempotencyKey(key, fingerprint), item, stored_at)

    @override
    async def add(self, result: StoredResult) -> None:
        values = records.result_values(result)
        await self.writer.execute(writing.STORE_RESULT, user_id=self.writer.user, **values)

    @override
    async def count(self) -> int:
        rows = await self.writer.fetch(reading.STORED_RESULT_COUNT)
        return int(rows[0][0])

    @override
    async def remove_older(self, before: dt.datetime, limit: int) -> int:
        return await self.writer.execute(writing.REMOVE_RESULTS, before=before, max_rows=limit)


@attrs.frozen
class PostgresAuditLog(AuditLog):
    """The AuditLog port."""

    writer: Writer
    retention: dt.timedelta

    @override
    async def add(self, event: Event) -> None:
        await self.writer.execute(writing.ADD_EVENT, **records.event_values(event, self.retention))


@attrs.frozen
class PostgresUnitOfWork(UnitOfWork):
    """The UnitOfWork port."""

    account: PostgresAccountRepository
    sessions: PostgresSessionRepository
    personal_tokens: PostgresPersonalTokenRepository
    identities: PostgresIdentityRepository
    tasks: PostgresTaskRepository
    tree: PostgresTreeRepository
    occurrences: PostgresOccurrenceRepository
    lists: PostgresListRepository
    feed: PostgresFeedReader
    idempotency: PostgresIdempotencyRepository
    audit: PostgresAuditLog

    @classmethod
    def of(
        cls, running: Running, user: UserId, live: int | None, clock: Clock, audit_retention: dt.timedelta
    ) -> "PostgresUnitOfWork":
        """Return the rows of a user; `live` is how many live tasks they have, known where the lock is held."""
        caller = Caller(clock, Access.LOCKED, {"user": user}, running.fetch, running.fetch)
        writer, count = Writer(running, user), LiveTasks(live)
        return cls(
            PostgresAccountRepository(caller, writer),
            PostgresSessionRepository(caller, writer),
            PostgresPersonalTokenRepository(caller, writer),
            PostgresIdentityRepository(writer),
            PostgresTaskRepository(caller, writer, count),
            PostgresTreeRepository(writer, count),
            PostgresOccurrenceRepository(caller, writer),
            PostgresListRepository(caller, writer),
            PostgresFeedReader(caller),
            PostgresIdempotencyRepository(writer),
            PostgresAuditLog(writer, audit_retention),
        )
