"""Everything of one user, as plain dictionaries of frozen values."""

import datetime as dt

import attrs

from todo_core.idempotency import Remembered
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import User


@attrs.frozen
class Tombstone:
    """What is left of a task whose content is erased."""

    id: TaskId
    version: int
    deleted_at: dt.datetime


@attrs.define
class Account:
    """Everything of one user."""

    user: User
    version: int = 0
    horizon: int = 0
    tasks: dict[TaskId, Task | Tombstone] = attrs.field(factory=dict)
    sessions: dict[SessionId, Session] = attrs.field(factory=dict)
    outcomes: dict[str, Remembered] = attrs.field(factory=dict)

    def copy(self) -> "Account":
        """Return an account of its own with the same values in it."""
        return Account(
            self.user, self.version, self.horizon, dict(self.tasks), dict(self.sessions), dict(self.outcomes)
        )
