"""One function for each kind of value: text in, value out; ValueError says what it must be, never showing a secret."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import attrs

from entrypoints.http.ports import RateLimitPolicy
from entrypoints.settings.secret import Secret

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")

KEY_BYTES = 32  # RFC 7518 3.2, RFC 8725 3.5: no shorter than the hash
KEY_VARIETY = 8  # fewer different characters than this are a placeholder
KNOWN_KEYS = frozenset({"better-auth-secret-12345678901234567890"})  # defaults that were published
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
RATIO = re.compile(r"0?\.[0-9]{1,9}|0|1(\.0{1,9})?")
SHOWN = 60
MAX_IDENTIFIER_LENGTH = 255


def must(text: str, rule: str) -> ValueError:
    """Return the error for a value that may be shown."""
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return ValueError(f"must be {rule}, not {shown!r}")


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return the rule for a whole number between two bounds, both included."""

    def rule(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < SHOWN and least <= int(text) <= most):
            raise must(text, f"a whole number from {least} to {most}")
        return int(text)

    return rule


def seconds(least: int, most: int) -> Callable[[str], timedelta]:
    """Return the rule for a number of whole seconds."""
    number = whole(least, most)
    return lambda text: timedelta(seconds=number(text))


def days(least: int, most: int) -> Callable[[str], timedelta]:
    """Return the rule for a number of whole days."""
    number = whole(least, most)
    return lambda text: timedelta(days=number(text))


def ratio(text: str) -> float:
    """Read a number from 0 to 1."""
    if not RATIO.fullmatch(text):
        raise must(text, "a number from 0 to 1, such as 0.05")
    return float(text)


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """Return the rule for one of some words, in any case."""

    def rule(text: str) -> Choice:
        try:
            return choices(text.lower())
        except ValueError:
            raise must(text, " or ".join(choices)) from None

    return rule


def switch(text: str) -> bool:
    """Read true or false, also written yes, no, on, off, 1 and 0."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in words:
        raise must(text, "true or false")
    return words[text.lower()]


def identifier(text: str) -> str:
    """Read a name that is compared character by character, as issuer and audience of tokens are."""
    if len(text) > MAX_IDENTIFIER_LENGTH or not text.isprintable():
        raise must(text, f"at most {MAX_IDENTIFIER_LENGTH} printable characters")
    return text


def log_level(text: str) -> str:
    """Read the name of a level."""
    if text.lower() not in LOG_LEVELS:
        raise must(text, f"one of {', '.join(LOG_LEVELS)}")
    return text.lower()


def rate_limit(limit: RateLimitPolicy) -> Callable[[str], RateLimitPolicy]:
    """Return the rule for `requests/seconds`: `limit` with this quota and window."""
    number = whole(1, 10**9)

    def rule(text: str) -> RateLimitPolicy:
        try:
            requests, seconds = map(number, text.split("/"))
        except ValueError:
            raise must(text, "requests/seconds, two whole numbers from 1, such as 10/300") from None
        return attrs.evolve(limit, quota=requests, window=seconds)

    return rule


def several(rule: Callable[[str], Value]) -> Callable[[str], tuple[Value, ...]]:
    """Return the rule for a comma-separated list. Commas alone are refused as a mistake: they are no empty list."""

    def rule_of_all(text: str) -> tuple[Value, ...]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts:
            raise ValueError("must have something between its commas; an empty value is none")
        values, problems = list[Value](), list[str]()
        for part in parts:
            try:
                values.append(rule(part))
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise ValueError("; ".join(dict.fromkeys(problems)))
        return tuple(values)

    return rule_of_all


def path(directory: Path) -> Callable[[str], Path]:
    """Return the rule for a path; `~` is the home directory, and a relative path starts from `directory`."""

    def rule(text: str) -> Path:
        try:
            return directory / _expanded(text)
        except RuntimeError:
            raise must(text, "a path; there is no such home directory") from None

    return rule


def _expanded(text: str) -> Path:
    """Replace `~` by the home directory. Raises RuntimeError when there is none."""
    if text.startswith("~") and os.environ.get("HOME") == "":
        raise RuntimeError  # or the root directory would pass for it
    return Path(text).expanduser()


def data_directory(directory: Path) -> Callable[[str], Path]:
    """Return the rule for the path of a directory, which need not exist yet."""
    place = path(directory)

    def rule(text: str) -> Path:
        found = place(text)
        if os.path.isfile(found):  # noqa: PTH113 - `Path.is_file` raises for a name that is too long
            raise ValueError(f"must be a directory: {found} is a file")
        return found

    return rule


def key_file(directory: Path) -> Callable[[str], Path]:
    """Return the rule for the path of a key file. Keys in the place of a path are refused and not shown."""
    place = path(directory)

    def rule(text: str) -> Path:
        if "{" in text or "\n" in text or "-----" in text:
            raise ValueError("must be the path of a file, not the keys themselves")
        try:
            return place(text)
        except ValueError:
            raise ValueError("must be the path of a file; there is no such home directory") from None

    return rule


def key(text: str) -> Secret:
    """Read a secret that signs: at least 32 bytes, and neither a published default nor a placeholder."""
    if len(text.encode()) < KEY_BYTES:
        raise ValueError(f"must be at least {KEY_BYTES} bytes long, each; `openssl rand -hex 32` makes one")
    if text in KNOWN_KEYS or len(set(text)) < KEY_VARIETY:
        raise ValueError("must be random: this one can be guessed; `openssl rand -hex 32` makes one")
    return Secret(text)


def ignored(text: str) -> None:
    """Ignore a value that is not used."""


def access_secret(text: str) -> Secret:
    """Read a secret that clients send as a bearer token (RFC 6750 2.1)."""
    if len(text) < KEY_BYTES // 2:
        raise ValueError(f"must be at least {KEY_BYTES // 2} characters long")
    if not BEARER_TOKEN.fullmatch(text):
        raise ValueError("must consist of ASCII letters, digits and . _ ~ + / -, with = at the end only")
    return Secret(text)
