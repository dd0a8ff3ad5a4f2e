"""The Store port."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import attrs
from typing_extensions import override

from adapters.postgres import grouped_writing, lists, reading, recomputation, records, writing
from adapters.postgres.access import check_of
from adapters.postgres.caller import Caller
from adapters.postgres.coalescing import Coalescer
from adapters.postgres.constraints import translate_unique_violations
from adapters.postgres.group_commit import GroupCommit
from adapters.postgres.identities import RememberedIdentities
from adapters.postgres.optimistic import Attempt
from adapters.postgres.pool import Database, Transaction
from adapters.postgres.reader import PostgresUserReader
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.postgres.writer import LockNeeded
from todo_core.actors import Actor
from todo_core.audit import DEFAULT_RETENTION, Event
from todo_core.errors import NotAuthenticated, QuotaExceeded
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.identities import ExternalClaims
from todo_core.lists import ListId, TaskList
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports import Clock, PurgeCutoffs, Store, UnitOfWork, UserReader
from todo_core.recomputation import Recomputation
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")

TRIES_WITHOUT_THE_LOCK = 2


@attrs.frozen
class PostgresStore(Store):
    """Keeps everything in a database that `migrate` has brought to the newest schema.

    `audit_retention`: how long the database itself refuses to delete an audit event.
    """

    database: Database
    clock: Clock
    audit_retention: dt.timedelta = DEFAULT_RETENTION
    _identities: RememberedIdentities = attrs.field(factory=RememberedIdentities, init=False, repr=False, eq=False)
    _coalescer: Coalescer = attrs.field(
        default=attrs.Factory(lambda self: Coalescer(self.database), takes_self=True), init=False
    )
    _group_commit: GroupCommit = attrs.field(
        default=attrs.Factory(lambda self: GroupCommit(self.database), takes_self=True), init=False
    )

    @override
    async def register(self, user: User, event: Event) -> None:
        with translate_unique_violations():
            await self.database.write(writing.REGISTER, self._registration(user, event))

    @override
    async def register_external(self, user: User, claims: ExternalClaims, event: Event) -> UserId | None:
        values = {**self._registration(user, event), **_identity(claims)}
        rows = await self.database.write(writing.REGISTER_EXTERNAL, values, repeatable=True)
        return UserId(rows[0][0]) if rows else await self.user_by_identity(claims)

    @override
    async def note_use(self, token: PersonalTokenId, user: UserId, now: dt.datetime) -> None:
        await self.database.write(writing.NOTE_USE, {"user": user, "id": token, "now": now}, repeatable=True)

    @override
    async def forget_identities(self, refused_before: dt.datetime) -> int:
        values = {"before": refused_before}
        return len(await self.database.write(writing.FORGET_IDENTITIES, values, repeatable=True))

    @override
    async def append_event(self, event: Event) -> None:
        await self.database.write(writing.ADD_EVENT, records.event_values(event, self.audit_retention))

    @override
    def read(self, actor: Actor) -> UserReader:
        return PostgresUserReader(self._caller(actor))

    @override
    async def write(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        access, values = check_of(actor)

        async def unit(transaction: Transaction) -> T:
            check = {**values, "now": self.clock.now()}
            return await work(await self._lock(transaction, writing.LOCK_AND_CHECK[access], check))

        return await self.database.transact(unit)

    @override
    async def write_optimistically(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        for _ in range(TRIES_WITHOUT_THE_LOCK):
            attempt = Attempt(self._caller(actor))
            unit = PostgresUnitOfWork.of(attempt, actor.user, None, self.clock, self.audit_retention)
            try:
                result = await attempt.run(partial(work, unit))
            except LockNeeded:
                break
            if await attempt.keep(self._group_commit):
                return result
        return await self.write(actor, work)

    @override
    async def write_as(self, user: UserId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        async def unit(transaction: Transaction) -> T:
            return await work(await self._lock(transaction, writing.LOCK, {"user": user}))

        return await self.database.transact(unit)

    @override
    async def create_task(self, actor: Actor, task: Task, max_tasks: int) -> Task:
        """One statement; if no row is inserted, a second one finds the cause."""
        access, check = check_of(actor)
        values = {**check, "now": self.clock.now(), **records.task_values(task), "max_tasks": max_tasks}
        with translate_unique_violations():
            rows = await self._group_commit.write(grouped_writing.CREATE[access], values)
        if rows:
            version, position = rows[0]
            return attrs.evolve(task, version=version, position=position)
        await self.read(actor).account.get()  # raises NotAuthenticated, if that was the reason
        raise QuotaExceeded("tasks", max_tasks)

    @override
    async def create_task_once(
        self, actor: Actor, task: Task, max_tasks: int, key: IdempotencyKey, max_results: int
    ) -> Task | None:
        access, check = check_of(actor)
        now = self.clock.now()
        result = records.result_values(StoredResult(key, task, now))
        values = {**check, "now": now, **records.task_values(task), "max_tasks": max_tasks, "max_results": max_results}
        values |= {f"result_{name}": value for name, value in result.items()}
        with translate_unique_violations():
            rows = await self.database.write(writing.CREATE_TASK_ONCE[access], values)
        return attrs.evolve(task, version=rows[0][0], position=rows[0][1]) if rows else None

    @override
    async def user_by_email(self, email: EmailAddress) -> User | None:
        rows = await self.database.fetch(reading.USER_BY_EMAIL, {"email_key": email.key})
        return records.user(rows[0]) if rows else None

    @override
    async def user_by_identity(self, claims: ExternalClaims) -> UserId | None:
        known = self._identities.find(claims)
        if known is not None:
            return known
        rows = await self.database.fetch(reading.USER_BY_IDENTITY, _identity(claims))
        if not rows:
            return None
        user = UserId(rows[0][0])
        self._identities.add(claims, user, self.clock.now().timestamp())
        return user

    @override
    async def personal_token(self, digest: bytes) -> PersonalToken | None:
        rows = await self._coalescer.fetch(reading.PERSONAL_TOKEN, {"digest": digest, "now": self.clock.now()})
        return records.personal_token(rows[0]) if rows else None

    @override
    async def personal_token_owner(self, token_id: PersonalTokenId) -> UserId | None:
        rows = await self.database.fetch(reading.PERSONAL_TOKEN_OWNER, {"token": token_id})
        return UserId(rows[0][0]) if rows else None

    @override
    async def list_personal_tokens(
        self, user: UserId | None, after: PersonalTokenId | None, limit: int
    ) -> Sequence[PersonalToken]:
        statement = reading.PERSONAL_TOKENS if user is None else reading.PERSONAL_TOKENS_OF_USER
        values = {"user": user, "after": after or reading.NIL, "max_rows": limit}
        return [records.personal_token(row) for row in await self.database.fetch(statement, values)]

    @override
    async def list_users(self, after: UserId | None, limit: int) -> Sequence[User]:
        statement = reading.FIRST_USERS if after is None else reading.NEXT_USERS
        rows = await self.database.fetch(statement, {"after": after, "max_rows": limit})
        return [records.user(row) for row in rows]

    @override
    async def task_owner(self, task_id: TaskId) -> UserId | None:
        rows = await self.database.fetch(reading.TASK_OWNER, {"task": task_id})
        return UserId(rows[0][0]) if rows else None

    @override
    async def list_owner(self, list_id: ListId) -> UserId | None:
        rows = await self.database.fetch(lists.OWNER, {"list": list_id})
        return UserId(rows[0][0]) if rows else None

    @override
    async def users_to_purge(self, cutoffs: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        rows = await self.database.fetch(reading.USERS_TO_PURGE, {**attrs.asdict(cutoffs), "max_rows": limit})
        return [UserId(row[0]) for row in rows]

    @override
    async def users_by_fixed_dues(self, after: UserId | None, limit: int) -> Sequence[tuple[UserId, bool]]:
        values = {"after": after or reading.NIL, "max_rows": limit}
        rows = await self.database.fetch(recomputation.USERS_BY_FIXED_DUES, values)
        return [(UserId(user), has_fixed_dues) for user, has_fixed_dues in rows]

    @override
    async def recomputation(self) -> Recomputation | None:
        rows = await self.database.fetch(recomputation.KEPT, {})
        return recomputation.record(rows[0]) if rows else None

    @override
    async def replace_recomputation(self, old: Recomputation | None, new: Recomputation) -> None:
        await self.database.write(recomputation.REPLACE, recomputation.values(old, new), repeatable=True)

    @override
    async def advance_revisions(self, by: int) -> None:
        await self.database.write(writing.ADVANCE_REVISIONS, {"by": by})

    def _caller(self, actor: Actor) -> Caller:
        return Caller(self.clock, *check_of(actor), self.database.fetch, self._coalescer.fetch)

    def _registration(self, user: User, event: Event) -> dict[str, object]:
        recorded = records.event_values(event, self.audit_retention)
        inbox = records.list_values(TaskList.inbox_of(user.id, user.created_at))
        values = records.user_values(user) | {f"event_{name}": value for name, value in recorded.items()}
        return values | {f"inbox_{name}": value for name, value in inbox.items()}

    async def _lock(self, transaction: Transaction, lock: Statement, values: Mapping[str, object]) -> UnitOfWork:
        """Wait for the user's lock; return a unit of work. Raises NotAuthenticated when access is refused."""
        locked = await transaction.fetch(lock, values)
        if not locked:
            raise NotAuthenticated
        user, live, *_ = locked[0]
        return PostgresUnitOfWork.of(transaction, UserId(user), live, self.clock, self.audit_retention)


def _identity(claims: ExternalClaims) -> dict[str, object]:
    return {**attrs.asdict(claims.identity), "issued_at": claims.issued_at}
