"""Lists."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import AnyId, Id, Instant, NewId, Position, Schema, Version
from entrypoints.http.wire.schemas.writable import writable
from todo_core.lists import MAX_LIST_NAME_LENGTH, ListDraft, check_color, check_list_name

ListName = Annotated[
    str, Meta(min_length=1, max_length=MAX_LIST_NAME_LENGTH, examples=["Garden"], extra={"convert": check_list_name})
]
Color = Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$", examples=["#3cb371"], extra={"convert": check_color})]


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


ListInput = writable(
    "ListInput",
    "All that a client writes of a list. An absent color and `null` mean none.",
    List,
    ListDraft,
    nested={},
)
NewList = writable(
    "NewList",
    "A new list, under an id of the client's if it has one.",
    List,
    ListDraft,
    nested={},
    id=NewId | UnsetType | None,
)
ListPatch = writable(
    "ListPatch",
    "Changes to a list (RFC 7396): absent members stay, `null` means the default.",
    List,
    ListDraft,
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
