"""Keeping the instants of fixed due dates right when the rules of time zones change."""

import datetime as dt
from collections.abc import Sequence

import attrs

from todo_core.users import UserId

Release = tuple[int, ...]
"""A release of the IANA time zone database: (2026, 2). A later one is greater."""

PASSES = 2
"""How often everybody's due dates are gone through: programs with older rules may still write during the first time."""
PAUSE = dt.timedelta(days=1)
"""How long after a pass the next one begins: longer than any rolling upgrade takes."""


@attrs.frozen
class Recomputation:
    """How far the stored instants follow a release of the rules.

    `passes_left`: those to come, with the one that is running. `starts_at`: when that one begins, or began. `after`:
    it has done the users up to this id; None: none yet.
    """

    release: Release
    passes_left: int
    starts_at: dt.datetime
    after: UserId | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Return whether there is something to do. A start further ahead than the pause was set by a wrong clock."""
        return self.passes_left > 0 and not now < self.starts_at <= now + PAUSE

    def advanced(self, users: Sequence[UserId], now: dt.datetime) -> "Recomputation":
        """Return how far it is once the next `users` are done; without any the pass is over."""
        if users:
            return attrs.evolve(self, after=users[-1])
        return Recomputation(self.release, self.passes_left - 1, now + PAUSE)


def next_batch(kept: Recomputation | None, release: Release, now: dt.datetime) -> Recomputation | None:
    """Return from where to go on, for a program that has this release; None when it has nothing to do.

    A later release begins from the start. A program whose rules are older than those that were followed leaves the
    instants alone: two programs beside each other would change them for ever.
    """
    if kept is None or kept.release < release:
        return Recomputation(release, PASSES, now)
    return kept if kept.release == release and kept.is_due(now) else None
