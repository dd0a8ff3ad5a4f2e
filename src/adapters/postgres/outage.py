"""Notices that the database is away, so that nobody waits long for it."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol
from weakref import WeakSet

import attrs
import psycopg
from psycopg.errors import ConnectionTimeout

SUSPECT_SECONDS = 3.5
"""After how long without an answer somebody looks whether the server answers others."""
LOOK_SECONDS = 0.5


class Watched(Protocol):
    """A connection as far as an outage is concerned."""

    waiting_since: float | None
    """Since when a response is waited for, by `time.monotonic`; None while none is."""
    given_up: bool

    @property
    def closed(self) -> bool:
        """Whether it is known to have ended."""

    def fileno(self) -> int:
        """Return the descriptor of the socket."""


@attrs.define(eq=False)
class Outage:
    """Whether the database is away, by what its connections meet with."""

    connections: "WeakSet[Watched]" = attrs.field(factory=WeakSet)
    reason: str | None = None
    """Why the latest attempt to connect failed, in words: the error holds on to its socket. None when it did not."""

    @property
    def certain(self) -> str | None:
        """Return the reason if nobody gets through: no attempt to connect, and no connection that there is."""
        return self.reason if all(one.closed or one.given_up for one in self.connections) else None

    def connected(self, connection: Watched) -> None:
        """Note that an attempt has succeeded."""
        self.reason = None
        self.connections.add(connection)

    @asynccontextmanager
    async def watched(self, connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> AsyncIterator[None]:
        """Look for a server that falls silent, for as long as the block lasts; `connect` asks whether it answers."""
        watching = asyncio.ensure_future(self._watch(connect))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _watch(self, connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._is_suspect() and not await _answers(connect):
                for connection in self.connections:
                    _hang_up(connection)

    def _is_suspect(self) -> bool:
        latest = time.monotonic() - SUSPECT_SECONDS
        return any(one.waiting_since is not None and one.waiting_since < latest for one in self.connections)


async def _answers(connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> bool:
    """Say whether the server says anything to a new connection, be it a refusal."""
    try:
        connection = await connect()
    except ConnectionTimeout:
        return False
    except psycopg.OperationalError:
        return True
    await connection.close()
    return True


def _hang_up(connection: Watched) -> None:
    """End a connection from below: whoever waits for a response reads the end of it."""
    connection.given_up = True
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
