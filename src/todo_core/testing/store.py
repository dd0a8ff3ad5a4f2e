"""The Store port in memory: units of work change a copy, which replaces the original when they succeed."""

import asyncio
import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar, assert_never

import attrs

from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor
from todo_core.audit import Event
from todo_core.errors import EmailTaken, IdTaken, NotAuthenticated, QuotaExceeded, TodoError
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.identities import ExternalClaims
from todo_core.lists import ListId, TaskList
from todo_core.ordering import at_end
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports import Clock, PurgeCutoffs, Store, UnitOfWork, UserReader
from todo_core.recomputation import Recomputation
from todo_core.tasks import Task, TaskId
from todo_core.testing.account import Account, ListTombstone, Tombstone
from todo_core.testing.identities import Identities
from todo_core.testing.override import override
from todo_core.testing.reader import MemoryUserReader
from todo_core.testing.unit_of_work import MemoryUnitOfWork, Owners, Workspace
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")
Key = TypeVar("Key")


@attrs.frozen
class Owned(Generic[Key]):
    """What only one user can have, and who has it. `taken` is raised for what another user has."""

    taken: type[TodoError]
    owners: dict[Key, UserId] = attrs.field(factory=dict)

    def owner(self, key: Key) -> UserId | None:
        """Return who has it."""
        return self.owners.get(key)

    def check(self, user: UserId, keys: Iterable[Key]) -> None:
        """Raise `taken` if another user has one of these."""
        if any(self.owners.get(key, user) != user for key in keys):
            raise self.taken

    def add(self, user: UserId, keys: Iterable[Key]) -> None:
        """Give these to a user."""
        self.owners.update(dict.fromkeys(keys, user))

    def remove(self, keys: Iterable[Key]) -> None:
        """Take these from whoever has them."""
        for key in keys:
            del self.owners[key]


@attrs.define
class MemoryStore(Store):
    """Keeps everything for as long as it lives. Never suspends by itself, except to wait for a user's lock.

    For one event loop (or none: a coroutine that never suspends can be driven by hand). `events` is the audit record.
    """

    clock: Clock
    events: list[Event] = attrs.field(factory=list)
    _accounts: dict[UserId, Account] = attrs.field(factory=dict, init=False)
    _identities: Identities = attrs.field(factory=Identities, init=False)
    _emails: Owned[str] = attrs.field(factory=lambda: Owned(EmailTaken), init=False)
    _tasks: Owned[TaskId] = attrs.field(factory=lambda: Owned(IdTaken), init=False)
    _lists: Owned[ListId] = attrs.field(factory=lambda: Owned(IdTaken), init=False)
    _locks: dict[UserId, asyncio.Lock] = attrs.field(factory=dict, init=False)
    _recomputation: Recomputation | None = attrs.field(default=None, init=False)

    @override
    async def register(self, user: User, event: Event) -> None:
        inbox = TaskList.inbox_of(user.id, user.created_at)
        account = Account(user, revision=1)
        account.lists[inbox.id] = attrs.evolve(inbox, version=1, position=at_end(1))
        self._commit(user.id, account)
        self.events.append(event)

    @override
    async def register_external(self, user: User, claims: ExternalClaims, event: Event) -> UserId | None:
        if self._identities.free(claims):
            await self.register(user, event)
            self._identities.give(claims.identity, user.id)
        return self._identities.user(claims)

    @override
    async def note_use(self, token: PersonalTokenId, user: UserId, now: dt.datetime) -> None:
        account = self._accounts.get(user)
        if account is not None and token in account.personal_tokens:
            account.personal_tokens[token] = attrs.evolve(account.personal_tokens[token], last_used_at=now)

    @override
    async def forget_identities(self, refused_before: dt.datetime) -> int:
        return self._identities.forget(refused_before)

    @override
    async def append_event(self, event: Event) -> None:
        self.events.append(event)

    @override
    def read(self, actor: Actor) -> UserReader:
        return MemoryUserReader.over(lambda: self._account_of(actor), self.clock)

    @override
    async def write(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await self._run(actor.user, lambda: self._account_of(actor), work)

    @override
    async def write_optimistically(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await self.write(actor, work)

    @override
    async def write_as(self, user: UserId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await self._run(user, lambda: self._account(user), work)

    @override
    async def create_task(self, actor: Actor, task: Task, max_tasks: int) -> Task:
        async def work(unit: UnitOfWork) -> Task:
            if await unit.tasks.live_count() >= max_tasks:
                raise QuotaExceeded("tasks", max_tasks)
            return await unit.tasks.add(task)

        return await self.write(actor, work)

    @override
    async def create_task_once(
        self, actor: Actor, task: Task, max_tasks: int, key: IdempotencyKey, max_results: int
    ) -> Task | None:
        async def work(unit: UnitOfWork) -> Task | None:
            is_full = await unit.tasks.live_count() >= max_tasks or await unit.idempotency.count() >= max_results
            if is_full or await unit.idempotency.get(key.value) is not None:
                return None
            added = await unit.tasks.add(task)
            await unit.idempotency.add(StoredResult(key, added, self.clock.now()))
            return added

        try:
            return await self.write(actor, work)
        except NotAuthenticated:
            return None

    @override
    async def user_by_email(self, email: EmailAddress) -> User | None:
        user = self._emails.owner(email.key)
        return None if user is None else self._accounts[user].user

    @override
    async def user_by_identity(self, claims: ExternalClaims) -> UserId | None:
        return self._identities.user(claims)

    @override
    async def personal_token(self, digest: bytes) -> PersonalToken | None:
        now = self.clock.now()
        for token in self._personal_tokens():
            if token.digest == digest and token.alive(now) and self._accounts[token.user].user.disabled_at is None:
                return token
        return None

    @override
    async def personal_token_owner(self, token_id: PersonalTokenId) -> UserId | None:
        return next((token.user for token in self._personal_tokens() if token.id == token_id), None)

    @override
    async def list_personal_tokens(
        self, user: UserId | None, after: PersonalTokenId | None, limit: int
    ) -> Sequence[PersonalToken]:
        found = [
            token
            for token in self._personal_tokens()
            if user in {None, token.user} and (after is None or token.id > after)
        ]
        return sorted(found, key=lambda token: token.id)[:limit]

    @override
    async def list_users(self, after: UserId | None, limit: int) -> Sequence[User]:
        behind = [user for user in sorted(self._accounts) if after is None or user > after]
        return [self._accounts[user].user for user in behind[:limit]]

    @override
    async def task_owner(self, task_id: TaskId) -> UserId | None:
        return self._tasks.owner(task_id)

    @override
    async def list_owner(self, list_id: ListId) -> UserId | None:
        return self._lists.owner(list_id)

    @override
    async def users_to_purge(self, cutoffs: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        return [user for user, account in self._accounts.items() if _has_rows_to_purge(account, cutoffs)][:limit]

    @override
    async def users_by_fixed_dues(self, after: UserId | None, limit: int) -> Sequence[tuple[UserId, bool]]:
        behind = [user for user in sorted(self._accounts) if after is None or user > after]
        return [(user, _has_fixed_dues(self._accounts[user])) for user in behind[:limit]]

    @override
    async def recomputation(self) -> Recomputation | None:
        return self._recomputation

    @override
    async def replace_recomputation(self, old: Recomputation | None, new: Recomputation) -> None:
        if self._recomputation == old:
            self._recomputation = new

    @override
    async def advance_revisions(self, by: int) -> None:
        for user in list(self._accounts):
            async with self._lock(user):
                with suppress(KeyError):  # removed while this waited
                    account = self._accounts[user]
                    account.revision += by
                    account.horizon = account.revision

    async def _run(self, user: UserId, find: Callable[[], Account], work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        find()
        async with self._lock(user):
            workspace = Workspace(find().copy())
            try:
                result = await work(MemoryUnitOfWork.over(workspace, self.clock, self._all_owners()))
                self._finish(user, workspace)
            finally:
                workspace.end()
            self.events.extend(workspace.events)
            return result

    def _finish(self, user: UserId, workspace: Workspace) -> None:
        if workspace.removed:
            self._forget(user)
        else:
            self._commit(user, workspace.account())
        if workspace.refused_before is not None:
            self._identities.refuse(user, workspace.refused_before)
        if workspace.removed:
            self._identities.leave(user)

    def _personal_tokens(self) -> Iterable[PersonalToken]:
        return itertools.chain.from_iterable(account.personal_tokens.values() for account in self._accounts.values())

    def _lock(self, user: UserId) -> asyncio.Lock:
        return self._locks.setdefault(user, asyncio.Lock())

    def _account(self, user: UserId) -> Account:
        if user not in self._accounts:
            raise NotAuthenticated
        return self._accounts[user]

    def _account_of(self, actor: Actor) -> Account:
        account = self._account(actor.user)
        if account.user.disabled_at is not None or not self._stands(account, actor):
            raise NotAuthenticated
        return account

    def _stands(self, account: Account, actor: Actor) -> bool:
        """Return whether what the actor came by is still good."""
        match actor:
            case SessionActor():
                session = account.sessions.get(actor.session)
                return session is not None and session.alive(self.clock.now())
            case ExternalActor():
                return self._identities.stands_for(actor)
            case TokenActor():
                token = account.personal_tokens.get(actor.token)
                return token is not None and token.alive(self.clock.now())
            case _:
                assert_never(actor)

    def _all_owners(self) -> Owners:
        return Owners(lambda email: self._emails.owner(email.key), self._tasks.owner, self._lists.owner)

    def _commit(self, user: UserId, account: Account) -> None:
        """Replace the user's account. Raises EmailTaken or IdTaken if another user was faster; nothing changes then."""
        emails = _emails(account)
        self._emails.check(user, emails)
        self._tasks.check(user, account.tasks)
        self._lists.check(user, account.lists)
        self._forget(user)
        self._emails.add(user, emails)
        self._tasks.add(user, account.tasks)
        self._lists.add(user, account.lists)
        self._accounts[user] = account

    def _forget(self, user: UserId) -> None:
        account = self._accounts.pop(user, None)
        if account is not None:
            self._emails.remove(_emails(account))
            self._tasks.remove(account.tasks)
            self._lists.remove(account.lists)


def _emails(account: Account) -> list[str]:
    return [] if account.user.email is None else [account.user.email.key]


def _has_fixed_dues(account: Account) -> bool:
    return any(task.due is not None and task.due.at is not None for task in account.readable_tasks())


def _has_rows_to_purge(account: Account, cutoffs: PurgeCutoffs) -> bool:
    return (
        any(
            entry.deleted_at < (cutoffs.tombstones if isinstance(entry, Tombstone) else cutoffs.trash)
            for entry in account.tasks.values()
            if entry.deleted_at is not None
        )
        or any(isinstance(one, ListTombstone) and one.deleted_at < cutoffs.tombstones for one in account.lists.values())
        or any(result.stored_at < cutoffs.results for result in account.results.values())
        or any(not session.alive(cutoffs.sessions) for session in account.sessions.values())
        or any(not token.alive(cutoffs.personal_tokens) for token in account.personal_tokens.values())
    )
