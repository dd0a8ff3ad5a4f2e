"""Converts raw values to typed ones and collects every problem."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from entrypoints.settings.entries import Entry
from entrypoints.settings.names import variable

Value = TypeVar("Value")
Default = TypeVar("Default")

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL ends a text for libpq and other C libraries. Bytes of the environment that are not UTF-8 become surrogates."""


@attrs.frozen
class ConfigurationError(Exception):
    """The settings cannot be used. `problems`: one line each, naming the variable and the rule, and no secret."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


@attrs.frozen
class Reader:
    """Reads values by their keys, and records each key that it was asked for and each problem that it found."""

    entries: Mapping[str, Entry]
    asked: set[str] = attrs.field(init=False, factory=set)
    wrong: set[str] = attrs.field(init=False, factory=set)
    problems: list[str] = attrs.field(init=False, factory=list)

    def take(self, key: str, rule: Callable[[str], Value], default: Default) -> Value | Default:
        """Return the value converted by `rule`, or `default` when it is not set or invalid."""
        self.asked.add(key)
        entry = self.entries.get(key)
        if entry is None:
            return default
        try:
            return rule(_readable(entry.text))
        except ValueError as error:
            self.wrong.add(key)
            self.problems.append(entry.problem(str(error)))
            return default

    def require(self, key: str, holds: object, rule: str, *others: str) -> None:
        """Record `rule` as a problem of `key` unless it holds. Say nothing if it, or one of the `others`, has one."""
        if not holds and self.wrong.isdisjoint((key, *others)):
            self.problems.append(self.entries.get(key, Entry(variable(key), "")).problem(rule))


def _readable(text: str | None) -> str:
    if text is None:
        raise ValueError("must be a text, a number, true or false, or a list of texts")
    if NO_TEXT.search(text):
        raise ValueError("must be UTF-8 text, without NUL")
    return text
