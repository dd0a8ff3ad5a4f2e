"""One user's rows, read and written inside a transaction that holds the user's lock."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

import attrs
from psycopg.types.json import Jsonb

from adapters.postgres import reading, records, writing
from adapters.postgres.duplicates import duplicates_refused
from adapters.postgres.statements import Statement
from adapters.postgres.view import PostgresView
from todo_core.audit import Event
from todo_core.idempotency import Once, Remembered
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task
from todo_core.users import User


@attrs.define
class PostgresRows(PostgresView):
    """The Rows port. `send` runs statements that return nothing but how many rows they changed.

    `live` counts live tasks, as the lock found them and as the unit's own writes go on to say.
    """

    send: Callable[[Statement, Mapping[str, object]], Awaitable[int]]
    live: int
    audit_kept: dt.timedelta

    async def live_tasks(self) -> int:
        """See the port."""
        return self.live

    async def add_task(self, task: Task) -> Task:
        """See the port."""
        with duplicates_refused():
            return await self._number(writing.ADD_TASK, task)

    async def put_task(self, task: Task) -> Task:
        """See the port."""
        return await self._number(writing.PUT_TASK, task)

    async def remembered(self, key: str) -> Remembered | None:
        """See the port."""
        rows = await self.fetch(reading.REMEMBERED, {**self.caller, "key": key})
        if not rows:
            return None
        fingerprint, task, at = rows[0]
        return Remembered(Once(key, fingerprint), records.task_from_json(task), at)

    async def remember(self, outcome: Remembered) -> None:
        """See the port."""
        values = {
            "user_id": self.caller["user"],
            "key": outcome.once.key,
            "fingerprint": outcome.once.fingerprint,
            "task": Jsonb(records.task_to_json(outcome.task)),
            "created_at": outcome.at,
        }
        await self.send(writing.REMEMBER, values)

    async def remembered_count(self) -> int:
        """See the port."""
        rows = await self.fetch(reading.REMEMBERED_COUNT, self.caller)
        return int(rows[0][0])

    async def put_user(self, user: User) -> None:
        """See the port."""
        with duplicates_refused():
            await self.send(writing.PUT_USER, records.user_values(user))

    async def drop_user(self) -> None:
        """See the port."""
        await self.send(writing.DROP_USER, self.caller)

    async def session(self, session: SessionId) -> Session | None:
        """See the port."""
        rows = await self.fetch(reading.SESSION, {**self.caller, "id": session})
        return records.session(rows[0]) if rows else None

    async def put_session(self, session: Session) -> None:
        """See the port."""
        await self.send(writing.PUT_SESSION, records.session_values(session))

    async def drop_session(self, session: SessionId) -> None:
        """See the port."""
        await self.send(writing.DROP_SESSION, {**self.caller, "id": session})

    async def drop_sessions(self) -> None:
        """See the port."""
        await self.send(writing.DROP_SESSIONS, self.caller)

    async def record(self, event: Event) -> None:
        """See the port."""
        await self.send(writing.RECORD, records.event_values(event, self.audit_kept))

    async def erase_tasks(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        bounds = {"before": deleted_before, "rows": limit, "now": self.clock.now()}
        return await self.send(writing.ERASE_TASKS, {**self.caller, **bounds})

    async def drop_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        rows = await self.fetch(writing.DROP_TOMBSTONES, {**self.caller, "before": deleted_before, "rows": limit})
        return int(rows[0][0])

    async def drop_remembered(self, before: dt.datetime, limit: int) -> int:
        """See the port."""
        return await self.send(writing.DROP_REMEMBERED, {**self.caller, "before": before, "rows": limit})

    async def drop_expired_sessions(self, now: dt.datetime, limit: int) -> int:
        """See the port."""
        return await self.send(writing.DROP_EXPIRED_SESSIONS, {**self.caller, "now": now, "rows": limit})

    async def _number(self, statement: Statement, task: Task) -> Task:
        values = {**self.caller, **records.task_values(task), "live": int(task.deleted_at is None)}
        rows = await self.fetch(statement, values)
        version, self.live = rows[0]
        return attrs.evolve(task, version=version)
