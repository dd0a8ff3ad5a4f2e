"""Problem details: the body of every error response (RFC 9457)."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.wire.base import Schema


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
