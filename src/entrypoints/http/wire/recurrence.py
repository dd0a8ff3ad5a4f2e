"""Recurrence rules and past occurrences: schemas, reading, encoding."""

from enum import Enum
from functools import partial
from typing import Annotated, ClassVar

import attrs
from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.wire.base import Date, Members, Schema, with_defaults
from todo_core import recurrence as core
from todo_core.cycles import LAST, MAX_DAYS_OF_MONTH, MAX_NTH, MonthDay, NthWeekday, Weekday, month_day
from todo_core.errors import InvalidInput, Violations


class Day(Enum):
    """A day of the week."""

    MONDAY = "mo"
    TUESDAY = "tu"
    WEDNESDAY = "we"
    THURSDAY = "th"
    FRIDAY = "fr"
    SATURDAY = "sa"
    SUNDAY = "su"


Interval = Annotated[int, Meta(ge=1, le=core.MAX_INTERVAL, description="Every how many of them", examples=[2])]
Count = Annotated[int, Meta(ge=1, le=core.MAX_COUNT, description="How many occurrences there are", examples=[10])]
Frequency = Annotated[core.Frequency, Meta(examples=["monthly"])]
Weekdays = Annotated[
    list[Day], Meta(min_length=1, description="Weekly only; default: that of `start`", examples=[["mo", "th"]])
]
DayNumber = Annotated[
    int, Meta(ge=LAST, le=MAX_DAYS_OF_MONTH, description=f"1 to 31, or {LAST} for the last day", examples=[31])
]
Nth = Annotated[int, Meta(ge=LAST, le=MAX_NTH, description=f"1 to {MAX_NTH}, or {LAST} for the last one", examples=[1])]


class On(Schema, omit_defaults=True):
    """Either a `day` of the month, or the `nth` `weekday`. A month without that day has it on its last one."""

    omitted: ClassVar[frozenset[str]] = frozenset({"weekday", "nth"})

    day: DayNumber | UnsetType = UNSET
    weekday: Day | UnsetType = UNSET
    nth: Nth | UnsetType = UNSET


class OnInput(Schema):
    """The same, to write; `null` means the same as absent."""

    omitted: ClassVar[frozenset[str]] = frozenset({"weekday", "nth"})

    day: DayNumber | UnsetType | None = UNSET
    weekday: Day | UnsetType | None = UNSET
    nth: Nth | UnsetType | None = UNSET


class Recurrence(Schema, omit_defaults=True, kw_only=True):
    """How a task repeats. `start`: the due date when the rule was set or changed, which counts as the first occurrence.

    `until` and `count` exclude each other. With the anchor `completion`, the next one follows the day of completion.
    """

    omitted: ClassVar[frozenset[str]] = frozenset({"weekdays", "count"})

    frequency: Frequency
    interval: Interval
    weekdays: Weekdays | UnsetType = UNSET
    on: On | UnsetType = UNSET
    anchor: core.Anchor
    until: Date | UnsetType = UNSET
    count: Count | UnsetType = UNSET
    start: Date


class RecurrenceInput(Schema):
    """A rule, to write. Absent members and `null` take their default: every one, from `start`, without an end."""

    resource: ClassVar[type[Schema] | None] = Recurrence
    omitted: ClassVar[frozenset[str]] = frozenset({"weekdays", "count"})

    frequency: Frequency
    interval: Interval | UnsetType | None = UNSET
    weekdays: Weekdays | UnsetType | None = UNSET
    on: OnInput | UnsetType | None = UNSET
    anchor: core.Anchor | UnsetType | None = UNSET
    until: Date | UnsetType | None = UNSET
    count: Count | UnsetType | None = UNSET


class RecurrencePatch(Schema):
    """Changes to a rule (RFC 7396), into `on` too. The first one needs a `frequency`."""

    resource: ClassVar[type[Schema] | None] = Recurrence
    omitted: ClassVar[frozenset[str]] = frozenset({"weekdays", "count"})

    frequency: Frequency | UnsetType = UNSET
    interval: Interval | UnsetType | None = UNSET
    weekdays: Weekdays | UnsetType | None = UNSET
    on: OnInput | UnsetType | None = UNSET
    anchor: core.Anchor | UnsetType | None = UNSET
    until: Date | UnsetType | None = UNSET
    count: Count | UnsetType | None = UNSET


def merge(members: Members, base: core.Recurrence | None) -> core.Recurrence:
    """Return the rule with the members that a body has, the others from `base`. Raises InvalidInput."""
    merged = {} if base is None else attrs.asdict(base, recurse=False)
    violations = Violations()
    given = dict(members)
    if given.get("on") is not None:
        given["on"] = violations.take("on", partial(_merge_on, base=merged.get("on")), given["on"])
    if given.get("weekdays") is not None:
        given["weekdays"] = [Weekday[day.name] for day in given["weekdays"]]
    merged |= with_defaults(given, core.Recurrence)
    if "frequency" not in merged:
        violations.note("frequency", "required", "this member is needed")
        violations.raise_any()
    rule = violations.attempt(lambda: core.Recurrence(**merged))
    if rule is None or violations.found:
        raise InvalidInput(tuple(violations.found))
    return rule


def _merge_on(parts: Members, base: MonthDay | NthWeekday | None) -> MonthDay | NthWeekday:
    """Return the day of the month. Raises InvalidInput unless there is a day, or a weekday and its number."""
    given = dict(parts)
    if given.get("weekday") is not None:
        given["weekday"] = Weekday[given["weekday"].name]
    merged = {name: value for name, value in (_parts(base) | given).items() if value is not None}
    violations = Violations()
    if "day" in merged and len(merged) > 1:
        violations.note("day", "not-with-weekday", "either a day, or a weekday and its number")
    needed = {"weekday", "nth"} if merged and "day" not in merged else {"day"}
    for name in sorted(needed.difference(merged)):
        violations.note(name, "required", "this member is needed")
    violations.raise_any()
    if "day" in merged:
        return month_day(merged["day"])
    return NthWeekday(merged["weekday"], merged["nth"])


def _parts(base: MonthDay | NthWeekday | None) -> Members:
    if base is None:
        return {}
    return attrs.asdict(base) if isinstance(base, NthWeekday) else {"day": base}


def recurrence(value: core.Series) -> Recurrence:
    """Return a rule at work; what it takes from its start is not shown."""
    rule = value.rule
    return Recurrence(
        frequency=rule.frequency,
        interval=rule.interval,
        weekdays=UNSET if rule.weekdays is None else [Day[day.name] for day in rule.weekdays],
        on=UNSET if rule.on is None else _on(rule.on),
        anchor=rule.anchor,
        until=UNSET if rule.until is None else rule.until.isoformat(),
        count=UNSET if rule.count is None else rule.count,
        start=value.start.isoformat(),
    )


def _on(value: MonthDay | NthWeekday) -> On:
    if isinstance(value, NthWeekday):
        return On(weekday=Day[value.weekday.name], nth=value.nth)
    return On(day=value)
