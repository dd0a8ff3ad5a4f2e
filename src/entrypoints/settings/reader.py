"""Turns raw values into typed ones, one after the other, and collects what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from entrypoints.settings.entries import Entry
from entrypoints.settings.names import variable

Value = TypeVar("Value")
Default = TypeVar("Default")

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL ends a text for libpq and others in C; bytes of the environment that are not UTF-8 arrive as surrogates."""


@attrs.frozen
class ConfigurationError(Exception):
    """The settings cannot be used. `problems`: one line each, naming the variable and the rule, and no secret."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


@attrs.frozen
class Reader:
    """Takes values out of what was set; remembers each key that it was asked for, and each problem that it met."""

    entries: Mapping[str, Entry]
    asked: set[str] = attrs.field(init=False, factory=set)
    wrong: set[str] = attrs.field(init=False, factory=set)
    problems: list[str] = attrs.field(init=False, factory=list)

    def take(self, key: str, rule: Callable[[str], Value], default: Default) -> Value | Default:
        """Return what `rule` makes of the value, or `default` when there is none, or a wrong one."""
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
        """Note `rule` under `key` unless it holds; say nothing when it, or one of the `others`, is wrong already."""
        if not holds and self.wrong.isdisjoint((key, *others)):
            self.problems.append(self.entries.get(key, Entry(variable(key), "")).problem(rule))


def _readable(text: str | None) -> str:
    if text is None:
        raise ValueError("must be a text, a number, true or false, or a list of texts")
    if NO_TEXT.search(text):
        raise ValueError("must be UTF-8 text, without NUL")
    return text
