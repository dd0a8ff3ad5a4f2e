"""Purging what has expired: trash, tombstones, stored results, sessions, tokens, ends of identities."""

import datetime as dt
from contextlib import suppress

import attrs

from todo_core.errors import NotAuthenticated
from todo_core.idempotency import RESULT_RETENTION
from todo_core.identities import MAX_TOKEN_LIFETIME
from todo_core.ports import Clock, PurgeCutoffs, Store, UnitOfWork

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
    """The purge, in bounded batches, each under its user's lock."""

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
