"""Filters on due dates against the plain meaning of the words, orders, page sizes."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import dates, drafts, dues, instants, zone_names
from todo_core.due import Due
from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.moments import LATEST, Moment
from todo_core.queries import (
    MAX_PAGE_TEXT_BYTES,
    NO_PARENT,
    DueFilter,
    Query,
    Sort,
    SortKey,
    check_limit,
    count_fitting,
    parse_words,
)
from todo_core.tasks import Draft, Place, Priority, Task, TaskId
from todo_core.testing import ManualClock

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
zones = ManualClock().zone
moments = st.builds(lambda now, name: Moment(now, zones(name)), instants, zone_names)


def task_with(draft: Draft) -> Task:
    """Return a task that says this."""
    return Task.create(draft, TaskId(UUID(int=1)), Place(ListId(UUID(int=2))), NOW)


def day_in(due: Due, zone: dt.tzinfo) -> dt.date:
    """Return the day of a due date in the owner's zone."""
    return due.date if due.at is None else due.at.astimezone(zone).date()


def is_past(due: Due, moment: Moment) -> bool:
    """Say what "past" means, without keys or ranges."""
    wall = moment.now.astimezone(moment.zone)
    if due.at is not None:
        return due.at <= moment.now
    if due.time is None:
        return due.date < wall.date()
    return (due.date, due.time) <= (wall.date(), wall.time())


@given(dues, st.booleans(), moments, dates)
def test_due_filters_mean_what_they_say(due: Due | None, completed: bool, moment: Moment, day: dt.date) -> None:  # noqa: FBT001
    """Today, overdue, before and after, for all-day, floating and fixed due dates in every zone."""
    task = task_with(Draft("x", completed=completed, due=due))

    def matches(**filters: object) -> bool:
        return Query(**filters).matches(task, moment)  # type: ignore[arg-type] # one filter of any type at a time

    local = None if due is None else day_in(due, moment.zone)
    assert matches(due=DueFilter.NONE) == (due is None)
    assert matches(due=DueFilter.TODAY) == (local == moment.today)
    assert matches(due=DueFilter.OVERDUE) == (due is not None and not completed and is_past(due, moment))
    assert matches(due_before=day) == (local is not None and local < day)
    assert matches(due_after=day) == (local is not None and local > day)
    assert matches(due_after=day, due_before=day) is False


@given(dues, moments)
def test_the_two_halves_of_a_range_lie_within_two_days(due: Due | None, moment: Moment) -> None:
    """A store may look for sort keys two days around the range: nothing that passes lies further away."""
    task = task_with(Draft("x", due=due))
    passing = Query(due=DueFilter.TODAY).due_range(moment)
    assert passing is not None

    if passing.holds(task.due):
        two_days = 2 * 1441
        assert passing.key_from - two_days <= task.due_key < passing.key_until + two_days


@given(drafts)
def test_the_other_filters(draft: Draft) -> None:
    """Each filter alone, against the task's own values."""
    task, moment = task_with(draft), Moment(NOW)

    assert Query().matches(task, moment)
    assert Query(completed=True).matches(task, moment) == draft.completed
    assert Query(priorities=frozenset({Priority.LOW, Priority.HIGH})).matches(task, moment) == (
        draft.priority in {Priority.LOW, Priority.HIGH}
    )
    assert Query(tags=frozenset({"home", "work"})).matches(task, moment) == ({"home", "work"} <= set(draft.tags))
    assert Query(updated_after=NOW).matches(task, moment) is False
    assert Query(updated_after=NOW - dt.timedelta.resolution).matches(task, moment)
    assert Query(deleted=True).matches(task, moment) is False
    assert Query(deleted=True).matches(task.trashed(NOW), moment)
    assert Query(words=parse_words(draft.title)).matches(task, moment)


def test_words_are_looked_for_regardless_of_case_in_title_and_description() -> None:
    """Every word has to occur somewhere; none means no filter."""
    task = task_with(Draft("Straße fegen", "Mit dem BESEN"))

    assert Query(words=parse_words("STRASSE besen")).matches(task, Moment(NOW))
    assert not Query(words=parse_words("strasse eimer")).matches(task, Moment(NOW))
    assert parse_words(" ") == ()


def test_searches_are_measured_in_normal_form_and_split_at_white_space() -> None:
    """An accent of its own does not count, and tabs and newlines are white space."""
    assert parse_words("e\u0301" * 200) == ("é" * 200,)
    assert parse_words("milk\tbread\nand") == ("milk", "bread", "and")
    assert Query(tags=["e\u0301"]).tags == {"é"}


@pytest.mark.parametrize("text", ["x" * 201, " ".join("abcdefghijk"), "a\0"])
def test_searches_have_bounds(text: str) -> None:
    """At most 200 characters and 10 words, no control characters."""
    with pytest.raises(InvalidInput):
        parse_words(text)


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12", "UTC"])
def test_the_ends_of_the_calendar_are_days_like_others(day: dt.date, zone: str) -> None:
    """No filter fails on the first or the last day that can be written."""
    moment = Moment(NOW, zones(zone))
    task = task_with(Draft("x", due=Due.all_day(day)))

    assert moment.day(day).holds(task.due)
    assert not moment.before(day).holds(task.due)
    assert not moment.after(day).holds(task.due)


def test_sort_keys_are_the_tasks_own_values() -> None:
    """Each order compares what it is named for."""
    task = task_with(Draft("Äpfel", priority=Priority.HIGH, due=Due.all_day(NOW.date())))

    keys = [by.of(task) for by in SortKey]

    assert keys == [NOW, NOW, task.due_key, 3, "äpfel", task.position]


def test_no_due_date_is_a_part_of_the_list_of_its_own() -> None:
    """Only in the order of due dates."""
    dated, undated = task_with(Draft("x", due=Due.all_day(NOW.date()))), task_with(Draft("x"))
    by_due, by_title = Sort(SortKey.DUE), Sort(SortKey.TITLE)

    assert [dated, undated] == by_due.arrange([undated, dated])
    assert by_due.follows(undated, by_due.position(dated))
    assert not by_due.follows(dated, by_due.position(undated))
    assert not by_title.follows(undated, by_title.position(dated))


@pytest.mark.parametrize(
    ("sizes", "number"),
    [
        ([], 0),
        ([1, 1], 2),
        ([MAX_PAGE_TEXT_BYTES, 1], 1),
        ([MAX_PAGE_TEXT_BYTES + 1, 1], 1),
        ([MAX_PAGE_TEXT_BYTES - 1, 1, 1], 2),
    ],
)
def test_pages_end_at_a_megabyte_of_text(sizes: list[int], number: int) -> None:
    """The first always fits, the one that crosses the line does not."""
    assert count_fitting(sizes) == number


def test_limits_are_stated() -> None:
    """Beyond the most is an error, not a silent cap."""
    assert check_limit(200) == 200
    for limit in (0, 201):
        with pytest.raises(InvalidInput):
            check_limit(limit)


def test_an_open_range_reaches_to_the_end_of_time() -> None:
    """The last day has no midnight after it."""
    assert Moment(NOW).after(dt.date.max).from_ == LATEST


@pytest.mark.parametrize(
    ("filters", "ordered"),
    [
        ({}, False),
        ({"parent": NO_PARENT}, False),
        ({"lists": frozenset({ListId(UUID(int=1)), ListId(UUID(int=2))})}, False),
        ({"lists": frozenset({ListId(UUID(int=1))})}, True),
        ({"lists": frozenset({ListId(UUID(int=1))}), "parent": NO_PARENT}, True),
        ({"parent": TaskId(UUID(int=1))}, True),
    ],
)
def test_positions_order_one_list_or_the_subtasks_of_one_task(filters: dict[str, Any], *, ordered: bool) -> None:
    """Elsewhere they say nothing, so the order is refused."""
    for descending in (False, True):
        if ordered:
            Query(**filters, sort=Sort(SortKey.POSITION, descending))
        else:
            with pytest.raises(InvalidInput) as refusal:
                Query(**filters, sort=Sort(SortKey.POSITION, descending))
            assert [(("sort",), "needs-list")] == [(one.path, one.code) for one in refusal.value.violations]
