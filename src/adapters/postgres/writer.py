"""What the repositories of a unit of work have in common."""

from collections.abc import Mapping
from typing import Protocol

import attrs

from adapters.postgres import records
from adapters.postgres.statements import Statement
from todo_core.users import UserId


class LockNeeded(Exception):
    """The unit of work has not taken the user's lock, and needs it for what it is to do."""


class Running(Protocol):
    """A unit of work that is going on: a transaction that holds the user's lock, or an attempt without it."""

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> records.Rows:
        """Run a statement and return its rows."""

    async def send(self, statement: Statement, values: Mapping[str, object]) -> int:
        """Run a statement that returns no rows, and return how many it has changed."""


@attrs.frozen
class Writer:
    """Runs statements on one user's rows in a unit of work."""

    running: Running
    user: UserId

    async def fetch(self, statement: Statement, **values: object) -> records.Rows:
        """Run a statement and return its rows."""
        return await self.running.fetch(statement, {**values, "user": self.user})

    async def execute(self, statement: Statement, **values: object) -> int:
        """Run a statement that returns no rows; return how many it has changed."""
        return await self.running.send(statement, {**values, "user": self.user})


@attrs.define
class LiveTasks:
    """The number of live tasks: read with the lock, and updated by each write; None where there is no lock."""

    count: int | None

    def known(self) -> int:
        """Return the number. Raises LockNeeded."""
        if self.count is None:
            raise LockNeeded
        return self.count
