"""For operators: health, readiness, configuration, metrics; and the public keys."""

from secrets import compare_digest

import attrs

from entrypoints.http.context import RequestContext
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.pipeline import bearer_token
from entrypoints.http.ports import Collaborators, ConfigurationCheck, Options
from entrypoints.http.responses import Response, json_response
from entrypoints.http.routing import Call, Success, route
from entrypoints.http.wire.health import Configuration, Health, Readiness
from todo_core.errors import NotAuthenticated

OK = "ok"
METRICS_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
KEYS_MAY_BE_KEPT = (b"cache-control", b"public, max-age=300")


@attrs.frozen
class OperationRoutes:
    """What an operator and other servers need."""

    collaborators: Collaborators
    options: Options
    telemetry: Telemetry

    @route("GET", "/health", "getHealth", Success(200, "The process is alive", Health), public=True)
    async def health(self, _: Call) -> Response:
        """Is the process alive?

        Touches nothing.
        """
        return json_response(200, {"status": OK, "version": self.options.version})

    @route(
        "GET",
        "/health/ready",
        "getReadiness",
        Success(200, "Requests can be served", Readiness),
        Success(503, "Requests cannot be served, and why", Readiness),
        public=True,
    )
    async def ready(self, _: Call) -> Response:
        """Can requests be served?

        `stopping`: they still can, but the server is about to stop, and wants no new ones.
        """
        checks = await self.collaborators.readiness.check()
        status = OK if all(check["status"] == OK for check in checks.values()) else "unavailable"
        if self.collaborators.is_draining():
            status = "stopping"
        return json_response(200 if status == OK else 503, {"status": status, "checks": checks})

    @route(
        "GET",
        "/health/config",
        "getConfiguration",
        Success(200, "The settings are sound", Configuration),
        Success(503, "The settings are not sound, and why", Configuration),
        public=True,
    )
    async def configuration(self, _: Call) -> Response:
        """Are the settings sound?

        Also by what requests have shown of them.
        """
        checks = [*self.collaborators.configuration()]
        if self.telemetry.forwarding_hint is not None:
            checks.append(ConfigurationCheck("forwarding_headers", "warning", self.telemetry.forwarding_hint))
        good = all(check.status != "error" for check in checks)
        body = {
            "status": OK if good else "error",
            "environment": self.options.environment,
            "checks": [attrs.asdict(check) for check in checks],
        }
        return json_response(200 if good else 503, body)

    @route(
        "GET",
        "/metrics",
        "getMetrics",
        Success(200, "The metrics", "text/plain"),
        public=True,
        problems=("not-authenticated",),
    )
    async def metrics(self, call: Call) -> Response:
        """Get metrics for Prometheus.

        With the token of the settings. Without one they are for this machine only, and closed once the public URL is
        elsewhere.
        """
        self._check_reader(call.context)
        text = (self.collaborators.metrics or self.telemetry.exposition)()
        return Response(200, text, [(b"content-type", METRICS_TYPE)])

    @route(
        "GET",
        "/.well-known/jwks.json",
        "getKeys",
        Success(200, "A JWK Set (RFC 7517)", "application/json", ("Cache-Control",)),
        tag="Sessions",
        public=True,
    )
    async def public_keys(self, _: Call) -> Response:
        """Get the public keys that verify access tokens."""
        return json_response(200, self.collaborators.public_keys(), KEYS_MAY_BE_KEPT)

    def _check_reader(self, context: RequestContext) -> None:
        """Raise NotAuthenticated unless the request has the token or, where there is none, comes from this machine.

        Once the public URL is elsewhere, there is a proxy on this machine, and nothing may tell that it passes
        requests on: without a token nobody reads the metrics then.
        """
        expected = self.options.metrics_token
        if expected is not None:
            if not compare_digest(bearer_token(context), expected):
                raise NotAuthenticated
        elif self.options.is_public or not _is_from_here(context):
            raise NotAuthenticated


def _is_from_here(context: RequestContext) -> bool:
    return context.peer is not None and context.peer.is_loopback and not context.was_forwarded
