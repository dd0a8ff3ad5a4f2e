"""When a task is due: all day, floating in the owner's zone, or fixed in a zone of its own."""

import datetime as dt
from collections.abc import Callable

import attrs

from todo_core.errors import InvalidInput, UnknownTimezone

Zones = Callable[[str], dt.tzinfo]
"""Looks an IANA name up; raises UnknownTimezone."""

MINUTES_OF_DAY = 24 * 60
KEYS_OF_DAY = MINUTES_OF_DAY + 1  # each minute, and after them the all-day tasks
NO_DUE = 2**62
"""The sort key of a task without a due date: after every date."""


def day_key(day: dt.date) -> int:
    """Return the first sort key of `day`."""
    return day.toordinal() * KEYS_OF_DAY


def instant(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """Return the UTC instant of a local time.

    A local time that a gap skips has the offset before the gap, a repeated one counts the first time (PEP 495, fold 0).
    Raises OverflowError outside the years 1 to 9999.
    """
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


@attrs.frozen
class Due:
    """A due date as written. Build it with `all_day`, `floating`, `fixed`, or `parse` for any of them.

    `at` is the UTC instant of a fixed one, None otherwise: it is derived, and kept so that no store needs time zones.
    """

    date: dt.date
    time: dt.time | None = None
    timezone: str | None = None
    at: dt.datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Raise ValueError for parts that do not belong together; whoever takes input uses `parse`."""
        if isinstance(self.date, dt.datetime):
            raise ValueError("a due date is a date")  # noqa: TRY004 - a datetime is a date, of the wrong kind
        if self.time is not None and (self.time.second or self.time.microsecond or self.time.tzinfo):
            raise ValueError("a due time has hours and minutes only")
        if self.timezone is not None and self.time is None:
            raise ValueError("a time zone needs a time")
        if (self.at is None) != (self.timezone is None):
            raise ValueError("a due date with a time zone, and no other, has an instant")

    @classmethod
    def all_day(cls, date: dt.date) -> "Due":
        """Return a due date without a time: it is past from the owner's next midnight."""
        return cls(date)

    @classmethod
    def floating(cls, date: dt.date, time: dt.time) -> "Due":
        """Return a local time in the owner's time zone, whatever that is. Seconds are dropped."""
        return cls(date, _minute(time))

    @classmethod
    def fixed(cls, date: dt.date, time: dt.time, timezone: str, zones: Zones) -> "Due":
        """Return a local time in `timezone`. Raises InvalidInput when there is no such zone or instant."""
        minute = _minute(time)
        try:
            at = instant(date, minute, zones(timezone))
        except UnknownTimezone:
            raise InvalidInput.at("timezone", "unknown-timezone", "an IANA time zone such as Europe/Berlin") from None
        except OverflowError:
            raise InvalidInput.at("date", "out-of-range", "an instant in the years 1 to 9999") from None
        return cls(date, minute, timezone, at)

    @classmethod
    def parse(cls, date: dt.date, time: dt.time | None, timezone: str | None, zones: Zones) -> "Due":
        """Return the kind of due date that the parts describe. Raises InvalidInput; a zone needs a time."""
        if timezone is not None and time is None:
            raise InvalidInput.at("timezone", "needs-time", "a time zone needs a time")
        if time is None:
            return cls.all_day(date)
        if timezone is None:
            return cls.floating(date, time)
        return cls.fixed(date, time, timezone, zones)

    def recomputed(self, zones: Zones) -> "Due":
        """Return it with the instant by the rules of `zones`; as it is when they know no such zone or instant."""
        if self.time is None or self.timezone is None:
            return self
        try:
            return Due.fixed(self.date, self.time, self.timezone, zones)
        except InvalidInput:
            return self

    @property
    def key(self) -> int:
        """The sort key: by date and time as written, all day after the times of its day."""
        if self.time is None:
            return day_key(self.date) + MINUTES_OF_DAY
        return day_key(self.date) + self.time.hour * 60 + self.time.minute


def _minute(time: dt.time) -> dt.time:
    return time.replace(second=0, microsecond=0, tzinfo=None, fold=0)
