"""Accounts and sessions."""

from enum import Enum
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import Id, Instant, Schema, Zone
from todo_core.sessions import MAX_USER_AGENT_LENGTH
from todo_core.users import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    PasswordPolicy,
)

PASSPHRASE = "correct horse battery staple"  # noqa: S105 - an example


class Delivery(Enum):
    """Where the refresh token goes: into the body, or into a cookie."""

    BODY = "body"
    COOKIE = "cookie"


Email = Annotated[str, Meta(max_length=MAX_EMAIL_LENGTH, examples=["ada@example.org"])]
Password = Annotated[str, Meta(max_length=MAX_PASSWORD_LENGTH, examples=[PASSPHRASE])]
NewPassword = Annotated[
    str,
    Meta(
        min_length=MIN_PASSWORD_LENGTH,
        max_length=MAX_PASSWORD_LENGTH,
        description=f"Not easy to guess; the server's own minimum is higher: {PasswordPolicy().min_length} by default",
        examples=[PASSPHRASE],
    ),
]
NextPassword = Annotated[NewPassword, Meta(examples=["another horse, another staple"])]
DisplayName = Annotated[str, Meta(min_length=1, max_length=MAX_DISPLAY_NAME_LENGTH, examples=["Ada"])]
RefreshToken = Annotated[str, Meta(description="Opaque and single-use", examples=["AbC…"])]


Seconds = Annotated[int, Meta(ge=0, description="Seconds", examples=[600])]


class User(Schema):
    """An account. `email` is null for a user of an external issuer."""

    id: Id
    email: Email | None
    display_name: DisplayName | None
    timezone: Zone
    created_at: Instant


class Registration(Schema):
    """A request for an account. The default of `timezone` is UTC."""

    resource: ClassVar["type[Schema] | None"] = User

    email: Email
    password: NewPassword
    display_name: DisplayName | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET


class LogIn(Schema):
    """Credentials. The default of `delivery` is the body."""

    email: Email
    password: Password
    delivery: Delivery | UnsetType = UNSET


class Refresh(Schema):
    """A refresh token; with the cookie, send no body."""

    refresh_token: RefreshToken


class ProfilePatch(Schema):
    """Changes to one's account; another e-mail address needs `current_password`."""

    resource: ClassVar["type[Schema] | None"] = User
    omitted: ClassVar[frozenset[str]] = frozenset({"email", "current_password"})

    display_name: DisplayName | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET
    email: Email | UnsetType = UNSET
    current_password: Password | UnsetType = UNSET


class DeleteAccount(Schema):
    """The password, which is needed to delete the account; a user without one sends none."""

    current_password: Password | UnsetType = UNSET


class PasswordChange(Schema):
    """A new password. The default of `delivery` is the body."""

    current_password: Password
    new_password: NextPassword
    delivery: Delivery | UnsetType = UNSET
    revoke_tokens: Annotated[bool, Meta(description="End every personal access token, too")] | UnsetType | None = UNSET


class Tokens(Schema, omit_defaults=True):
    """The tokens of a session. `refresh_token` is absent when it went into the cookie."""

    access_token: Annotated[str, Meta(examples=["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…"])]
    token_type: Literal["Bearer"]
    expires_in: Seconds
    refresh_expires_in: Annotated[Seconds, Meta(examples=[604800])]
    refresh_token: RefreshToken | UnsetType = UNSET


class Session(Schema):
    """A live session. `last_used_at` is the log-in or last refresh; `current`: the one that sent this request."""

    id: Id
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    ip: Annotated[str | None, Meta(examples=["203.0.113.7"])]
    user_agent: Annotated[str, Meta(max_length=MAX_USER_AGENT_LENGTH, examples=["curl/8.5.0"])]
    current: bool


class SessionList(Schema):
    """One's live sessions, the latest used first."""

    items: list[Session]
