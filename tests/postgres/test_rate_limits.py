"""Counters that all processes share."""

import asyncio
import datetime as dt

import psycopg

from adapters.memory import ManualClock
from adapters.postgres import Database, RateLimits, Window
from tests.postgres.conftest import SMALL

SECRET = b"a secret of the tests"
SECOND = dt.timedelta(seconds=1)


async def test_window_begins_with_the_first_and_is_not_prolonged(opened: Database) -> None:
    """Requests count up until the window ends, which trying does not put off; then another begins."""
    clock = ManualClock()
    limits = RateLimits(opened, clock, SECRET)
    windows = []
    for _ in range(4):
        windows.append(await limits.hit("login", "ann", 10))
        clock.advance(4 * SECOND)

    assert [Window(1, 10), Window(2, 6), Window(3, 2), Window(1, 10)] == windows


async def test_window_ends_at_its_instant(opened: Database) -> None:
    """Until then, and a moment counts as a second; from then on it is another window."""
    clock = ManualClock()
    limits = RateLimits(opened, clock, SECRET)
    await limits.hit("login", "ann", 10)

    clock.advance(10 * SECOND - SECOND.resolution)
    assert Window(2, 1) == await limits.hit("login", "ann", 10)
    clock.advance(SECOND.resolution)
    assert Window(1, 10) == await limits.hit("login", "ann", 10)


async def test_each_key_counts_for_itself(opened: Database) -> None:
    """So does each counter, however the two are put together."""
    limits = RateLimits(opened, ManualClock(), SECRET)

    for name, key in (("a", "bc"), ("ab", "c"), ("a", "b\0c"), ("", "é")):
        assert 1 == (await limits.hit(name, key, 10)).count


async def test_parallel_requests_are_all_counted(database: str) -> None:
    """Through two pools, as from two processes: each of fifty requests gets a number of its own."""
    async with Database.open(database, SMALL) as one, Database.open(database, SMALL) as other:
        pools = [RateLimits(each, ManualClock(), SECRET) for each in (one, other)]

        windows = await asyncio.gather(*(pools[number % 2].hit("login", "ann", 60) for number in range(50)))

    assert list(range(1, 51)) == sorted(window.count for window in windows)


async def test_keys_cannot_be_read_back(opened: Database, admin: psycopg.Connection) -> None:
    """What is kept is a digest that differs with the secret."""
    for secret in (SECRET, b"another"):
        await RateLimits(opened, ManualClock(), secret).hit("login", "ann@example.org", 10)

    kept = [bytes(row[0]) for row in admin.execute("SELECT key FROM rate_limits").fetchall()]
    assert 2 == len(set(kept))
    assert {16} == {len(key) for key in kept}


async def test_only_ended_windows_are_pruned(opened: Database) -> None:
    """In bounded batches; those under way go on counting."""
    clock = ManualClock()
    limits = RateLimits(opened, clock, SECRET)
    for number in range(3):
        await limits.hit("login", f"old {number}", 10)
    clock.advance(10 * SECOND)
    await limits.hit("login", "young", 10)

    assert [2, 1, 0] == [await limits.prune(2) for _ in range(3)]
    assert Window(2, 10) == await limits.hit("login", "young", 10)
