"""The response on its way out, completed with what every response has."""

from collections.abc import Sequence

import attrs
from litestar.types import Message, Send

from entrypoints.http.context import RequestContext
from entrypoints.http.middleware.rate_limits import RateLimits, rate_limit_headers
from entrypoints.http.middleware.request_body import RequestBody
from entrypoints.http.responses import Header

UNLESS_SET: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
CLOSE: Header = (b"connection", b"close")


@attrs.define
class ResponseWriter:
    """Sends a response. `status` is 0 until it has begun.

    `_counting` counts the client's address where nothing has been counted before. `_prefix` is the path of the public
    URL: handlers name paths of this API, and clients get them below it. `_close`: the connection ends with it.
    """

    _send: Send
    _headers: Sequence[Header]
    _context: RequestContext
    _body: RequestBody
    _counting: RateLimits | None
    _prefix: str
    _without_body: bool
    _close: bool
    status: int = attrs.field(default=0, init=False)

    async def send(self, message: Message) -> None:
        """Pass a message on, completed with what every response has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*self._completed([*message["headers"]]), *await self._connection()]
        elif message["type"] == "http.response.body" and self._without_body:
            message["body"] = b""
        await self._send(message)

    def _completed(self, given: list[Header]) -> list[Header]:
        names = {name for name, _ in given}
        if self._prefix:
            given = [self._below_prefix(*header) for header in given]
        given += self._headers
        given += [header for header in UNLESS_SET if header[0] not in names]
        if self._counting and not self._context.counts:
            self._counting.count_unauthenticated(self._context)
        if self._context.counts:
            given += rate_limit_headers(self._context.counts)
        return given

    def _below_prefix(self, name: bytes, value: bytes) -> Header:
        """Return a header with the prefix before the path that it begins with (RFC 9110, 10.2.2; RFC 8288, 3)."""
        if name == b"location":
            return name, self._prefix.encode() + value
        return (name, b"<" + self._prefix.encode() + value[1:]) if name == b"link" else (name, value)

    async def _connection(self) -> list[Header]:
        """Return the header that ends the connection if it has to, or something is left of the request on it."""
        ended = self._body.ended or await self._body.drop()
        return [] if ended and not self._close else [CLOSE]
