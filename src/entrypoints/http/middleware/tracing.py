"""Around everything else, when traces are on: a span for each request, and its trace's id in every line of the log."""

from typing import cast

import attrs
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from entrypoints.http.addresses import is_trusted, parse
from entrypoints.http.context import RequestContext, joined_headers
from entrypoints.http.ports import Network, Tracer

PARENT = (b"traceparent", b"tracestate")
"""The headers of W3C Trace Context."""


@attrs.frozen
class TracingMiddleware:
    """The outermost ASGI application while traces are on.

    A trace that a trusted proxy began goes on here. From anybody else its headers do not count: a stranger would
    choose which requests are recorded, and put them into the traces of others (W3C Trace Context, 4 and 5).
    """

    app: ASGIApp
    tracer: Tracer
    trusted_proxies: tuple[Network, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        answer = self._answer if str(scope["type"]) == "http" else self.app
        await answer(cast("HTTPScope", scope), receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with (
            self.tracer.request(scope["method"], self._parent(scope)) as span,
            bound_contextvars(trace_id=span.trace_id),
        ):
            await self.app(scope, receive, noting)
            request_id = RequestContext.of(scope).request_id
            span.complete(route=scope.get("path_template"), status=status, request_id=request_id)

    def _parent(self, scope: HTTPScope) -> dict[str, str]:
        """Return what the headers say of the span that this one is below."""
        client = scope["client"]
        if not is_trusted(parse(client[0]) if client else None, self.trusted_proxies):
            return {}
        headers = joined_headers(scope["headers"])
        return {name.decode(): headers[name].decode("latin-1") for name in PARENT if name in headers}
