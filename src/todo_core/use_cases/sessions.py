"""Logging in and out, refreshing, and the list of one's sessions."""

from collections.abc import Sequence
from typing import assert_never

import attrs

from todo_core.actors import AccountHolder, ExternalActor, SessionActor
from todo_core.audit import Action
from todo_core.errors import (
    Busy,
    InvalidCredentials,
    InvalidInput,
    InvalidRefreshToken,
    InvalidToken,
    NoSession,
    NotAuthenticated,
    NotFound,
    RefreshTokenReused,
)
from todo_core.identities import first_accepted
from todo_core.ports import Clock, Ids, Passwords, Store, Tokens, UnitOfWork
from todo_core.sessions import (
    AccessClaims,
    Client,
    Decision,
    Expired,
    IssuedTokens,
    RefreshClaim,
    Rejected,
    Replayed,
    Reused,
    Rotated,
    Session,
    SessionId,
    SessionPolicy,
)
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events
from todo_core.users import EmailAddress, User, UserId, normalise_password


@attrs.frozen
class Sessions:
    """The use cases of sessions. Errors about credentials do not say which part was wrong."""

    store: Store
    clock: Clock
    ids: Ids
    passwords: Passwords
    tokens: Tokens
    policy: SessionPolicy

    @property
    def events(self) -> Events:
        """Makes audit events."""
        return Events(self.clock, self.ids)

    async def log_in(self, email: str, password: str, client: Client = UNKNOWN_CLIENT) -> IssuedTokens:
        """Open a session. Raises InvalidCredentials, after the same work whatever is wrong (ASVS 6.3.8).

        A log-in is refused if the password changes while it is being verified. An outdated hash is renewed. The oldest
        sessions beyond the policy's maximum end.
        """
        user = await self._candidate(email)
        known = normalise_password(password)
        check = await self.passwords.verify(user.password_hash if user and known is not None else None, known or "")
        if user is None or known is None or not check.matches:
            raise InvalidCredentials
        renewed = await self._renewed(known) if check.outdated else None

        async def work(unit: UnitOfWork) -> Session:
            current = await unit.account.get()
            if current.disabled_at is not None or current.password_changed_at != user.password_changed_at:
                raise InvalidCredentials
            if renewed is not None:
                await unit.account.replace(current.rehashed(renewed))
            session = await self.open(unit, user.id, client)
            await unit.audit.add(self.events.new(Action.LOGGED_IN, user.id, client, session.id))
            return session

        try:
            return self.issue(await self.store.write_as(user.id, work))
        except NotAuthenticated:
            raise InvalidCredentials from None

    async def refresh(self, refresh_token: str, client: Client = UNKNOWN_CLIENT) -> IssuedTokens:
        """Exchange a refresh token for its successor (RFC 9700 4.14.2).

        Raises RefreshTokenReused, after ending the session, for a token that was used before; InvalidRefreshToken for
        any other invalid token.
        """
        decision = await self._decide(self._read_refresh(refresh_token), client)
        match decision:
            case Rotated(session) | Replayed(session):
                return self.issue(session)
            case Reused():
                raise RefreshTokenReused
            case Expired() | Rejected():
                raise InvalidRefreshToken
            case _:
                assert_never(decision)

    async def authenticate(self, access_token: str) -> SessionActor:
        """Return the actor of an access token. Raises NotAuthenticated.

        The store checks in each of its statements that the session is still alive (ASVS 7.4.1).
        """
        try:
            claims = await self.tokens.read_access(access_token)
        except InvalidToken:
            raise NotAuthenticated from None
        return SessionActor(claims.user, claims.session)

    async def log_out(self, actor: AccountHolder, client: Client = UNKNOWN_CLIENT) -> None:
        """End the actor's own session. Raises NotAuthenticated when it has ended, NoSession if there is none here."""
        if isinstance(actor, ExternalActor):
            await self.store.read(actor).account.get()  # raises NotAuthenticated
            raise NoSession
        session = actor.session

        async def work(unit: UnitOfWork) -> None:
            await unit.sessions.remove(session)
            await unit.audit.add(self.events.by(actor, Action.LOGGED_OUT, client))

        await self.store.write(actor, work)

    async def log_out_by_token(self, refresh_token: str, client: Client = UNKNOWN_CLIENT) -> None:
        """End the session of a refresh token, expired or used before; repeating it changes nothing.

        Raises InvalidRefreshToken for a token that this issuer did not make.
        """
        claim = self._read_refresh(refresh_token)

        async def work(unit: UnitOfWork) -> None:
            if await unit.sessions.get(claim.session) is not None:
                await unit.sessions.remove(claim.session)
                await unit.audit.add(self.events.new(Action.LOGGED_OUT, claim.user, client, claim.session))

        try:
            await self.store.write_as(claim.user, work)
        except NotAuthenticated:
            return  # the account is gone, and its sessions with it

    async def log_out_everywhere(self, actor: AccountHolder, client: Client = UNKNOWN_CLIENT) -> None:
        """End every session of the actor, and refuse what an external issuer signed until now.

        Personal access tokens stay. Raises NotAuthenticated.
        """

        async def work(unit: UnitOfWork) -> None:
            await unit.sessions.remove_all()
            await unit.identities.refuse_issued_before(first_accepted(self.clock.now()))
            await unit.audit.add(self.events.by(actor, Action.LOGGED_OUT_EVERYWHERE, client))

        await self.store.write(actor, work)

    async def list(self, actor: AccountHolder) -> Sequence[Session]:
        """Return the actor's live sessions, the latest used first. Raises NotAuthenticated."""
        return await self.store.read(actor).sessions.list()

    async def end(self, actor: AccountHolder, session_id: SessionId, client: Client = UNKNOWN_CLIENT) -> None:
        """End one of the actor's sessions. Raises NotAuthenticated, and NotFound unless it is live and theirs."""

        async def work(unit: UnitOfWork) -> None:
            if session_id not in {session.id for session in await unit.sessions.list()}:
                raise NotFound("session", session_id)
            await unit.sessions.remove(session_id)
            await unit.audit.add(self.events.new(Action.SESSION_REVOKED, actor.user, client, session_id))

        await self.store.write(actor, work)

    async def open(self, unit: UnitOfWork, user: UserId, client: Client) -> Session:
        """Open a session in a unit of work; the oldest beyond the policy's maximum end, each with an audit event."""
        by_age = sorted(await unit.sessions.list(), key=lambda session: (session.created_at, session.id))
        for session in by_age[: max(len(by_age) + 1 - self.policy.max_sessions, 0)]:
            await unit.sessions.remove(session.id)
            await unit.audit.add(self.events.new(Action.SESSION_EVICTED, user, client, session.id))
        session = Session.open(user, SessionId(self.ids.new()), client, self.clock.now(), self.policy)
        await unit.sessions.save(session)
        return session

    def issue(self, session: Session) -> IssuedTokens:
        """Return the tokens of the session's current generation."""
        now = self.clock.now().replace(microsecond=0)
        claims = AccessClaims(session.user, session.id, self.ids.new(), now, now + self.policy.access_token_lifetime)
        return IssuedTokens(
            access_token=self.tokens.access(claims),
            refresh_token=self.tokens.refresh(RefreshClaim(session.user, session.id, session.generation)),
            expires_in=self.policy.access_token_lifetime,
            refresh_expires_in=session.expires_at - now,
            session=session.id,
        )

    async def _candidate(self, email: str) -> User | None:
        """Return the enabled user with this address, if there is one."""
        try:
            user = await self.store.user_by_email(EmailAddress.parse(email))
        except InvalidInput:
            return None
        return user if user is not None and user.disabled_at is None else None

    async def _renewed(self, password: str) -> str | None:
        """Return a new hash of a correct password; None if hashing is busy: the next log-in can renew it as well."""
        try:
            return await self.passwords.hash(password)
        except Busy:
            return None

    async def _decide(self, claim: RefreshClaim, client: Client) -> Decision:
        """Decide what the token leads to, and commit that before the client sees the result."""

        async def work(unit: UnitOfWork) -> Decision:
            session = await unit.sessions.get(claim.session)
            if session is None or (await unit.account.get()).disabled_at is not None:
                return Rejected()
            decision = session.refresh(claim.generation, self.clock.now(), self.policy)
            if isinstance(decision, Rotated):
                await unit.sessions.save(decision.session)
                await unit.audit.add(self.events.new(Action.SESSION_RENEWED, claim.user, client, claim.session))
            if isinstance(decision, Reused):
                await unit.sessions.remove(claim.session)
                await unit.audit.add(self.events.new(Action.TOKEN_REUSED, claim.user, client, claim.session))
            return decision

        try:
            return await self.store.write_as(claim.user, work)
        except NotAuthenticated:
            return Rejected()

    def refresh_token_user(self, refresh_token: str) -> UserId | None:
        """Return the user of an authentic refresh token, used or not; None for a forged one."""
        try:
            return self.tokens.read_refresh(refresh_token).user
        except InvalidToken:
            return None

    def _read_refresh(self, refresh_token: str) -> RefreshClaim:
        try:
            return self.tokens.read_refresh(refresh_token)
        except InvalidToken:
            raise InvalidRefreshToken from None
