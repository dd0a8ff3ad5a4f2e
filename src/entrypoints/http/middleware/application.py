"""The outermost ASGI application: headers of every response, errors of the framework, logs and metrics."""

from collections.abc import Callable
from typing import cast

import attrs
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from entrypoints.http.addresses import is_trusted
from entrypoints.http.context import RequestContext
from entrypoints.http.errors import HttpError, RouteNotFound
from entrypoints.http.middleware.hosts import host_error
from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.middleware.request_body import RequestBody
from entrypoints.http.middleware.response_writer import ResponseWriter
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.ports import Options
from entrypoints.http.problems import problem_response
from entrypoints.http.responses import Header, Response

UNMATCHED = "unmatched"
AUTH = "/api/auth/"
"""Responses below this path carry RateLimit headers."""
EVERYWHERE: tuple[Header, ...] = (
    (b"server", b"todo-core"),  # or the HTTP server would name itself (ASVS 13.4.6)
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
TLS_ONLY: Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
ALLOWED_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS = b"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id"
EXPOSED_HEADERS = b"ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotency-Replayed"


@attrs.frozen
class RequestMiddleware:
    """The outermost ASGI application: it wraps Litestar, and every request passes through it first."""

    app: ASGIApp
    options: Options
    telemetry: Telemetry
    rate_limits: RateLimits
    is_draining: Callable[[], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        kind: str = scope["type"]  # also "lifespan", which the framework's types leave out
        if kind == "http":
            await self._answer(cast("HTTPScope", scope), receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        proxies = self.options.trusted_proxies
        context = RequestContext.begin(scope, proxies)
        if context.was_overlooked(proxies):
            self.telemetry.forwarding_ignored(trusted=is_trusted(context.peer, proxies))
        method: str = scope["method"]
        if method == "HEAD":
            scope["method"] = "GET"
        counting = self.rate_limits if scope["path"].startswith(AUTH) else None
        body = RequestBody.of(context.headers, receive)
        response = ResponseWriter(
            send,
            self._headers(context),
            context,
            body,
            counting,
            self.options.path_prefix,
            without_body=method == "HEAD",
            close=self.is_draining(),
        )
        try:
            await self._app_for(context, scope, method)(scope, body.receive, response.send)
        except Exception as error:  # noqa: BLE001 - the last resort: nothing may get past it
            self.telemetry.request_failed(context, error)
            if not response.status:
                await problem_response(context, error)(scope, body.receive, response.send)
        self.telemetry.request_completed(context, method, scope.get("path_template", UNMATCHED), response.status)

    def _app_for(self, context: RequestContext, scope: HTTPScope, method: str) -> ASGIApp:
        """Return who answers: a wrong target and a preflight go no further than here."""
        fault = self._fault(context, scope)
        if fault is not None:
            return problem_response(context, fault)
        if method == "OPTIONS" and self._allows(context) and b"access-control-request-method" in context.headers:
            return Response(
                204,
                headers=[
                    (b"access-control-allow-methods", ALLOWED_METHODS),
                    (b"access-control-allow-headers", ALLOWED_HEADERS),
                    (b"access-control-max-age", b"600"),
                ],
            )
        return self.app

    def _fault(self, context: RequestContext, scope: HTTPScope) -> HttpError | None:
        """Return what is wrong with the request's target, if anything is."""
        path = scope["path"]
        if (path.endswith("/") and path != "/") or "//" in path or b"%2f" in scope["raw_path"].lower():
            return RouteNotFound()  # Litestar would normalise these to a real route and bypass a proxy's path rules
        return host_error(context.header(b"host"), scope["http_version"], self.options.allowed_hosts)

    def _allows(self, context: RequestContext) -> bool:
        return context.header(b"origin") in self.options.cors_origins

    def _headers(self, context: RequestContext) -> list[Header]:
        """Return what does not depend on the answer."""
        headers = [(b"x-request-id", context.request_id.encode()), *EVERYWHERE]
        if context.secure:
            headers.append(TLS_ONLY)
        if self.options.cors_origins:
            headers.append((b"vary", b"Origin"))
            if self._allows(context):
                headers += [
                    (b"access-control-allow-origin", context.headers[b"origin"]),
                    (b"access-control-allow-credentials", b"true"),
                    (b"access-control-expose-headers", EXPOSED_HEADERS),
                ]
        return headers
