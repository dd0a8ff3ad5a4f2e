"""Tasks: what a client writes (`Draft`), what is kept (`Task`), and how one becomes another."""

import datetime as dt
from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar, Final, Literal, NewType
from uuid import UUID

import attrs

from todo_core.due import NO_DUE, Due
from todo_core.errors import InvalidInput, TodoError, Violations
from todo_core.text import check_text, check_visible, fold, nfc, unify_line_ends

TaskId = NewType("TaskId", UUID)

MAX_TITLE_LENGTH = 500
MAX_TITLE_KEY_LENGTH = 100
MAX_DESCRIPTION_LENGTH = 16_384
MAX_TAG_LENGTH = 100
MAX_TAGS = 100


class Priority(IntEnum):
    """How urgent a task is; the order is the sort order."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


def check_title(title: str) -> str:
    """Return the title in NFC: 1 to 500 characters, one of which can be seen. Raises InvalidInput (path empty)."""
    return check_visible(nfc(title), max_length=MAX_TITLE_LENGTH)


def normalise_description(description: str) -> str:
    """Return the description in the form in which it is kept: in NFC, with LF as the end of a line."""
    return nfc(unify_line_ends(description))


def check_description(description: str) -> str:
    """Return the description as it is kept: up to 16,384 characters, tabs and newlines too. Raises InvalidInput."""
    return check_text(normalise_description(description), max_length=MAX_DESCRIPTION_LENGTH, allowed="\t\n")


def check_tag(tag: str) -> str:
    """Return the tag in NFC: 1 to 100 characters, one of which can be seen. Raises InvalidInput (path empty)."""
    return check_visible(nfc(tag), max_length=MAX_TAG_LENGTH)


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags in NFC, merged and sorted by code point: at most 100. Raises InvalidInput."""
    problems = Violations()
    kept = set()
    for index, tag in enumerate(tags):
        try:
            kept.add(check_tag(tag))
        except InvalidInput as error:
            problems.found.extend(error.under(index).violations)
    if len(kept) > MAX_TAGS:
        problems.note((), "too-many", f"at most {MAX_TAGS} tags")
    problems.raise_any()
    return tuple(sorted(kept))


def _sorted_tags(tags: Iterable[str]) -> tuple[str, ...]:
    if isinstance(tags, str):
        raise TypeError("tags are several strings, not one")
    return tuple(sorted(set(map(nfc, tags))))


@attrs.frozen
class Draft:
    """The members of a task that its owner writes, as they are kept. Raises InvalidInput naming every bad member."""

    title: str = attrs.field(converter=nfc)
    description: str = attrs.field(default="", converter=normalise_description)
    completed: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    priority: Priority = attrs.field(default=Priority.NONE, converter=Priority)
    due: Due | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.instance_of(Due)))
    tags: tuple[str, ...] = attrs.field(default=(), converter=_sorted_tags)

    def __attrs_post_init__(self) -> None:
        """Check every member."""
        problems = Violations()
        problems.take("title", check_title, self.title)
        problems.take("description", check_description, self.description)
        problems.take("tags", check_tags, self.tags)
        problems.raise_any()

    def toggled(self) -> "Draft":
        """Return the draft with `completed` turned over."""
        return attrs.evolve(self, completed=not self.completed)


@attrs.frozen
class Task:
    """A task as kept. Made by `create` and changed by the methods below; stores rebuild it from their rows.

    `version` is the value of the owner's clock at the last change (0: not kept yet). `deleted_at` is set in the trash.
    """

    id: TaskId
    version: int
    title: str
    description: str
    completed_at: dt.datetime | None
    priority: Priority
    due: Due | None
    tags: tuple[str, ...]
    created_at: dt.datetime
    updated_at: dt.datetime
    deleted_at: dt.datetime | None = None

    @classmethod
    def create(cls, draft: Draft, task_id: TaskId, now: dt.datetime) -> "Task":
        """Return a new task."""
        return cls(
            id=task_id,
            version=0,
            title=draft.title,
            description=draft.description,
            completed_at=now if draft.completed else None,
            priority=draft.priority,
            due=draft.due,
            tags=draft.tags,
            created_at=now,
            updated_at=now,
        )

    @property
    def completed(self) -> bool:
        """Whether the task is done."""
        return self.completed_at is not None

    @property
    def draft(self) -> Draft:
        """What its owner wrote."""
        return Draft(self.title, self.description, self.completed, self.priority, self.due, self.tags)

    def replaced(self, draft: Draft, now: dt.datetime) -> "Task":
        """Return the task with what `draft` says; this very task when that changes nothing."""
        if draft == self.draft:
            return self
        done_at = self.completed_at or now
        return attrs.evolve(
            self,
            title=draft.title,
            description=draft.description,
            completed_at=done_at if draft.completed else None,
            priority=draft.priority,
            due=draft.due,
            tags=draft.tags,
            updated_at=now,
        )

    def trashed(self, now: dt.datetime) -> "Task":
        """Return the task in the trash."""
        return attrs.evolve(self, deleted_at=now, updated_at=now)

    def restored(self, now: dt.datetime) -> "Task":
        """Return the task out of the trash; this very task when it is not there."""
        if self.deleted_at is None:
            return self
        return attrs.evolve(self, deleted_at=None, updated_at=now)

    @property
    def due_key(self) -> int:
        """The sort key of `due`; without one it comes last."""
        return NO_DUE if self.due is None else self.due.key

    @property
    def title_key(self) -> str:
        """The sort key of `title`: its first characters regardless of case."""
        return fold(self.title)[:MAX_TITLE_KEY_LENGTH]

    @property
    def search_key(self) -> str:
        """The text in which searched words are looked for, regardless of case."""
        return f"{fold(self.title)}\n{fold(self.description)}"

    @property
    def text_size(self) -> int:
        """How many bytes of UTF-8 title, description and tags take."""
        return sum(len(text.encode()) for text in (self.title, self.description, *self.tags))


ANY_VERSION: Final = "*"
Versions = frozenset[int] | Literal["*"]


@attrs.frozen
class Precondition:
    """What must hold of a task for a request to be carried out (RFC 9110, 13.1.1 and 13.1.2). None: nothing is asked.

    `match`: the task exists, in one of these versions. `none_match`: it does not exist, or in none of these versions.
    """

    match: Versions | None = None
    none_match: Versions | None = None

    def check(self, task: Task) -> None:
        """Raise VersionMismatch when the existing `task` is not what was asked for."""
        if self.match is not None and not is_among(task, self.match):
            raise VersionMismatch(task)
        if self.none_match is not None and is_among(task, self.none_match):
            raise VersionMismatch(task)


def is_among(task: Task, versions: Versions) -> bool:
    """Return whether the task is in one of the versions."""
    return versions == ANY_VERSION or task.version in versions


@attrs.frozen
class VersionMismatch(TodoError):
    """The precondition does not hold; `current` is the task as it is."""

    code: ClassVar[str] = "version-mismatch"
    current: Task

    def __str__(self) -> str:
        return f"task {self.current.id} is at version {self.current.version}"
