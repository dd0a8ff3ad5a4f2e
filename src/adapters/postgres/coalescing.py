"""Concurrent reads of one kind become one statement (see `flights`).

Each keeps its own access check: the statement of one read stands as it is in a LATERAL subquery, once for each set of
values.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import attrs

from adapters.postgres.arrays import WRITERS, Write, array, inner_array
from adapters.postgres.flights import Flights, Request, Values
from adapters.postgres.pool import Database
from adapters.postgres.records import Row, Rows
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

SHARED = frozenset({"now", "limit", "max_rows"})
"""The values that the reads of one statement share: `now` is that of the latest, `max_rows` goes with `limit`."""


@attrs.frozen
class Batch:
    """The statement for several reads. `arrays` are the values that it takes as arrays, one item for each read.

    Each comes with what writes its items; None leaves the array to psycopg, which takes five times as long and more.
    """

    statement: Statement
    arrays: Mapping[str, Write | None]

    def values(self, reads: Sequence[Values]) -> Values:
        """Return the values of all reads together."""
        return {**reads[-1], **{name: self._array(name, reads) for name in self.arrays}}

    def _array(self, name: str, reads: Sequence[Values]) -> object:
        items, write = [read[name] for read in reads], self.arrays[name]
        return items if write is None else array(map(write, items))


@lru_cache(512)
def batch_of(statement: Statement) -> Batch | None:
    """Return the statement for several reads; None if a value has no type."""
    common = SHARED | statement.constants.keys()
    arrays = tuple(dict.fromkeys(name for name in statement.names if name not in common))
    types = {name: statement.types[name].partition(" COLLATE ") for name in arrays}
    if not arrays or any(not kind for kind, _, _ in types.values()):
        return None
    nested = frozenset(name for name, (kind, _, _) in types.items() if kind.endswith("[]"))
    keys = ", ".join("%s::TEXT[]" if name in nested else f"%s::{types[name][0]}[]" for name in arrays)
    items = {
        name: f'keys."{name}"{f"::{kind}" if name in nested else ""}{collate}{collation}'
        for name, (kind, collate, collation) in types.items()
    }
    columns = ", ".join(f'"{name}"' for name in arrays)
    one = statement.sql % tuple("%s" if name in common else items[name] for name in statement.names)
    sql = (
        f"SELECT one.*, keys.number FROM unnest({keys}) WITH ORDINALITY AS keys({columns}, number)"  # noqa: S608
        f" CROSS JOIN LATERAL ({one}) AS one"
    )
    names = (*arrays, *(name for name in statement.names if name in common))
    writers = {name: inner_array if name in nested else WRITERS.get(types[name][0]) for name in arrays}
    return Batch(Statement(sql, names, statement.constants, statement.binds), writers)


@attrs.define
class Coalescer:
    """Runs reads, several in one statement when many come at the same time."""

    database: Database
    _flights: Flights[tuple[Statement, object], Rows] = attrs.field(
        default=attrs.Factory(lambda self: Flights(self._fly), takes_self=True), init=False
    )

    async def fetch(self, statement: Statement, values: Values) -> Rows:
        """Run a reading statement; return its rows. Raises Unavailable."""
        if self._flights.must_wait and batch_of(statement) is not None:
            return await self._flights.join((statement, values.get("limit")), values)
        with self._flights.one():
            return await self.database.fetch(statement, values)

    async def _fly(self, kind: tuple[Statement, object], reads: list[Request[Rows]]) -> None:
        statement, _ = kind
        if len(reads) > 1:
            await self._fetch_together(statement, reads)
        for read in reads:
            await self._fetch_alone(statement, read)

    async def _fetch_together(self, statement: Statement, reads: list[Request[Rows]]) -> None:
        """Resolve the reads with one statement. If that fails, each is left to be repeated alone.

        A database that cannot be reached fails them all: one by one, each would wait for it anew.
        """
        batch = batch_of(statement)
        assert batch is not None  # noqa: S101 - `fetch` looked
        try:
            rows = await self.database.fetch(batch.statement, batch.values([read.values for read in reads]))
        except Unavailable as error:
            for read in reads:
                read.fail(error)
            return
        except Exception:  # noqa: BLE001 - whatever it is, the reads find out one by one
            return
        by_read: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_read[row[-1]].append(row[:-1])
        for number, read in enumerate(reads, start=1):
            read.succeed(by_read[number])

    async def _fetch_alone(self, statement: Statement, read: Request[Rows]) -> None:
        if read.is_settled:
            return
        try:
            rows = await self.database.fetch(statement, read.values)
        except Exception as error:  # noqa: BLE001 - raised again in the waiting caller
            read.fail(error)
        else:
            read.succeed(rows)
