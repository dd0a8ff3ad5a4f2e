"""Tasks, due dates, occurrences, tags."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import AnyId, Date, Id, Instant, NewId, Position, Schema, Time, Version, Zone
from entrypoints.http.wire.recurrence import Recurrence, RecurrenceInput, RecurrencePatch
from entrypoints.http.wire.schemas.writable import writable
from todo_core.recurrence import Outcome
from todo_core.tasks import (
    MAX_DESCRIPTION_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    MAX_TITLE_LENGTH,
    Draft,
    check_description,
    check_tag,
    check_tags,
    check_title,
)


class Priority(Enum):
    """How urgent a task is."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


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


TaskInput = writable(
    "TaskInput",
    "All that a client writes of a task. Absent members and `null` take their default: an empty description, not "
    "completed, no priority, no due date, no tags, no parent, in the list of the parent or else in the inbox.",
    Task,
    Draft,
    nested={"due": DueInput, "recurrence": RecurrenceInput},
    list_id=AnyId | UnsetType | None,
    parent_id=AnyId | UnsetType | None,
)
NewTask = writable(
    "NewTask",
    "A new task, under an id of the client's if it has one.",
    Task,
    Draft,
    nested={"due": DueInput, "recurrence": RecurrenceInput},
    id=NewId | UnsetType | None,
    list_id=AnyId | UnsetType | None,
    parent_id=AnyId | UnsetType | None,
)
TaskPatch = writable(
    "TaskPatch",
    "Changes to a task (RFC 7396): absent members stay, `null` means the default, arrays are replaced.",
    Task,
    Draft,
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
    outcome: Outcome
    at: Instant
    missed: Annotated[int, Meta(ge=0, examples=[0])]
    version: Version


class OccurrencePage(Schema):
    """One page of the past occurrences of a task, the latest first."""

    items: list[Occurrence]
    next_cursor: Annotated[str | None, Meta(examples=[None])]


class TagCount(Schema):
    """How many live tasks carry the tag, and how many of them are open."""

    tag: Tag
    open: Annotated[int, Meta(examples=[2])]
    total: Annotated[int, Meta(examples=[3])]


class TagCounts(Schema):
    """All tags of live tasks."""

    items: list[TagCount]
