"""What a client can write of a resource, derived from its schema and from the class of the core that holds it."""

from types import NoneType
from typing import Any, cast, get_args, get_type_hints

import attrs
import msgspec
from msgspec import NODEFAULT, UNSET, UnsetType

from entrypoints.http.wire.base import Schema


def writable(
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
        module=resource.__module__,
        namespace={"__doc__": description, "resource": resource, "omitted": frozenset(more)},
        forbid_unknown_fields=True,
        kw_only=True,
    )
    return cast("type[Schema]", schema)


def _without_null(hint: Any) -> Any:  # noqa: ANN401 - a type as it is annotated
    options = [option for option in get_args(hint) if option is not NoneType]
    return options[0] if NoneType in get_args(hint) else hint
