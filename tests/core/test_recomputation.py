"""Due dates after a change of the rules of time zones."""

import datetime as dt
from uuid import UUID

import attrs
import pytest

from tests.support import BERLIN, World
from todo_core.due import Due, Zones
from todo_core.errors import UnknownTimezone
from todo_core.ports import UnitOfWork
from todo_core.preconditions import Precondition
from todo_core.queries import DueFilter, Query
from todo_core.recomputation import PAUSE, Recomputation, next_batch
from todo_core.recurrence import Frequency, Recurrence
from todo_core.tasks import Task
from todo_core.testing import ManualClock, MemoryStore
from todo_core.users import UserId

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
INSTANT = dt.timedelta.resolution
RELEASE = (2026, 9)
WITHOUT_SUMMER_TIME = dt.timezone(dt.timedelta(hours=1))
DATE, TIME = dt.date(2026, 7, 1), dt.time(9)
ANN, BEN = UserId(UUID(int=1)), UserId(UUID(int=2))


def zones(new: dt.tzinfo) -> Zones:
    """Return zones whose Berlin has other rules."""
    return ManualClock(zones={BERLIN: new}).zone


def unknown(name: str) -> dt.tzinfo:
    """Know no zone."""
    raise UnknownTimezone(name)


def test_only_the_instant_is_computed_anew() -> None:
    """The local time and the zone stay as written, and other kinds of due dates as they are."""
    fixed = Due.fixed(DATE, TIME, BERLIN, ManualClock().zone)
    expected = attrs.evolve(fixed, at=dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC))

    assert expected == fixed.recomputed(zones(WITHOUT_SUMMER_TIME))
    assert fixed == fixed.recomputed(ManualClock().zone)
    for due in (Due.all_day(DATE), Due.floating(DATE, TIME)):
        assert due == due.recomputed(unknown)


def test_what_the_new_rules_do_not_know_stays() -> None:
    """A zone that is gone, or an instant that would be outside the years, leaves the due date alone."""
    last = Due.fixed(dt.date.max, dt.time(23, 59), "Asia/Tokyo", ManualClock().zone)
    behind = ManualClock(zones={"Asia/Tokyo": dt.timezone(-dt.timedelta(hours=1))}).zone

    for rules in (unknown, behind):
        assert last == last.recomputed(rules)


@pytest.mark.parametrize(
    ("kept", "release", "expected"),
    [
        (None, RELEASE, Recomputation(RELEASE, 2, NOW)),
        (Recomputation((2026, 8), 0, NOW), RELEASE, Recomputation(RELEASE, 2, NOW)),
        (Recomputation((2026, 9), 1, NOW, ANN), (2026, 10), Recomputation((2026, 10), 2, NOW)),
        (Recomputation(RELEASE, 2, NOW, ANN), RELEASE, Recomputation(RELEASE, 2, NOW, ANN)),
        (Recomputation(RELEASE, 1, NOW + INSTANT), RELEASE, None),
        (Recomputation(RELEASE, 1, NOW + PAUSE), RELEASE, None),
        (Recomputation(RELEASE, 1, NOW + PAUSE + INSTANT), RELEASE, Recomputation(RELEASE, 1, NOW + PAUSE + INSTANT)),
        (Recomputation(RELEASE, 0, NOW - PAUSE), RELEASE, None),
        (Recomputation((2027, 1), 2, NOW, ANN), RELEASE, None),
    ],
    ids=["first", "later", "later still", "goes on", "pause", "whole pause", "clock was ahead", "done", "older rules"],
)
def test_who_has_to_do_what(
    kept: Recomputation | None, release: tuple[int, ...], expected: Recomputation | None
) -> None:
    """A later release begins anew, the same one goes on where it was, an older one does nothing."""
    assert expected == next_batch(kept, release, NOW)


def test_two_passes() -> None:
    """Users are gone through by id; after the last one comes a pause, then everybody again, then nothing."""
    begun = Recomputation(RELEASE, 2, NOW)
    first = begun.advanced([ANN, BEN], NOW)
    paused = first.advanced([], NOW)

    assert Recomputation(RELEASE, 2, NOW, BEN) == first
    assert Recomputation(RELEASE, 1, NOW + PAUSE) == paused
    assert Recomputation(RELEASE, 0, NOW + 2 * PAUSE) == paused.advanced([], NOW + PAUSE)


def at(task: Task) -> Precondition:
    """Return the condition that a task is still in this version."""
    return Precondition(match=frozenset({task.version}))


async def follow(world: World) -> list[int]:
    """Follow the rules until nothing is left to do, a user and a task at a time; return how many tasks changed."""
    changed = []
    while (number := await world.housekeeping.follow_zone_rules(users=1, rows=1)) is not None:
        changed.append(number)
    return changed


def due(world: World) -> Due:
    """Return a due date by the rules of now."""
    return Due.fixed(DATE, TIME, BERLIN, world.clock.zone)


async def test_stored_due_dates_follow_the_rules() -> None:
    """After an upgrade all tasks with a zone are due at the right instant, with their versions; it is done once."""
    world = World.over()
    ann, ben = await world.join(), await world.join("ben@example.org")
    assert [0, 0, 0] == await follow(world)
    mine = [await world.add(ann, f"{number}", due=due(world)) for number in range(2)]
    floating = await world.add(ann, "floating", due=Due.floating(DATE, TIME))
    tokyo = await world.add(ben, "other", due=Due.fixed(DATE, TIME, "Asia/Tokyo", world.clock.zone))
    world.clock.release, world.clock.zones = (2026, 2), {BERLIN: WITHOUT_SUMMER_TIME}

    assert [2, 0, 0] == await follow(world)

    assert [attrs.evolve(task, due=due(world)) for task in mine] == [await world.tasks.get(ann, one.id) for one in mine]
    assert floating == await world.tasks.get(ann, floating.id)
    assert tokyo == await world.tasks.get(ben, tokyo.id)
    world.clock.time = dt.datetime(2026, 7, 1, 7, 30, tzinfo=dt.UTC)  # would be past by the old rules
    ann = await world.log_in()
    assert () == (await world.tasks.list(ann, Query(due=DueFilter.OVERDUE))).tasks
    assert [0, 0, 0] == await follow(world)
    assert [] == await follow(world)


async def test_what_older_programs_write_meanwhile_is_found_a_day_later() -> None:
    """A program with older rules neither changes what was done, nor do its own due dates stay wrong for ever."""
    world = World.over()
    ann = await world.join()
    world.clock.release, world.clock.zones = (2026, 2), {BERLIN: WITHOUT_SUMMER_TIME}
    task = await world.add(ann, due=due(world))
    assert [0, 0] == await follow(world)

    world.clock.release, world.clock.zones = (2026, 1), {}
    late = await world.add(ann, due=due(world))
    assert [] == await follow(world)
    world.clock.release, world.clock.zones = (2026, 2), {BERLIN: WITHOUT_SUMMER_TIME}
    assert [] == await follow(world)
    world.clock.advance(PAUSE)

    assert [1, 0] == await follow(world)
    ann = await world.log_in()
    assert [due(world), due(world)] == [(await world.tasks.get(ann, one.id)).due for one in (task, late)]


@attrs.define
class Leaving(MemoryStore):
    """A store whose users leave as soon as they were found."""

    world: World | None = None

    async def users_by_fixed_dues(self, after: UserId | None, limit: int) -> list[tuple[UserId, bool]]:
        """Find them, and remove them."""
        found = list(await super().users_by_fixed_dues(after, limit))
        for user, _ in found:
            await self.write_as(user, _leave)
        return found


async def _leave(unit: UnitOfWork) -> None:
    await unit.account.remove()


async def test_who_leaves_meanwhile_is_passed_over() -> None:
    """An account that is removed after it was found stops nobody."""
    world = World.over(Leaving)
    ann = await world.join()
    await world.add(ann, due=due(world))

    assert [0, 0] == await follow(world)


async def test_an_occurrence_taken_back_follows_the_rules() -> None:
    """Past occurrences are not gone through; what returns is due by the rules of now."""
    world = World.over()
    ann = await world.join()
    task = await world.add(ann, due=due(world), recurrence=Recurrence(Frequency.DAILY))
    following = (await world.tasks.toggle(ann, task.id, expected=at(task))).task
    world.clock.release, world.clock.zones = (2026, 2), {BERLIN: WITHOUT_SUMMER_TIME}

    reopened = await world.tasks.reopen(ann, task.id, expected=at(following))

    assert due(world) == reopened.task.due
