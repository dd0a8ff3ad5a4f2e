"""Recurrence against other ways to reckon: python-dateutil, and looking at every day."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.recurrence_oracle import Case
from todo_core.cycles import LAST, MonthDay, NthWeekday, Weekday
from todo_core.due import Due
from todo_core.moments import Moment
from todo_core.recurrence import Anchor, Frequency, LocalTime, Recurrence, Series

DAY = dt.timedelta(days=1)
SEAMS = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "America/St_Johns": ("2010-03-14T03:31", "2010-11-07T02:31"),  # from 00:01 back to 23:01 of the day before
    "America/Sao_Paulo": ("2018-11-04T03:00", "2018-02-18T02:00"),  # from 00:00 to 01:00
    "Australia/Lord_Howe": ("2026-10-03T15:30", "2026-04-04T15:00"),  # half an hour
    "Pacific/Apia": ("2011-12-30T10:00", "2011-09-24T14:00"),  # a whole day is skipped
}
EVERY_KIND = (
    Recurrence(Frequency.DAILY),
    Recurrence(Frequency.DAILY, 365),
    Recurrence(Frequency.WEEKLY, 2),
    Recurrence(Frequency.WEEKLY, 3, weekdays=(Weekday.MONDAY, Weekday.SUNDAY)),
    Recurrence(Frequency.MONTHLY, on=MonthDay(31)),
    Recurrence(Frequency.MONTHLY, 7, on=NthWeekday(Weekday.FRIDAY, LAST)),
    Recurrence(Frequency.YEARLY),
    Recurrence(Frequency.YEARLY, on=NthWeekday(Weekday.TUESDAY, 4)),
)


def test_rules_agree_with_dateutil() -> None:
    """On 2,000 random rules, wherever RFC 5545 can say the same."""
    chance = random.Random(2026)  # noqa: S311 - the same rules each time

    for _ in range(2_000):
        Case.random(chance).check()


@pytest.mark.parametrize("rule", EVERY_KIND, ids=str)
def test_completing_ten_thousand_times(rule: Recurrence) -> None:
    """Each due date is later than the one before, and it is the next number of the rule, up to the end of time."""
    due = Due.all_day(dt.date(1, 1, 31))
    series, number, early = Series.begin(rule, due), 1, LocalTime(dt.datetime(1, 1, 3, tzinfo=dt.UTC), dt.UTC, ZoneInfo)

    for _ in range(10_000):
        step = series.advance(due, early)
        if step.due is None:
            break
        assert due.date < step.due.date
        series, due, number = step.series, step.due, number + 1

    assert number == series.number(due.date) == series.ended + 1
    assert number == 10_001 or due.date.year > 9_999 - rule.interval - 1


@pytest.mark.parametrize("rule", EVERY_KIND, ids=str)
def test_completing_ten_thousand_times_counted_from_completion(rule: Recurrence) -> None:
    """The same for rules that count from the day of completion, when each is completed on its day."""
    due = Due.all_day(dt.date(1, 1, 31))
    series = Series.begin(attrs.evolve(rule, on=None, anchor=Anchor.COMPLETION), due)

    for _ in range(10_000):
        step = series.advance(due, LocalTime(dt.datetime.combine(due.date, dt.time(12), dt.UTC), dt.UTC, ZoneInfo))
        if step.due is None:
            break
        assert due.date < step.due.date
        series, due = step.series, step.due

    assert series.ended == 10_000 or due.date.year > 9_999 - rule.interval - 1


@st.composite
def moments_at_seams(draw: st.DrawFn) -> tuple[Due, LocalTime]:
    """Return a due date and a moment, both near a change of the clocks, for an owner who lives there or elsewhere."""
    name = draw(st.sampled_from(sorted(SEAMS)))
    seam = dt.datetime.fromisoformat(draw(st.sampled_from(SEAMS[name]))).replace(tzinfo=dt.UTC)
    minutes = st.integers(-100, 100) | st.integers(-3_000, 3_000)
    now, near = (seam + draw(minutes) * dt.timedelta(minutes=1) for _ in range(2))
    day = now.date() + draw(st.integers(-6, 4)) * DAY
    times = [dt.time(0), dt.time(23, 59), *(one.astimezone(ZoneInfo(name)).time() for one in (near, now))]
    time = draw(st.sampled_from([None, *times]))
    fixed = time is not None and draw(st.booleans())
    owner = draw(st.sampled_from([name, "UTC", "Asia/Tokyo"])) if fixed else name
    return Due.parse(day, time, name if fixed else None, ZoneInfo), LocalTime(now, ZoneInfo(owner), ZoneInfo)


def overdue(due: Due, local: LocalTime) -> bool:
    """Return what lists call overdue."""
    return Moment(local.now, local.zone).past.holds(due)


@given(moments_at_seams(), st.integers(1, 3))
@example(
    (
        Due.fixed(dt.date(2010, 11, 6), dt.time(0), "America/St_Johns", ZoneInfo),
        LocalTime(dt.datetime(2010, 11, 7, 3, tzinfo=dt.UTC), dt.UTC, ZoneInfo),
    ),
    1,
)
@settings(max_examples=300)
def test_the_next_one_is_not_overdue_where_clocks_change(found: tuple[Due, LocalTime], interval: int) -> None:
    """The same as from looking at every date of the rule, one after the other, with the rule by which lists go."""
    due, local = found
    expected, missed = due.date + interval * DAY, 0
    while overdue(Due.parse(expected, due.time, due.timezone, ZoneInfo), local):
        expected, missed = expected + interval * DAY, missed + 1

    step = Series.begin(Recurrence(Frequency.DAILY, interval), due).advance(due, local)

    assert (Due.parse(expected, due.time, due.timezone, ZoneInfo), missed) == (step.due, step.missed)
