"""What the operator does with accounts, without a session."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from todo_core.audit import OPERATOR, Action
from todo_core.errors import NotAuthenticated, NotFound
from todo_core.ports import Clock, Ids, Store, UnitOfWork
from todo_core.sessions import IssuedTokens, Session
from todo_core.use_cases.accounts import Accounts, Registration
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events
from todo_core.use_cases.sessions import Sessions
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")

REVISION_LEAP = 2**32
"""How far `advance_revisions` moves: more changes than a user makes between a backup and its restore."""


@attrs.frozen
class Administration:
    """The use cases of operators. Those that take an e-mail address raise NotFound when nobody has it."""

    store: Store
    clock: Clock
    ids: Ids
    sessions: Sessions
    accounts: Accounts

    @property
    def events(self) -> Events:
        """Makes audit events."""
        return Events(self.clock, self.ids)

    async def list(self, after: UserId | None = None, limit: int = 100) -> Sequence[User]:
        """Return accounts by ascending id, those behind `after`."""
        return await self.store.list_users(after, limit)

    async def find(self, email: EmailAddress) -> User:
        """Return the account with this address, regardless of case."""
        user = await self.store.user_by_email(email)
        if user is None:
            raise NotFound("user")
        return user

    async def add(self, registration: Registration) -> User:
        """Create an account, whether registration is open or not. Raises InvalidInput and EmailTaken."""
        return await self.accounts.create_account(registration)

    async def disable(self, email: EmailAddress) -> None:
        """Disable an account: every session ends, and none can be opened. Repeating it changes nothing."""
        now = self.clock.now()

        async def work(unit: UnitOfWork, user: User) -> None:
            if user.disabled_at is None:
                await unit.account.replace(attrs.evolve(user, disabled_at=now))
                await unit.sessions.remove_all()
                await unit.audit.add(self.events.new(Action.USER_DISABLED, user.id))

        await self._write(email, work)

    async def enable(self, email: EmailAddress) -> None:
        """Let a disabled user log in again. Repeating it changes nothing."""

        async def work(unit: UnitOfWork, user: User) -> None:
            if user.disabled_at is not None:
                await unit.account.replace(attrs.evolve(user, disabled_at=None))
                await unit.audit.add(self.events.new(Action.USER_ENABLED, user.id))

        await self._write(email, work)

    async def reset_password(self, email: EmailAddress, password: str) -> None:
        """Set a new password and end every session. Raises InvalidInput."""
        user = await self.find(email)
        password_hash = await self.accounts.new_hash("password", password, user.profile)

        async def work(unit: UnitOfWork, user: User) -> None:
            await unit.account.replace(user.with_password(password_hash, self.clock.now()))
            await unit.sessions.remove_all()
            await unit.audit.add(self.events.new(Action.PASSWORD_RESET, user.id))

        await self._write(email, work)

    async def delete(self, email: EmailAddress) -> None:
        """Remove the account with all its data, at once."""

        async def work(unit: UnitOfWork, user: User) -> None:
            await unit.account.remove()
            await unit.audit.add(self.events.new(Action.USER_DELETED, user.id))

        await self._write(email, work)

    async def token(self, email: EmailAddress) -> IssuedTokens:
        """Open a session without the password, for development. Raises NotFound for a disabled user."""

        async def work(unit: UnitOfWork, user: User) -> Session:
            if user.disabled_at is not None:
                raise NotFound("enabled user", user.id)
            session = await self.sessions.open(unit, user.id, UNKNOWN_CLIENT)
            await unit.audit.add(self.events.new(Action.LOGGED_IN, user.id, session=session.id))
            return session

        return self.sessions.issue(await self._write(email, work))

    async def note_key_rotation(self) -> None:
        """Append an audit event for a rotation of the signing keys, which are not in the store."""
        await self.store.append_event(self.events.new(Action.KEY_ROTATED, OPERATOR))

    async def advance_revisions(self) -> None:
        """Expire every sync token. Needed after a restore from a backup, which moves revisions back."""
        await self.store.advance_revisions(REVISION_LEAP)

    async def _write(self, email: EmailAddress, work: Callable[[UnitOfWork, User], Awaitable[T]]) -> T:
        async def with_user(unit: UnitOfWork) -> T:
            return await work(unit, await unit.account.get())

        user = await self.find(email)
        try:
            return await self.store.write_as(user.id, with_user)
        except NotAuthenticated:
            raise NotFound("user", user.id) from None
