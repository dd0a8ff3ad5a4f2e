"""Query parameters, read strictly: unknown ones and repeated single ones are errors, and all errors come at once."""

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl

import attrs

from entrypoints.http.errors import InvalidPart, MalformedRequest
from todo_core.errors import InvalidInput

Value = TypeVar("Value")
Default = TypeVar("Default")

MAX_QUERY_FIELDS = 200
_NUMBER = re.compile(r"[1-9][0-9]*")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
NAME_SHOWN = 50


@attrs.define
class Parameters:
    """The parameters of one request. Whoever reads them asks for each it knows, then calls `finish`."""

    values: dict[str, list[str]]
    _asked: set[str] = attrs.field(factory=set, init=False)
    _bad: list[InvalidPart] = attrs.field(factory=list, init=False)

    @classmethod
    def parse(cls, raw: bytes) -> "Parameters":
        """Return the parameters of a query string.

        Raises MalformedRequest when it is not UTF-8, is escaped badly (RFC 3986, 2.1), or has too many fields.
        """
        values: dict[str, list[str]] = {}
        if not raw:
            return cls(values)
        if _BAD_ESCAPE.search(raw):
            raise MalformedRequest("The query string has a % without two hexadecimal digits")
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS
            )
        except ValueError as error:
            raise MalformedRequest("The query string cannot be read") from error
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        return cls(values)

    def one(self, name: str, convert: Callable[[str], Value], default: Default) -> Value | Default:
        """Return the converted value, or `default` when the parameter is absent or bad."""
        found = self.many(name, convert)
        if len(self.values.get(name, ())) > 1:
            self._note(name, "repeated", "only once")
        return found[0] if found else default

    def many(self, name: str, convert: Callable[[str], Value]) -> list[Value]:
        """Return the converted values of a parameter that may be repeated."""
        self._asked.add(name)
        converted = []
        for text in self.values.get(name, ()):
            try:
                converted.append(convert(text))
            except InvalidInput as error:
                self._bad.extend(InvalidPart(f"?{name}", one.code, one.detail) for one in error.violations)
        return converted

    def finish(self) -> None:
        """Raise MalformedRequest naming every bad and every unknown parameter, if there is one."""
        for name in self.values.keys() - self._asked:
            self._note(name[:NAME_SHOWN], "unknown-parameter", "there is no such parameter here")
        if self._bad:
            count = len(self._bad)
            words = "parameter is" if count == 1 else "parameters are"
            raise MalformedRequest(f"{count} query {words} not valid", tuple(self._bad))

    def _note(self, name: str, code: str, detail: str) -> None:
        self._bad.append(InvalidPart(f"?{name}", code, detail))


def boolean(text: str) -> bool:
    """Return what `true` or `false` says. Raises InvalidInput (path empty)."""
    if text not in {"true", "false"}:
        raise InvalidInput.at((), "not-a-boolean", "true or false")
    return text == "true"


def one_of(choices: dict[str, Value]) -> Callable[[str], Value]:
    """Return a converter that knows these words only."""

    def convert(text: str) -> Value:
        if text not in choices:
            raise InvalidInput.at((), "not-one-of", "one of " + ", ".join(choices))
        return choices[text]

    return convert


def number(max_length: int) -> Callable[[str], int]:
    """Return a converter for whole numbers from 1 to `max_length`."""

    def convert(text: str) -> int:
        if not _NUMBER.fullmatch(text) or len(text) > len(str(max_length)) or int(text) > max_length:
            raise InvalidInput.at((), "out-of-range", f"a number from 1 to {max_length}")
        return int(text)

    return convert
