"""Tasks: what a client writes (`Draft`), what is kept (`Task`), and how one becomes another."""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import partial
from operator import attrgetter
from typing import NewType
from uuid import UUID

import attrs

from todo_core.due import NO_DUE, Due
from todo_core.errors import InvalidInput, NotRepeating, Violations
from todo_core.lists import ListId
from todo_core.ordering import LAST
from todo_core.recurrence import LocalTime, Occurrence, Outcome, Recurrence, Series
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
    """The members of a task that its owner writes, as they are kept. Raises InvalidInput naming every bad member.

    A field names its check in its metadata.
    """

    title: str = attrs.field(converter=nfc, metadata={"check": check_title})
    description: str = attrs.field(default="", converter=normalise_description, metadata={"check": check_description})
    completed: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    priority: Priority = attrs.field(default=Priority.NONE, converter=Priority)
    due: Due | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.instance_of(Due)))
    tags: tuple[str, ...] = attrs.field(default=(), converter=_sorted_tags, metadata={"check": check_tags})
    recurrence: Recurrence | None = None

    def __attrs_post_init__(self) -> None:
        """Check every member."""
        _check(self, attrs.fields_dict(Draft))

    def changed(self, **members: object) -> "Draft":
        """Return the draft with these members. Only they are checked: the others were before. Raises InvalidInput.

        `attrs.evolve` does the same and checks all of them, which takes milliseconds for a long description.
        """
        fields = attrs.fields_dict(Draft)
        values = {name: getattr(self, name) for name in fields}
        for name, value in members.items():
            values[name] = attrs.setters.convert(self, fields[name], value)
        draft = _unchecked(values)
        attrs.validate(draft)
        _check(draft, members)
        return draft

    def toggled(self) -> "Draft":
        """Return the draft with `completed` negated."""
        return self.changed(completed=not self.completed)


def _check(draft: Draft, names: Iterable[str]) -> None:
    """Raise InvalidInput for the members of these names."""
    problems = Violations()
    if draft.recurrence is not None and draft.due is None:
        problems.note("recurrence", "needs-due", "what repeats needs a due date")
    for name in names:
        if (check := attrs.fields_dict(Draft)[name].metadata.get("check")) is not None:
            problems.take(name, check, getattr(draft, name))
    problems.raise_any()


def _unchecked(values: Mapping[str, object]) -> Draft:
    """Return a draft of values that were checked before."""
    draft = object.__new__(Draft)
    for name, value in values.items():
        object.__setattr__(draft, name, value)
    return draft


@attrs.frozen
class Place:
    """Where a task stands: in which list, and below which task if it is a subtask."""

    list_id: ListId
    parent_id: TaskId | None = None


@attrs.frozen
class Task:
    """A stored task. Made by `create` and changed by the methods below; stores rebuild it from their rows.

    `version` is the owner's revision at the last change (0: not stored). `position` orders the live tasks of one list
    and parent (see `ordering`). `series` is there while the task repeats. In the trash, and only there, `deleted_at` is
    set, and `deleted_with`: the task whose deletion brought this one there; they are restored together.
    """

    id: TaskId
    version: int
    title: str
    description: str
    completed_at: dt.datetime | None
    priority: Priority
    due: Due | None
    tags: tuple[str, ...]
    list_id: ListId
    parent_id: TaskId | None
    position: str
    series: Series | None
    created_at: dt.datetime
    updated_at: dt.datetime
    deleted_at: dt.datetime | None = None
    deleted_with: TaskId | None = None

    @classmethod
    def create(cls, draft: Draft, task_id: TaskId, place: Place, now: dt.datetime) -> "Task":
        """Return a new task, which comes last in its place. Raises InvalidInput for its recurrence."""
        return cls(
            **dict(zip(_SHARED_NAMES, _shared_values(draft), strict=True)),
            id=task_id,
            version=0,
            completed_at=now if draft.completed else None,
            list_id=place.list_id,
            parent_id=place.parent_id,
            position=LAST,
            series=_series(draft, None),
            created_at=now,
            updated_at=now,
        )

    @property
    def completed(self) -> bool:
        """Whether the task is done."""
        return self.completed_at is not None

    @property
    def recurrence(self) -> Recurrence | None:
        """The rule by which the task repeats."""
        return None if self.series is None else self.series.rule

    @property
    def draft(self) -> Draft:
        """The members that its owner writes."""
        return _unchecked({field.name: getattr(self, field.name) for field in attrs.fields(Draft)})

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.list_id, self.parent_id)

    def stays(self, parent_id: TaskId | None, list_id: ListId | None) -> bool:
        """Return whether this parent and list are those that the task has; None is the list of the parent."""
        return parent_id == self.parent_id and list_id in {self.list_id, None if parent_id else self.list_id}

    def replaced(self, draft: Draft, now: dt.datetime) -> "Task":
        """Return the task with what `draft` says; `self` if nothing changes.

        A rule that is set or changed begins at the due date. Raises InvalidInput when it cannot, and for a task that is
        completed and begins to repeat. Occurrences are not counted here: see `ended` and `reopened`.
        """
        if draft == self.draft:
            return self
        return attrs.evolve(
            self,
            **dict(zip(_SHARED_NAMES, _shared_values(draft), strict=True)),
            completed_at=(self.completed_at or now) if draft.completed else None,
            series=_series(draft, self.series),
            updated_at=now,
        )

    def placed(self, place: Place, position: str, now: dt.datetime) -> "Task":
        """Return the task in another place, or at another position."""
        return attrs.evolve(self, list_id=place.list_id, parent_id=place.parent_id, position=position, updated_at=now)

    def ended(self, outcome: Outcome, local: LocalTime) -> tuple["Task", Occurrence]:
        """Return the task after its current occurrence, and this. After the last one, the task is completed.

        Raises NotRepeating when the task has no rule, or is completed.
        """
        if self.series is None or self.due is None or self.completed:
            raise NotRepeating
        step = self.series.advance(self.due, local)
        ended = Occurrence(self.due, self.series.place, outcome, local.now, step.missed)
        return attrs.evolve(
            self,
            due=step.due or self.due,
            completed_at=None if step.due else local.now,
            series=step.series,
            updated_at=local.now,
        ), ended

    def reopened(self, latest: Occurrence, now: dt.datetime) -> "Task":
        """Return the task with its latest occurrence taken back: open, and due as it was."""
        series = None if self.series is None else self.series.reopened(latest)
        return attrs.evolve(self, due=latest.due, completed_at=None, series=series, updated_at=now)

    def trashed(self, now: dt.datetime) -> "Task":
        """Return the task in the trash."""
        return attrs.evolve(self, deleted_at=now, deleted_with=self.id, updated_at=now)

    def restored(self, place: Place, position: str, now: dt.datetime) -> "Task":
        """Return the task out of the trash."""
        return attrs.evolve(self.placed(place, position, now), deleted_at=None, deleted_with=None)

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


_SHARED_NAMES = [name for name in attrs.fields_dict(Draft) if name in attrs.fields_dict(Task)]
"""The members that a task has from its draft as they are."""
_shared_values = attrgetter(*_SHARED_NAMES)


def _series(draft: Draft, current: Series | None) -> Series | None:
    """Return the series of a task that says `draft`: the current one unless the rule is another."""
    if draft.recurrence is None or draft.due is None:
        return None
    if current is not None and current.rule == draft.recurrence:
        return current
    problems = Violations()
    if current is None and draft.completed:
        problems.note("completed", "not-with-recurrence", "a task that begins to repeat is open")
    begun = problems.take("recurrence", partial(Series.begin, draft.recurrence), draft.due)
    problems.raise_any()
    return begun
