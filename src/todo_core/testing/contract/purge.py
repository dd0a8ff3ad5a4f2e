"""What is purged, how much of it, and who has something to purge."""

import datetime as dt
from collections.abc import Mapping

import attrs

from todo_core.actors import Actor
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ports import PurgeCutoffs, UnitOfWork
from todo_core.testing.contract.checks import cases, check
from todo_core.testing.contract.harness import POLICY, StoreHarness
from todo_core.users import UserId

INSTANT = dt.timedelta.resolution
DAY = dt.timedelta(days=1)
LONG = 400 * DAY


async def trashed(harness: StoreHarness, actor: Actor, deleted_at: dt.datetime, *, erased: bool = False) -> None:
    """Keep a task that was deleted then."""
    task = await harness.add(actor)
    await harness.put(actor, task.trashed(deleted_at))
    if erased:
        await harness.store.write(actor, lambda unit: unit.tasks.erase(deleted_at + INSTANT, 1))


async def remembered(harness: StoreHarness, actor: Actor, key: str, at: dt.datetime) -> None:
    """Keep an outcome of then."""
    outcome = StoredResult(IdempotencyKey(key, b""), harness.task(actor), at)
    await harness.store.write(actor, lambda unit: unit.idempotency.add(outcome))


async def to_purge(harness: StoreHarness, bounds: Mapping[str, dt.datetime], limit: int = 100) -> set[UserId]:
    """Return who has something from before the bounds; what has none is never overdue."""
    never = dict.fromkeys(("trash", "tombstones", "results", "sessions", "personal_tokens"), harness.clock.now() - LONG)
    found = await harness.store.users_to_purge(PurgeCutoffs(**{**never, **bounds}), limit)
    assert len(found) == len(set(found)) <= limit
    return set(found)


@check
async def users_to_purge(harness: StoreHarness) -> None:
    """Those with trash, tombstones, results or sessions from before the bound that each kind has, and nobody else."""
    now = harness.clock.now()
    await harness.add(await harness.actor())
    trash, tombstones, results = [await harness.actor() for _ in range(3)]
    await trashed(harness, trash, now)
    await trashed(harness, tombstones, now, erased=True)
    await remembered(harness, results, "key", now)

    for kind, actor in (("trash", trash), ("tombstones", tombstones), ("results", results)):
        assert set() == await to_purge(harness, {kind: now})
        assert {actor.user} == await to_purge(harness, {kind: now + INSTANT})
    ends_at = now + POLICY.idle_timeout
    assert set() == await to_purge(harness, {"sessions": ends_at - INSTANT})
    assert 4 == len(await to_purge(harness, {"sessions": ends_at}))
    assert 2 == len(await to_purge(harness, {"sessions": ends_at}, 2))


@check
async def users_with_expired_tokens(harness: StoreHarness) -> None:
    """Those with a personal access token that has expired by then."""
    actor = await harness.token_actor()
    await harness.actor()
    ends_at = harness.clock.now() + DAY

    assert set() == await to_purge(harness, {"personal_tokens": ends_at - INSTANT})
    assert {actor.user} == await to_purge(harness, {"personal_tokens": ends_at})


@check
async def trash_is_erased(harness: StoreHarness) -> None:
    """The content goes, the version and the tombstone stay; what is younger, or not deleted, stays as it is."""
    actor = await harness.actor()
    now = harness.clock.now()
    live = await harness.add(actor)
    old = await harness.put(actor, (await harness.add(actor)).trashed(now - INSTANT))
    young = await harness.put(actor, (await harness.add(actor)).trashed(now))
    before = await harness.view(actor).feed.page(None, 10)

    assert 1 == await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 10))

    view = harness.view(actor)
    assert [live, None, young] == [await view.tasks.get(task.id) for task in (live, old, young)]
    assert before == await view.feed.page(None, 10)
    assert 0 == await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 10))


@check
async def purge_is_bounded(harness: StoreHarness) -> None:
    """No more than the limit at a time, the oldest versions of tombstones first, until nothing is left."""
    actor, other = await harness.actor(), await harness.actor()
    now = harness.clock.now()
    for each in (actor, other):
        for number in range(5):
            await trashed(harness, each, now - DAY)
            await remembered(harness, each, f"key {number}", now - DAY)

    async def counts(unit: UnitOfWork) -> list[int]:
        return [
            await unit.tasks.erase(now, 2),
            await unit.tasks.remove_tombstones(now, 2),
            await unit.idempotency.remove_older(now, 2),
            await unit.idempotency.count(),
        ]

    assert [2, 2, 2, 3] == await harness.store.write(actor, counts)
    assert [2, 2, 2, 1] == await harness.store.write(actor, counts)
    assert [1, 1, 1, 0] == await harness.store.write(actor, counts)
    assert [0, 0, 0, 0] == await harness.store.write(actor, counts)
    assert {other.user} == await to_purge(harness, {"trash": now, "tombstones": now, "results": now})


@check
async def young_results_stay(harness: StoreHarness) -> None:
    """Only those from before the bound are forgotten."""
    actor = await harness.actor()
    now = harness.clock.now()
    await remembered(harness, actor, "old", now - INSTANT)
    await remembered(harness, actor, "young", now)

    assert 1 == await harness.store.write(actor, lambda unit: unit.idempotency.remove_older(now, 10))

    assert await harness.store.write(actor, lambda unit: unit.idempotency.get("old")) is None
    assert await harness.store.write(actor, lambda unit: unit.idempotency.get("young")) is not None


@check
@cases(("limit", "left"), [(1, 2), (10, 1)])
async def expired_sessions_are_removed(harness: StoreHarness, limit: int, left: int) -> None:
    """Those that are not alive at the instant, up to the limit."""
    actor = await harness.actor()
    now = harness.clock.now()
    for _ in range(2):
        expired = attrs.evolve(harness.session(actor.user), expires_at=now)
        await harness.store.write(actor, lambda unit, one=expired: unit.sessions.save(one))  # type: ignore[misc]

    removed = await harness.store.write(actor, lambda unit: unit.sessions.remove_expired(now, limit))

    assert min(limit, 2) == removed
    harness.clock.advance(POLICY.idle_timeout)
    assert left == await harness.store.write_as(
        actor.user, lambda unit: unit.sessions.remove_expired(harness.clock.now(), 10)
    )
