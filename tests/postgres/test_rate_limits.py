"""Counters that all processes share."""

import asyncio
import datetime as dt

import psycopg
import pytest

from adapters.postgres import Database, RateLimitCounters, Window, rate_limits
from tests.postgres.conftest import SMALL
from todo_core.testing import ManualClock

SECRET = b"a secret of the tests"
SECOND = dt.timedelta(seconds=1)


async def test_window_begins_with_the_first_and_is_not_prolonged(opened: Database) -> None:
    """Requests count up until the window ends, which trying does not put off; then another begins."""
    clock = ManualClock()
    limits = RateLimitCounters(opened, clock, SECRET)
    windows = []
    for _ in range(4):
        windows.append(await limits.hit("login", "ann", 5, 10))
        clock.advance(4 * SECOND)

    assert [Window(1, 10), Window(2, 6), Window(3, 2), Window(1, 10)] == windows


async def test_window_ends_at_its_instant(opened: Database) -> None:
    """Until then, and a moment counts as a second; from then on it is another window."""
    clock = ManualClock()
    limits = RateLimitCounters(opened, clock, SECRET)
    await limits.hit("login", "ann", 5, 10)

    clock.advance(10 * SECOND - SECOND.resolution)
    assert Window(2, 1) == await limits.hit("login", "ann", 5, 10)
    clock.advance(SECOND.resolution)
    assert Window(1, 10) == await limits.hit("login", "ann", 5, 10)


async def test_no_window_is_longer_than_it_is(opened: Database) -> None:
    """Not even to somebody who looked at the clock a moment before the one who began it."""
    late, early = ManualClock(), ManualClock()
    late.advance(SECOND / 10)
    await RateLimitCounters(opened, late, SECRET).hit("login", "ann", 5, 10)

    assert Window(2, 10) == await RateLimitCounters(opened, early, SECRET).hit("login", "ann", 5, 10)


@pytest.mark.parametrize("ahead", [dt.timedelta(seconds=11), dt.timedelta(hours=1), dt.timedelta(days=400)])
@pytest.mark.parametrize("quota", [1, 5], ids=["used up", "under way"])
async def test_window_of_a_clock_that_was_ahead_is_over(opened: Database, ahead: dt.timedelta, quota: int) -> None:
    """Once the clock is right again, another window begins at once: in this process and in another."""
    clock = ManualClock()
    clock.advance(ahead)
    limits = RateLimitCounters(opened, clock, SECRET)
    assert Window(1, 10) == await limits.hit("login", "ann", quota, 10)
    assert Window(1, 10) == await limits.hit("login", "bob", quota, 10)
    clock.advance(-ahead)

    assert Window(1, 10) == await limits.hit("login", "ann", quota, 10)
    assert Window(1, 10) == await RateLimitCounters(opened, clock, SECRET).hit("login", "bob", quota, 10)


async def test_each_key_counts_for_itself(opened: Database) -> None:
    """So does each counter, however the two are put together."""
    limits = RateLimitCounters(opened, ManualClock(), SECRET)

    for name, key in (("a", "bc"), ("ab", "c"), ("a", "b\0c"), ("", "é")):
        assert 1 == (await limits.hit(name, key, 5, 10)).count


async def test_parallel_requests_are_all_counted(database: str) -> None:
    """Through two pools, as from two processes: each of fifty requests gets a number of its own."""
    async with Database.open(database, SMALL) as one, Database.open(database, SMALL) as other:
        pools = [RateLimitCounters(each, ManualClock(), SECRET) for each in (one, other)]

        windows = await asyncio.gather(*(pools[number % 2].hit("login", "ann", 50, 60) for number in range(50)))

    assert list(range(1, 51)) == sorted(window.count for window in windows)


async def test_refusals_write_nothing(opened: Database, admin: psycopg.Connection) -> None:
    """Once the window is used up its end is known: the database is asked again when it is over, not a moment before."""
    clock = ManualClock()
    limits = RateLimitCounters(opened, clock, SECRET)
    windows = [await limits.hit("login", "ann", 2, 10) for _ in range(2)]
    for pause in (SECOND, 9 * SECOND - SECOND.resolution, SECOND.resolution):
        windows.append(await limits.hit("login", "ann", 2, 10))
        assert 2 == written(admin)
        clock.advance(pause)
    windows.append(await limits.hit("login", "ann", 2, 10))

    assert [Window(1, 10), Window(2, 10), Window(3, 10), Window(3, 9), Window(3, 1), Window(1, 10)] == windows
    assert 1 == written(admin)


async def test_what_is_used_up_is_so_in_every_process(opened: Database, admin: psycopg.Connection) -> None:
    """Each process asks once, whoever used the window up, and then remembers it, too; the end is the same for all."""
    clock = ManualClock()
    one, other = RateLimitCounters(opened, clock, SECRET), RateLimitCounters(opened, clock, SECRET)
    for _ in range(3):
        await one.hit("login", "ann", 2, 10)
    clock.advance(SECOND)

    assert [Window(3, 9)] * 4 == [await each.hit("login", "ann", 2, 10) for each in (other, one, other, one)]
    assert 3 == written(admin)


async def test_what_is_used_up_is_so_for_its_quota_and_key(opened: Database) -> None:
    """Others of the same name, and the same counter with a larger quota, go on."""
    limits = RateLimitCounters(opened, ManualClock(), SECRET)
    for _ in range(3):
        await limits.hit("login", "ann", 2, 10)

    others = [("login", "ann", 5), ("login", "bob", 2), ("login-account", "ann", 2), ("login", "ann", 2)]
    assert [3, 1, 1, 3] == [(await limits.hit(name, key, quota, 10)).count for name, key, quota in others]


async def test_memory_is_bounded(opened: Database, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are too many used-up windows, the oldest is asked about again, and refused like the others."""
    monkeypatch.setattr(rate_limits, "REMEMBERED", 2)
    limits = RateLimitCounters(opened, ManualClock(), SECRET)
    for key in ("ann", "bob", "eve"):
        await limits.hit("login", key, 1, 10)

    assert [Window(2, 10)] * 3 == [await limits.hit("login", key, 1, 10) for key in ("eve", "bob", "ann")]
    assert 4 == written(admin)


def written(admin: psycopg.Connection) -> int:
    """Return how many requests are counted in the database."""
    row = admin.execute("SELECT sum(count)::int FROM rate_limits").fetchone()
    assert row is not None
    return int(row[0])


async def test_keys_cannot_be_read_back(opened: Database, admin: psycopg.Connection) -> None:
    """What is kept is a digest that differs with the secret."""
    for secret in (SECRET, b"another"):
        await RateLimitCounters(opened, ManualClock(), secret).hit("login", "ann@example.org", 5, 10)

    kept = [bytes(row[0]) for row in admin.execute("SELECT key FROM rate_limits").fetchall()]
    assert 2 == len(set(kept))
    assert {16} == {len(key) for key in kept}


async def test_only_ended_windows_are_pruned(opened: Database) -> None:
    """In bounded batches; those under way go on counting."""
    clock = ManualClock()
    limits = RateLimitCounters(opened, clock, SECRET)
    for number in range(3):
        await limits.hit("login", f"old {number}", 5, 10)
    clock.advance(10 * SECOND)
    await limits.hit("login", "young", 5, 10)

    assert [2, 1, 0] == [await limits.prune(2) for _ in range(3)]
    assert Window(2, 10) == await limits.hit("login", "young", 5, 10)
