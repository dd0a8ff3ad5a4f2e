"""Turns raw values into typed ones, one after the other, and collects what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from entrypoints.settings.sources import variable

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
    """Takes values out of `values`; remembers each key that it was asked for, and each problem that it met.

    `given` are the keys with a value, right or wrong, and not with an empty one.
    """

    values: Mapping[str, object]
    asked: set[str] = attrs.field(init=False, factory=set)
    given: set[str] = attrs.field(init=False, factory=set)
    wrong: set[str] = attrs.field(init=False, factory=set)
    problems: list[str] = attrs.field(init=False, factory=list)

    def take(self, key: str, rule: Callable[[str], Value], default: Default) -> Value | Default:
        """Return what `rule` makes of the value, or `default` when there is none, or a wrong one."""
        self.asked.add(key)
        try:
            text = _text(self.values.get(key))
            if not text:
                return default
            self.given.add(key)
            return rule(text)
        except ValueError as error:
            self.wrong.add(key)
            self.problems.append(f"{variable(key)}: {error}")
            return default

    def require(self, key: str, holds: object, rule: str, *others: str) -> None:
        """Note `rule` under `key` unless it holds; say nothing when it, or one of the `others`, is wrong already."""
        if not holds and self.wrong.isdisjoint((key, *others)):
            self.problems.append(f"{variable(key)}: {rule}")


def _text(raw: object) -> str:
    """Return a value of `settings.toml` as the text that it would be in the environment; none is empty."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str) and NO_TEXT.search(raw):
        raise ValueError("must be UTF-8 text, without NUL")
    if isinstance(raw, int | float | str):
        return str(raw).strip()
    if isinstance(raw, list):
        return ",".join(map(_text, raw))
    raise ValueError("must be a text, a number, true or false, or a list of texts")
