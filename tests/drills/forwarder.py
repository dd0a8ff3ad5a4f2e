"""An address that leads to a database, and to another one after a fail-over: a forwarder of TCP connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import attrs

CHUNK = 1 << 16


@attrs.define
class Forwarder:
    """Listens on `port` of this machine and passes everything on to the port `target`, in both directions."""

    target: int
    port: int = attrs.field(default=0, init=False)
    _writers: set[asyncio.StreamWriter] = attrs.field(factory=set, init=False)

    @classmethod
    @asynccontextmanager
    async def open(cls, target: int) -> AsyncIterator["Forwarder"]:
        """Forward for as long as the block."""
        forwarder = cls(target)
        connections = set[asyncio.Task[None]]()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.add(connection := asyncio.create_task(forwarder._forward(reader, writer)))
            connection.add_done_callback(connections.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        forwarder.port = server.sockets[0].getsockname()[1]
        try:
            yield forwarder
        finally:
            server.close()
            forwarder.cut()
            await asyncio.gather(*connections)

    def lead_to(self, target: int, *, cut: bool = True) -> None:
        """Lead elsewhere from now on; connections that are open are cut, or left where they lead."""
        self.target = target
        if cut:
            self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # nobody is there: the client hears it as a reset
            writer.transport.abort()
            return
        pair = {writer, other_writer}
        self._writers |= pair
        try:
            await asyncio.gather(_pass(reader, other_writer), _pass(other_reader, writer))
        finally:
            self._writers -= pair


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until the end or a reset, which reaches the other side too."""
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
