"""Recurrence rules: what they refuse, the table of month ends, ends of rules, and taking an occurrence back."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import attrs
import pytest

from tests.support import BERLIN
from todo_core.cycles import LAST, MonthDay, NthWeekday, Weekday
from todo_core.due import Due
from todo_core.errors import InvalidInput
from todo_core.recurrence import Anchor, Frequency, LocalTime, Occurrence, Outcome, Recurrence, Series, Step

D, W, M, Y = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY
DUE, COMPLETION = Anchor.DUE, Anchor.COMPLETION
MO, TU, WE, FR, SU = Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.FRIDAY, Weekday.SUNDAY
LONG_AGO = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


def date(text: str) -> dt.date:
    """Return a date."""
    return dt.date.fromisoformat(text)


def day(text: str) -> Due:
    """Return an all-day due date."""
    return Due.all_day(date(text))


def at(text: str, zone: str = "UTC") -> LocalTime:
    """Return a moment in UTC, for an owner in this zone."""
    return LocalTime(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC), ZoneInfo(zone), ZoneInfo)


def occurrences(rule: Recurrence, start: str, number: int) -> list[str]:
    """Return the first due dates of a rule, each completed before it is due."""
    due, found = day(start), [start]
    series = Series.begin(rule, due)
    while len(found) < number:
        step = series.advance(due, LocalTime(LONG_AGO, dt.UTC, ZoneInfo))
        if step.due is None:
            break
        series, due = step.series, step.due
        found.append(due.date.isoformat())
    return found


@pytest.mark.parametrize(
    ("build", "problems"),
    [
        (lambda: Recurrence(D, 0), {("interval",): "out-of-range"}),
        (lambda: Recurrence(D, 1000), {("interval",): "out-of-range"}),
        (lambda: Recurrence(D, weekdays=(MO,)), {("weekdays",): "needs-weekly"}),
        (lambda: Recurrence(W, weekdays=()), {("weekdays",): "too-few"}),
        (lambda: Recurrence(W, on=MonthDay(1)), {("on",): "needs-monthly"}),
        (lambda: Recurrence(M, on=MonthDay(1), anchor=COMPLETION), {("on",): "not-with-completion"}),
        (lambda: Recurrence(D, count=0), {("count",): "out-of-range"}),
        (lambda: Recurrence(D, count=10_000), {("count",): "out-of-range"}),
        (lambda: Recurrence(D, count=2, until=dt.date.max), {("count",): "not-with-until"}),
        (
            lambda: Recurrence(Y, 0, weekdays=(), on=MonthDay(1), anchor=COMPLETION, count=0),
            {
                ("interval",): "out-of-range",
                ("weekdays",): "needs-weekly",
                ("on",): "not-with-completion",
                ("count",): "out-of-range",
            },
        ),
        (lambda: Recurrence(M, on=MonthDay(0)), {("on", "day"): "out-of-range"}),
        (lambda: Recurrence(M, on=MonthDay(32)), {("on", "day"): "out-of-range"}),
        (lambda: Recurrence(M, on=MonthDay(-2)), {("on", "day"): "out-of-range"}),
        (lambda: NthWeekday(MO, 5), {("nth",): "out-of-range"}),
        (lambda: NthWeekday(MO, 0), {("nth",): "out-of-range"}),
    ],
)
def test_bad_rules_name_every_member(build: Callable[[], object], problems: dict[tuple[str, ...], str]) -> None:
    """Each broken rule has its place and its code."""
    with pytest.raises(InvalidInput) as refusal:
        build()

    assert problems == {one.path: one.code for one in refusal.value.violations}


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        (Recurrence(D, until=date("2025-12-31")), "2026-01-01"),
        (Recurrence(Y, 11), "2026-01-01"),
        (Recurrence(M, 121), "2026-01-01"),
        (Recurrence(M, 120, on=MonthDay(LAST)), "2026-02-28"),  # ten years later there is a 29th
        (Recurrence(D), "9999-12-29"),
        (Recurrence(W, 530), "2026-01-01"),
        (Recurrence(Y, 10, on=NthWeekday(MO, LAST)), "2028-08-28"),  # ten years later it is the 30th
        (Recurrence(Y, 11, anchor=COMPLETION), "2026-01-01"),
        (Recurrence(W, 999, weekdays=(MO,), anchor=COMPLETION), "2026-01-01"),
        (Recurrence(D), "9999-12-30"),
        (Recurrence(Y), "9999-01-01"),
        (Recurrence(W, 999, weekdays=(MO,), anchor=COMPLETION), "9990-01-01"),
    ],
)
def test_rules_that_never_repeat_are_refused(rule: Recurrence, start: str) -> None:
    """An end before the start, or a second occurrence more than ten years after the first or after all calendars."""
    with pytest.raises(InvalidInput) as refusal:
        Series.begin(rule, day(start))

    assert [((), "never")] == [(one.path, one.code) for one in refusal.value.violations]


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        (Recurrence(Y, 10), "2028-02-29"),
        (Recurrence(M, 120), "2026-01-31"),
        (Recurrence(W, 521), "2026-01-01"),
        (Recurrence(D, 999), "2026-01-01"),
        (Recurrence(D, until=date("2026-01-01")), "2026-01-01"),
        (Recurrence(D, count=1), "9999-12-28"),
    ],
)
def test_rules_that_just_repeat_are_taken(rule: Recurrence, start: str) -> None:
    """Ten years to the day are not more than ten; that `until` or `count` leave a single occurrence is no reason."""
    assert date(start) == Series.begin(rule, day(start)).place


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        (Recurrence(M), "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31"),
        (Recurrence(M), "2026-01-30 2026-02-28 2026-03-30"),
        (Recurrence(M), "2028-01-30 2028-02-29 2028-03-30"),
        (Recurrence(M), "2027-12-29 2028-01-29 2028-02-29 2028-03-29"),
        (Recurrence(M), "2026-02-28 2026-03-28 2026-04-28"),
        (Recurrence(M, on=MonthDay(31)), "2026-02-28 2026-03-31 2026-04-30"),
        (Recurrence(M, on=MonthDay(LAST)), "2026-01-15 2026-01-31 2026-02-28 2026-03-31"),
        (Recurrence(M, 2), "2026-08-31 2026-10-31 2026-12-31 2027-02-28 2027-04-30"),
        (Recurrence(M, 13), "2026-01-31 2027-02-28 2028-03-31"),
        (Recurrence(Y), "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        (Recurrence(Y, 4), "2096-02-29 2100-02-28 2104-02-29"),
        (Recurrence(Y, on=MonthDay(31)), "2026-04-03 2026-04-30 2027-04-30"),
        (Recurrence(Y, on=MonthDay(29)), "2027-02-28 2028-02-29 2029-02-28"),
        (Recurrence(M, on=NthWeekday(FR, LAST)), "2026-01-01 2026-01-30 2026-02-27 2026-03-27"),
        (Recurrence(M, on=NthWeekday(SU, 1)), "2026-02-01 2026-03-01 2026-04-05"),
        (Recurrence(M, on=NthWeekday(MO, 4)), "2026-02-23 2026-03-23 2026-04-27"),
        (Recurrence(Y, on=NthWeekday(TU, 2)), "2026-11-10 2027-11-09 2028-11-14"),
        (Recurrence(W, weekdays=(FR, MO, FR)), "2026-01-01 2026-01-02 2026-01-05 2026-01-09 2026-01-12"),
        (Recurrence(W, 2, weekdays=(MO, SU)), "2026-01-01 2026-01-04 2026-01-12 2026-01-18 2026-01-26"),
        (Recurrence(W, 2), "2026-01-01 2026-01-15 2026-01-29"),
        (Recurrence(D, 10), "2026-02-20 2026-03-02 2026-03-12"),
        (Recurrence(D, until=date("2026-01-02")), "2026-01-01 2026-01-02 -"),
        (Recurrence(D, count=3), "2026-01-01 2026-01-02 2026-01-03 -"),
        (Recurrence(W, weekdays=(MO,), count=2), "2026-01-01 2026-01-05 -"),
    ],
)
def test_dates_of_a_rule(rule: Recurrence, dates: str) -> None:
    """Reckoned by hand: a month that lacks a day has it on its last one, and the wanted day comes back."""
    expected = [text for text in dates.split() if text != "-"]

    assert expected == occurrences(rule, expected[0], len(dates.split()))


@pytest.mark.parametrize(
    ("rule", "completed", "following"),
    [
        (Recurrence(D, 3, anchor=COMPLETION), "2026-01-10", "2026-01-13"),
        (Recurrence(M, anchor=COMPLETION), "2026-01-31", "2026-02-28"),
        (Recurrence(Y, anchor=COMPLETION), "2024-02-29", "2025-02-28"),
        (Recurrence(W, anchor=COMPLETION), "2026-01-10", "2026-01-17"),
        (Recurrence(W, 2, anchor=COMPLETION), "2026-01-10", "2026-01-24"),
        (Recurrence(W, weekdays=(MO,), anchor=COMPLETION), "2026-01-12", "2026-01-19"),
        (Recurrence(W, weekdays=(MO, WE), anchor=COMPLETION), "2026-01-12", "2026-01-14"),
        (Recurrence(W, 2, weekdays=(MO, WE), anchor=COMPLETION), "2026-01-12", "2026-01-21"),
        (Recurrence(D, anchor=COMPLETION, until=date("2026-01-10")), "2026-01-10", None),
        (Recurrence(D, anchor=COMPLETION, until=date("2026-01-11")), "2026-01-10", "2026-01-11"),
        (Recurrence(D, anchor=COMPLETION, count=1), "2026-01-10", None),
        (Recurrence(D, anchor=COMPLETION, count=2), "2026-01-10", "2026-01-11"),
        (Recurrence(M, anchor=COMPLETION), "9999-12-01", None),
    ],
)
def test_counted_from_completion(rule: Recurrence, completed: str, following: str | None) -> None:
    """The next date is an interval after the day of completion, whatever the due date was; nothing is missed."""
    series = Series.begin(rule, day("2026-01-01"))

    step = series.advance(day("2026-01-01"), at(f"{completed}T12:00"))

    assert (following and day(following), 0) == (step.due, step.missed)
    assert 1 == step.series.ended


@pytest.mark.parametrize(
    ("due", "owner", "now", "following"),
    [
        (day("2026-01-01"), "Asia/Tokyo", "2026-01-09T15:00", day("2026-01-11")),
        (Due.floating(date("2026-01-01"), dt.time(9)), "Asia/Tokyo", "2026-01-09T14:59", None),
        (Due.fixed(date("2026-01-01"), dt.time(9), BERLIN, ZoneInfo), "Asia/Tokyo", "2026-01-09T23:00", None),
    ],
)
def test_completion_is_a_day_in_the_zone_of_the_due_date(due: Due, owner: str, now: str, following: Due | None) -> None:
    """A fixed due date brings its own zone, the others are in the owner's; the wall time stays."""
    step = Series.begin(Recurrence(D, anchor=COMPLETION), due).advance(due, at(now, owner))

    expected = following or Due.parse(date("2026-01-10"), due.time, due.timezone, ZoneInfo)
    if due.timezone is not None:
        expected = Due.fixed(date("2026-01-11"), dt.time(9), BERLIN, ZoneInfo)
    assert expected == step.due


@pytest.mark.parametrize(
    ("rule", "due", "now", "following", "missed"),
    [
        (Recurrence(D), "2026-01-01", "2025-12-01T12:00", "2026-01-02", 0),  # early
        (Recurrence(D), "2026-01-01", "2026-01-02T12:00", "2026-01-02", 0),  # today is not overdue
        (Recurrence(D), "2026-01-01", "2026-01-05T12:00", "2026-01-05", 3),
        (Recurrence(D, until=date("2026-01-03")), "2026-01-01", "2026-01-05T12:00", None, 2),
        (Recurrence(D, count=3), "2026-01-01", "2026-01-05T12:00", None, 2),
        (Recurrence(D, count=5), "2026-01-01", "2026-01-05T12:00", "2026-01-05", 3),
        (Recurrence(D, count=4), "2026-01-01", "2026-01-05T12:00", None, 3),
        (Recurrence(M), "2026-01-31", "2026-04-01T12:00", "2026-04-30", 2),
    ],
)
def test_overdue_occurrences_are_missed(
    rule: Recurrence, due: str, now: str, following: str | None, missed: int
) -> None:
    """The next one is the first that is not overdue; those between are counted, up to the end of the rule."""
    step = Series.begin(rule, day(due)).advance(day(due), at(now))

    assert (following and day(following), missed) == (step.due, step.missed)


@pytest.mark.parametrize(
    ("moved", "now", "following", "missed"),
    [
        ("2026-02-03", "2026-02-01T12:00", "2026-02-28", 0),  # later: its place is still 31 January
        ("2026-01-20", "2026-01-20T12:00", "2026-02-28", 0),  # earlier: not 31 January once more
        ("2026-03-31", "2026-02-01T12:00", "2026-04-30", 0),  # beyond others: they are not overdue, so not missed
        ("2026-03-05", "2026-04-02T12:00", "2026-04-30", 1),
    ],
)
def test_a_moved_due_date_leaves_the_rule_alone(moved: str, now: str, following: str, missed: int) -> None:
    """The next date comes behind both the place of the occurrence and its due date."""
    series = Series.begin(Recurrence(M), day("2026-01-31"))

    step = series.advance(day(moved), at(now))

    assert (day(following), missed, date(following)) == (step.due, step.missed, step.series.place)


def test_time_and_zone_go_on_with_the_current_due_date() -> None:
    """What the current occurrence got as time and zone, all later ones have."""
    series = Series.begin(Recurrence(D), day("2026-03-28"))
    due = Due.fixed(date("2026-03-28"), dt.time(2, 30), BERLIN, ZoneInfo)

    step = series.advance(due, at("2026-03-01T00:00"))

    assert Due.fixed(date("2026-03-29"), dt.time(2, 30), BERLIN, ZoneInfo) == step.due


def taken_back(step: Step, due: Due, place: str) -> Series:
    """Return the series after the occurrence at `due` was taken back."""
    return step.series.reopened(Occurrence(due, date(place), Outcome.COMPLETED, LONG_AGO, step.missed))


def test_taking_back_leads_to_where_it_was() -> None:
    """Place and count are as before, whether it was the last occurrence or not."""
    series = Series.begin(Recurrence(M, count=2), day("2026-01-31"))
    first = series.advance(day("2026-02-02"), at("2026-01-31T12:00"))
    assert first.due is not None
    last = first.series.advance(first.due, at("2026-01-31T12:00"))

    assert last.due is None
    assert first.series == taken_back(last, first.due, "2026-02-28")
    assert series == taken_back(first, day("2026-02-02"), "2026-01-31")


def test_taking_back_what_ended_under_another_rule() -> None:
    """It counts by its due date: completed again, the new rule begins at its start."""
    changed = Series.begin(Recurrence(W, weekdays=(MO,)), day("2026-02-28"))
    reopened = changed.reopened(Occurrence(day("2026-01-20"), date("2026-01-31"), Outcome.SKIPPED, LONG_AGO, 0))

    step = reopened.advance(day("2026-01-20"), at("2026-01-20T12:00"))

    assert attrs.evolve(changed, place=date("2026-01-20")) == reopened
    assert (day("2026-02-28"), 0) == (step.due, step.missed)
