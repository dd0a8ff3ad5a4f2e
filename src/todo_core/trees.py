"""Subtasks: where a task may stand, and what happens to those below it when something happens to it.

A task without a parent is level 1 of at most `MAX_LEVELS`. A live task has live parents only. Whatever is moved to the
trash together is a group, and is restored together.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.ordering import LAST
from todo_core.tasks import Task, TaskId
from todo_core.users import UNCHANGED, Unchanged

MAX_LEVELS: Final = 5


@attrs.frozen
class Node:
    """A task without its content: as much as the rules of trees look at and change."""

    id: TaskId
    list_id: ListId
    parent_id: TaskId | None
    position: str
    completed_at: dt.datetime | None
    repeats: bool
    deleted_at: dt.datetime | None = None
    deleted_with: TaskId | None = None

    @classmethod
    def of(cls, task: Task) -> "Node":
        """Return the node of a task."""
        return cls(
            id=task.id,
            list_id=task.list_id,
            parent_id=task.parent_id,
            position=task.position,
            completed_at=task.completed_at,
            repeats=task.series is not None,
            deleted_at=task.deleted_at,
            deleted_with=task.deleted_with,
        )

    @property
    def live(self) -> bool:
        """Whether the task is outside the trash."""
        return self.deleted_at is None

    def trashed(self, root: TaskId, now: dt.datetime) -> "Node":
        """Return the node in the trash, in the group of `root`."""
        return attrs.evolve(self, deleted_at=now, deleted_with=root)

    def restored(self, list_id: ListId) -> "Node":
        """Return the node out of the trash, in this list."""
        return attrs.evolve(self, list_id=list_id, deleted_at=None, deleted_with=None)

    def moved(self, list_id: ListId) -> "Node":
        """Return the node in this list: last there when it has no parent, else where it was among its siblings."""
        return attrs.evolve(self, list_id=list_id, position=self.position if self.parent_id else LAST)

    def completed(self, now: dt.datetime) -> "Node":
        """Return the node of a completed task; a repeating task is left alone."""
        return self if self.repeats else attrs.evolve(self, completed_at=self.completed_at or now)

    def reopened(self) -> "Node":
        """Return the node of an open task; a repeating task is left alone."""
        return self if self.repeats else attrs.evolve(self, completed_at=None)


@attrs.frozen
class Neighbours:
    """The siblings before and after a point in their order, each by position."""

    before: tuple[Node, ...]
    after: tuple[Node, ...]


@attrs.frozen
class Destination:
    """Where a task is to stand. UNCHANGED: as it is.

    `list_id` None: in the list of its parent, else in the inbox. Unchanged beside a new parent, it follows this.
    `parent_id` None: below no task.
    """

    list_id: ListId | Unchanged | None = UNCHANGED
    parent_id: TaskId | Unchanged | None = UNCHANGED

    def parent_from(self, current: Task | None) -> TaskId | None:
        """Return the parent for a task that is `current`, or new."""
        if self.parent_id is not UNCHANGED:
            return self.parent_id
        return None if current is None else current.parent_id

    def list_from(self, current: Task | None) -> ListId | None:
        """Return the list for a task that is `current`, or new; None: the one that goes without saying."""
        if self.list_id is not UNCHANGED:
            return self.list_id
        follows_parent = self.parent_id is not UNCHANGED and self.parent_id is not None
        return None if current is None or follows_parent else current.list_id


STAY: Final = Destination()
NEW_TASK: Final = Destination(None, None)


def check_parent(task: Task | None, path: Sequence[TaskId], below: Iterable[Node]) -> None:
    """Raise InvalidInput (path empty) unless the task, or a new one, fits below another.

    `path` leads from that one up to the root, and `below` are the descendants of the task, parents first.
    """
    if task is not None and task.id in path:
        raise InvalidInput.at((), "cycle", "a task cannot be below itself")
    if len(path) + (1 if task is None else height(task.id, below)) > MAX_LEVELS:
        raise InvalidInput.at((), "too-deep", f"at most {MAX_LEVELS} levels")


def height(root: TaskId, below: Iterable[Node]) -> int:
    """Return how many levels a task and these descendants take, parents first."""
    levels: dict[TaskId | None, int] = {root: 1}
    for node in below:
        levels[node.id] = levels[node.parent_id] + 1
    return max(levels.values())


def followers(task: Task, below: Iterable[Node], *, recurred: bool, completing: bool) -> list[Node]:
    """Return the descendants of a changed task that change with it.

    They are in its list. `recurred`: an occurrence of the task has ended; when another follows, they are open again.
    `completing`: if the task is completed, they are completed with it. Repeating ones are left as they are.
    """
    changed = []
    for node in below:
        follower = attrs.evolve(node, list_id=task.list_id)
        if recurred and not task.completed:
            follower = follower.reopened()
        elif completing and task.completed:
            follower = follower.completed(task.updated_at)
        if follower != node:
            changed.append(follower)
    return changed


def with_roots(nodes: Iterable[Node]) -> list[tuple[TaskId, Node]]:
    """Return the nodes of whole trees, each with the id of its root: parents before children, siblings in order."""
    children: dict[TaskId | None, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: node.position):
        children.setdefault(node.parent_id, []).append(node)
    found = [(root.id, root) for root in children.get(None, ())]
    for root_id, node in found:  # it grows while it is walked through
        found.extend((root_id, child) for child in children.get(node.id, ()))
    return found
