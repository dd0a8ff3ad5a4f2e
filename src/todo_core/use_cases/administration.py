"""What the operator does with accounts, without a session."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from todo_core.audit import OPERATOR, Action
from todo_core.errors import NotAuthenticated, NotFound
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports import Clock, Ids, Store, UnitOfWork
from todo_core.sessions import IssuedTokens, Session
from todo_core.use_cases.accounts import Accounts, Registration, remove_account, revoke_personal_tokens
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events
from todo_core.use_cases.sessions import Sessions
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")
Who = EmailAddress | UserId
"""A user as an operator names them: users of an external issuer have no address."""

REVISION_LEAP = 2**32
"""How far `advance_revisions` moves: more changes than a user makes between a backup and its restore."""


@attrs.frozen
class Administration:
    """The use cases of operators. Those that take a user raise NotFound when there is none with that address or id."""

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

    async def find(self, who: Who) -> UserId:
        """Return the id of a user; addresses are compared regardless of case."""
        if not isinstance(who, EmailAddress):
            return who
        user = await self.store.user_by_email(who)
        if user is None:
            raise NotFound("user")
        return user.id

    async def add(self, registration: Registration) -> User:
        """Create an account, whether registration is open or not. Raises InvalidInput and EmailTaken."""
        return await self.accounts.create_account(registration)

    async def disable(self, who: Who) -> None:
        """Disable an account: every session ends, and none can be opened. Repeating it changes nothing."""
        now = self.clock.now()

        async def work(unit: UnitOfWork, user: User) -> None:
            if user.disabled_at is None:
                await unit.account.replace(attrs.evolve(user, disabled_at=now))
                await unit.sessions.remove_all()
                await unit.audit.add(self.events.new(Action.USER_DISABLED, user.id))

        await self._write(who, work)

    async def enable(self, who: Who) -> None:
        """Let a disabled user log in again. Repeating it changes nothing."""

        async def work(unit: UnitOfWork, user: User) -> None:
            if user.disabled_at is not None:
                await unit.account.replace(attrs.evolve(user, disabled_at=None))
                await unit.audit.add(self.events.new(Action.USER_ENABLED, user.id))

        await self._write(who, work)

    async def reset_password(self, who: EmailAddress, password: str) -> None:
        """Set a new password, end every session and revoke every personal access token. Raises InvalidInput."""
        user = await self._write(who, _account)
        password_hash = await self.accounts.new_hash("password", password, user.profile)

        async def work(unit: UnitOfWork, user: User) -> None:
            await unit.account.replace(user.with_password(password_hash, self.clock.now()))
            await unit.sessions.remove_all()
            await revoke_personal_tokens(unit, self.events, user.id, UNKNOWN_CLIENT)
            await unit.audit.add(self.events.new(Action.PASSWORD_RESET, user.id))

        await self._write(who, work)

    async def delete(self, who: Who) -> None:
        """Remove the account with all its data, at once."""

        async def work(unit: UnitOfWork, user: User) -> None:
            await remove_account(unit, self.clock.now())
            await unit.audit.add(self.events.new(Action.USER_DELETED, user.id))

        await self._write(who, work)

    async def token(self, who: EmailAddress) -> IssuedTokens:
        """Open a session without the password, for development. Raises NotFound for a disabled user."""

        async def work(unit: UnitOfWork, user: User) -> Session:
            if user.disabled_at is not None:
                raise NotFound("enabled user", user.id)
            session = await self.sessions.open(unit, user.id, UNKNOWN_CLIENT)
            await unit.audit.add(self.events.new(Action.LOGGED_IN, user.id, session=session.id))
            return session

        return self.sessions.issue(await self._write(who, work))

    async def tokens(
        self, who: Who | None = None, after: PersonalTokenId | None = None, limit: int = 100
    ) -> Sequence[PersonalToken]:
        """Return personal access tokens by ascending id, those behind `after`; of one user, or of everybody."""
        user = None if who is None else (await self._write(who, _account)).id
        return await self.store.list_personal_tokens(user, after, limit)

    async def revoke_token(self, token_id: PersonalTokenId) -> None:
        """Revoke anybody's personal access token. Raises NotFound."""
        owner = await self.store.personal_token_owner(token_id)
        if owner is None:
            raise NotFound("token", token_id)

        async def work(unit: UnitOfWork, user: User) -> None:
            if not await unit.personal_tokens.remove(token_id):
                raise NotFound("token", token_id)
            event = self.events.new(Action.PERSONAL_TOKEN_REVOKED, user.id)
            await unit.audit.add(attrs.evolve(event, personal_token=token_id))

        await self._write(owner, work)

    async def note_key_rotation(self) -> None:
        """Append an audit event for a rotation of the signing keys, which are not in the store."""
        await self.store.append_event(self.events.new(Action.KEY_ROTATED, OPERATOR))

    async def advance_revisions(self) -> None:
        """Expire every sync token. Needed after a restore from a backup, which moves revisions back."""
        await self.store.advance_revisions(REVISION_LEAP)

    async def _write(self, who: Who, work: Callable[[UnitOfWork, User], Awaitable[T]]) -> T:
        async def with_user(unit: UnitOfWork) -> T:
            return await work(unit, await unit.account.get())

        user = await self.find(who)
        try:
            return await self.store.write_as(user, with_user)
        except NotAuthenticated:
            raise NotFound("user", user) from None


async def _account(_: UnitOfWork, user: User) -> User:
    return user
