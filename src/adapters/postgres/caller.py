"""Whose rows are read, and how."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from adapters.postgres.access import Access
from adapters.postgres.records import Row
from adapters.postgres.statements import Statement
from todo_core.errors import NotAuthenticated
from todo_core.ports import Clock

Fetch = Callable[[Statement, Mapping[str, object]], Awaitable[Sequence[Row]]]


@attrs.frozen
class Caller:
    """Whose rows are read, and how. `values` are the parameters of the access check.

    `fetch` runs a statement, `fetch_alike` one that other callers run at the same time (`coalescing`).
    """

    clock: Clock
    access: Access
    values: Mapping[str, object]
    fetch: Fetch
    fetch_alike: Fetch

    async def read(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Return the rows of a reading statement, at least one. Raises NotAuthenticated when access is refused."""
        return self._allowed(await self.fetch(statement, self.complete(values)))

    async def read_alike(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Do the same for a statement that other callers run at the same time."""
        return self._allowed(await self.fetch_alike(statement, self.complete(values)))

    def complete(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the values of a statement with those of its access check."""
        return {**values, **self.values, "now": self.clock.now()}

    @staticmethod
    def _allowed(rows: Sequence[Row]) -> Sequence[Row]:
        if not rows:
            raise NotAuthenticated
        return rows
