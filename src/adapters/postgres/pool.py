"""Connections to one database, shared by everything in a process that speaks to it."""

import asyncio
import select
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeVar

import attrs
import psycopg
from psycopg import IsolationLevel, errors
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from adapters.postgres.connecting import PoolSettings, session_arguments
from adapters.postgres.outage import Outage
from adapters.postgres.records import Row
from adapters.postgres.remedies import explain
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

T = TypeVar("T")
Cursor = psycopg.AsyncCursor[Row]

ATTEMPTS = 5
"""Maximum attempts of a transaction that the database aborts."""
OF_THE_SESSION = ("0A", "25", "26", "28", "3D", "3F", "42")
"""Classes of SQLSTATE that speak of the session or the database: read-only, a role, a right, a table or a prepared
statement that is not there. The statements are fixed, so no input causes them."""
RENEWAL_SECONDS = 2.0
"""How often, at most, all connections are replaced because a session was found unfit."""
RIDE_OUT_SECONDS = 0.5
"""For how long a request waits for a database that is away: a restart of that length goes unnoticed."""
PAUSE_SECONDS = 0.02
RECONNECT_SECONDS = 5
"""For how long one attempt to connect is repeated; the next request begins another."""
SILENCE_SECONDS = 35.0
"""For how long a server may say nothing, before its connection is given up: longer than `TIME_LIMITS` let it take."""
BROKEN_OFF = (errors.SerializationFailure, errors.DeadlockDetected)
SHUTTING_DOWN = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)


class NoAnswer(psycopg.OperationalError):
    """No response within SILENCE_SECONDS."""


class Connection(psycopg.AsyncConnection[Row]):
    """A connection that does not wait for ever; libpq does, when nothing comes and nothing is refused."""

    waiting_since: float | None = None
    given_up = False

    @classmethod
    async def connect(cls, conninfo: str = "", *, outage: Outage, **told: Any) -> Self:  # type: ignore[override] # noqa: ANN401 - psycopg's own arguments, and one of ours
        """Connect, and note whether that works."""
        try:
            connection = await super().connect(conninfo, **told)
        except psycopg.OperationalError as error:
            outage.reason = explain(error)
            raise
        outage.connected(connection)
        return connection

    @property
    def was_closed(self) -> bool:
        """Say whether the server has said something while nobody asked: as a rule, that it closes the connection."""
        watch = select.poll()
        watch.register(self.pgconn.socket, select.POLLIN)
        return bool(watch.poll(0))

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401, ASYNC109 - psycopg's signature
        """Run what `gen` does on the connection. Raises NoAnswer, after closing it, when the server is silent."""
        if timeout is not None:
            return await super().wait(gen, interval, timeout)
        self.waiting_since = time.monotonic()
        try:
            return await super().wait(gen, interval, SILENCE_SECONDS)
        except errors._WaitTimeout:  # noqa: SLF001 - psycopg has no other name for it
            await self.close()
            raise NoAnswer("the server does not answer") from None
        finally:
            self.waiting_since = None


@attrs.define
class Transaction:
    """An open transaction. Every method raises RuntimeError once it has ended: the connection is back in the pool."""

    _connection: Connection | None

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """Run a statement and return its rows."""
        return await _rows(await self._run(statement, values))

    async def send(self, statement: Statement, values: Mapping[str, object]) -> int:
        """Run a statement that returns no rows, and return how many it has changed."""
        return (await self._run(statement, values)).rowcount

    def end(self) -> None:
        """Let go of the connection."""
        self._connection = None

    async def _run(self, statement: Statement, values: Mapping[str, object]) -> Cursor:
        if self._connection is None:
            raise RuntimeError("this unit of work has ended")
        return await _run(self._connection, statement, values)


@attrs.define
class Database:
    """A database behind a pool of connections. Every method raises Unavailable when it cannot be reached.

    `disk_is_full`: that was the answer to a write, and none has succeeded since.
    """

    pool: AsyncConnectionPool[Connection]
    _outage: Outage
    disk_is_full: bool = attrs.field(default=False, init=False)
    _renewed: float = attrs.field(default=0.0, init=False)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, settings: PoolSettings) -> AsyncIterator["Database"]:
        """Connect to the database at any libpq URL, for as long as the block lasts; it need not be there yet.

        Raises Unavailable when the URL cannot be read.
        """
        outage = Outage()
        told = {**session_arguments(url, settings), "outage": outage}
        pool = AsyncConnectionPool(
            url,
            connection_class=Connection,
            kwargs=told,
            min_size=settings.min_size,
            max_size=settings.max_size,
            timeout=settings.timeout,
            reconnect_timeout=RECONNECT_SECONDS,
            configure=_configure,
            open=False,
        )
        async with pool, outage.watched(partial(Connection.connect, url, **told)):
            yield cls(pool, outage)

    def used(self) -> Mapping[str, float]:
        """Return how the pool was used since this was asked the last time: requests, waits, timeouts and the like."""
        counted = self.pool.pop_stats()
        return {
            "requests": counted.get("requests_num", 0),
            "waits": counted.get("requests_queued", 0),
            "wait_seconds": counted.get("requests_wait_ms", 0) / 1000,
            "timeouts": counted.get("requests_errors", 0),
            "failures": counted.get("connections_errors", 0),
            "losses": counted.get("connections_lost", 0),
        }

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
        """Run one statement that only reads, in a transaction of its own, and return its rows."""
        return await self._repeat(lambda connection: _fetch(connection, statement, values), lambda: True)

    async def write(
        self, statement: Statement, values: Mapping[str, object], *, repeatable: bool = False
    ) -> Sequence[Row]:
        """Run one statement in a transaction of its own, and return its rows.

        It is run again when it may be kept only if it is `repeatable`, which says that twice does no harm.
        """
        rows = await self._repeat(lambda connection: _fetch(connection, statement, values), lambda: repeatable)
        self.disk_is_full = False
        return rows

    async def transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction that is committed when it returns; READ COMMITTED.

        It is run again when the database broke the transaction off, not when it did not answer the COMMIT.
        """
        committing = False

        async def unit(connection: Connection) -> T:
            nonlocal committing
            committing = False
            transaction = Transaction(connection)
            async with connection.transaction():
                try:
                    result = await work(transaction)
                finally:
                    transaction.end()
                if connection.info.transaction_status is not TransactionStatus.INTRANS:
                    # PostgreSQL would answer the COMMIT with a ROLLBACK, and psycopg would not say so.
                    raise RuntimeError("a unit of work goes on after an error")
                committing = True
            return result

        kept = await self._repeat(unit, lambda: not committing)
        self.disk_is_full = False
        return kept

    async def _repeat(self, work: Callable[[Connection], Awaitable[T]], repeatable: Callable[[], bool]) -> T:
        """Run `work` until it is not broken off; after a lost connection only while it is `repeatable`."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._connection() as connection:
                    return await work(connection)
            except psycopg.Error as error:
                if not _speaks_of_the_database(error):
                    raise
                self.disk_is_full |= isinstance(error, errors.DiskFull)
                await self._recover(error, attempt)
                if not isinstance(error, BROKEN_OFF) and not (_lost(error) and repeatable()):
                    raise Unavailable(_reason(error)) from error
        raise Unavailable("the database broke the work off again and again")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """Lend a connection: none that the server has closed, and none again that was found unfit."""
        while (connection := await self._lent()).was_closed:
            await connection.close()
            await self.pool.putconn(connection)
        try:
            yield connection
        except psycopg.Error as error:
            if _is_unfit(error):
                await connection.close()
            raise
        finally:
            await self.pool.putconn(connection)

    async def _lent(self) -> Connection:
        """Return a connection of the pool. Raises Unavailable soon while the database is away, else PoolTimeout."""
        deadline = time.monotonic() + self.pool.timeout
        while True:
            try:
                return await self.pool.getconn(min(RIDE_OUT_SECONDS, self.pool.timeout))
            except PoolTimeout:
                if (reason := self._outage.certain) is not None:
                    raise Unavailable(f"the database cannot be reached: {reason}") from None
                if time.monotonic() >= deadline:
                    raise

    async def _recover(self, error: psycopg.Error, attempt: int) -> None:
        """Check the pool after a lost connection; wait after a conflict."""
        if _lost(error):
            check = asyncio.ensure_future(self.pool.check())  # the other connections are lost too, most likely
            await asyncio.wait([check], timeout=RIDE_OUT_SECONDS)  # it goes on by itself where nobody answers
        elif _is_unfit(error) and time.monotonic() > self._renewed + RENEWAL_SECONDS:
            self._renewed = time.monotonic()
            await self.pool.drain()  # the others were made like it, most likely
        elif isinstance(error, BROKEN_OFF):
            await asyncio.sleep(PAUSE_SECONDS * attempt)  # back off


async def _configure(connection: Connection) -> None:
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)


def _lost(error: psycopg.Error) -> bool:
    """Return whether a connection is gone, so that the server has nothing more to say about its transaction."""
    if error.sqlstate is None:
        return not isinstance(error, PoolTimeout | PoolClosed | NoAnswer)
    return error.sqlstate.startswith("08") or isinstance(error, SHUTTING_DOWN)


def _is_unfit(error: psycopg.Error) -> bool:
    """Return whether no later statement would do better in this session."""
    return (error.sqlstate or "").startswith(OF_THE_SESSION) and not isinstance(error, errors.InFailedSqlTransaction)


def _speaks_of_the_database(error: psycopg.Error) -> bool:
    """Return whether the database is to blame, not what was asked of it."""
    return isinstance(error, psycopg.OperationalError) or _is_unfit(error)


def _reason(error: psycopg.Error) -> str:
    return f"the database cannot be worked with ({type(error).__name__}): {explain(error)}"


async def _run(connection: Connection, statement: Statement, values: Mapping[str, object]) -> Cursor:
    return await connection.execute(statement.sql, statement.bind(values), binary=True)


async def _rows(cursor: Cursor) -> Sequence[Row]:
    return () if cursor.rownumber is None else await cursor.fetchall()


async def _fetch(connection: Connection, statement: Statement, values: Mapping[str, object]) -> Sequence[Row]:
    return await _rows(await _run(connection, statement, values))
