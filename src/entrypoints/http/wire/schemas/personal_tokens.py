"""Personal access tokens."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import Id, Instant, Schema
from entrypoints.http.wire.schemas.accounts import Password
from todo_core.personal_tokens import (
    DEFAULT_DAYS,
    MAX_DAYS,
    MAX_NAME_LENGTH,
    Scope,
    check_days,
    check_name,
    check_scopes,
)

TokenName = Annotated[
    str, Meta(min_length=1, max_length=MAX_NAME_LENGTH, examples=["nightly backup"], extra={"convert": check_name})
]
Scopes = Annotated[
    list[Scope],
    Meta(
        description="What the token opens; writing includes reading",
        min_length=1,
        examples=[["tasks:read"]],
        extra={"convert": check_scopes},
    ),
]
Days = Annotated[
    int,
    Meta(
        ge=1,
        le=MAX_DAYS,
        description=f"For how many days the token is good; {DEFAULT_DAYS} by default",
        examples=[30],
        extra={"convert": check_days},
    ),
]


class AccessToken(Schema):
    """A personal access token. `hint` is its beginning and its end; `last_used_at` may be some minutes behind."""

    id: Id
    name: TokenName
    scopes: Scopes
    hint: Annotated[str, Meta(examples=["todo_pat_…x7Qd"])]
    created_at: Instant
    expires_at: Instant
    last_used_at: Annotated[Instant | None, Meta(examples=[None])]


class NewAccessToken(AccessToken):
    """A new personal access token. `token` is shown this once."""

    token: Annotated[str, Meta(examples=["todo_pat_k3SxB1dQ0mWvYp9ZtLr7Ha2NfJc8Ue54" + "2x7Qdz"])]


class AccessTokenList(Schema):
    """One's personal access tokens that have not expired, the newest first."""

    items: list[AccessToken]


class TokenRequest(Schema):
    """A request for a personal access token; a user without a password sends none."""

    resource: ClassVar["type[Schema] | None"] = AccessToken

    name: TokenName
    scopes: Scopes
    expires_in_days: Days | UnsetType | None = UNSET
    current_password: Password | UnsetType = UNSET
