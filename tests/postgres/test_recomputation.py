"""Due dates are recomputed by several processes at once, and by one that was stopped in the middle."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial

import attrs
import pytest

from adapters.postgres import Database, PostgresStore
from tests.connections import small_pool
from tests.support import BERLIN, World
from todo_core.due import Due
from todo_core.queries import Query
from todo_core.recomputation import PASSES
from todo_core.tasks import Task
from todo_core.testing import ManualClock
from todo_core.users import UserId

USERS, TASKS = 7, 5
WITHOUT_SUMMER_TIME = dt.timezone(dt.timedelta(hours=1))


class Stopped(Exception):
    """What a process that is stopped raises here."""


@attrs.frozen
class Stopping(PostgresStore):
    """A store whose process is stopped when it goes on to the users behind the first batch."""

    async def users_by_fixed_dues(self, after: UserId | None, limit: int) -> Sequence[tuple[UserId, bool]]:
        """Return the first users only."""
        if after is not None:
            raise Stopped
        return await super().users_by_fixed_dues(after, limit)


async def filled(world: World) -> list[Task]:
    """Have users make tasks under the rules of before, then change the rules; return the tasks as they should be."""
    kept = []
    for number in range(USERS):
        actor = await world.join(f"user-{number}@example.org")
        for title in range(TASKS):
            due = Due.fixed(dt.date(2026, 7, 1), dt.time(9), BERLIN, world.clock.zone)
            kept.append(await world.add(actor, str(title), due=due))
    world.clock.release, world.clock.zones = (2099, 1), {BERLIN: WITHOUT_SUMMER_TIME}
    return [attrs.evolve(task, due=task.due.recomputed(world.clock.zone)) for task in kept if task.due]


async def all_tasks(world: World) -> list[Task]:
    """Return everybody's tasks in the order in which they were made."""
    found: list[Task] = []
    for number in range(USERS):
        actor = await world.log_in(f"user-{number}@example.org")
        found += (await world.tasks.list(actor, Query())).tasks
    return sorted(found, key=lambda task: task.id)


async def follow(world: World) -> int:
    """Follow the rules until nothing is left to do; return how many batches that took."""
    batches = 0
    while await world.housekeeping.follow_zone_rules(users=2, rows=2) is not None:
        batches += 1
    return batches


@pytest.mark.parametrize("processes", [1, 4])
async def test_processes_share_the_work(database: str, processes: int) -> None:
    """Whoever is overtaken goes on where the other is: every task is right, and nobody goes through everything."""
    clock = ManualClock()
    settings = small_pool(1, 4)
    async with Database.open(database, settings) as first, Database.open(database, settings) as second:
        worlds = [World.over(partial(PostgresStore, on), clock=clock) for on in (first, second)]
        expected = await filled(worlds[0])

        await asyncio.gather(*(follow(worlds[number % 2]) for number in range(processes)))

        assert expected == await all_tasks(worlds[0])
        kept = await worlds[0].store.recomputation()
        assert kept is not None
        assert (clock.release, PASSES - 1, None) == (kept.release, kept.passes_left, kept.after)


async def test_who_was_stopped_is_followed_by_the_next(database: str) -> None:
    """The first batch is done and noted; the next process begins behind it."""
    clock = ManualClock()
    async with Database.open(database, small_pool(1, 4)) as opened:
        world = World.over(lambda _: Stopping(opened, clock), clock=clock)
        expected = await filled(world)
        with pytest.raises(Stopped):
            await follow(world)

        again = World.over(lambda _: PostgresStore(opened, clock), clock=clock)

        assert 3 + 1 == await follow(again)
        assert expected == await all_tasks(world)
