"""Reads a JSON object by its schema, and names everything that is wrong with it at once.

msgspec itself would stop at the first error. What a schema says of a member (`wire.schemas`) decides how it is read:
its type, whether it is required, whether `null` is allowed, and `Meta(extra={"convert": …})`, a function of the core
that checks and converts the text or the array.
"""

import types
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from msgspec import NODEFAULT, Meta, UnsetType
from msgspec.structs import fields

from entrypoints.http.wire.base import Members, Schema
from todo_core.errors import InvalidInput, Violations

T = TypeVar("T")

MAX_NAME_SHOWN = 50
MAX_ITEMS_READ = 1000
"""How many items of an array are read: a body must not be able to request a megabyte of errors."""


@attrs.frozen
class Member:
    """How one member of an object is read."""

    required: bool
    nullable: bool
    convert: Callable[[object], Any]

    def read(self, value: object) -> object:
        """Return the converted value; None for an allowed `null`. Raises InvalidInput."""
        return None if value is None and self.nullable else self.convert(value)


def read(schema: type[Schema], body: object, violations: Violations) -> Members:
    """Return the valid members that `body` has, converted. An allowed `null` is None.

    Unknown, read-only, missing and invalid members are recorded in `violations`.
    """
    if not isinstance(body, dict):
        violations.note((), "wrong-type", "a JSON object")
        return {}
    members = plan(schema)
    found: Members = {}
    for name, value in body.items():
        if name not in members:
            _note_unknown(name, schema.read_only(), violations)
            continue
        try:
            found[name] = members[name].read(value)
        except InvalidInput as error:
            violations.found.extend(error.under(name).violations)
    for name in _required(schema).difference(body):
        violations.note(name, "required", "this member is needed")
    return found


def read_valid(schema: type[Schema], body: object) -> Members:
    """Return the members of `body`. Raises InvalidInput naming everything that is wrong."""
    violations = Violations()
    found = read(schema, body, violations)
    violations.raise_any()
    return found


@cache
def plan(schema: type[Schema]) -> Mapping[str, Member]:
    """Return how the members of a schema are read."""
    hints = get_type_hints(schema, include_extras=True)
    return {
        field.name: _member(
            hints[field.name], required=field.default is NODEFAULT and field.default_factory is NODEFAULT
        )
        for field in fields(schema)
    }


@cache
def _required(schema: type[Schema]) -> frozenset[str]:
    return frozenset(name for name, member in plan(schema).items() if member.required)


def _member(hint: Any, *, required: bool) -> Member:  # noqa: ANN401 - a type as it is annotated
    options = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    [value] = [option for option in options if option not in {UnsetType, types.NoneType}]
    return Member(required=required, nullable=types.NoneType in options, convert=_converter(value))


def _converter(hint: Any) -> Callable[[object], Any]:  # noqa: ANN401 - the same
    if get_origin(hint) is Annotated:
        value, *metadata = get_args(hint)
        checks = [meta.extra["convert"] for meta in metadata if isinstance(meta, Meta) and meta.extra]
        return _chain(_converter(value), *checks)
    if get_origin(hint) is list:
        return _array(_converter(get_args(hint)[0]))
    if issubclass(hint, Schema):
        return lambda value: read_valid(hint, value)
    if issubclass(hint, Enum):
        return _one_of({choice.value: choice for choice in hint})
    return {str: _text, bool: _boolean, int: _whole_number}[hint]


def _chain(first: Callable[[object], Any], *others: Callable[[Any], Any]) -> Callable[[object], Any]:
    def convert(value: object) -> object:
        converted = first(value)
        for other in others:
            converted = other(converted)
        return converted

    return convert


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput.at((), "wrong-type", "a string")
    return value


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput.at((), "wrong-type", "a whole number")
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput.at((), "wrong-type", "true or false")
    return value


def _one_of(choices: Mapping[str, T]) -> Callable[[object], T]:
    def convert(value: object) -> T:
        word = _text(value)
        if word not in choices:
            raise InvalidInput.at((), "not-one-of", "one of " + ", ".join(choices))
        return choices[word]

    return convert


def _array(convert: Callable[[object], T]) -> Callable[[object], list[T]]:
    def read_items(value: object) -> list[T]:
        if not isinstance(value, list):
            raise InvalidInput.at((), "wrong-type", "an array")
        if len(value) > MAX_ITEMS_READ:
            raise InvalidInput.at((), "too-many", f"at most {MAX_ITEMS_READ} items")
        violations = Violations()
        items = []
        for index, item in enumerate(value):
            try:
                items.append(convert(item))
            except InvalidInput as error:
                violations.found.extend(error.under(index).violations)
        violations.raise_any()
        return items

    return read_items


def _note_unknown(name: str, read_only: Collection[str], violations: Violations) -> None:
    if name in read_only:
        violations.note(name, "read-only", "this member cannot be written")
    else:
        violations.note(name[:MAX_NAME_SHOWN], "unknown-member", "there is no such member here")
