"""Purging what has expired: trash, tombstones, stored results, sessions, tokens, ends of identities; new rules."""

import datetime as dt
from contextlib import suppress
from functools import partial

import attrs

from todo_core.due import Zones
from todo_core.errors import NotAuthenticated
from todo_core.idempotency import RESULT_RETENTION
from todo_core.identities import MAX_TOKEN_LIFETIME
from todo_core.ports import Clock, PurgeCutoffs, Store, UnitOfWork
from todo_core.recomputation import next_batch
from todo_core.tasks import TaskId
from todo_core.users import UserId

TRASH_RETENTION = dt.timedelta(days=30)
TOMBSTONE_RETENTION = dt.timedelta(days=90)


@attrs.frozen
class Purged:
    """How many rows of each kind a purge removed, for how many users."""

    users: int = 0
    erased: int = 0
    tombstones: int = 0
    results: int = 0
    sessions: int = 0
    personal_tokens: int = 0
    identities: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(
            self.users + other.users,
            self.erased + other.erased,
            self.tombstones + other.tombstones,
            self.results + other.results,
            self.sessions + other.sessions,
            self.personal_tokens + other.personal_tokens,
            self.identities + other.identities,
        )


@attrs.frozen
class Housekeeping:
    """The purge, and due dates under new rules of time zones: in bounded batches, each under its user's lock."""

    store: Store
    clock: Clock

    async def purge(self, *, users: int = 100, rows: int = 1000) -> Purged:
        """Purge up to `users` users, up to `rows` rows of each kind from each. `users` is 0 when nothing is left."""
        now = self.clock.now()
        cutoffs = PurgeCutoffs(now - TRASH_RETENTION, now - TOMBSTONE_RETENTION, now - RESULT_RETENTION, now, now)
        total = Purged(identities=await self.store.forget_identities(now - MAX_TOKEN_LIFETIME))
        for user in await self.store.users_to_purge(cutoffs, users):
            with suppress(NotAuthenticated):  # the account was removed meanwhile
                total += await self.store.write_as(user, lambda unit: _purge(unit, cutoffs, rows))
        return total

    async def follow_zone_rules(self, *, users: int = 100, rows: int = 1000) -> int | None:
        """Compute stored instants of due dates anew if the rules of time zones have changed: for the next users.

        Up to `rows` tasks at a time. Return how many tasks changed; None when there is nothing to do.
        """
        kept, now = await self.store.recomputation(), self.clock.now()
        batch = next_batch(kept, self.clock.zone_release(), now)
        if batch is None:
            return None
        found = await self.store.users_by_fixed_dues(batch.after, users)
        changed = 0
        for user, has_fixed_dues in found:
            if has_fixed_dues:
                changed += await self._recompute(user, rows)
        await self.store.replace_recomputation(kept, batch.advanced([user for user, _ in found], now))
        return changed

    async def _recompute(self, user: UserId, rows: int) -> int:
        changed, after = 0, None
        with suppress(NotAuthenticated):  # the account was removed meanwhile
            while True:
                part = await self.store.write_as(
                    user, partial(_recompute, zones=self.clock.zone, after=after, rows=rows)
                )
                changed += part.changed
                after = part.last
                if after is None:
                    break
        return changed


@attrs.frozen
class _Recomputed:
    """How many tasks changed, and the last one that was looked at; None when there are no more."""

    changed: int
    last: TaskId | None


async def _recompute(unit: UnitOfWork, *, zones: Zones, after: TaskId | None, rows: int) -> _Recomputed:
    found = await unit.tasks.fixed_dues(after, rows)
    dues = {task: new for task, old in found if (new := old.recomputed(zones)) != old}
    if dues:
        await unit.tasks.replace_dues(dues)
    return _Recomputed(len(dues), found[-1][0] if len(found) == rows else None)


async def _purge(unit: UnitOfWork, cutoffs: PurgeCutoffs, rows: int) -> Purged:
    return Purged(
        users=1,
        erased=await unit.tasks.erase(cutoffs.trash, rows),
        tombstones=await unit.tasks.remove_tombstones(cutoffs.tombstones, rows)
        + await unit.lists.remove_tombstones(cutoffs.tombstones, rows),
        results=await unit.idempotency.remove_older(cutoffs.results, rows),
        sessions=await unit.sessions.remove_expired(cutoffs.sessions, rows),
        personal_tokens=await unit.personal_tokens.remove_expired(cutoffs.personal_tokens, rows),
    )
