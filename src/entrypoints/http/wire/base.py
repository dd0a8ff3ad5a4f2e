"""What the schemas of `wire.schemas` are made of: the base class, and types that several nouns have."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from uuid import UUID

import attrs
from msgspec import Meta, Struct

from entrypoints.http.wire.scalars import parse_date, parse_id, parse_time


class Schema(Struct, forbid_unknown_fields=True):
    """An object with exactly these members.

    `resource` is the schema of what a request changes: its other members are read-only. `omitted` names the optional
    members that the example leaves out; `shown` has examples of members that are not those of their types.
    """

    resource: ClassVar["type[Schema] | None"] = None
    omitted: ClassVar[frozenset[str]] = frozenset()
    shown: ClassVar[Mapping[str, object]] = {}

    @classmethod
    def read_only(cls) -> frozenset[str]:
        """Return the members that exist in responses only."""
        shown = cls.resource.__struct_fields__ if cls.resource else ()
        return frozenset(shown).difference(cls.__struct_fields__)


Id = Annotated[UUID, Meta(examples=["0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f"])]
NewId = Annotated[
    str,
    Meta(
        description="An id made by the client",
        extra_json_schema={"format": "uuid"},
        examples=["0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b50"],
        extra={"convert": parse_id},
    ),
]
AnyId = Annotated[
    str,
    Meta(
        extra_json_schema={"format": "uuid"},
        examples=["0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b51"],
        extra={"convert": parse_id},
    ),
]
Instant = Annotated[
    dt.datetime,
    Meta(description="RFC 3339, in UTC", extra_json_schema={"format": "date-time"}, examples=["2026-11-21T09:30:00Z"]),
]
Date = Annotated[
    str, Meta(extra_json_schema={"format": "date"}, examples=["2026-11-25"], extra={"convert": parse_date})
]
Time = Annotated[str, Meta(pattern=r"^[0-9]{2}:[0-9]{2}$", examples=["18:00"], extra={"convert": parse_time})]
Zone = Annotated[str, Meta(description="An IANA time zone", examples=["Europe/Berlin"])]

Version = Annotated[
    int, Meta(ge=0, description="The user's revision at the task's last change; also the ETag", examples=[12])
]
Position = Annotated[
    str, Meta(description="Orders siblings, compared by code point; made by the server", examples=["V000000C"])
]

Members = dict[str, Any]
"""The converted members of an object in a body."""


def with_defaults(members: Mapping[str, Any], target: type[attrs.AttrsInstance]) -> Members:
    """Return the members with the default of `target` in the place of each None: `null` means the default."""
    defaults = {field.name: field.default for field in attrs.fields(target)}
    return {name: defaults.get(name) if value is None else value for name, value in members.items()}
