"""The Store port in memory: units of work change a copy, which replaces the original when they succeed."""

import asyncio
import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar, assert_never

import attrs

from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor
from todo_core.audit import Event
from todo_core.errors import EmailTaken, IdTaken, NotAuthenticated, QuotaExceeded
from todo_core.identities import ExternalClaims
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports import Clock, PurgeCutoffs, Store, UnitOfWork, UserReader
from todo_core.tasks import Task, TaskId
from todo_core.testing.account import Account, Tombstone
from todo_core.testing.identities import Identities
from todo_core.testing.override import override
from todo_core.testing.reader import MemoryUserReader
from todo_core.testing.unit_of_work import MemoryUnitOfWork, Owners, Workspace
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")


@attrs.define
class MemoryStore(Store):
    """Keeps everything for as long as it lives. Never suspends by itself, except to wait for a user's lock.

    For one event loop (or none: a coroutine that never suspends can be driven by hand). `events` is the audit record.
    """

    clock: Clock
    events: list[Event] = attrs.field(factory=list)
    _accounts: dict[UserId, Account] = attrs.field(factory=dict, init=False)
    _emails: dict[str, UserId] = attrs.field(factory=dict, init=False)
    _owners: dict[TaskId, UserId] = attrs.field(factory=dict, init=False)
    _identities: Identities = attrs.field(factory=Identities, init=False)
    _locks: dict[UserId, asyncio.Lock] = attrs.field(factory=dict, init=False)

    @override
    async def register(self, user: User, event: Event) -> None:
        self._commit(user.id, Account(user))
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
    async def user_by_email(self, email: EmailAddress) -> User | None:
        user = self._emails.get(email.key)
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
        return self._owners.get(task_id)

    @override
    async def users_to_purge(self, cutoffs: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        return [user for user, account in self._accounts.items() if _has_rows_to_purge(account, cutoffs)][:limit]

    @override
    async def advance_revisions(self, by: int) -> None:
        for user in list(self._accounts):
            async with self._lock(user):
                account = self._accounts.get(user)
                if account is not None:
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
        return Owners(lambda email: self._emails.get(email.key), self._owners.get)

    def _commit(self, user: UserId, account: Account) -> None:
        """Replace the user's account. Raises EmailTaken or IdTaken if another user was faster; nothing changes then."""
        email = account.user.email
        if email is not None and self._emails.get(email.key, user) != user:
            raise EmailTaken
        before = self._accounts.get(user)
        known = before.tasks.keys() if before else set()
        added, removed = account.tasks.keys() - known, known - account.tasks.keys()
        if not added.isdisjoint(self._owners):
            raise IdTaken
        self._owners.update(dict.fromkeys(added, user))
        for task in removed:
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


def _has_rows_to_purge(account: Account, cutoffs: PurgeCutoffs) -> bool:
    return (
        any(
            entry.deleted_at < (cutoffs.tombstones if isinstance(entry, Tombstone) else cutoffs.trash)
            for entry in account.tasks.values()
            if entry.deleted_at is not None
        )
        or any(result.stored_at < cutoffs.results for result in account.results.values())
        or any(not session.alive(cutoffs.sessions) for session in account.sessions.values())
        or any(not token.alive(cutoffs.personal_tokens) for token in account.personal_tokens.values())
    )
