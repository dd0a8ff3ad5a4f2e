"""Sessions: one family of refresh tokens each; a counter rotates it, and it expires when idle.

The token that a client holds stands for (user, session, generation); the session keeps one number. A token of an older
generation has been used, one of the current generation has not (RFC 9700 4.14.2; `docs/adr`).
"""

import datetime as dt
from typing import NewType
from uuid import UUID

import attrs

from todo_core.users import UserId

SessionId = NewType("SessionId", UUID)

MAX_USER_AGENT_LENGTH = 256
NO_TIME = dt.timedelta()


def _shown_user_agent(text: str) -> str:
    """Return a header without control characters, cut at 256 characters."""
    shown = text if text.isprintable() else "".join(filter(str.isprintable, text))
    return shown[:MAX_USER_AGENT_LENGTH]


@attrs.frozen
class Client:
    """Where a request came from, as far as known: network address, `User-Agent` (cut at 256), request id."""

    address: str | None = None
    user_agent: str = attrs.field(default="", converter=_shown_user_agent)
    request_id: str | None = None


@attrs.frozen
class SessionPolicy:
    """How long sessions and tokens live.

    `idle_timeout` counts from the log-in or last refresh, `absolute_timeout` from the log-in. `grace_period`: how long
    the previous refresh token still returns its successor (zero: never). `max_sessions`: how many a user may have; a
    new one ends the oldest.
    """

    access_token_lifetime: dt.timedelta = attrs.field(
        default=dt.timedelta(minutes=10), validator=attrs.validators.gt(NO_TIME)
    )
    idle_timeout: dt.timedelta = attrs.field(default=dt.timedelta(days=7), validator=attrs.validators.gt(NO_TIME))
    absolute_timeout: dt.timedelta = attrs.field(default=dt.timedelta(days=30), validator=attrs.validators.gt(NO_TIME))
    grace_period: dt.timedelta = attrs.field(default=dt.timedelta(seconds=60), validator=attrs.validators.ge(NO_TIME))
    max_sessions: int = attrs.field(default=20, validator=attrs.validators.ge(1))


@attrs.frozen
class Session:
    """A live log-in. `used_at` is the log-in or last refresh; it ends at `expires_at`, which never passes `ends_at`."""

    user: UserId
    id: SessionId
    generation: int
    created_at: dt.datetime
    used_at: dt.datetime
    expires_at: dt.datetime
    ends_at: dt.datetime
    address: str | None = None
    user_agent: str = ""

    @classmethod
    def open(
        cls, user: UserId, session_id: SessionId, client: Client, now: dt.datetime, policy: SessionPolicy
    ) -> "Session":
        """Return a new session in its first generation."""
        return cls(
            user=user,
            id=session_id,
            generation=1,
            created_at=now,
            used_at=now,
            expires_at=now + min(policy.idle_timeout, policy.absolute_timeout),
            ends_at=now + policy.absolute_timeout,
            address=client.address,
            user_agent=client.user_agent,
        )

    def alive(self, now: dt.datetime) -> bool:
        """Return whether the session can still be used."""
        return now < self.expires_at

    def refresh(self, generation: int, now: dt.datetime, policy: SessionPolicy) -> "Decision":
        """Decide what a token of `generation` leads to. Changes nothing by itself."""
        if not self.alive(now):
            return Expired()
        if not 1 <= generation <= self.generation:
            return Rejected()
        if generation == self.generation:
            return Rotated(self._rotated(now, policy))
        if generation == self.generation - 1 and max(now - self.used_at, NO_TIME) < policy.grace_period:
            return Replayed(self)
        return Reused()

    def _rotated(self, now: dt.datetime, policy: SessionPolicy) -> "Session":
        return attrs.evolve(
            self,
            generation=self.generation + 1,
            used_at=now,
            expires_at=min(now + policy.idle_timeout, self.ends_at),
        )


@attrs.frozen
class Rotated:
    """The token was the current one: the session has moved on by one generation."""

    session: Session


@attrs.frozen
class Replayed:
    """The token was replaced within the grace period, by a concurrent or retried request: the same successor again."""

    session: Session


@attrs.frozen
class Reused:
    """The token was used up long ago: somebody has a copy, so the session ends."""


@attrs.frozen
class Expired:
    """The session was idle for too long, or has reached its final end."""


@attrs.frozen
class Rejected:
    """There is no such session, or the token is of a generation that was never made."""


Decision = Rotated | Replayed | Reused | Expired | Rejected


@attrs.frozen
class AccessClaims:
    """What an access token says (RFC 9068 2.2, without anything personal). Times are whole seconds."""

    user: UserId
    session: SessionId
    id: UUID
    issued_at: dt.datetime
    expires_at: dt.datetime


@attrs.frozen
class RefreshClaim:
    """What a refresh token says."""

    user: UserId
    session: SessionId
    generation: int


@attrs.frozen
class IssuedTokens:
    """The two tokens of a session, and for how long they are good."""

    access_token: str = attrs.field(repr=False)
    refresh_token: str = attrs.field(repr=False)
    expires_in: dt.timedelta
    refresh_expires_in: dt.timedelta
    session: SessionId
