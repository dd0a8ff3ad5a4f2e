"""What goes over the wire, as types: they encode the answers and describe requests and answers in the OpenAPI document.

Requests are not decoded into them: that would stop at the first error (see `members`).
"""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo_core.sessions import MAX_USER_AGENT_LENGTH
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, MAX_TAG_LENGTH, MAX_TAGS, MAX_TITLE_LENGTH
from todo_core.users import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    PasswordPolicy,
)

PriorityName = Literal["none", "low", "medium", "high"]
Delivery = Literal["body", "cookie"]

PASSPHRASE = "correct horse battery staple"  # noqa: S105 - an example

Instant = Annotated[dt.datetime, Meta(description="RFC 3339, in UTC", extra_json_schema={"format": "date-time"})]
Date = Annotated[str, Meta(extra_json_schema={"format": "date"}, examples=["2026-11-21"])]
Time = Annotated[str, Meta(pattern=r"^[0-9]{2}:[0-9]{2}$", examples=["09:30"])]
Zone = Annotated[str, Meta(description="An IANA time zone", examples=["Europe/Berlin"])]
Title = Annotated[str, Meta(min_length=1, max_length=MAX_TITLE_LENGTH, examples=["Buy milk"])]
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION_LENGTH, examples=["The one in glass bottles"])]
Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG_LENGTH, examples=["home"])]
Tags = Annotated[list[Tag], Meta(description=f"Unique, sorted by code point; at most {MAX_TAGS}")]
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
DisplayName = Annotated[str, Meta(min_length=1, max_length=MAX_DISPLAY_NAME_LENGTH, examples=["Ada"])]
RefreshToken = Annotated[str, Meta(description="Opaque and single-use", examples=["AbC…"])]
Seconds = Annotated[int, Meta(ge=0, description="Seconds")]
Version = Annotated[int, Meta(ge=0, description="The owner's clock at the task's last change; also the ETag")]


class Schema(Struct, forbid_unknown_fields=True):
    """An object with exactly these members."""


class Due(Schema, omit_defaults=True):
    """All day (`date`), floating in the user's zone (`date`, `time`) or fixed (`date`, `time`, `timezone`)."""

    date: Date
    time: Time | UnsetType = UNSET
    timezone: Zone | UnsetType = UNSET


class Task(Schema):
    """A task. `deleted_at` is there in the trash, and only there."""

    id: UUID
    title: Title
    description: Description
    completed: bool
    completed_at: Instant | None
    priority: PriorityName
    due: Due | None
    tags: Tags
    created_at: Instant
    updated_at: Instant
    version: Version
    deleted_at: Instant | UnsetType = UNSET


class DueDraft(Schema):
    """A due date as written; `null` is as good as absent."""

    date: Date
    time: Time | None = None
    timezone: Zone | None = None


class TaskReplacement(Schema):
    """All that a client writes of a task; absent members take their default."""

    title: Title
    description: Description | None = ""
    completed: bool = False
    priority: PriorityName | None = "none"
    due: DueDraft | None = None
    tags: Tags | None = []


class TaskDraft(TaskReplacement):
    """A new task, under an id of the client's if it has one."""

    id: UUID | UnsetType = UNSET


class DuePatch(Schema):
    """Changes to a due date (RFC 7396): absent members stay, `null` removes."""

    date: Date | UnsetType = UNSET
    time: Time | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET


class TaskPatch(Schema):
    """Changes to a task (RFC 7396): absent members stay, `null` means the default, arrays are replaced."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due: DuePatch | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET


class TaskPage(Schema):
    """One page of a list; `total` counts all pages and is there when asked for."""

    items: list[Task]
    next_cursor: str | None
    total: int | UnsetType = UNSET


class Change(Schema, omit_defaults=True):
    """A task as it is now (`task`), or that it is in the trash or gone (`deleted`, which is then true)."""

    id: UUID
    version: Version
    task: Task | UnsetType = UNSET
    deleted: Annotated[bool, Meta(extra_json_schema={"const": True})] | UnsetType = UNSET


class ChangePage(Schema):
    """Changes by ascending version. `next` is the `since` of the next request."""

    items: list[Change]
    next: str
    has_more: bool


class TagCount(Schema):
    """How many live tasks carry the tag, and how many of them are open."""

    tag: Tag
    open: int
    total: int


class TagCounts(Schema):
    """All tags of live tasks."""

    items: list[TagCount]


class User(Schema):
    """An account. `email` is null for a user of an external issuer."""

    id: UUID
    email: Email | None
    display_name: DisplayName | None
    timezone: Zone
    created_at: Instant


class Registration(Schema):
    """A wish for an account."""

    email: Email
    password: NewPassword
    display_name: DisplayName | None = None
    timezone: Zone | None = "UTC"


class LogIn(Schema):
    """Credentials. `delivery` says where the refresh token goes: into the body, or into a cookie."""

    email: Email
    password: Password
    delivery: Delivery = "body"


class Refresh(Schema):
    """A refresh token; with the cookie, send no body."""

    refresh_token: RefreshToken


class ProfilePatch(Schema):
    """Changes to one's account; another e-mail address needs `current_password`."""

    display_name: DisplayName | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET
    email: Email | UnsetType = UNSET
    current_password: Password | UnsetType = UNSET


class DeleteAccount(Schema):
    """The proof needed to delete the account; a user without a password sends none."""

    current_password: Password | UnsetType = UNSET


class PasswordChange(Schema):
    """A new password."""

    current_password: Password
    new_password: NewPassword
    delivery: Delivery = "body"


class Tokens(Schema, omit_defaults=True):
    """The tokens of a session. `refresh_token` is absent when it went into the cookie."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Seconds
    refresh_expires_in: Seconds
    refresh_token: RefreshToken | UnsetType = UNSET


class Session(Schema):
    """A live session. `last_used_at` is the log-in or last refresh; `current`: the one that asks."""

    id: UUID
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    ip: str | None
    user_agent: Annotated[str, Meta(max_length=MAX_USER_AGENT_LENGTH)]
    current: bool


class SessionList(Schema):
    """One's live sessions, the latest used first."""

    items: list[Session]


class InvalidMember(Schema):
    """One broken rule: where (a JSON pointer, `?name` of a parameter, or a header's name), which, and in words."""

    pointer: Annotated[str, Meta(examples=["/title"])]
    code: Annotated[str, Meta(examples=["too-long"])]
    detail: Annotated[str, Meta(examples=["at most 500 characters"])]


class Problem(Struct, omit_defaults=True):
    """What went wrong (RFC 9457). `errors` names every bad part at once; `current` is the task as it is."""

    type: Annotated[str, Meta(examples=["urn:todo-core:problem:validation-failed"])]
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(examples=["validation-failed"])]
    request_id: str
    errors: list[InvalidMember] | UnsetType = UNSET
    current: Task | UnsetType = UNSET
