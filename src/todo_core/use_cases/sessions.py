"""Logging in and out, refreshing, and the list of one's sessions."""

from collections.abc import Sequence
from typing import assert_never

import attrs

from todo_core.audit import Action, Event
from todo_core.errors import (
    Busy,
    InvalidCredentials,
    InvalidInput,
    InvalidRefreshToken,
    InvalidToken,
    NotAuthenticated,
    NotFound,
    RefreshTokenReused,
)
from todo_core.ports import Clock, Ids, Passwords, Rows, Store, Tokens
from todo_core.sessions import (
    AccessClaims,
    Actor,
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
from todo_core.users import EmailAddress, User, UserId, presented

UNKNOWN_CLIENT = Client()


@attrs.frozen
class Sessions:
    """The use cases of sessions. What needs a secret says nothing of why it refuses."""

    store: Store
    clock: Clock
    ids: Ids
    passwords: Passwords
    tokens: Tokens
    policy: SessionPolicy

    async def log_in(self, email: str, password: str, client: Client = UNKNOWN_CLIENT) -> IssuedTokens:
        """Open a session. Raises InvalidCredentials, after equal work whatever is wrong (ASVS 6.3.8).

        A log-in that verified a password which is changed in the meantime is refused. The hash is renewed when today's
        parameters ask for it. The oldest sessions beyond the policy's number end.
        """
        user = await self._candidate(email)
        known = presented(password)
        verdict = await self.passwords.verify(user.password_hash if user and known is not None else None, known or "")
        if user is None or known is None or not verdict.matches:
            raise InvalidCredentials
        renewed = await self._renewed(known) if verdict.outdated else None

        async def work(rows: Rows) -> Session:
            current = await rows.user()
            if current.disabled_at is not None or current.password_changed_at != user.password_changed_at:
                raise InvalidCredentials
            if renewed is not None:
                await rows.put_user(current.rehashed(renewed))
            session = await self.open(rows, user.id, client)
            await rows.record(self.event(Action.LOGGED_IN, user.id, client, session.id))
            return session

        try:
            return self.issue(await self.store.write_as(user.id, work))
        except NotAuthenticated:
            raise InvalidCredentials from None

    async def refresh(self, refresh_token: str, client: Client = UNKNOWN_CLIENT) -> IssuedTokens:
        """Exchange a refresh token for its successor (RFC 9700 4.14.2).

        Raises RefreshTokenReused, after ending the session, for a token that was used up; InvalidRefreshToken for
        anything else that is not good.
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

    async def authenticate(self, access_token: str) -> Actor:
        """Return whom an access token speaks for. Raises NotAuthenticated.

        Whether the session is still alive, the store checks in each of its statements (ASVS 7.4.1).
        """
        try:
            return (await self.tokens.read_access(access_token)).actor
        except InvalidToken:
            raise NotAuthenticated from None

    async def log_out(self, actor: Actor, client: Client = UNKNOWN_CLIENT) -> None:
        """End the session that asks. Raises NotAuthenticated when it has ended."""

        async def work(rows: Rows) -> None:
            await rows.drop_session(actor.session)
            await rows.record(self.event(Action.LOGGED_OUT, actor.user, client, actor.session))

        await self.store.write(actor, work)

    async def log_out_by_token(self, refresh_token: str, client: Client = UNKNOWN_CLIENT) -> None:
        """End the session of a refresh token, expired or used up; done again, it changes nothing.

        Raises InvalidRefreshToken for one that was not made here.
        """
        claim = self._read_refresh(refresh_token)

        async def work(rows: Rows) -> None:
            if await rows.session(claim.session) is not None:
                await rows.drop_session(claim.session)
                await rows.record(self.event(Action.LOGGED_OUT, claim.user, client, claim.session))

        try:
            await self.store.write_as(claim.user, work)
        except NotAuthenticated:
            return  # the account is gone, and its sessions with it

    async def log_out_everywhere(self, actor: Actor, client: Client = UNKNOWN_CLIENT) -> None:
        """End every session of the actor. Raises NotAuthenticated."""

        async def work(rows: Rows) -> None:
            await rows.drop_sessions()
            await rows.record(self.event(Action.LOGGED_OUT_EVERYWHERE, actor.user, client, actor.session))

        await self.store.write(actor, work)

    async def list(self, actor: Actor) -> Sequence[Session]:
        """Return the actor's live sessions, the latest used first. Raises NotAuthenticated."""
        return await self.store.read(actor).sessions()

    async def end(self, actor: Actor, session_id: SessionId, client: Client = UNKNOWN_CLIENT) -> None:
        """End one of the actor's sessions. Raises NotAuthenticated, and NotFound unless it is a live one of theirs."""

        async def work(rows: Rows) -> None:
            if session_id not in {session.id for session in await rows.sessions()}:
                raise NotFound("session", session_id)
            await rows.drop_session(session_id)
            await rows.record(self.event(Action.SESSION_REVOKED, actor.user, client, session_id))

        await self.store.write(actor, work)

    async def open(self, rows: Rows, user: UserId, client: Client) -> Session:
        """Open a session inside a unit of work; the oldest beyond the policy's number end, each with an entry."""
        by_age = sorted(await rows.sessions(), key=lambda session: (session.created_at, session.id))
        for session in by_age[: max(len(by_age) + 1 - self.policy.max_sessions, 0)]:
            await rows.drop_session(session.id)
            await rows.record(self.event(Action.SESSION_EVICTED, user, client, session.id))
        session = Session.open(user, SessionId(self.ids.new()), client, self.clock.now(), self.policy)
        await rows.put_session(session)
        return session

    def issue(self, session: Session) -> IssuedTokens:
        """Return the tokens of the session's current generation."""
        now = self.clock.now().replace(microsecond=0)
        claims = AccessClaims(session.user, session.id, self.ids.new(), now, now + self.policy.access)
        return IssuedTokens(
            access_token=self.tokens.access(claims),
            refresh_token=self.tokens.refresh(RefreshClaim(session.user, session.id, session.generation)),
            expires_in=self.policy.access,
            refresh_expires_in=session.expires_at - now,
            session=session.id,
        )

    def event(self, action: Action, user: UserId, client: Client, session: SessionId | None = None) -> Event:
        """Return an entry for the audit record, of now."""
        return Event(self.ids.new(), self.clock.now(), action, user, session, client)

    async def _candidate(self, email: str) -> User | None:
        """Return who might be logging in."""
        try:
            user = await self.store.user_by_email(EmailAddress.parse(email))
        except InvalidInput:
            return None
        return user if user is not None and user.disabled_at is None else None

    async def _renewed(self, password: str) -> str | None:
        """Return a new hash of a right password, unless there is more urgent work: the next log-in will do as well."""
        try:
            return await self.passwords.hash(password)
        except Busy:
            return None

    async def _decide(self, claim: RefreshClaim, client: Client) -> Decision:
        """Decide, and keep what was decided before anybody hears of it."""

        async def work(rows: Rows) -> Decision:
            session = await rows.session(claim.session)
            if session is None or (await rows.user()).disabled_at is not None:
                return Rejected()
            decision = session.refresh(claim.generation, self.clock.now(), self.policy)
            if isinstance(decision, Rotated):
                await rows.put_session(decision.session)
                await rows.record(self.event(Action.SESSION_RENEWED, claim.user, client, claim.session))
            if isinstance(decision, Reused):
                await rows.drop_session(claim.session)
                await rows.record(self.event(Action.TOKEN_REUSED, claim.user, client, claim.session))
            return decision

        try:
            return await self.store.write_as(claim.user, work)
        except NotAuthenticated:
            return Rejected()

    def _read_refresh(self, refresh_token: str) -> RefreshClaim:
        try:
            return self.tokens.read_refresh(refresh_token)
        except InvalidToken:
            raise InvalidRefreshToken from None
