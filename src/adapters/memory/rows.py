"""Writing one user's rows, on a copy that nobody else sees."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import attrs

from adapters.memory.account import Tombstone
from adapters.memory.view import MemoryView
from todo_core.audit import Event
from todo_core.errors import EmailTaken, IdTaken
from todo_core.idempotency import Remembered
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

Key = TypeVar("Key")
Value = TypeVar("Value")


@attrs.frozen
class Taken:
    """What other users have: whose an address or a task id is."""

    email: Callable[[EmailAddress], UserId | None]
    task: Callable[[TaskId], UserId | None]


@attrs.define
class MemoryRows(MemoryView):
    """The Rows port. `dropped` and `events` are what the unit wants beyond the account itself."""

    taken: Taken
    dropped: bool = False
    events: list[Event] = attrs.field(factory=list)

    async def live_tasks(self) -> int:
        """See the port."""
        return sum(task.deleted_at is None for task in self._tasks())

    async def add_task(self, task: Task) -> Task:
        """See the port."""
        if task.id in self.account().tasks or self.taken.task(task.id) is not None:
            raise IdTaken
        return await self.put_task(task)

    async def put_task(self, task: Task) -> Task:
        """See the port."""
        account = self.account()
        account.version += 1
        kept = attrs.evolve(task, version=account.version)
        account.tasks[task.id] = kept
        return kept

    async def remembered(self, key: str) -> Remembered | None:
        """See the port."""
        return self.account().outcomes.get(key)

    async def remember(self, outcome: Remembered) -> None:
        """See the port."""
        self.account().outcomes[outcome.once.key] = outcome

    async def remembered_count(self) -> int:
        """See the port."""
        return len(self.account().outcomes)

    async def put_user(self, user: User) -> None:
        """See the port."""
        if user.email is not None and self.taken.email(user.email) not in {None, user.id}:
            raise EmailTaken
        self.account().user = user

    async def drop_user(self) -> None:
        """See the port."""
        self.dropped = True

    async def session(self, session: SessionId) -> Session | None:
        """See the port."""
        return self.account().sessions.get(session)

    async def put_session(self, session: Session) -> None:
        """See the port."""
        self.account().sessions[session.id] = session

    async def drop_session(self, session: SessionId) -> None:
        """See the port."""
        self.account().sessions.pop(session, None)

    async def drop_sessions(self) -> None:
        """See the port."""
        self.account().sessions.clear()

    async def record(self, event: Event) -> None:
        """See the port."""
        self.events.append(event)

    async def erase_tasks(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        old = [task for task in self._tasks() if task.deleted_at is not None and task.deleted_at < deleted_before]
        for task in sorted(old, key=lambda task: task.version)[:limit]:
            assert task.deleted_at is not None  # noqa: S101 - `old` holds no others
            self.account().tasks[task.id] = Tombstone(task.id, task.version, task.deleted_at)
        return min(len(old), limit)

    async def drop_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        account = self.account()
        tombstones = [entry for entry in account.tasks.values() if isinstance(entry, Tombstone)]
        old = sorted((one for one in tombstones if one.deleted_at < deleted_before), key=lambda one: one.version)
        for tombstone in old[:limit]:
            del account.tasks[tombstone.id]
            account.horizon = max(account.horizon, tombstone.version)
        return min(len(old), limit)

    async def drop_remembered(self, before: dt.datetime, limit: int) -> int:
        """See the port."""
        return _drop(self.account().outcomes, lambda outcome: outcome.at < before, limit)

    async def drop_expired_sessions(self, now: dt.datetime, limit: int) -> int:
        """See the port."""
        return _drop(self.account().sessions, lambda session: not session.alive(now), limit)


def _drop(entries: dict[Key, Value], old: Callable[[Value], bool], limit: int) -> int:
    keys = [key for key, value in entries.items() if old(value)][:limit]
    for key in keys:
        del entries[key]
    return len(keys)
