"""Examples of schemas, put together from the examples of their members."""

import types
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, UnsetType

from entrypoints.http.wire.base import Schema


def example_of(schema: type[Struct]) -> dict[str, Any]:
    """Return an example object."""
    omitted = schema.omitted if issubclass(schema, Schema) else frozenset()
    shown = schema.shown if issubclass(schema, Schema) else {}
    hints = get_type_hints(schema, include_extras=True)
    members = [name for name in schema.__struct_fields__ if name not in omitted and name not in shown]
    return {**{name: _example(hints[name]) for name in members}, **shown}


def _example(hint: Any) -> object:  # noqa: ANN401 - a type as it is annotated
    if get_origin(hint) is Annotated:
        value, *metadata = get_args(hint)
        examples = [meta.examples[0] for meta in metadata if isinstance(meta, Meta) and meta.examples]
        return examples[-1] if examples else _example(value)
    if get_origin(hint) in {Union, types.UnionType}:
        return _example(next(option for option in get_args(hint) if option not in {UnsetType, types.NoneType}))
    if get_origin(hint) is list:
        return [_example(get_args(hint)[0])]
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    return _example_of_class(hint)


def _example_of_class(cls: type) -> object:
    if issubclass(cls, Enum):
        return [*cls][0].value  # noqa: RUF015 - an Enum class is no sequence
    return example_of(cls) if issubclass(cls, Struct) else False
