"""What goes over the wire, as types. Each member is declared once, here.

The response schemas encode responses. The request schemas drive the reader (`wire.reader`); what a client can write of
a resource is derived from the resource's schema and from the class of the core that holds it. Both are the schemas of
the OpenAPI document, with the examples that stand here.
"""

from collections.abc import Mapping
from enum import Enum
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, cast, get_args, get_type_hints

import attrs
import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Struct, UnsetType

from entrypoints.http.wire.base import AnyId, Date, Id, Instant, NewId, Schema, Time, Zone
from entrypoints.http.wire.recurrence import Recurrence, RecurrenceInput, RecurrencePatch
from todo_core import lists, recurrence, tasks
from todo_core.lists import MAX_LIST_NAME_LENGTH, check_color, check_list_name
from todo_core.personal_tokens import (
    DEFAULT_DAYS,
    MAX_DAYS,
    MAX_NAME_LENGTH,
    Scope,
    check_days,
    check_name,
    check_scopes,
)
from todo_core.sessions import MAX_USER_AGENT_LENGTH
from todo_core.tasks import (
    MAX_DESCRIPTION_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    MAX_TITLE_LENGTH,
    check_description,
    check_tag,
    check_tags,
    check_title,
)
from todo_core.users import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    PasswordPolicy,
)

PASSPHRASE = "correct horse battery staple"  # noqa: S105 - an example


class Priority(Enum):
    """How urgent a task is."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Delivery(Enum):
    """Where the refresh token goes: into the body, or into a cookie."""

    BODY = "body"
    COOKIE = "cookie"


Title = Annotated[
    str, Meta(min_length=1, max_length=MAX_TITLE_LENGTH, examples=["Buy milk"], extra={"convert": check_title})
]
Description = Annotated[
    str,
    Meta(
        max_length=MAX_DESCRIPTION_LENGTH, examples=["The one in glass bottles"], extra={"convert": check_description}
    ),
]
Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG_LENGTH, examples=["home"], extra={"convert": check_tag})]
Tags = Annotated[
    list[Tag],
    Meta(
        description=f"Unique, sorted by code point; at most {MAX_TAGS}",
        examples=[["home", "shop"]],
        extra={"convert": check_tags},
    ),
]
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
Seconds = Annotated[int, Meta(ge=0, description="Seconds", examples=[600])]
Version = Annotated[
    int, Meta(ge=0, description="The user's revision at the task's last change; also the ETag", examples=[12])
]


ListName = Annotated[
    str, Meta(min_length=1, max_length=MAX_LIST_NAME_LENGTH, examples=["Garden"], extra={"convert": check_list_name})
]
Color = Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$", examples=["#3cb371"], extra={"convert": check_color})]
Position = Annotated[
    str, Meta(description="Orders siblings, compared by code point; made by the server", examples=["V000000C"])
]


class Due(Schema, omit_defaults=True):
    """All day (`date`), floating in the user's zone (`date`, `time`) or fixed (`date`, `time`, `timezone`)."""

    date: Date
    time: Time | UnsetType = UNSET
    timezone: Zone | UnsetType = UNSET


class DueInput(Schema):
    """A due date as written; `null` means the same as absent."""

    date: Date
    time: Time | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET


class DuePatch(Schema):
    """Changes to a due date (RFC 7396): absent members stay, `null` removes. The first one needs a `date`."""

    date: Date | UnsetType | None = UNSET
    time: Time | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET


class Task(Schema):
    """A task. `deleted_at` is there in the trash, and only there."""

    omitted: ClassVar[frozenset[str]] = frozenset({"deleted_at"})

    id: Id
    title: Title
    description: Description
    completed: bool
    completed_at: Instant | None
    priority: Priority
    due: Due | None
    tags: Tags
    list_id: Id
    parent_id: Id | None
    position: Position
    recurrence: Recurrence | None
    created_at: Instant
    updated_at: Instant
    version: Version
    deleted_at: Instant | UnsetType = UNSET


def _writable(
    name: str,
    description: str,
    resource: type[Schema],
    target: type[attrs.AttrsInstance],
    *,
    nested: dict[str, type[Schema]],
    patch: bool = False,
    **more: object,
) -> type[Schema]:
    """Return the schema of what a client writes of `resource`: the members that `target`, a class of the core, has.

    A member is required where `target` has no default for it, unless this is a `patch`. `null` means the default, so
    it is allowed where there is one; a boolean is always true or false.
    """
    hints = get_type_hints(resource, include_extras=True)
    members: list[tuple[str, object, object]] = []
    for field in attrs.fields(target):
        value = nested.get(field.name) or _without_null(hints[field.name])
        required = field.default is attrs.NOTHING
        if not required and value is not bool:
            value |= None
        optional = patch or not required
        members.append((field.name, value | UnsetType if optional else value, UNSET if optional else NODEFAULT))
    members += [(extra, hint, UNSET) for extra, hint in more.items()]
    schema = msgspec.defstruct(
        name,
        members,
        bases=(Schema,),
        module=__name__,
        namespace={"__doc__": description, "resource": resource, "omitted": frozenset(more)},
        forbid_unknown_fields=True,
        kw_only=True,
    )
    return cast("type[Schema]", schema)


def _without_null(hint: Any) -> Any:  # noqa: ANN401 - a type as it is annotated
    options = [option for option in get_args(hint) if option is not NoneType]
    return options[0] if NoneType in get_args(hint) else hint


TaskInput = _writable(
    "TaskInput",
    "All that a client writes of a task. Absent members and `null` take their default: an empty description, not "
    "completed, no priority, no due date, no tags, no parent, in the list of the parent or else in the inbox.",
    Task,
    tasks.Draft,
    nested={"due": DueInput, "recurrence": RecurrenceInput},
    list_id=AnyId | UnsetType | None,
    parent_id=AnyId | UnsetType | None,
)
NewTask = _writable(
    "NewTask",
    "A new task, under an id of the client's if it has one.",
    Task,
    tasks.Draft,
    nested={"due": DueInput, "recurrence": RecurrenceInput},
    id=NewId | UnsetType | None,
    list_id=AnyId | UnsetType | None,
    parent_id=AnyId | UnsetType | None,
)
TaskPatch = _writable(
    "TaskPatch",
    "Changes to a task (RFC 7396): absent members stay, `null` means the default, arrays are replaced.",
    Task,
    tasks.Draft,
    nested={"due": DuePatch, "recurrence": RecurrencePatch},
    patch=True,
    list_id=AnyId | UnsetType | None,
    parent_id=AnyId | UnsetType | None,
)


class TaskPage(Schema):
    """One page of a list; `total` counts all pages, if that was requested."""

    items: list[Task]
    next_cursor: Annotated[str | None, Meta(examples=[None])]
    total: Annotated[int, Meta(examples=[1])] | UnsetType = UNSET


class List(Schema):
    """A list of tasks. `inbox`: it is the one that every user has."""

    id: Id
    name: ListName
    color: Color | None
    inbox: bool
    position: Position
    created_at: Instant
    updated_at: Instant
    version: Version


ListInput = _writable(
    "ListInput",
    "All that a client writes of a list. An absent color and `null` mean none.",
    List,
    lists.ListDraft,
    nested={},
)
NewList = _writable(
    "NewList",
    "A new list, under an id of the client's if it has one.",
    List,
    lists.ListDraft,
    nested={},
    id=NewId | UnsetType | None,
)
ListPatch = _writable(
    "ListPatch",
    "Changes to a list (RFC 7396): absent members stay, `null` means the default.",
    List,
    lists.ListDraft,
    nested={},
    patch=True,
)


class Lists(Schema):
    """All lists, by position."""

    items: list[List]


class ListMove(Schema):
    """Where a list is to go: behind or in front of another one; `null` means the first, or the last place."""

    omitted: ClassVar[frozenset[str]] = frozenset({"before"})

    shown: ClassVar[Mapping[str, object]] = {"after": None}

    after: AnyId | UnsetType | None = UNSET
    before: AnyId | UnsetType | None = UNSET


class TaskMove(Schema):
    """Where a task is to go: behind or in front of a sibling there; `null` means the first, or the last place."""

    omitted: ClassVar[frozenset[str]] = frozenset({"list_id", "parent_id", "before"})

    list_id: AnyId | UnsetType | None = UNSET
    parent_id: AnyId | UnsetType | None = UNSET
    shown: ClassVar[Mapping[str, object]] = {"after": None}

    after: AnyId | UnsetType | None = UNSET
    before: AnyId | UnsetType | None = UNSET


class Occurrence(Schema):
    """A past occurrence. `missed`: how many after it were overdue by then; `version` is that of the task after it."""

    due: Due
    outcome: recurrence.Outcome
    at: Instant
    missed: Annotated[int, Meta(ge=0, examples=[0])]
    version: Version


class OccurrencePage(Schema):
    """One page of the past occurrences of a task, the latest first."""

    items: list[Occurrence]
    next_cursor: Annotated[str | None, Meta(examples=[None])]


class Change(Schema, omit_defaults=True):
    """A task or list in its latest state, or that it is in the trash or gone (`deleted`, which is then true)."""

    omitted: ClassVar[frozenset[str]] = frozenset({"list", "deleted"})

    kind: Literal["task", "list"]
    id: Id
    version: Version
    task: Task | UnsetType = UNSET
    list: List | UnsetType = UNSET
    deleted: Annotated[bool, Meta(extra_json_schema={"const": True})] | UnsetType = UNSET


CHANGES = {
    "TaskChange": {"task": ["task"]},
    "ListChange": {"list": ["list"]},
    "Deletion": {"deleted": ["task", "list"]},
}
"""The shapes of a `Change`: the member that only it has, and of which kinds it is."""


class ChangePage(Schema):
    """Changes by ascending version. `next` is the `since` of the next request."""

    items: list[Change]
    next: Annotated[str, Meta(examples=["AbC…"])]
    has_more: bool


class TagCount(Schema):
    """How many live tasks carry the tag, and how many of them are open."""

    tag: Tag
    open: Annotated[int, Meta(examples=[2])]
    total: Annotated[int, Meta(examples=[3])]


class TagCounts(Schema):
    """All tags of live tasks."""

    items: list[TagCount]


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


class InvalidMember(Schema):
    """One broken rule: where (a JSON pointer, `?name` of a parameter, or a header's name), which, and in words."""

    pointer: Annotated[str, Meta(examples=["/title"])]
    code: Annotated[str, Meta(examples=["too-long"])]
    detail: Annotated[str, Meta(examples=["at most 500 characters"])]


CURRENT = {"oneOf": [{"$ref": "#/components/schemas/Task"}, {"$ref": "#/components/schemas/List"}]}


class Problem(Struct, omit_defaults=True):
    """What went wrong (RFC 9457). `errors` names every invalid part at once; `current` is the task or list as it is."""

    type: Annotated[str, Meta(examples=["urn:todo-core:problem:validation-failed"])]
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(examples=["validation-failed"])]
    request_id: str
    errors: list[InvalidMember] | UnsetType = UNSET
    current: Annotated[Any, Meta(extra_json_schema=CURRENT)] | UnsetType = UNSET
