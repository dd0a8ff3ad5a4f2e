"""What the operator does with accounts, without a session."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from todo_core.audit import OPERATOR, Action
from todo_core.errors import NotAuthenticated, NotFound
from todo_core.ports import Rows
from todo_core.sessions import IssuedTokens, Session
from todo_core.use_cases.accounts import Accounts, Registration
from todo_core.use_cases.sessions import UNKNOWN_CLIENT
from todo_core.users import EmailAddress, User, UserId

Result = TypeVar("Result")

CLOCK_LEAP = 2**32
"""How far `advance_clocks` moves: more changes than a user makes between a backup and its restore."""


@attrs.frozen
class Administration:
    """The use cases of operators. Those that take an e-mail address raise NotFound when nobody has it."""

    accounts: Accounts

    async def list(self, after: UserId | None = None, limit: int = 100) -> Sequence[User]:
        """Return some accounts by ascending id, beginning behind `after`."""
        return await self.accounts.store.users(after, limit)

    async def find(self, email: EmailAddress) -> User:
        """Return the account with this address, regardless of case."""
        user = await self.accounts.store.user_by_email(email)
        if user is None:
            raise NotFound("user")
        return user

    async def add(self, registration: Registration) -> User:
        """Make an account, whether registration is open or not. Raises InvalidInput and EmailTaken."""
        return await self.accounts.enrol(registration)

    async def disable(self, email: EmailAddress) -> None:
        """Refuse the user from now on: every session ends, and none is opened. Done again, it changes nothing."""
        now = self.accounts.clock.now()

        async def work(rows: Rows, user: User) -> None:
            if user.disabled_at is None:
                await rows.put_user(attrs.evolve(user, disabled_at=now))
                await rows.drop_sessions()
                await self._record(rows, Action.USER_DISABLED, user)

        await self._write(email, work)

    async def enable(self, email: EmailAddress) -> None:
        """Let a disabled user log in again. Done again, it changes nothing."""

        async def work(rows: Rows, user: User) -> None:
            if user.disabled_at is not None:
                await rows.put_user(attrs.evolve(user, disabled_at=None))
                await self._record(rows, Action.USER_ENABLED, user)

        await self._write(email, work)

    async def reset_password(self, email: EmailAddress, password: str) -> None:
        """Give the user another password and end every session. Raises InvalidInput."""
        user = await self.find(email)
        password_hash = await self.accounts.new_hash("password", password, user.profile)

        async def work(rows: Rows, user: User) -> None:
            await rows.put_user(user.with_password(password_hash, self.accounts.clock.now()))
            await rows.drop_sessions()
            await self._record(rows, Action.PASSWORD_RESET, user)

        await self._write(email, work)

    async def delete(self, email: EmailAddress) -> None:
        """Remove the account with all it has, at once."""

        async def work(rows: Rows, user: User) -> None:
            await rows.drop_user()
            await self._record(rows, Action.USER_DELETED, user)

        await self._write(email, work)

    async def token(self, email: EmailAddress) -> IssuedTokens:
        """Open a session for the user without their password; raises NotFound for a disabled one. For development."""
        sessions = self.accounts.sessions

        async def work(rows: Rows, user: User) -> Session:
            if user.disabled_at is not None:
                raise NotFound("enabled user", user.id)
            session = await sessions.open(rows, user.id, UNKNOWN_CLIENT)
            await rows.record(sessions.event(Action.LOGGED_IN, user.id, UNKNOWN_CLIENT, session.id))
            return session

        return sessions.issue(await self._write(email, work))

    async def note_key_rotation(self) -> None:
        """Leave an entry that the keys which sign access tokens have changed: they are not in the store."""
        await self.accounts.store.record(self.accounts.sessions.event(Action.KEY_ROTATED, OPERATOR, UNKNOWN_CLIENT))

    async def advance_clocks(self) -> None:
        """Make every sync token expire; for after a restore from a backup, which moves clocks back."""
        await self.accounts.store.advance_clocks(CLOCK_LEAP)

    async def _write(self, email: EmailAddress, work: Callable[[Rows, User], Awaitable[Result]]) -> Result:
        async def whole(rows: Rows) -> Result:
            return await work(rows, await rows.user())

        user = await self.find(email)
        try:
            return await self.accounts.store.write_as(user.id, whole)
        except NotAuthenticated:
            raise NotFound("user", user.id) from None

    async def _record(self, rows: Rows, action: Action, user: User) -> None:
        await rows.record(self.accounts.sessions.event(action, user.id, UNKNOWN_CLIENT))
