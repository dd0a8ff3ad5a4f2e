"""Concurrent reads of one kind become one statement.

A read of one row costs mostly what every statement costs: a round trip, and psycopg's work. While `FLIGHTS` statements
are under way, further reads wait; queued reads of the same statement then run as one batch. Each keeps its own access
check: the statement of one read stands as it is in a LATERAL subquery, once for each set of values.
"""

import asyncio
import contextvars
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import attrs

from adapters.postgres.pool import Database
from adapters.postgres.records import Row, Rows
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

FLIGHTS = 2
"""How many statements are under way at a time: one alone would let a slow read hold up all others."""
MAX_READS = 64
"""How many reads one statement carries."""
ARRAY_TYPES = {"UUID", "TEXT", "VARCHAR", "BYTEA", "TIMESTAMP WITH TIME ZONE"}
"""The types of values that may differ between the reads of one statement."""
SHARED = frozenset({"now", "limit"})
"""The values that the reads of one statement have in common; `now` is that of the latest read."""

Values = Mapping[str, object]


@attrs.frozen
class Batch:
    """The statement for several reads. `arrays` are the values that it takes as arrays, one item for each read."""

    statement: Statement
    arrays: tuple[str, ...]

    def values(self, reads: Sequence[Values]) -> Values:
        """Return the values of all reads together."""
        return {**reads[-1], **{name: [read[name] for read in reads] for name in self.arrays}}


@lru_cache(512)
def batch_of(statement: Statement) -> Batch | None:
    """Return the statement for several reads; None if its values cannot be put into arrays."""
    common = SHARED | statement.constants.keys()
    arrays = tuple(dict.fromkeys(name for name in statement.names if name not in common))
    types = {name: statement.types[name].partition(" COLLATE ") for name in arrays}
    if not arrays or any(kind not in ARRAY_TYPES for kind, _, _ in types.values()):
        return None
    keys = ", ".join(f"%s::{kind}[]" for kind, _, _ in types.values())
    items = {name: f'keys."{name}"{collate}{collation}' for name, (_, collate, collation) in types.items()}
    columns = ", ".join(f'"{name}"' for name in arrays)
    one = statement.sql % tuple("%s" if name in common else items[name] for name in statement.names)
    sql = (
        f"SELECT keys.number, one.* FROM unnest({keys}) WITH ORDINALITY AS keys({columns}, number)"  # noqa: S608
        f" CROSS JOIN LATERAL ({one}) AS one"
    )
    names = (*arrays, *(name for name in statement.names if name in common))
    return Batch(Statement(sql, names, statement.constants, statement.types), arrays)


@attrs.define
class _Read:
    """A read that waits for a flight."""

    values: Values
    rows: "asyncio.Future[Rows]"

    def succeed(self, rows: Rows) -> None:
        """Hand the rows to the caller, unless it was cancelled."""
        if not self.rows.done():
            self.rows.set_result(rows)

    def fail(self, error: Exception) -> None:
        """Raise the error in the caller, unless it was cancelled."""
        if not self.rows.done():
            self.rows.set_exception(error)


@attrs.define
class Coalescer:
    """Runs reads, several in one statement when many come at the same time."""

    database: Database
    _flights: int = attrs.field(default=0, init=False)
    _waiting: dict[tuple[Statement, object], list[_Read]] = attrs.field(factory=dict, init=False)
    _tasks: set["asyncio.Task[None]"] = attrs.field(factory=set, init=False)

    async def fetch(self, statement: Statement, values: Values) -> Rows:
        """Run a reading statement; return its rows. Raises Unavailable."""
        if self._flights >= FLIGHTS and batch_of(statement) is not None:
            read = _Read(values, asyncio.get_running_loop().create_future())
            self._waiting.setdefault((statement, values.get("limit")), []).append(read)
            return await read.rows
        self._flights += 1
        try:
            return await self.database.fetch(statement, values)
        finally:
            self._land()

    def _land(self) -> None:
        """End a flight, and begin the next one."""
        self._flights -= 1
        if not self._waiting:
            return
        key = next(iter(self._waiting))
        reads = self._waiting.pop(key)
        if len(reads) > MAX_READS:
            self._waiting[key] = reads[MAX_READS:]
        self._flights += 1
        # An empty context: the task serves several requests.
        flight = asyncio.get_running_loop().create_task(
            self._fly(key[0], reads[:MAX_READS]), context=contextvars.Context()
        )
        self._tasks.add(flight)
        flight.add_done_callback(self._tasks.discard)

    async def _fly(self, statement: Statement, reads: list[_Read]) -> None:
        try:
            wanted = [read for read in reads if not read.rows.done()]  # others were cancelled
            if len(wanted) > 1:
                await self._fetch_together(statement, wanted)
            for read in wanted:
                await self._fetch_alone(statement, read)
        finally:
            self._land()

    async def _fetch_together(self, statement: Statement, reads: list[_Read]) -> None:
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
        for number, *row in rows:
            by_read[number].append(row)
        for number, read in enumerate(reads, start=1):
            read.succeed(by_read[number])

    async def _fetch_alone(self, statement: Statement, read: _Read) -> None:
        if read.rows.done():
            return
        try:
            rows = await self.database.fetch(statement, read.values)
        except Exception as error:  # noqa: BLE001 - raised again in the waiting caller
            read.fail(error)
        else:
            read.succeed(rows)
