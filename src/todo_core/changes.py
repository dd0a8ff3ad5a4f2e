"""The change feed: every task and every list once, in its latest state, in the order of revisions."""

import attrs

from todo_core.lists import ListId, TaskList
from todo_core.tasks import Task, TaskId

MAX_FEED_SIZE = 1000


@attrs.frozen
class SyncPoint:
    """How far a client's mirror has come: it has every change up to the revision `position`.

    `base` is the user's revision when the mirror was empty: it never held what was deleted up to there, so it needs no
    tombstones up to `base`.
    """

    base: int
    position: int

    @classmethod
    def start(cls, revision: int) -> "SyncPoint":
        """Return the sync point of a client whose copy is empty at `revision`."""
        return cls(base=revision, position=0)

    def expired(self, horizon: int, revision: int) -> bool:
        """Return whether tombstones after this point may be purged, or the point is ahead of `revision` (a restore)."""
        return max(self.base, self.position) < horizon or max(self.base, self.position) > revision


@attrs.frozen
class TaskChange:
    """A task in its latest state; `task` is None if it is deleted. `version` is the revision of that change."""

    id: TaskId
    version: int
    task: Task | None


@attrs.frozen
class ListChange:
    """The same for a list."""

    id: ListId
    version: int
    list: TaskList | None


Change = TaskChange | ListChange


@attrs.frozen
class Feed:
    """A page of changes by ascending version. `next` is the point that a mirror reaches with them."""

    changes: tuple[Change, ...]
    next: SyncPoint
    has_more: bool
