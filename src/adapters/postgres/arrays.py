"""Arrays as texts, which PostgreSQL reads and psycopg takes as they are: it needs five times as long to make one.

https://www.postgresql.org/docs/current/arrays.html, 8.15.6
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

Write = Callable[[Any], str]
"""Writes a value as an item of an array. It may not be NULL."""


def array(items: Iterable[str]) -> str:
    """Return the array of items that are written."""
    return "{" + ",".join(items) + "}"


def quoted(item: object) -> str:
    """Write a text, or what has the same text in Python and PostgreSQL."""
    escaped = str(item).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def inner_array(items: Iterable[object]) -> str:
    """Write an array as a text: arrays in an array would have to have one length."""
    return quoted(array(map(quoted, items)))


def _bytes(item: bytes) -> str:
    return rf'"\\x{item.hex()}"'


WRITERS: Mapping[str, Write] = {
    "UUID": attrgetter("hex"),
    "TEXT": quoted,
    "BYTEA": _bytes,
    "TIMESTAMP WITH TIME ZONE": dt.datetime.isoformat,
}
"""By the type of the item."""
