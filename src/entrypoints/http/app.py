"""Putting the HTTP API together."""

from collections.abc import Iterable
from typing import Any, cast

import attrs
from litestar import Litestar, Request
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.context import RequestContext
from entrypoints.http.errors import MalformedRequest, MethodNotAllowed, RouteNotFound
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.pipeline import Pipeline
from entrypoints.http.ports import Collaborators, Options, UseCases
from entrypoints.http.problems import problem_response, problem_type_of
from entrypoints.http.responses import Response, no_content
from entrypoints.http.routes.accounts import AccountRoutes
from entrypoints.http.routes.lists import ListRoutes
from entrypoints.http.routes.operations import OperationRoutes
from entrypoints.http.routes.personal_tokens import PersonalTokenRoutes
from entrypoints.http.routes.reference import reference_routes
from entrypoints.http.routes.sessions import SessionRoutes
from entrypoints.http.routes.task_actions import TaskActionRoutes
from entrypoints.http.routes.task_queries import TaskQueryRoutes
from entrypoints.http.routes.tasks import TaskRoutes
from entrypoints.http.routing import Route, routes_of
from entrypoints.http.wire.cursors import Cursors

DEFAULT = Options()


def create_app(
    use_cases: UseCases,
    collaborators: Collaborators,
    options: Options = DEFAULT,
    telemetry: Telemetry | None = None,
) -> RequestMiddleware:
    """Return the API as an ASGI application; nothing is started or opened by it."""
    telemetry = telemetry or Telemetry()
    cursors = Cursors(collaborators.sealer)
    rate_limits = RateLimits(options.limits, collaborators.shared, telemetry)
    sections = (
        AccountRoutes(use_cases.accounts, rate_limits),
        SessionRoutes(use_cases.sessions, use_cases.authentication, rate_limits, options),
        PersonalTokenRoutes(use_cases.personal_tokens),
        TaskQueryRoutes(use_cases.tasks, cursors),
        TaskRoutes(use_cases.tasks),
        TaskActionRoutes(use_cases.tasks, cursors),
        ListRoutes(use_cases.lists),
        OperationRoutes(collaborators, options, telemetry),
    )
    routes = tuple(route for section in sections for route in routes_of(section))
    routes += reference_routes(routes, options.version, options.path_prefix)
    for route in routes:
        telemetry.expect(route.method, route.template)
    pipeline = Pipeline(use_cases.authentication, use_cases.accounts, rate_limits)
    handler = cast("Any", ProblemHandler(telemetry))  # an `Response` is response enough
    litestar = Litestar(
        [*_options_handlers(routes), *(_handler(route, pipeline) for route in routes)],
        exception_handlers={Exception: handler},
        openapi_config=None,  # made from the routes: `reference_routes`
        logging_config=None,
        debug=False,
        request_max_body_size=None,  # counted in `json_body`
    )
    return RequestMiddleware(litestar, options, telemetry, rate_limits, collaborators.is_draining)


def _handler(route: Route, pipeline: Pipeline) -> HTTPRouteHandler:
    """Return the framework's view of a route. It routes, and a middleware answers in place of the handler.

    What the framework does for a handler (parameters, dependencies, a response to negotiate) nobody needs here.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        response = await pipeline.answer(route, scope, receive)
        await response(scope, receive, send)

    def middleware(app: ASGIApp) -> ASGIApp:  # noqa: ARG001 - the handler, which is never asked
        return answer

    def handler() -> None:
        """Stand for the route."""

    return HTTPRouteHandler(
        route.path,
        http_method=[route.method],
        name=route.name,
        sync_to_thread=False,
        middleware=[middleware],
        opt={"route": route},
    )(handler)


def _options_handlers(routes: Iterable[Route]) -> list[HTTPRouteHandler]:
    """Return one handler for OPTIONS on each path; the framework adds its own where it finds none yet."""
    by_path: dict[str, set[str]] = {}
    for route in routes:
        by_path.setdefault(route.path, {"OPTIONS"}).add(route.method)
    return [_options_handler(path, methods) for path, methods in by_path.items()]


def _options_handler(path: str, methods: set[str]) -> HTTPRouteHandler:
    answer = no_content((b"allow", ", ".join(_with_head(methods)).encode()))

    async def handle() -> Response:
        return answer

    return HTTPRouteHandler(path, http_method=["OPTIONS"], status_code=200)(handle)


@attrs.frozen
class ProblemHandler:
    """Answers with a problem whatever was raised inside the framework."""

    telemetry: Telemetry

    def __call__(self, request: Request[Any, Any, Any], error: Exception) -> Response:
        """Return the problem; what nobody expected is written down."""
        context = RequestContext.of(request.scope)
        known = _translated(error)
        if problem_type_of(known) is None:
            self.telemetry.request_failed(context, known)
        return problem_response(context, known)


def _translated(error: Exception) -> Exception:
    """Return what one of the framework's errors is here."""
    if isinstance(error, NotFoundException):
        return RouteNotFound()
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed(_allowed(error))
    if isinstance(error, HTTPException) and 400 <= error.status_code < 500:  # noqa: PLR2004 - the client's errors
        return MalformedRequest("The request cannot be read")
    return error


def _allowed(error: MethodNotAllowedException) -> tuple[str, ...]:
    return _with_head({*(error.headers or {}).get("allow", "").replace(",", " ").split()})


def _with_head(methods: set[str]) -> tuple[str, ...]:
    """Return the methods in order; where there is GET, there is HEAD."""
    return tuple(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
