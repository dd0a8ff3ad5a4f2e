"""What is left of a body when a response is ready before all of it was read (RFC 9112, 9.3 and 9.6).

A server that sends the response and closes the connection breaks it for the next request: clients, and proxies that
share connections between users, have sent that one already.
"""

import asyncio
from collections.abc import Mapping
from typing import cast

import attrs
from litestar.types import HTTPReceiveMessage, Receive

MAX_DROPPED_BYTES = 1024 * 1024
"""How much of a body is read only to be dropped."""
DROP_SECONDS = 5
"""For how long that may take, and the response has to wait."""


@attrs.define
class RequestBody:
    """A body that is being received. `ended`: nothing is left of it.

    `_left`: how many bytes of the declared length have not come; 0 where the length is not the end (RFC 9112, 6.3).
    """

    _receive: Receive
    _declared: int
    _left: int
    _waits_for_permission: bool
    ended: bool

    @classmethod
    def of(cls, headers: Mapping[bytes, bytes], receive: Receive) -> "RequestBody":
        """Return the body that these headers announce. A length that is no number is the server's to refuse."""
        length = headers.get(b"content-length", b"0")
        declared = int(length[:20]) if length.isdigit() else 0
        permission = headers.get(b"expect", b"").lower() == b"100-continue"
        in_chunks = b"transfer-encoding" in headers
        return cls(receive, declared, 0 if in_chunks else declared, permission, ended=not declared and not in_chunks)

    async def receive(self) -> HTTPReceiveMessage:
        """Return the next part.

        One that completes the declared length says so itself. The server would say it in another part, without bytes,
        which takes as long to come as the body did.
        """
        self._waits_for_permission = False  # the server gives it when it is asked for the first part
        message = cast("HTTPReceiveMessage", await self._receive())
        if self._left > 0 and message["type"] == "http.request":
            self._left -= len(message["body"])
            message["more_body"] = message["more_body"] and self._left > 0
        self.ended = message["type"] != "http.request" or not message["more_body"]
        return message

    async def drop(self) -> bool:
        """Read the rest and drop it. Return whether nothing is left: the connection can be used again.

        A client that waits for permission to send (RFC 9110, 10.1.1) does not get it. Too much is not even begun with.
        """
        if self._waits_for_permission or self._declared > MAX_DROPPED_BYTES:
            return self.ended
        try:
            async with asyncio.timeout(DROP_SECONDS):
                await self._drop()
        except TimeoutError:
            pass
        return self.ended

    async def _drop(self) -> None:
        dropped = 0
        while not self.ended and dropped <= MAX_DROPPED_BYTES:
            message = await self.receive()
            dropped += len(message["body"]) if message["type"] == "http.request" else 0
