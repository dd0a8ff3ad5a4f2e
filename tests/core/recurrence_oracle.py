"""Random rules, and what python-dateutil says of them. `python -m tests.core.recurrence_oracle 100000` tries many."""

import datetime as dt
import itertools
import random
import sys
from collections.abc import Iterator
from typing import Any, Literal

import attrs
from dateutil import rrule

from todo_core.cycles import LAST, MonthDay, NthWeekday, Weekday
from todo_core.due import Due
from todo_core.recurrence import Frequency, Recurrence, Series

EARLIEST, LATEST = dt.date(1890, 1, 1).toordinal(), dt.date(2150, 1, 1).toordinal()
FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
SHORTEST_MONTH = 28
MAX_INTERVAL = {Frequency.DAILY: 999, Frequency.WEEKLY: 520, Frequency.MONTHLY: 118, Frequency.YEARLY: 9}
"""How long an interval can be so that every rule repeats within ten years."""


@attrs.frozen
class Case:
    """A rule, the date it starts at, and a date somewhere behind."""

    rule: Recurrence
    start: dt.date
    day: dt.date

    @classmethod
    def random(cls, chance: random.Random) -> "Case":
        """Return a case, one in three with a long interval."""
        start = dt.date.fromordinal(chance.randrange(EARLIEST, LATEST))
        frequency = chance.choice(list(Frequency))
        interval = chance.randint(1, chance.choice((4, 4, MAX_INTERVAL[frequency])))
        rule = Recurrence(frequency, interval, weekdays=_weekdays(chance, frequency), on=_on(chance, frequency))
        return cls(
            _ending(chance, rule, start),
            start,
            start + dt.timedelta(days=chance.randrange(chance.choice((400, 4_000)))),
        )

    def check(self) -> None:
        """Compare the first dates, the one behind `day`, and how many there are up to there."""
        series = Series.begin(self.rule, Due.all_day(self.start))
        expected, following = [self.start], None
        for date in itertools.islice(self._dates(), 1, None):
            if date > self.day:
                following = date
                break
            expected.append(date)
        assert expected[1:6] == list(itertools.islice(_walk(series), len(expected[1:6]))), self
        assert following == series.after(self.day), self
        assert len(expected) == min(series.number(self._last()), self.rule.count or sys.maxsize), self

    def _last(self) -> dt.date:
        """Return the last day of those up to `day` on which the rule has not ended."""
        return min(self.day, self.rule.until or self.day)

    def _dates(self) -> Iterator[dt.date]:
        """Yield the dates of the rule: the start, and what dateutil finds behind it, up to the rule's end."""
        start = dt.datetime.combine(self.start, dt.time())
        rule = rrule.rrule(
            FREQUENCIES[self.rule.frequency],
            dtstart=start,
            interval=self.rule.interval,
            wkst=rrule.MO,
            until=self.rule.until and dt.datetime.combine(self.rule.until, dt.time()),
            **self._by(),
        )
        dates = itertools.chain([self.start], (found.date() for found in rule if found > start))
        return itertools.islice(dates, self.rule.count)

    def _by(self) -> dict[str, Any]:
        """Return the rule's days as dateutil takes them; RFC 5545 can say "the last day up to the 31st" (BYSETPOS)."""
        month = {"bymonth": self.start.month} if self.rule.frequency is Frequency.YEARLY else {}
        if self.rule.frequency is Frequency.WEEKLY:
            return {"byweekday": self.rule.weekdays or (self.start.weekday(),)}
        if isinstance(self.rule.on, NthWeekday):
            return {"byweekday": rrule.weekdays[self.rule.on.weekday](self.rule.on.nth), **month}
        if self.rule.frequency is Frequency.DAILY:
            return {}
        day = self.rule.on or self.start.day
        days = range(SHORTEST_MONTH, day + 1) if day > SHORTEST_MONTH else (day,)
        return {"bymonthday": tuple(days), "bysetpos": -1, **month}


def _weekdays(chance: random.Random, frequency: Frequency) -> tuple[Weekday, ...] | None:
    if frequency is not Frequency.WEEKLY or chance.random() < 0.3:
        return None
    return tuple(chance.sample(list(Weekday), chance.randint(1, 7)))


def _on(chance: random.Random, frequency: Frequency) -> MonthDay | NthWeekday | None:
    if frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        return None
    return chance.choice(
        [
            None,
            MonthDay(chance.choice((LAST, 1, 15, 28, 29, 30, 31))),
            NthWeekday(chance.choice(list(Weekday)), chance.choice((LAST, 1, 2, 3, 4))),
        ]
    )


def _ending(chance: random.Random, rule: Recurrence, start: dt.date) -> Recurrence:
    match chance.randrange(3):
        case 0:
            return attrs.evolve(rule, count=chance.randint(1, 50))
        case 1:
            return attrs.evolve(rule, until=start + dt.timedelta(days=chance.randrange(4_000)))
        case _:
            return rule


def _walk(series: Series) -> Iterator[dt.date]:
    day: dt.date | None = series.start
    while day is not None:
        day = series.after(day)
        if day is not None:
            yield day


if __name__ == "__main__":
    chance = random.Random()  # noqa: S311 - other rules each time
    for _ in range(int(sys.argv[1])):
        Case.random(chance).check()
