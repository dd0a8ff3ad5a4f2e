"""What the store does when the server says nothing any more, and nobody says that it is gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres import Database, DatabaseReadiness, health, pool
from adapters.postgres.pool import Transaction
from adapters.postgres.statements import Statement
from tests.connections import small_pool
from todo_core.errors import Unavailable

ONE = Statement.of(sa.text("SELECT 1 AS one"))


@attrs.define
class Wire:
    """Passes on what a client and the server say to each other, until it is cut: then everything is swallowed."""

    socket: str
    url: str
    cut: bool = False
    serving: list["asyncio.Task[None]"] = attrs.field(factory=list)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        task: Any = asyncio.current_task()
        self.serving.append(task)
        other_reader, other_writer = await asyncio.open_unix_connection(self.socket)
        await asyncio.gather(self._pass_on(reader, other_writer), self._pass_on(other_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(65_536):
                if not self.cut:
                    writer.write(said)
        finally:
            writer.close()
            await writer.wait_closed()


@pytest.fixture
async def wire(database: str, tmp_path: Path) -> AsyncIterator[Wire]:
    """A wire to the database that can be cut."""
    known = conninfo_to_dict(database)
    port = known.get("port", 5432)
    wire = Wire(f"{known['host']}/.s.PGSQL.{port}", make_conninfo(database, host=str(tmp_path)))
    async with await asyncio.start_unix_server(wire.connected, tmp_path / f".s.PGSQL.{port}"):
        yield wire
        for task in wire.serving:  # a captured log line may hold on to an attempt to connect, and that to its socket
            task.cancel()
        await asyncio.gather(*wire.serving, return_exceptions=True)


async def fetch(database: Database) -> object:
    """Read something."""
    return await database.fetch(ONE, {})


async def write(database: Database) -> object:
    """Run a statement that may be kept."""
    return await database.write(ONE, {})


async def transact(database: Database) -> object:
    """Run a transaction."""

    async def work(transaction: Transaction) -> object:
        return await transaction.fetch(ONE, {})

    return await database.transact(work)


@pytest.mark.parametrize("ask", [fetch, write, transact])
async def test_a_silent_server_is_given_up(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Database], Awaitable[object]]
) -> None:
    """Whoever asks is told, and the next one is served over a new connection once the wire is whole."""
    monkeypatch.setattr(pool, "SILENCE_SECONDS", 0.5)
    async with Database.open(wire.url, small_pool(1, 1, timeout=30)) as database:
        before = await ask(database)
        wire.cut = True
        with pytest.raises(Unavailable, match="NoAnswer"):
            await ask(database)
        wire.cut = False

        assert before == await ask(database)


async def test_readiness_does_not_wait_for_a_silent_server(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that the database is not there, while the statement is still being given up."""
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(pool, "SILENCE_SECONDS", 0.5)
    async with Database.open(wire.url, small_pool(1, 1, timeout=30)) as database:
        await database.fetch(ONE, {})
        wire.cut = True

        during = await DatabaseReadiness(database).check()
        wire.cut = False
        monkeypatch.setattr(health, "PATIENCE_SECONDS", 30)
        after = await DatabaseReadiness(database).check()

    assert ["unavailable", "ok"] == [checks["database"]["status"] for checks in (during, after)]
