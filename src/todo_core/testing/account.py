"""Everything of one user, as plain dictionaries of frozen values."""

import datetime as dt

import attrs

from todo_core.idempotency import StoredResult
from todo_core.lists import ListId, TaskList
from todo_core.ordering import LAST, at_end
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.recurrence import Occurrence
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import User


@attrs.frozen
class Tombstone:
    """What remains of a task whose content is erased."""

    id: TaskId
    version: int
    deleted_at: dt.datetime


@attrs.frozen
class ListTombstone:
    """What remains of a deleted list."""

    id: ListId
    version: int
    deleted_at: dt.datetime


@attrs.define
class Account:
    """Everything of one user."""

    user: User
    revision: int = 0
    horizon: int = 0
    tasks: dict[TaskId, Task | Tombstone] = attrs.field(factory=dict)
    occurrences: dict[TaskId, tuple[Occurrence, ...]] = attrs.field(factory=dict)
    lists: dict[ListId, TaskList | ListTombstone] = attrs.field(factory=dict)
    sessions: dict[SessionId, Session] = attrs.field(factory=dict)
    personal_tokens: dict[PersonalTokenId, PersonalToken] = attrs.field(factory=dict)
    results: dict[str, StoredResult] = attrs.field(factory=dict)

    def copy(self) -> "Account":
        """Return an independent account with the same values."""
        return attrs.evolve(
            self,
            tasks=dict(self.tasks),
            sessions=dict(self.sessions),
            personal_tokens=dict(self.personal_tokens),
            occurrences=dict(self.occurrences),
            lists=dict(self.lists),
            results=dict(self.results),
        )

    def next_revision(self) -> int:
        """Return the number of the next change."""
        self.revision += 1
        return self.revision

    def readable_tasks(self) -> list[Task]:
        """Return the tasks that have content, those in the trash included."""
        return [task for task in self.tasks.values() if isinstance(task, Task)]

    def readable_lists(self) -> list[TaskList]:
        """Return the lists that are not deleted."""
        return [one for one in self.lists.values() if isinstance(one, TaskList)]


def positioned(position: str, revision: int) -> str:
    """Return a position as it is kept by this change: LAST stands for the end."""
    return at_end(revision) if position == LAST else position
