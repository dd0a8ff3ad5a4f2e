"""Removing what has had its time: trash, tombstones, idempotency keys, expired sessions."""

import datetime as dt
from contextlib import suppress

import attrs

from todo_core.errors import NotAuthenticated
from todo_core.idempotency import KEPT
from todo_core.ports import Clock, PurgeCutoffs, Rows, Store

TRASH_KEPT = dt.timedelta(days=30)
TOMBSTONES_KEPT = dt.timedelta(days=90)


@attrs.frozen
class Purged:
    """How much a purge removed, of each kind, for how many users."""

    users: int = 0
    erased: int = 0
    tombstones: int = 0
    outcomes: int = 0
    sessions: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(
            self.users + other.users,
            self.erased + other.erased,
            self.tombstones + other.tombstones,
            self.outcomes + other.outcomes,
            self.sessions + other.sessions,
        )


@attrs.frozen
class Housekeeping:
    """The purge, in bounded batches, each under its user's lock."""

    store: Store
    clock: Clock

    async def purge(self, *, users: int = 100, rows: int = 1000) -> Purged:
        """Purge up to `users` users, up to `rows` rows of each kind from each. No users: nothing is left to purge."""
        now = self.clock.now()
        overdue = PurgeCutoffs(now - TRASH_KEPT, now - TOMBSTONES_KEPT, now - KEPT, now)
        total = Purged()
        for user in await self.store.users_to_purge(overdue, users):
            with suppress(NotAuthenticated):  # the account was deleted meanwhile, and all it had
                total += await self.store.write_as(user, lambda unit: _purge(unit, overdue, rows))
        return total


async def _purge(unit: Rows, overdue: PurgeCutoffs, rows: int) -> Purged:
    return Purged(
        users=1,
        erased=await unit.erase_tasks(overdue.trash, rows),
        tombstones=await unit.drop_tombstones(overdue.tombstones, rows),
        outcomes=await unit.drop_remembered(overdue.outcomes, rows),
        sessions=await unit.drop_expired_sessions(overdue.sessions, rows),
    )
