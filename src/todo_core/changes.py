"""The change feed: every task once, in its latest state, in the order of the owner's clock."""

import attrs

from todo_core.tasks import Task, TaskId

FEED_LIMIT = 1000


@attrs.frozen
class SyncPoint:
    """How far a mirror has come: everything up to `position` is known.

    `base` is what the owner's clock showed when the walk began with nothing: tombstones up to there are of no use to
    this mirror.
    """

    base: int
    position: int

    @classmethod
    def start(cls, clock: int) -> "SyncPoint":
        """Return the point of a mirror that is empty when the clock shows `clock`."""
        return cls(base=clock, position=0)

    def expired(self, horizon: int, clock: int) -> bool:
        """Return whether a deletion after this point may be forgotten, or the point lies in a future that never was."""
        return max(self.base, self.position) < horizon or max(self.base, self.position) > clock


@attrs.frozen
class Change:
    """A task as it is now (`task`), or that it is deleted (`task` is None), and the number of that change."""

    id: TaskId
    version: int
    task: Task | None


@attrs.frozen
class Feed:
    """Some changes by ascending version, and the point up to which they bring a mirror."""

    changes: tuple[Change, ...]
    next: SyncPoint
    has_more: bool
