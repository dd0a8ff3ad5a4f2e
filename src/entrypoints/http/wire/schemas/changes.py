"""The change feed."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import Id, Schema, Version
from entrypoints.http.wire.schemas.lists import List
from entrypoints.http.wire.schemas.tasks import Task


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
