"""Writing one user's rows, on a copy that nobody else sees."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from todo_core.audit import Event
from todo_core.due import Due
from todo_core.errors import EmailTaken, IdTaken
from todo_core.idempotency import StoredResult
from todo_core.lists import ListId
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
from todo_core.testing.account import Account, Tombstone, positioned
from todo_core.testing.lists import MemoryListRepository
from todo_core.testing.override import override
from todo_core.testing.reader import (
    MemoryAccountReader,
    MemoryFeedReader,
    MemoryPersonalTokenReader,
    MemorySessionReader,
    MemoryTaskReader,
)
from todo_core.testing.tree import MemoryOccurrenceRepository, MemoryTreeRepository
from todo_core.users import EmailAddress, User, UserId

Key = TypeVar("Key")
Value = TypeVar("Value")


@attrs.frozen
class Owners:
    """Who has an e-mail address or an id, over all users."""

    of_email: Callable[[EmailAddress], UserId | None]
    of_task: Callable[[TaskId], UserId | None]
    of_list: Callable[[ListId], UserId | None]


@attrs.define
class Workspace:
    """The copy that a unit of work changes, and what it changes elsewhere.

    `events` go to the audit record. `refused_before`: what the user's identities refuse from then on.
    """

    _copy: Account | None
    removed: bool = False
    refused_before: dt.datetime | None = None
    events: list[Event] = attrs.field(factory=list)

    def account(self) -> Account:
        """Return the copy. Raises RuntimeError once the unit has ended."""
        if self._copy is None:
            raise RuntimeError("this unit of work has ended")
        return self._copy

    def end(self) -> None:
        """Refuse further use."""
        self._copy = None


@attrs.frozen
class MemoryAccountRepository(MemoryAccountReader, AccountRepository):
    """The AccountRepository port."""

    workspace: Workspace
    owners: Owners

    @override
    async def replace(self, user: User) -> None:
        if user.email is not None and self.owners.of_email(user.email) not in {None, user.id}:
            raise EmailTaken
        self.find().user = user

    @override
    async def remove(self) -> None:
        self.workspace.removed = True


@attrs.frozen
class MemorySessionRepository(MemorySessionReader, SessionRepository):
    """The SessionRepository port."""

    @override
    async def get(self, session_id: SessionId) -> Session | None:
        return self.find().sessions.get(session_id)

    @override
    async def save(self, session: Session) -> None:
        self.find().sessions[session.id] = session

    @override
    async def remove(self, session_id: SessionId) -> None:
        self.find().sessions.pop(session_id, None)

    @override
    async def remove_all(self) -> None:
        self.find().sessions.clear()

    @override
    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        return _remove(self.find().sessions, lambda session: not session.alive(now), limit)


@attrs.frozen
class MemoryPersonalTokenRepository(MemoryPersonalTokenReader, PersonalTokenRepository):
    """The PersonalTokenRepository port."""

    @override
    async def add(self, token: PersonalToken) -> None:
        self.find().personal_tokens[token.id] = token

    @override
    async def remove(self, token_id: PersonalTokenId) -> bool:
        return self.find().personal_tokens.pop(token_id, None) is not None

    @override
    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        return _remove(self.find().personal_tokens, lambda token: not token.alive(now), limit)


@attrs.frozen
class MemoryIdentityRepository(IdentityRepository):
    """The IdentityRepository port."""

    workspace: Workspace

    @override
    async def refuse_issued_before(self, instant: dt.datetime) -> None:
        self.workspace.refused_before = instant


@attrs.frozen
class MemoryTaskRepository(MemoryTaskReader, TaskRepository):
    """The TaskRepository port."""

    owners: Owners

    @override
    async def live_count(self) -> int:
        return sum(task.deleted_at is None for task in self.find().readable_tasks())

    @override
    async def add(self, task: Task) -> Task:
        if task.id in self.find().tasks or self.owners.of_task(task.id) is not None:
            raise IdTaken
        return await self.replace(task)

    @override
    async def replace(self, task: Task) -> Task:
        account = self.find()
        version = account.next_revision()
        stored = attrs.evolve(task, version=version, position=positioned(task.position, version))
        account.tasks[task.id] = stored
        return stored

    @override
    async def fixed_dues(self, after: TaskId | None, limit: int) -> Sequence[tuple[TaskId, Due]]:
        found = [
            (task.id, task.due)
            for task in self.find().readable_tasks()
            if task.due is not None and task.due.at is not None and (after is None or task.id > after)
        ]
        return sorted(found, key=lambda entry: entry[0])[:limit]

    @override
    async def replace_dues(self, dues: Mapping[TaskId, Due]) -> None:
        account = self.find()
        account.tasks.update(
            {task.id: attrs.evolve(task, due=dues[task.id]) for task in account.readable_tasks() if task.id in dues}
        )
        account.next_revision()

    @override
    async def erase(self, deleted_before: dt.datetime, limit: int) -> int:
        account = self.find()
        trash = [
            Tombstone(task.id, task.version, task.deleted_at)
            for task in account.readable_tasks()
            if task.deleted_at is not None and task.deleted_at < deleted_before
        ]
        for tombstone in sorted(trash, key=lambda tombstone: tombstone.version)[:limit]:
            account.tasks[tombstone.id] = tombstone
            account.occurrences.pop(tombstone.id, None)
        return min(len(trash), limit)

    @override
    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        account = self.find()
        tombstones = [entry for entry in account.tasks.values() if isinstance(entry, Tombstone)]
        old = sorted((one for one in tombstones if one.deleted_at < deleted_before), key=lambda one: one.version)
        for tombstone in old[:limit]:
            del account.tasks[tombstone.id]
            account.horizon = max(account.horizon, tombstone.version)
        return min(len(old), limit)


@attrs.frozen
class MemoryIdempotencyRepository(IdempotencyRepository):
    """The IdempotencyRepository port."""

    workspace: Workspace

    @override
    async def get(self, key: str) -> StoredResult | None:
        return self.workspace.account().results.get(key)

    @override
    async def add(self, result: StoredResult) -> None:
        self.workspace.account().results[result.key.value] = result

    @override
    async def count(self) -> int:
        return len(self.workspace.account().results)

    @override
    async def remove_older(self, before: dt.datetime, limit: int) -> int:
        return _remove(self.workspace.account().results, lambda result: result.stored_at < before, limit)


@attrs.frozen
class MemoryAuditLog(AuditLog):
    """The AuditLog port."""

    workspace: Workspace

    @override
    async def add(self, event: Event) -> None:
        self.workspace.events.append(event)


@attrs.frozen
class MemoryUnitOfWork(UnitOfWork):
    """The UnitOfWork port."""

    account: MemoryAccountRepository
    sessions: MemorySessionRepository
    personal_tokens: MemoryPersonalTokenRepository
    identities: MemoryIdentityRepository
    tasks: MemoryTaskRepository
    tree: MemoryTreeRepository
    occurrences: MemoryOccurrenceRepository
    lists: MemoryListRepository
    feed: MemoryFeedReader
    idempotency: MemoryIdempotencyRepository
    audit: MemoryAuditLog

    @classmethod
    def over(cls, workspace: Workspace, clock: Clock, owners: Owners) -> "MemoryUnitOfWork":
        """Return a unit of work on the workspace's copy."""
        find = workspace.account
        return cls(
            MemoryAccountRepository(find, workspace, owners),
            MemorySessionRepository(find, clock),
            MemoryPersonalTokenRepository(find, clock),
            MemoryIdentityRepository(workspace),
            MemoryTaskRepository(find, owners),
            MemoryTreeRepository(find),
            MemoryOccurrenceRepository(find),
            MemoryListRepository(find, owners.of_list),
            MemoryFeedReader(find),
            MemoryIdempotencyRepository(workspace),
            MemoryAuditLog(workspace),
        )


def _remove(entries: dict[Key, Value], matches: Callable[[Value], bool], limit: int) -> int:
    keys = [key for key, value in entries.items() if matches(value)][:limit]
    for key in keys:
        del entries[key]
    return len(keys)
