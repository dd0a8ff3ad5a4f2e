"""Logs each request and counts it in the metrics: ids and codes, nothing that users wrote."""

import ctypes
import traceback
from collections.abc import Mapping
from time import monotonic

import attrs
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from entrypoints.http.context import RequestContext
from todo_core.errors import Unavailable

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
SERVER_ERROR = 500
SERVER_ERRORS = ("500", "503")

CONNECTIONS = {
    "requests": "Requests for a connection to the database",
    "waits": "Requests that had to wait for one",
    "wait_seconds": "For how long they waited, together",
    "timeouts": "Requests that gave up waiting",
    "failures": "Attempts to connect that failed",
    "losses": "Connections that broke",
}
"""The metrics of the pool of database connections."""

EVENTS = {
    "not-authenticated": "authn_token_rejected",
    "invalid-credentials": "authn_login_fail",
    "invalid-refresh-token": "authn_token_rejected",
    "refresh-token-reused": "authn_token_reuse",
    "forbidden": "authz_fail",
    "insufficient-scope": "authz_fail",
    "cross-origin-request": "authz_fail",
    "registration-closed": "authz_fail",
    "rate-limited": "excess_rate_limit_exceeded",
    "quota-exceeded": "excess_rate_limit_exceeded",
    "malformed-request": "input_validation_fail",
    "validation-failed": "input_validation_fail",
    "idempotency-key-reused": "input_validation_fail",
    "no-password": "input_validation_fail",
    "no-session": "input_validation_fail",
    "wrong-password": "authn_password_fail",
    "invalid-cursor": "input_validation_fail",
    "invalid-sync-token": "input_validation_fail",
}
"""What a refusal is called in OWASP's logging vocabulary, by the code of the problem or of what it complains of."""

UNTRIED = frozenset({"not-authenticated", "invalid-refresh-token"})
"""Refusals that are no event when nothing was tried: pages look in this way whether somebody is logged in."""

UNTRUSTED, TRUSTED = 1, 2
FORWARDING_HINTS = {
    UNTRUSTED: "set TODO_TRUSTED_PROXIES if this is your proxy",
    TRUSTED: "have your proxy append the client's address to X-Forwarded-For: nothing else is read",
}
"""What helps when a forwarding header did not count, by who it came from."""


@attrs.define
class Telemetry:
    """Logs and counts. Every series that is used is kept at hand: looking it up again costs more than counting.

    `forwarding` is 0 until a forwarding header did not count, then a key of FORWARDING_HINTS. Workers may share it.
    """

    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)
    forwarding: ctypes.c_int = attrs.field(factory=ctypes.c_int)
    _log: structlog.stdlib.BoundLogger = attrs.field(init=False)
    _requests: Counter = attrs.field(init=False)
    _seconds: Histogram = attrs.field(init=False)
    _refusals: Counter = attrs.field(init=False)
    _uncounted: Counter = attrs.field(init=False)
    _connections: dict[str, Counter] = attrs.field(init=False)
    _series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Register the metrics."""
        self._log = structlog.get_logger("http").bind()  # looking it up takes a tenth of the time of a line
        self._requests = Counter(
            "todo_http_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "todo_http_request_duration_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self._refusals = Counter(
            "todo_http_refusals", "Refusals, by OWASP event and problem", ["event", "code"], registry=self.registry
        )
        for code, event in EVENTS.items():
            self._refusals.labels(event, code)  # at 0 from the start: an alarm sees the first one as an increase
        self._uncounted = Counter(
            "todo_rate_limiter_errors", "Requests refused because they could not be counted", registry=self.registry
        )
        self._connections = {
            name: Counter(f"todo_database_connection_{name}", about, registry=self.registry)
            for name, about in CONNECTIONS.items()
        }

    def connections_used(self, figures: Mapping[str, float]) -> None:
        """Add what happened to the pool of database connections since the last time; `CONNECTIONS` has the names."""
        for name, counter in self._connections.items():
            counter.inc(figures[name])

    def expect(self, method: str, route: str) -> None:
        """Begin the server errors of a route at 0, so that an alarm sees the first one as an increase."""
        for status in SERVER_ERRORS:
            self._requests.labels(method, route, status)

    def request_completed(self, context: RequestContext, method: str, route: str, status: int) -> None:
        """Note a request that was answered; `route` is the template of the path, never the path."""
        seconds = monotonic() - context.started
        method = method if method in METHODS else OTHER
        requests, durations = self._series.get((method, route, status)) or self._add_series(method, route, status)
        requests.inc()
        durations.observe(seconds)
        fields: dict[str, object] = {
            "request_id": context.request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if context.actor is not None:
            fields["user_id"] = context.actor.user
        if context.problem is not None:
            fields |= self._refused(context, context.problem)
        if context.reason is not None:
            fields["reason"] = context.reason
        write = self._log.error if status >= SERVER_ERROR else self._log.info
        write("request", **fields)

    def request_failed(self, context: RequestContext, error: BaseException) -> None:
        """Note what broke here: the classes and places, not the messages, which may hold what users wrote."""
        trace = traceback.TracebackException.from_exception(error)
        self._log.error(
            "unhandled_error",
            request_id=context.request_id,
            error=[type(one).__name__ for one in _chain(error)],
            at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in trace.stack],
        )

    def uncounted(self, context: RequestContext, error: Unavailable) -> None:
        """Note that a shared limit could not be asked, so that a request was refused: those limits fail closed."""
        self._uncounted.inc()
        self._log.error("rate_limiter_failed", request_id=context.request_id, reason=error.reason)

    def forwarding_ignored(self, *, trusted: bool) -> None:
        """Warn, once, that a forwarding header did not count: clients may be counted as one."""
        if self.forwarding_hint is None:
            self.forwarding.value = TRUSTED if trusted else UNTRUSTED
            self._log.warning("forwarding_header_ignored", hint=self.forwarding_hint)

    @property
    def forwarding_hint(self) -> str | None:
        """What helps once a forwarding header did not count; None while none has come."""
        return FORWARDING_HINTS.get(self.forwarding.value)

    def exposition(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _add_series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        series = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
        self._series[method, route, status] = series
        return series

    def _refused(self, context: RequestContext, code: str) -> dict[str, object]:
        fields: dict[str, object] = {"problem": code}
        code = next((cause for cause in context.causes if cause in EVENTS), code)
        event = EVENTS.get(code)
        if event is not None and (context.tried or code not in UNTRIED):
            self._refusals.labels(event, code).inc()
            fields |= {"security_event": event, "client": str(context.address)}
        return fields


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what led to it."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    return chain
