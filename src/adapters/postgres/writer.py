"""What the repositories of a unit of work have in common."""

import attrs

from adapters.postgres import records
from adapters.postgres.pool import Transaction
from adapters.postgres.statements import Statement
from todo_core.users import UserId


@attrs.frozen
class Writer:
    """Runs statements on one user's rows in a transaction."""

    transaction: Transaction
    user: UserId

    async def fetch(self, statement: Statement, **values: object) -> records.Rows:
        """Run a statement and return its rows."""
        return await self.transaction.fetch(statement, {**values, "user": self.user})

    async def execute(self, statement: Statement, **values: object) -> int:
        """Run a statement that returns no rows; return how many it has changed."""
        return await self.transaction.send(statement, {**values, "user": self.user})


@attrs.define
class LiveTasks:
    """The number of live tasks: read with the lock, and updated by each write."""

    count: int
