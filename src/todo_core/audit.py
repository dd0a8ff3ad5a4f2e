"""The record of what was done to accounts, sessions and keys (ASVS 16.3; names after OWASP's logging vocabulary)."""

import datetime as dt
from enum import Enum
from uuid import UUID

import attrs

from todo_core.personal_tokens import PersonalTokenId
from todo_core.sessions import Client, SessionId
from todo_core.users import UserId


class Action(Enum):
    """What was done. Every use case that changes an account, a session or a key is exactly one of these.

    Two come along with another: SESSION_EVICTED for each session that gives way to a new one, and
    PERSONAL_TOKEN_REVOKED for each token that ends with a password. The purge leaves none: the sessions and tokens that
    it removes had expired before.
    """

    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    USER_DELETED = "user_deleted"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    PASSWORD_CHANGED = "authn_password_change"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "authn_password_reset"  # noqa: S105 - the name of an event
    LOGGED_IN = "authn_login_success"
    SESSION_RENEWED = "session_renewed"
    LOGGED_OUT = "session_logout"
    LOGGED_OUT_EVERYWHERE = "session_logout_all"
    SESSION_REVOKED = "authn_token_revoked"
    SESSION_EVICTED = "session_evicted"
    TOKEN_REUSED = "authn_token_reuse"  # noqa: S105 - the name of an event
    PERSONAL_TOKEN_CREATED = "personal_token_created"  # noqa: S105 - the name of an event
    PERSONAL_TOKEN_REVOKED = "personal_token_revoked"  # noqa: S105 - the name of an event
    KEY_ROTATED = "key_rotated"


DEFAULT_RETENTION = dt.timedelta(days=180)
"""How long an event cannot be deleted."""

OPERATOR = UserId(UUID(int=0))
"""The user of events that concern the installation and no account."""


@attrs.frozen
class Event:
    """One audit event: opaque ids only, and where the request came from."""

    id: UUID
    at: dt.datetime
    action: Action
    user: UserId
    session: SessionId | None = None
    client: Client = attrs.field(factory=Client)
    personal_token: PersonalTokenId | None = None
