"""What is purged, how much of it, and who has something to purge."""

import datetime as dt
from collections.abc import Mapping

import attrs
import pytest

from tests.contract.conftest import POLICY, Kept
from todo_core.actors import Actor
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ports import PurgeCutoffs, UnitOfWork
from todo_core.users import UserId

INSTANT = dt.timedelta.resolution
DAY = dt.timedelta(days=1)
LONG = 400 * DAY


async def trashed(kept: Kept, actor: Actor, deleted_at: dt.datetime, *, erased: bool = False) -> None:
    """Keep a task that was deleted then."""
    task = await kept.add(actor)
    await kept.put(actor, task.trashed(deleted_at))
    if erased:
        await kept.store.write(actor, lambda unit: unit.tasks.erase(deleted_at + INSTANT, 1))


async def remembered(kept: Kept, actor: Actor, key: str, at: dt.datetime) -> None:
    """Keep an outcome of then."""
    outcome = StoredResult(IdempotencyKey(key, b""), kept.task(actor), at)
    await kept.store.write(actor, lambda unit: unit.idempotency.add(outcome))


async def to_purge(kept: Kept, bounds: Mapping[str, dt.datetime], limit: int = 100) -> set[UserId]:
    """Return who has something from before the bounds; what has none is never overdue."""
    never = dict.fromkeys(("trash", "tombstones", "results", "sessions", "personal_tokens"), kept.clock.now() - LONG)
    found = await kept.store.users_to_purge(PurgeCutoffs(**{**never, **bounds}), limit)
    assert len(found) == len(set(found)) <= limit
    return set(found)


async def test_users_to_purge(kept: Kept) -> None:
    """Those with trash, tombstones, results or sessions from before the bound that each kind has, and nobody else."""
    now = kept.clock.now()
    await kept.add(await kept.actor())
    trash, tombstones, results = [await kept.actor() for _ in range(3)]
    await trashed(kept, trash, now)
    await trashed(kept, tombstones, now, erased=True)
    await remembered(kept, results, "key", now)

    for kind, actor in (("trash", trash), ("tombstones", tombstones), ("results", results)):
        assert set() == await to_purge(kept, {kind: now})
        assert {actor.user} == await to_purge(kept, {kind: now + INSTANT})
    ends_at = now + POLICY.idle_timeout
    assert set() == await to_purge(kept, {"sessions": ends_at - INSTANT})
    assert 4 == len(await to_purge(kept, {"sessions": ends_at}))
    assert 2 == len(await to_purge(kept, {"sessions": ends_at}, 2))


async def test_users_with_expired_tokens(kept: Kept) -> None:
    """Those with a personal access token that has expired by then."""
    actor = await kept.token_actor()
    await kept.actor()
    ends_at = kept.clock.now() + DAY

    assert set() == await to_purge(kept, {"personal_tokens": ends_at - INSTANT})
    assert {actor.user} == await to_purge(kept, {"personal_tokens": ends_at})


async def test_trash_is_erased(kept: Kept) -> None:
    """The content goes, the version and the tombstone stay; what is younger, or not deleted, stays as it is."""
    actor = await kept.actor()
    now = kept.clock.now()
    live = await kept.add(actor)
    old = await kept.put(actor, (await kept.add(actor)).trashed(now - INSTANT))
    young = await kept.put(actor, (await kept.add(actor)).trashed(now))
    before = await kept.view(actor).feed.page(None, 10)

    assert 1 == await kept.store.write(actor, lambda unit: unit.tasks.erase(now, 10))

    view = kept.view(actor)
    assert [live, None, young] == [await view.tasks.get(task.id) for task in (live, old, young)]
    assert before == await view.feed.page(None, 10)
    assert 0 == await kept.store.write(actor, lambda unit: unit.tasks.erase(now, 10))


async def test_purge_is_bounded(kept: Kept) -> None:
    """No more than the limit at a time, the oldest versions of tombstones first, until nothing is left."""
    actor, other = await kept.actor(), await kept.actor()
    now = kept.clock.now()
    for each in (actor, other):
        for number in range(5):
            await trashed(kept, each, now - DAY)
            await remembered(kept, each, f"key {number}", now - DAY)

    async def counts(unit: UnitOfWork) -> list[int]:
        return [
            await unit.tasks.erase(now, 2),
            await unit.tasks.remove_tombstones(now, 2),
            await unit.idempotency.remove_older(now, 2),
            await unit.idempotency.count(),
        ]

    assert [2, 2, 2, 3] == await kept.store.write(actor, counts)
    assert [2, 2, 2, 1] == await kept.store.write(actor, counts)
    assert [1, 1, 1, 0] == await kept.store.write(actor, counts)
    assert [0, 0, 0, 0] == await kept.store.write(actor, counts)
    assert {other.user} == await to_purge(kept, {"trash": now, "tombstones": now, "results": now})


async def test_young_results_stay(kept: Kept) -> None:
    """Only those from before the bound are forgotten."""
    actor = await kept.actor()
    now = kept.clock.now()
    await remembered(kept, actor, "old", now - INSTANT)
    await remembered(kept, actor, "young", now)

    assert 1 == await kept.store.write(actor, lambda unit: unit.idempotency.remove_older(now, 10))

    assert await kept.store.write(actor, lambda unit: unit.idempotency.get("old")) is None
    assert await kept.store.write(actor, lambda unit: unit.idempotency.get("young")) is not None


@pytest.mark.parametrize(("limit", "left"), [(1, 2), (10, 1)])
async def test_expired_sessions_are_removed(kept: Kept, limit: int, left: int) -> None:
    """Those that are not alive at the instant, up to the limit."""
    actor = await kept.actor()
    now = kept.clock.now()
    for _ in range(2):
        expired = attrs.evolve(kept.session(actor.user), expires_at=now)
        await kept.store.write(actor, lambda unit, one=expired: unit.sessions.save(one))  # type: ignore[misc]

    removed = await kept.store.write(actor, lambda unit: unit.sessions.remove_expired(now, limit))

    assert min(limit, 2) == removed
    kept.clock.advance(POLICY.idle_timeout)
    assert left == await kept.store.write_as(
        actor.user, lambda unit: unit.sessions.remove_expired(kept.clock.now(), 10)
    )
