"""What commands that list something print: a line for each item or, with `--json`, one array of objects."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import click

from entrypoints.cli.output import show

T = TypeVar("T")
Members = Mapping[str, object]
Show = Callable[[T], None]

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON array of objects, for programs.")


@contextmanager
def listing(line: Callable[[T], str], members: Callable[[T], Members], *, as_json: bool) -> Iterator[Show[T]]:
    """Give a function that prints items as they come, so that no list is too long.

    An array that an error cut off has no end: who reads it notices.
    """
    if not as_json:
        yield lambda item: show(line(item))
        return
    texts = list[str]()

    def add(item: T) -> None:
        show(f"{texts.pop()}," if texts else "[")
        texts.append(json_text(members(item)))

    yield add
    for text in (*texts, "]") if texts else ("[]",):
        show(text)


def show_all(items: Iterable[T], line: Callable[[T], str], members: Callable[[T], Members], *, as_json: bool) -> None:
    """Print items that are all at hand."""
    with listing(line, members, as_json=as_json) as show_item:
        for item in items:
            show_item(item)


def json_text(value: object) -> str:
    """Return a value as JSON on one line, in ASCII without control characters; instants as RFC 3339 has them, in UTC.

    Everything that is no JSON of its own is its text, ids for example.
    """
    return json.dumps(value, default=_text).replace("\x7f", "\\u007f")  # the one control that JSON lets through


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
