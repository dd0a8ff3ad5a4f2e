"""Reading the members of a JSON object one by one, so that one answer can name everything that is wrong."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import attrs

from todo_core.errors import InvalidInput, Violations

Value = TypeVar("Value")
Default = TypeVar("Default")

NAME_SHOWN = 50


@attrs.define
class Members:
    """The members of an object, and what is wrong with them. `problems.raise_any()` ends the reading."""

    given: dict[str, Any]
    problems: Violations

    @classmethod
    def of(
        cls,
        value: object,
        known: Collection[str],
        read_only: Collection[str] = (),
        problems: Violations | None = None,
    ) -> "Members":
        """Return the members of `value`, after noting those that are not known or not to be written.

        Everything is added to `problems` if the caller has some. Raises InvalidInput when `value` is no object.
        """
        problems = problems or Violations()
        if not isinstance(value, dict):
            raise InvalidInput.at((), "wrong-type", "a JSON object")
        for name in value:
            if name in read_only and name not in known:
                problems.note(name, "read-only", "this member cannot be written")
            elif name not in known:
                problems.note(name[:NAME_SHOWN], "unknown-member", "there is no such member here")
        return cls(value, problems)

    def require(self, name: str) -> None:
        """Note it when the member is absent."""
        if name not in self.given:
            self.problems.note(name, "required", "this member is needed")

    def required(self, name: str, convert: Callable[[object], Value], stand_in: Default) -> Value | Default:
        """Return the converted member, or `stand_in` after noting that it is absent, null or bad."""
        self.require(name)
        return self.not_null(name, convert, stand_in)

    def optional(
        self, name: str, convert: Callable[[object], Value], *, absent: Default, null: Default
    ) -> Value | Default:
        """Return the converted member, or what stands for it when it is absent, `null` or (after noting it) bad."""
        if name not in self.given:
            return absent
        return null if self.given[name] is None else self._converted(name, convert, null)

    def not_null(self, name: str, convert: Callable[[object], Value], default: Default) -> Value | Default:
        """Return the converted member, or `default` when it is absent; `null` is as bad as any other value."""
        return self._converted(name, convert, default) if name in self.given else default

    def _converted(self, name: str, convert: Callable[[object], Value], stand_in: Default) -> Value | Default:
        try:
            return convert(self.given[name])
        except InvalidInput as error:
            self.problems.found.extend(error.under(name).violations)
            return stand_in


def text(value: object) -> str:
    """Return a JSON string. Raises InvalidInput (path empty)."""
    if not isinstance(value, str):
        raise InvalidInput.at((), "wrong-type", "a string")
    return value


def boolean(value: object) -> bool:
    """Return a JSON boolean. Raises InvalidInput (path empty)."""
    if not isinstance(value, bool):
        raise InvalidInput.at((), "wrong-type", "true or false")
    return value


def array(value: object) -> list[object]:
    """Return a JSON array. Raises InvalidInput (path empty)."""
    if not isinstance(value, list):
        raise InvalidInput.at((), "wrong-type", "an array")
    return value


def checked(check: Callable[[str], Value]) -> Callable[[object], Value]:
    """Return a converter for strings that `check` takes."""
    return lambda value: check(text(value))


def one_of(choices: dict[str, Value]) -> Callable[[object], Value]:
    """Return a converter for these words."""

    def convert(value: object) -> Value:
        word = text(value)
        if word not in choices:
            raise InvalidInput.at((), "not-one-of", "one of " + ", ".join(choices))
        return choices[word]

    return convert
