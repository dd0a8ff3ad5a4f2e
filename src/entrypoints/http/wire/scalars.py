"""Texts that stand for something: ids, dates, times and instants, in exactly one spelling each."""

import datetime as dt
import re
from uuid import UUID

from todo_core.errors import InvalidInput

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID in the form of RFC 9562, or None: Python alone would also take braces, `urn:` and underscores."""
    return UUID(text) if _UUID.fullmatch(text) else None


def parse_id(text: str) -> UUID:
    """Return the UUID. Raises InvalidInput (path empty)."""
    parsed = parse_uuid(text)
    if parsed is None:
        raise InvalidInput.at((), "not-a-uuid", "a UUID such as 0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f")
    return parsed


def parse_date(text: str) -> dt.date:
    """Return the date `YYYY-MM-DD`. Raises InvalidInput (path empty)."""
    try:
        return dt.date.fromisoformat(_only(_DATE, text))
    except ValueError:
        raise InvalidInput.at((), "not-a-date", "a date such as 2026-11-21") from None


def parse_time(text: str) -> dt.time:
    """Return the time of day `HH:MM`. Raises InvalidInput (path empty)."""
    try:
        return dt.time.fromisoformat(_only(_TIME, text))
    except ValueError:
        raise InvalidInput.at((), "not-a-time", "a time such as 09:30") from None


def parse_instant(text: str) -> dt.datetime:
    """Return the instant that an RFC 3339 text names, in UTC. Raises InvalidInput (path empty)."""
    try:
        return dt.datetime.fromisoformat(_only(_INSTANT, text).upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise InvalidInput.at((), "not-an-instant", "an instant such as 2026-11-21T09:30:00Z") from None


def _only(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise ValueError(text)
    return text
