"""Lists of tasks: what a client writes (`ListDraft`), what is kept (`TaskList`), and the inbox that every user has."""

import datetime as dt
import re
from typing import Final, NewType
from uuid import UUID

import attrs

from todo_core.errors import InvalidInput, Violations
from todo_core.ordering import LAST
from todo_core.text import check_visible, nfc

ListId = NewType("ListId", UUID)

MAX_LIST_NAME_LENGTH: Final = 100
MAX_LISTS: Final = 500
"""How many lists a user may have, the inbox included."""
INBOX_NAME: Final = "Inbox"
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")


def inbox_id(user: UUID) -> ListId:
    """Return the id of the user's inbox. It equals the user's id, so it needs no lookup."""
    return ListId(user)


def check_list_name(name: str) -> str:
    """Return the name in NFC: 1 to 100 characters, one of which can be seen. Raises InvalidInput (path empty)."""
    return check_visible(nfc(name), max_length=MAX_LIST_NAME_LENGTH)


def check_color(color: str) -> str:
    """Return a color such as #1e90ff in lower case. Raises InvalidInput (path empty)."""
    lower = color.lower()
    if _COLOR.fullmatch(lower) is None:
        raise InvalidInput.at((), "malformed", "a color such as #1e90ff")
    return lower


def _lower(color: str | None) -> str | None:
    return None if color is None else color.lower()


@attrs.frozen
class ListDraft:
    """The members of a list that its owner writes. Raises InvalidInput naming every bad member."""

    name: str = attrs.field(converter=nfc)
    color: str | None = attrs.field(default=None, converter=_lower)

    def __attrs_post_init__(self) -> None:
        """Check every member."""
        problems = Violations()
        problems.take("name", check_list_name, self.name)
        if self.color is not None:
            problems.take("color", check_color, self.color)
        problems.raise_any()


@attrs.frozen
class TaskList:
    """A list as kept. `version` is the owner's revision at the last change (0: not kept yet), as for tasks.

    `position` orders the lists of a user (see `ordering`). `inbox`: it is the one that everybody has, for good.
    """

    id: ListId
    version: int
    name: str
    color: str | None
    inbox: bool
    position: str
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def create(cls, draft: ListDraft, list_id: ListId, now: dt.datetime) -> "TaskList":
        """Return a new list, which comes last."""
        return cls(list_id, 0, draft.name, draft.color, inbox=False, position=LAST, created_at=now, updated_at=now)

    @classmethod
    def inbox_of(cls, user: UUID, now: dt.datetime) -> "TaskList":
        """Return the inbox with which a user begins."""
        return attrs.evolve(cls.create(ListDraft(INBOX_NAME), inbox_id(user), now), inbox=True)

    @property
    def draft(self) -> ListDraft:
        """What its owner wrote."""
        return ListDraft(self.name, self.color)

    def replaced(self, draft: ListDraft, now: dt.datetime) -> "TaskList":
        """Return the list with what `draft` says; this very list when that changes nothing."""
        if draft == self.draft:
            return self
        return attrs.evolve(self, name=draft.name, color=draft.color, updated_at=now)

    def moved(self, position: str, now: dt.datetime) -> "TaskList":
        """Return the list at another position."""
        return attrs.evolve(self, position=position, updated_at=now)
