"""Dates at regular intervals, computed in a fixed number of steps: nothing here walks through a calendar day by day.

Each cycle begins with the unit (day, week, month) in which its start lies, and may have dates before the start there.
"""

import calendar
import datetime as dt
from enum import IntEnum
from typing import Final, NewType, Protocol

import attrs

from todo_core.errors import InvalidInput

LAST: Final = -1
LAST_DAY: Final = dt.date(9999, 12, 29)
"""No date comes after it: all of this day is within the years 1 to 9999, in every time zone."""
MONTHS: Final = 12
DAYS_OF_WEEK: Final = 7
MAX_DAYS_OF_MONTH: Final = 31
MAX_NTH: Final = 4
"""Every month has each weekday as many times."""


class Weekday(IntEnum):
    """A day of the week, numbered as by `datetime.date.weekday`; weeks begin on Monday."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


MonthDay = NewType("MonthDay", int)
"""A day of the month, 1 to 31 or LAST: see `month_day`. A month that lacks it has it on its last day."""


def month_day(day: int) -> MonthDay:
    """Return the day of the month. Raises InvalidInput unless it is 1 to 31, or LAST."""
    if day != LAST and not 1 <= day <= MAX_DAYS_OF_MONTH:
        raise InvalidInput.at("day", "out-of-range", f"1 to {MAX_DAYS_OF_MONTH}, or {LAST} for the last day")
    return MonthDay(day)


@attrs.frozen
class NthWeekday:
    """A weekday of the month: the first to fourth, or LAST. Raises InvalidInput."""

    weekday: Weekday
    nth: int

    def __attrs_post_init__(self) -> None:
        """Check the number."""
        if self.nth != LAST and not 1 <= self.nth <= MAX_NTH:
            raise InvalidInput.at("nth", "out-of-range", f"1 to {MAX_NTH}, or {LAST} for the last one")


class Cycle(Protocol):
    """Dates at regular intervals."""

    def through(self, day: dt.date) -> int:
        """Return how many dates there are up to `day`, which is not before the start; it counts too."""

    def after(self, day: dt.date) -> dt.date | None:
        """Return the first date behind `day`, which is not before the start. None: it is after LAST_DAY."""


def day_of(ordinal: int) -> dt.date | None:
    """Return the day with this proleptic Gregorian ordinal, or None after LAST_DAY."""
    return dt.date.fromordinal(ordinal) if ordinal <= LAST_DAY.toordinal() else None


@attrs.frozen
class Days:
    """The start, and every `interval` days."""

    start: dt.date
    interval: int

    def through(self, day: dt.date) -> int:
        """See Cycle."""
        return (day - self.start).days // self.interval + 1

    def after(self, day: dt.date) -> dt.date | None:
        """See Cycle."""
        return day_of(self.start.toordinal() + self.through(day) * self.interval)


@attrs.frozen
class Weeks:
    """The `weekdays` (sorted, at least one) of every `interval` weeks, beginning with the week of the start."""

    start: dt.date
    interval: int
    weekdays: tuple[Weekday, ...]

    def through(self, day: dt.date) -> int:
        """See Cycle."""
        turn, week, weekday = self._place(day)
        passed = sum(one <= weekday for one in self.weekdays) if week == 0 else len(self.weekdays)
        return turn * len(self.weekdays) + passed

    def after(self, day: dt.date) -> dt.date | None:
        """See Cycle."""
        turn, number = divmod(self.through(day), len(self.weekdays))
        weeks = turn * self.interval * DAYS_OF_WEEK
        return day_of(self._monday + weeks + self.weekdays[number])

    @property
    def _monday(self) -> int:
        return self.start.toordinal() - self.start.weekday()

    def _place(self, day: dt.date) -> tuple[int, int, int]:
        """Return in which turn the day lies, in which week of that, and on which weekday."""
        weeks, weekday = divmod(day.toordinal() - self._monday, DAYS_OF_WEEK)
        return *divmod(weeks, self.interval), weekday


@attrs.frozen
class Months:
    """The day `on` of every `interval` months, beginning with the month of the start."""

    start: dt.date
    interval: int
    on: MonthDay | NthWeekday

    def through(self, day: dt.date) -> int:
        """See Cycle."""
        turn = (_month(day) - _month(self.start)) // self.interval
        latest = self._date(turn)
        return turn + (latest is None or latest <= day)

    def after(self, day: dt.date) -> dt.date | None:
        """See Cycle."""
        return self._date(self.through(day))

    def _date(self, turn: int) -> dt.date | None:
        year, month = divmod(_month(self.start) + turn * self.interval, MONTHS)
        if year > LAST_DAY.year:
            return None
        day = _in_month(self.on, year, month + 1)
        return day if day <= LAST_DAY else None


def _in_month(on: MonthDay | NthWeekday, year: int, month: int) -> dt.date:
    first_weekday, length = calendar.monthrange(year, month)
    if not isinstance(on, NthWeekday):
        return dt.date(year, month, length if on == LAST else min(on, length))
    first = 1 + (on.weekday - first_weekday) % DAYS_OF_WEEK
    weeks = (length - first) // DAYS_OF_WEEK if on.nth == LAST else on.nth - 1
    return dt.date(year, month, first + weeks * DAYS_OF_WEEK)


def _month(day: dt.date) -> int:
    return day.year * MONTHS + day.month - 1
