"""The Store port."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from adapters.postgres import reading, records, writing
from adapters.postgres.duplicates import duplicates_refused
from adapters.postgres.gates import Gate
from adapters.postgres.pool import Database, Transaction
from adapters.postgres.rows import PostgresRows
from adapters.postgres.statements import Statement
from adapters.postgres.view import PostgresView
from todo_core.audit import Event
from todo_core.errors import NotAuthenticated
from todo_core.ports import Clock, PurgeCutoffs, Rows, View
from todo_core.sessions import Actor
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

Result = TypeVar("Result")


@attrs.frozen
class PostgresStore:
    """Keeps everything in a database that `migrate` has brought to the newest schema.

    `audit_kept`: for how long the database itself refuses to delete what `record` keeps.
    """

    database: Database
    clock: Clock
    audit_kept: dt.timedelta = dt.timedelta(days=180)

    async def register(self, user: User, event: Event) -> None:
        """See the port."""
        recorded = records.event_values(event, self.audit_kept)
        values = records.user_values(user) | {f"event_{name}": value for name, value in recorded.items()}
        with duplicates_refused():
            await self.database.write(writing.REGISTER, values)

    async def record(self, event: Event) -> None:
        """See the port."""
        await self.database.write(writing.RECORD, records.event_values(event, self.audit_kept))

    def read(self, actor: Actor) -> View:
        """See the port."""
        return PostgresView(self.clock, Gate.ACTOR, _caller(actor), self.database.fetch)

    async def write(self, actor: Actor, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """See the port."""

        async def unit(transaction: Transaction) -> Result:
            check = {**_caller(actor), "now": self.clock.now()}
            return await work(await self._locked(transaction, writing.LOCK_ALIVE, check))

        return await self.database.transact(unit)

    async def add_task(self, actor: Actor, task: Task, most: int) -> Task | None:
        """See the port. One statement, and only when it adds nothing another that says why."""
        values = {**_caller(actor), "now": self.clock.now(), **records.task_values(task), "most": most}
        with duplicates_refused():
            rows = await self.database.write(writing.ADD_TASK_ALONE, values)
        if rows:
            return attrs.evolve(task, version=rows[0][0])
        await self.read(actor).user()
        return None

    async def write_as(self, user: UserId, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """See the port."""

        async def unit(transaction: Transaction) -> Result:
            return await work(await self._locked(transaction, writing.LOCK, {"user": user}))

        return await self.database.transact(unit)

    async def user_by_email(self, email: EmailAddress) -> User | None:
        """See the port."""
        rows = await self.database.fetch(reading.USER_BY_EMAIL, {"email_key": email.key})
        return records.user(rows[0]) if rows else None

    async def users(self, after: UserId | None, limit: int) -> Sequence[User]:
        """See the port."""
        statement = reading.FIRST_USERS if after is None else reading.NEXT_USERS
        return [records.user(row) for row in await self.database.fetch(statement, {"after": after, "rows": limit})]

    async def task_owner(self, task: TaskId) -> UserId | None:
        """See the port."""
        rows = await self.database.fetch(reading.TASK_OWNER, {"task": task})
        return UserId(rows[0][0]) if rows else None

    async def users_to_purge(self, overdue: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        """See the port."""
        rows = await self.database.fetch(reading.USERS_TO_PURGE, {**attrs.asdict(overdue), "rows": limit})
        return [UserId(row[0]) for row in rows]

    async def advance_clocks(self, by: int) -> None:
        """See the port."""
        await self.database.write(writing.ADVANCE_CLOCKS, {"by": by})

    async def _locked(self, transaction: Transaction, lock: Statement, caller: Mapping[str, object]) -> Rows:
        """Wait for the user's lock, and return their rows. Raises NotAuthenticated when `lock` lets nobody in."""
        locked = await transaction.fetch(lock, caller)
        if not locked:
            raise NotAuthenticated
        user, live = locked[0]
        return PostgresRows(
            clock=self.clock,
            gate=Gate.OWNER,
            caller={"user": user},
            fetch=transaction.fetch,
            send=transaction.send,
            live=live,
            audit_kept=self.audit_kept,
        )


def _caller(actor: Actor) -> dict[str, object]:
    return {"user": actor.user, "session": actor.session}
