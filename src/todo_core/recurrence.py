"""Repeating tasks: the rule, where a task stands in it, and what completing or skipping an occurrence leads to.

Rules are a subset of the recurrence rules of RFC 5545 (3.3.10), with two differences: the start always counts as the
first occurrence, and a month that lacks a day has it on its last one. The contract is `docs/clients.md`.
"""

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from typing import Final

import attrs

from todo_core.cycles import (
    DAYS_OF_WEEK,
    MONTHS,
    Cycle,
    Days,
    MonthDay,
    Months,
    NthWeekday,
    Weekday,
    Weeks,
    day_of,
    month_day,
)
from todo_core.due import Due, Zones, instant
from todo_core.errors import InvalidInput, Violations

MAX_INTERVAL: Final = 999
MAX_COUNT: Final = 9_999
MAX_YEARS: Final = 10
"""How many years after the start the second occurrence may come."""
DAY: Final = dt.timedelta(days=1)


class Frequency(Enum):
    """The unit of a rule's interval."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Anchor(Enum):
    """What the next occurrence is counted from: the start of the rule, or the day of completion."""

    DUE = "due"
    COMPLETION = "completion"


class Outcome(Enum):
    """How an occurrence ended."""

    COMPLETED = "completed"
    SKIPPED = "skipped"


def _merged(weekdays: Iterable[Weekday] | None) -> tuple[Weekday, ...] | None:
    return None if weekdays is None else tuple(sorted(set(weekdays)))


@attrs.frozen
class Recurrence:
    """A rule as its owner writes it. Raises InvalidInput naming every bad member.

    `weekdays` (weekly) and `on` (monthly, yearly: in the month of the start) come from the start when they are None.
    No occurrence is after `until`. `count` is how many there are; with Anchor.COMPLETION, completions and skips.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[Weekday, ...] | None = attrs.field(default=None, converter=_merged)
    on: MonthDay | NthWeekday | None = None
    anchor: Anchor = Anchor.DUE
    until: dt.date | None = None
    count: int | None = None

    def __attrs_post_init__(self) -> None:
        """Check every member."""
        problems = Violations()
        if not 1 <= self.interval <= MAX_INTERVAL:
            problems.note("interval", "out-of-range", f"1 to {MAX_INTERVAL}")
        self._check_weekdays(problems)
        self._check_on(problems)
        self._check_end(problems)
        problems.raise_any()

    def check_start(self, start: dt.date) -> None:
        """Raise InvalidInput (path empty) when the rule ends before `start`, or repeats only after ten years."""
        if self.until is not None and self.until < start:
            raise InvalidInput.at((), "never", "`until` lies before the due date")
        second = self.following(start) if self.anchor is Anchor.COMPLETION else self.cycle(start).after(start)
        latest = Months(start, MAX_YEARS * MONTHS, MonthDay(start.day)).after(start)
        if second is None or (latest is not None and second > latest):
            raise InvalidInput.at((), "never", f"the second occurrence comes more than {MAX_YEARS} years later")

    def cycle(self, start: dt.date) -> Cycle:
        """Return the dates of the rule in intervals from `start`."""
        if self.frequency is Frequency.DAILY:
            return Days(start, self.interval)
        if self.frequency is Frequency.WEEKLY:
            return Weeks(start, self.interval, self.weekdays or (Weekday(start.weekday()),))
        months = self.interval * (MONTHS if self.frequency is Frequency.YEARLY else 1)
        return Months(start, months, self.on or MonthDay(start.day))

    def following(self, day: dt.date) -> dt.date | None:
        """Return the date one interval after `day`; with weekdays, the first of these later than n - 1 weeks after it.

        None: there is none in the calendar.
        """
        if self.weekdays is None:
            return self.cycle(day).after(day)
        rested = day_of(day.toordinal() + (self.interval - 1) * DAYS_OF_WEEK)
        return None if rested is None else Weeks(rested, 1, self.weekdays).after(rested)

    def _check_weekdays(self, problems: Violations) -> None:
        if self.weekdays is not None and self.frequency is not Frequency.WEEKLY:
            problems.note("weekdays", "needs-weekly", "only a weekly rule has weekdays")
        elif self.weekdays == ():
            problems.note("weekdays", "too-few", "at least one weekday")

    def _check_on(self, problems: Violations) -> None:
        if self.on is None:
            return
        if not isinstance(self.on, NthWeekday):
            problems.take("on", month_day, self.on)
        if self.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
            problems.note("on", "needs-monthly", "only a monthly or yearly rule has a day of the month")
        elif self.anchor is Anchor.COMPLETION:
            problems.note("on", "not-with-completion", "a rule anchored at completion has no fixed day of the month")

    def _check_end(self, problems: Violations) -> None:
        if self.count is None:
            return
        if not 1 <= self.count <= MAX_COUNT:
            problems.note("count", "out-of-range", f"1 to {MAX_COUNT}")
        elif self.until is not None:
            problems.note("count", "not-with-until", "a rule ends by `until` or by `count`, not by both")


@attrs.frozen
class LocalTime:
    """The moment at which an occurrence ends: an instant, the owner's time zone, and how others are looked up."""

    now: dt.datetime
    zone: dt.tzinfo
    zones: Zones

    def today(self, due: Due) -> dt.date:
        """Return the date in the zone of `due`, else in the owner's."""
        return self._wall(due).date()

    def last_overdue(self, due: Due) -> dt.date:
        """Return the last day on which a due date with the time and zone of `due` is overdue.

        The days around today are looked at one by one, because clocks can be moved by up to a day: a reading may have
        come before now though its date comes after (a repeated one), or the other way round (a skipped one).
        """
        wall = self._wall(due)
        today = wall.date()
        if due.time is None:
            return today - DAY
        if due.timezone is None:
            return today if due.time <= wall.time() else today - DAY
        zone = self.zones(due.timezone)
        near = (today + DAY, today, today - DAY)
        return next((day for day in near if instant(day, due.time, zone) <= self.now), today - 2 * DAY)

    def _wall(self, due: Due) -> dt.datetime:
        return self.now.astimezone(self.zone if due.timezone is None else self.zones(due.timezone))


@attrs.frozen
class Occurrence:
    """An occurrence that ended: its due date and its place in the rule, how and when it ended, and in which version.

    `missed`: how many occurrences after it were overdue by then, and passed over.
    """

    due: Due
    place: dt.date
    outcome: Outcome
    at: dt.datetime
    missed: int
    version: int = 0


@attrs.frozen
class Series:
    """A rule at work on a task.

    `start` is the due date when the rule was set or changed. `place` is the date of the current occurrence according to
    the rule; its due date may have been moved since. `ended`: how many occurrences ended under this very rule.
    """

    rule: Recurrence
    start: dt.date
    place: dt.date
    ended: int = 0

    @classmethod
    def begin(cls, rule: Recurrence, due: Due) -> "Series":
        """Return the series whose first occurrence is at `due`. Raises InvalidInput (path empty): see `check_start`."""
        rule.check_start(due.date)
        return cls(rule, due.date, due.date)

    def advance(self, due: Due, local: LocalTime) -> "Step":
        """Return what follows when the occurrence at `due` is completed or skipped at this moment."""
        if self.rule.anchor is Anchor.COMPLETION:
            place, missed = self._after_completion(local.today(due)), 0
        else:
            behind, overdue = max(self.place, due.date), local.last_overdue(due)
            place, missed = self.after(max(behind, overdue)), self._missed(behind, overdue)
        moved = attrs.evolve(self, place=place or self.place, ended=self.ended + 1)
        following = None if place is None else Due.parse(place, due.time, due.timezone, local.zones)
        return Step(moved, following, missed)

    def reopened(self, latest: Occurrence) -> "Series":
        """Return the series with its latest occurrence taken back.

        One that ended under an earlier rule has no place in this one: it counts by its due date.
        """
        if not self.ended:
            return attrs.evolve(self, place=latest.due.date)
        return attrs.evolve(self, place=latest.place, ended=self.ended - 1)

    def number(self, day: dt.date) -> int:
        """Return how many dates of the rule there are up to `day`; the start is the first."""
        if day < self.start:
            return 0
        cycle = self.rule.cycle(self.start)
        return 1 + cycle.through(day) - cycle.through(self.start)

    def after(self, day: dt.date) -> dt.date | None:
        """Return the first date of the rule behind `day`, before its end. None: there is none."""
        found = self.start if day < self.start else self.rule.cycle(self.start).after(day)
        if found is None or self._is_over(found):
            return None
        return None if self.rule.count is not None and self.number(found) > self.rule.count else found

    def _missed(self, behind: dt.date, overdue: dt.date) -> int:
        """Return how many dates of the rule come after `behind` and are overdue."""
        passed = self.number(min(overdue, self.rule.until or overdue))
        if self.rule.count is not None:
            passed = min(passed, self.rule.count)
        return max(0, passed - self.number(behind))

    def _after_completion(self, today: dt.date) -> dt.date | None:
        found = self.rule.following(today)
        if found is None or self._is_over(found) or self.ended + 1 == self.rule.count:
            return None
        return found

    def _is_over(self, day: dt.date) -> bool:
        return self.rule.until is not None and day > self.rule.until


@attrs.frozen
class Step:
    """Where a series stands after an occurrence: the next due date, or None after the last; how many were missed."""

    series: Series
    due: Due | None
    missed: int
