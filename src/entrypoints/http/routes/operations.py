"""What operators ask: is it alive, is it ready, is it set up well, what are the figures; and the public keys."""

from secrets import compare_digest

import attrs

from entrypoints.http.context import RequestContext
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.pipeline import bearer_token
from entrypoints.http.ports import Collaborators, ConfigurationCheck, Options
from entrypoints.http.responses import Response, json_response
from entrypoints.http.routing import Call, Route, Success
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

    async def health(self, _: Call) -> Response:
        """Say that the process lives, and touch nothing."""
        return json_response(200, {"status": OK, "version": self.options.version})

    async def ready(self, _: Call) -> Response:
        """Say whether requests can be served."""
        checks = await self.collaborators.readiness.check()
        good = all(check["status"] == OK for check in checks.values())
        return json_response(200 if good else 503, {"status": OK if good else "unavailable", "checks": checks})

    async def configuration(self, _: Call) -> Response:
        """Say whether the settings are sound, and what requests have shown of them."""
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

    async def metrics(self, call: Call) -> Response:
        """Show the figures to whoever may see them."""
        self._check_reader(call.context)
        text = (self.collaborators.metrics or self.telemetry.exposition)()
        return Response(200, text, [(b"content-type", METRICS_TYPE)])

    async def public_keys(self, _: Call) -> Response:
        """Show the keys that verify access tokens."""
        return json_response(200, self.collaborators.public_keys(), KEYS_MAY_BE_KEPT)

    def _check_reader(self, context: RequestContext) -> None:
        """Raise NotAuthenticated unless the request has the token or, where there is none, comes from this machine."""
        expected = self.options.metrics_token
        if expected is not None:
            if not compare_digest(bearer_token(context), expected):
                raise NotAuthenticated
        elif context.peer is None or not context.peer.is_loopback or context.was_forwarded:
            raise NotAuthenticated

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        return (
            Route(
                "GET",
                "/health",
                self.health,
                name="getHealth",
                summary="Is the process alive?",
                answers=(Success(200, "It lives", "application/json"),),
                public=True,
            ),
            Route(
                "GET",
                "/health/ready",
                self.ready,
                name="getReadiness",
                summary="Can requests be served?",
                answers=(
                    Success(200, "They can", "application/json"),
                    Success(503, "They cannot, and why", "application/json"),
                ),
                public=True,
            ),
            Route(
                "GET",
                "/health/config",
                self.configuration,
                name="getConfiguration",
                summary="Are the settings sound?",
                answers=(
                    Success(200, "They are", "application/json"),
                    Success(503, "They are not, and why", "application/json"),
                ),
                public=True,
            ),
            Route(
                "GET",
                "/metrics",
                self.metrics,
                name="getMetrics",
                summary="Figures for Prometheus",
                description="With the token of the settings; where there is none, for this machine only.",
                answers=(Success(200, "The figures", "text/plain"),),
                public=True,
                problems=("not-authenticated",),
            ),
            Route(
                "GET",
                "/.well-known/jwks.json",
                self.public_keys,
                name="getKeys",
                summary="The public keys that verify access tokens",
                answers=(Success(200, "A JWK Set (RFC 7517)", "application/json", ("Cache-Control",)),),
                tag="Sessions",
                public=True,
            ),
        )
