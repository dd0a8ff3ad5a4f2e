"""Due dates: kinds, instants at the seams of summer time, sort keys."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import BERLIN, dates, times
from todo_core.due import NO_DUE, Due, instant
from todo_core.errors import InvalidInput
from todo_core.testing import ManualClock

zones = ManualClock().zone


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # skipped: the offset before the gap, +1
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # repeated: the first time, +2
        ("2026-07-01T12:00", "2026-07-01T10:00"),
    ],
)
def test_seams_of_summer_time(local: str, utc: str) -> None:
    """A skipped reading counts with the offset before the gap, a repeated one the first time."""
    reading = dt.datetime.fromisoformat(local)

    due = Due.fixed(reading.date(), reading.time(), BERLIN, zones)

    assert due.at == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("date", "time", "timezone", "path", "code"),
    [
        (dt.date(2026, 1, 1), None, BERLIN, ("timezone",), "needs-time"),
        (dt.date(2026, 1, 1), dt.time(9), "Mars/Olympus", ("timezone",), "unknown-timezone"),
        (dt.date.max, dt.time(23, 59), "Etc/GMT+12", ("date",), "out-of-range"),
        (dt.date.min, dt.time(0), "Etc/GMT-14", ("date",), "out-of-range"),
    ],
)
def test_bad_parts_are_refused(date: dt.date, time: dt.time | None, timezone: str, path: tuple[str], code: str) -> None:
    """A zone needs a time, has to exist, and the instant has to be in the years 1 to 9999."""
    with pytest.raises(InvalidInput) as refusal:
        Due.parse(date, time, timezone, zones)

    assert [(path, code)] == [(one.path, one.code) for one in refusal.value.violations]


def test_parse_finds_the_kind() -> None:
    """What is written decides what kind of due date it is; seconds do not count."""
    day, time = dt.date(2026, 1, 1), dt.time(9, 30, 59)

    assert Due.parse(day, None, None, zones) == Due.all_day(day)
    assert Due.parse(day, time, None, zones) == Due.floating(day, dt.time(9, 30))
    assert Due.parse(day, time, BERLIN, zones).at == dt.datetime(2026, 1, 1, 8, 30, tzinfo=dt.UTC)


@given(dates, times, dates, times)
def test_keys_order_like_what_is_written(day: dt.date, time: dt.time, other_day: dt.date, other_time: dt.time) -> None:
    """By date and time; all day after the times of its day, and before the next day; no due date last."""
    one, other = Due.floating(day, time), Due.floating(other_day, other_time)

    assert (one.key < other.key) == ((day, time) < (other_day, other_time))
    assert one.key < Due.all_day(day).key < Due.all_day(day + dt.timedelta(days=1)).key < NO_DUE
    assert Due.all_day(day).key < Due.floating(day + dt.timedelta(days=1), time).key


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2030, 1, 1)))
def test_instants_read_back_outside_gaps(reading: dt.datetime) -> None:
    """The instant of a reading shows that reading, unless the clocks skip it."""
    zone = ZoneInfo(BERLIN)
    back = instant(reading.date(), reading.time(), zone).astimezone(zone)

    assert back.replace(tzinfo=None, fold=0) in {reading, reading + dt.timedelta(hours=1)}


@pytest.mark.parametrize(
    "parts",
    [
        (dt.datetime(2026, 1, 1), None, None, None),
        (dt.date(2026, 1, 1), dt.time(9, 0, 1), None, None),
        (dt.date(2026, 1, 1), None, BERLIN, None),
        (dt.date(2026, 1, 1), dt.time(9), BERLIN, None),
        (dt.date(2026, 1, 1), dt.time(9), None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_no_due_date_can_be_built_that_makes_no_sense(
    parts: tuple[dt.date, dt.time | None, str | None, dt.datetime | None],
) -> None:
    """Whoever skips the constructors is told."""
    with pytest.raises(ValueError, match=r"due|zone"):
        Due(*parts)
