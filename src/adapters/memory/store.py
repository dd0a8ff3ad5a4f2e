"""The Store port in memory: units of work on a copy, swapped in when they end well."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from adapters.memory.account import Account, Tombstone
from adapters.memory.rows import MemoryRows, Taken
from adapters.memory.view import MemoryView
from todo_core.audit import Event
from todo_core.errors import EmailTaken, IdTaken, NotAuthenticated
from todo_core.ports import Clock, PurgeCutoffs, Rows, View
from todo_core.sessions import Actor
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

Result = TypeVar("Result")


@attrs.define
class MemoryStore:
    """Keeps everything for as long as it lives. Never suspends by itself, apart from waiting for a user's lock.

    For one event loop (or none: a coroutine that never suspends can be driven by hand). `events` is the audit record.
    """

    clock: Clock
    events: list[Event] = attrs.field(factory=list)
    _accounts: dict[UserId, Account] = attrs.field(factory=dict, init=False)
    _emails: dict[str, UserId] = attrs.field(factory=dict, init=False)
    _owners: dict[TaskId, UserId] = attrs.field(factory=dict, init=False)
    _locks: dict[UserId, asyncio.Lock] = attrs.field(factory=dict, init=False)

    async def register(self, user: User, event: Event) -> None:
        """See the port."""
        self._swap(user.id, Account(user))
        self.events.append(event)

    async def record(self, event: Event) -> None:
        """See the port."""
        self.events.append(event)

    def read(self, actor: Actor) -> View:
        """See the port."""
        return MemoryView(lambda: self._account_of(actor), self.clock)

    async def write(self, actor: Actor, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """See the port."""
        return await self._unit(actor.user, lambda: self._account_of(actor), work)

    async def add_task(self, actor: Actor, task: Task, most: int) -> Task | None:
        """See the port."""

        async def work(rows: Rows) -> Task | None:
            return await rows.add_task(task) if await rows.live_tasks() < most else None

        return await self.write(actor, work)

    async def write_as(self, user: UserId, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """See the port."""
        return await self._unit(user, lambda: self._account(user), work)

    async def user_by_email(self, email: EmailAddress) -> User | None:
        """See the port."""
        user = self._emails.get(email.key)
        return None if user is None else self._accounts[user].user

    async def users(self, after: UserId | None, limit: int) -> Sequence[User]:
        """See the port."""
        behind = [user for user in sorted(self._accounts) if after is None or user > after]
        return [self._accounts[user].user for user in behind[:limit]]

    async def task_owner(self, task: TaskId) -> UserId | None:
        """See the port."""
        return self._owners.get(task)

    async def users_to_purge(self, overdue: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        """See the port."""
        return [user for user, account in self._accounts.items() if _to_purge(account, overdue)][:limit]

    async def advance_clocks(self, by: int) -> None:
        """See the port."""
        for user in list(self._accounts):
            async with self._lock(user):
                account = self._accounts.get(user)
                if account is not None:
                    account.version += by
                    account.horizon = account.version

    async def _unit(
        self, user: UserId, find: Callable[[], Account], work: Callable[[Rows], Awaitable[Result]]
    ) -> Result:
        find()
        async with self._lock(user):
            unit = _Unit(find().copy())
            rows = MemoryRows(unit.account, self.clock, self._taken())
            try:
                result = await work(rows)
                if rows.dropped:
                    self._forget(user)
                else:
                    self._swap(user, unit.account())
            finally:
                unit.end()
            self.events.extend(rows.events)
            return result

    def _lock(self, user: UserId) -> asyncio.Lock:
        return self._locks.setdefault(user, asyncio.Lock())

    def _account(self, user: UserId) -> Account:
        if user not in self._accounts:
            raise NotAuthenticated
        return self._accounts[user]

    def _account_of(self, actor: Actor) -> Account:
        account = self._account(actor.user)
        session = account.sessions.get(actor.session)
        if account.user.disabled_at is not None or session is None or not session.alive(self.clock.now()):
            raise NotAuthenticated
        return account

    def _taken(self) -> Taken:
        return Taken(lambda email: self._emails.get(email.key), self._owners.get)

    def _swap(self, user: UserId, account: Account) -> None:
        """Put the account in the place of what the user had, unless it takes what is another's meanwhile."""
        email = account.user.email
        if email is not None and self._emails.get(email.key, user) != user:
            raise EmailTaken
        before = self._accounts.get(user)
        kept = before.tasks.keys() if before else set()
        new, gone = account.tasks.keys() - kept, kept - account.tasks.keys()
        if not new.isdisjoint(self._owners):
            raise IdTaken
        self._owners.update(dict.fromkeys(new, user))
        for task in gone:
            del self._owners[task]
        if before is not None and before.user.email is not None:
            del self._emails[before.user.email.key]
        if email is not None:
            self._emails[email.key] = user
        self._accounts[user] = account

    def _forget(self, user: UserId) -> None:
        account = self._accounts.pop(user, None)
        if account is None:
            return
        for task in account.tasks:
            del self._owners[task]
        if account.user.email is not None:
            del self._emails[account.user.email.key]


@attrs.define
class _Unit:
    """The copy that a unit of work changes, for as long as it lasts: nobody writes through rows that were kept."""

    _copy: Account | None

    def account(self) -> Account:
        """Return the copy. Raises RuntimeError once the unit has ended."""
        if self._copy is None:
            raise RuntimeError("this unit of work has ended")
        return self._copy

    def end(self) -> None:
        """Let go of the copy."""
        self._copy = None


def _to_purge(account: Account, overdue: PurgeCutoffs) -> bool:
    return (
        any(
            entry.deleted_at < (overdue.tombstones if isinstance(entry, Tombstone) else overdue.trash)
            for entry in account.tasks.values()
            if entry.deleted_at is not None
        )
        or any(outcome.at < overdue.outcomes for outcome in account.outcomes.values())
        or any(not session.alive(overdue.sessions) for session in account.sessions.values())
    )
