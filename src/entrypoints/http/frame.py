"""Around the framework: what every response has, its own errors included, and what is noted of every request."""

from collections.abc import Sequence
from typing import cast

import attrs
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from entrypoints.http.addresses import is_trusted
from entrypoints.http.answers import Answer, Header
from entrypoints.http.exchange import Exchange
from entrypoints.http.faults import RequestFault, RouteNotFound
from entrypoints.http.hosts import host_fault
from entrypoints.http.limits import Guard, rate_limit_headers
from entrypoints.http.ports import Options
from entrypoints.http.problems import answer_problem
from entrypoints.http.telemetry import Telemetry

UNMATCHED = "unmatched"
AUTH = "/api/auth/"
"""Below it every answer says where its limits stand."""
EVERYWHERE: tuple[Header, ...] = (
    (b"server", b"todo-core"),  # or the HTTP server would name itself (ASVS 13.4.6)
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
UNLESS_SET: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
TLS_ONLY: Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
ALLOWED_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS = b"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id"
EXPOSED_HEADERS = b"ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotency-Replayed"


@attrs.frozen
class Frame:
    """The outermost ASGI application."""

    app: ASGIApp
    options: Options
    telemetry: Telemetry
    guard: Guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        kind: str = scope["type"]  # also "lifespan", which the framework's types leave out
        if kind == "http":
            await self._answer(cast("HTTPScope", scope), receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        exchange = Exchange.begin(scope, self.options.trusted_proxies)
        if exchange.names_another_client:
            self.telemetry.forwarding_ignored(trusted=is_trusted(exchange.peer, self.options.trusted_proxies))
        method: str = scope["method"]
        if method == "HEAD":
            scope["method"] = "GET"
        counting = self.guard if scope["path"].startswith(AUTH) else None
        response = Response(send, self._headers(exchange), exchange, counting, without_body=method == "HEAD")
        try:
            await self._app_for(exchange, scope, method)(scope, receive, response.send)
        except Exception as error:  # noqa: BLE001 - the last resort: nothing may get past it
            self.telemetry.failed(exchange, error)
            if not response.status:
                await answer_problem(exchange, error)(scope, receive, response.send)
        self.telemetry.answered(exchange, method, scope.get("path_template", UNMATCHED), response.status)

    def _app_for(self, exchange: Exchange, scope: HTTPScope, method: str) -> ASGIApp:
        """Return who answers: a wrong target and a preflight go no further than here."""
        fault = self._fault(exchange, scope)
        if fault is not None:
            return answer_problem(exchange, fault)
        if method == "OPTIONS" and self._allows(exchange) and b"access-control-request-method" in exchange.headers:
            return Answer(
                204,
                headers=[
                    (b"access-control-allow-methods", ALLOWED_METHODS),
                    (b"access-control-allow-headers", ALLOWED_HEADERS),
                    (b"access-control-max-age", b"600"),
                ],
            )
        return self.app

    def _fault(self, exchange: Exchange, scope: HTTPScope) -> RequestFault | None:
        """Return what is wrong with the request's target, if anything is."""
        path = scope["path"]
        if path.endswith("/") or "//" in path or b"%2f" in scope["raw_path"].lower():
            return RouteNotFound()  # the framework would fold them into a route, past what a proxy says of its path
        return host_fault(exchange.header(b"host"), scope["http_version"], self.options.allowed_hosts)

    def _allows(self, exchange: Exchange) -> bool:
        return exchange.header(b"origin") in self.options.cors_origins

    def _headers(self, exchange: Exchange) -> list[Header]:
        """Return what does not depend on the answer."""
        headers = [(b"x-request-id", exchange.request_id.encode()), *EVERYWHERE]
        if exchange.secure:
            headers.append(TLS_ONLY)
        if self.options.cors_origins:
            headers.append((b"vary", b"Origin"))
            if self._allows(exchange):
                headers += [
                    (b"access-control-allow-origin", exchange.headers[b"origin"]),
                    (b"access-control-allow-credentials", b"true"),
                    (b"access-control-expose-headers", EXPOSED_HEADERS),
                ]
        return headers


@attrs.define
class Response:
    """The response on its way out. `status` is 0 until it has begun.

    `_counting` counts the client's address where nothing has been counted before.
    """

    _send: Send
    _headers: Sequence[Header]
    _exchange: Exchange
    _counting: Guard | None
    _without_body: bool
    status: int = attrs.field(default=0, init=False)

    async def send(self, message: Message) -> None:
        """Pass a message on, completed with what every response has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message["headers"])
            names = {name for name, _ in given}
            given += self._headers
            given += [header for header in UNLESS_SET if header[0] not in names]
            if self._counting and not self._exchange.counts:
                self._counting.note_stranger(self._exchange)
            if self._exchange.counts:
                given += rate_limit_headers(self._exchange.counts)
            message["headers"] = given
        elif message["type"] == "http.response.body" and self._without_body:
            message["body"] = b""
        await self._send(message)
