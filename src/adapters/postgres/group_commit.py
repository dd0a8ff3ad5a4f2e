"""Concurrent writes of one kind become one statement, and so one transaction (group commit; see `flights`).

A flight never waits for a user's lock: who holds one holds up nobody but that user. What it leaves out, and every write
of a statement that fails, is done alone: a statement that fails has written nothing. When the connection is lost before
the answer, nobody knows what was kept: that is Unavailable for each write of the statement, as it is for one alone.
"""

import attrs
import msgspec
import psycopg
from psycopg.types.json import Jsonb

from adapters.postgres.arrays import WRITERS, array
from adapters.postgres.flights import Flights, Request, Values
from adapters.postgres.grouped_writing import NUMBER, REQUESTS, USERS, Group
from adapters.postgres.pool import Database
from adapters.postgres.records import Rows


def _plain(value: Jsonb) -> object:
    """Return what a JSONB value is made of, of which msgspec knows nothing."""
    return value.obj


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


@attrs.define
class GroupCommit:
    """Runs writes, several in one statement when many come at the same time."""

    database: Database
    _flights: Flights[Group, Rows | None] = attrs.field(
        default=attrs.Factory(lambda self: Flights(self._fly), takes_self=True), init=False
    )

    async def write(self, group: Group, values: Values) -> Rows:
        """Run the statement for one request; return its rows. Raises Unavailable, and psycopg's errors."""
        rows = await self._write_at_once(group, values)
        return await self.database.write(group.alone, values) if rows is None else rows

    async def _write_at_once(self, group: Group, values: Values) -> Rows | None:
        """Return the rows, or None if nothing was done."""
        if self._flights.must_wait:
            return await self._flights.join(group, values)
        with self._flights.one():
            return await self.database.write(group.at_once, values) or None

    async def _fly(self, group: Group, requests: list[Request[Rows | None]]) -> None:
        carried = _first_of_each_user(requests) if group.once_per_user else requests
        try:
            done = await self._write_together(group, carried)
        except psycopg.Error:
            done = {}
        except Exception as error:  # noqa: BLE001 - raised again in the waiting callers
            for request in carried:
                request.fail(error)
            done = {}
        for number, request in enumerate(carried):
            request.succeed(done.get(number))
        for request in requests:
            request.succeed(None)

    async def _write_together(self, group: Group, requests: list[Request[Rows | None]]) -> dict[int, Rows]:
        """Return the rows by the number of the request, of those that were not left out."""
        names = group.alone.names
        values = [
            {NUMBER: number, **{name: request.values[name] for name in names if name in request.values}}
            for number, request in enumerate(requests)
        ]
        users = array(WRITERS["UUID"](request.values["user"]) for request in requests)
        rows = await self.database.write(group.together, {REQUESTS: _ENCODER.encode(values).decode(), USERS: users})
        return {number: [] if row[0] is None else [row] for number, *row in rows}


def _first_of_each_user(requests: list[Request[Rows | None]]) -> list[Request[Rows | None]]:
    first = {request.values["user"]: request for request in reversed(requests)}
    return list(first.values())
