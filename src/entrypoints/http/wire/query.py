"""Query parameters, declared in one table and read strictly: all errors are reported at once."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import attrs

from entrypoints.http.errors import InvalidPart, MalformedRequest
from todo_core.errors import InvalidInput

T = TypeVar("T")

MAX_QUERY_FIELDS = 200
MAX_NAME_SHOWN = 50
_NUMBER = re.compile(r"[1-9][0-9]*")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@attrs.frozen
class Parameter:
    """A query parameter: how it is read, and what the OpenAPI document says of it.

    `convert` raises InvalidInput (path empty). `field` is the name of the value for the handler. A `repeated` one may
    be given several times, and its value is a tuple.
    """

    name: str
    schema: Mapping[str, Any]
    convert: Callable[[str], Any]
    description: str
    repeated: bool = False
    field: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))


Values = dict[str, list[str]]
"""The texts of a query string by name, in the order in which they came."""


def parse(raw: bytes) -> Values:
    """Return the texts in a query string.

    Raises MalformedRequest when it is not UTF-8, is escaped badly (RFC 3986, 2.1), or has too many fields.
    """
    values: Values = {}
    if not raw:
        return values
    if _BAD_ESCAPE.search(raw):
        raise MalformedRequest("The query string has a % without two hexadecimal digits")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS)
    except ValueError as error:
        raise MalformedRequest("The query string cannot be read") from error
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def read(values: Values, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the converted values of the parameters that were given, by field.

    Raises MalformedRequest naming every unknown, repeated and invalid parameter.
    """
    known = {parameter.name: parameter for parameter in parameters}
    invalid: list[InvalidPart] = []
    found: dict[str, Any] = {}
    for name, texts in values.items():
        parameter = known.get(name)
        if parameter is None:
            invalid.append(_invalid(name[:MAX_NAME_SHOWN], "unknown-parameter", "there is no such parameter here"))
        elif len(texts) > 1 and not parameter.repeated:
            invalid.append(_invalid(name, "repeated", "only once"))
        else:
            converted = _convert(parameter, texts, invalid)
            found[parameter.field] = converted if parameter.repeated else next(iter(converted), None)
    if invalid:
        words = "parameter is" if len(invalid) == 1 else "parameters are"
        raise MalformedRequest(f"{len(invalid)} query {words} not valid", tuple(invalid))
    return found


def _convert(parameter: Parameter, texts: list[str], invalid: list[InvalidPart]) -> tuple[Any, ...]:
    converted = []
    for text in texts:
        try:
            converted.append(parameter.convert(text))
        except InvalidInput as error:
            invalid.extend(_invalid(parameter.name, one.code, one.detail) for one in error.violations)
    return tuple(converted)


def _invalid(name: str, code: str, detail: str) -> InvalidPart:
    return InvalidPart(f"?{name}", code, detail)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise InvalidInput.at((), "not-a-boolean", "true or false")
    return text == "true"


def boolean(name: str, description: str, **more: Any) -> Parameter:  # noqa: ANN401 - of JSON Schema
    """Return a parameter that is `true` or `false`."""
    return Parameter(name, {"type": "boolean", **more}, _boolean, description)


def choice(
    name: str, choices: Mapping[str, object], description: str, *, repeated: bool = False, **more: str
) -> Parameter:
    """Return a parameter that is one of a few words. `more`: `default`, in words; `field`."""

    def convert(text: str) -> object:
        if text not in choices:
            raise InvalidInput.at((), "not-one-of", "one of " + ", ".join(choices))
        return choices[text]

    field = more.pop("field", name)
    return Parameter(name, {"type": "string", "enum": [*choices], **more}, convert, description, repeated, field)


def number(name: str, description: str, *, maximum: int, default: int) -> Parameter:
    """Return a parameter that is a whole number from 1 to `maximum`."""

    def convert(text: str) -> int:
        if not _NUMBER.fullmatch(text) or len(text) > len(str(maximum)) or int(text) > maximum:
            raise InvalidInput.at((), "out-of-range", f"a number from 1 to {maximum}")
        return int(text)

    schema = {"type": "integer", "minimum": 1, "maximum": maximum, "default": default}
    return Parameter(name, schema, convert, description)
