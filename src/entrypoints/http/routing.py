"""Routes as values: they say what the API has, what it checks, and what the OpenAPI document describes.

A handler declares its route with `@route`; `routes_of` collects them.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import attrs
from litestar.types import Method, Scope

from entrypoints.http.context import RequestContext
from entrypoints.http.ports import LimitName
from entrypoints.http.responses import Response
from entrypoints.http.wire.query import Parameter, Values
from todo_core.actors import AccountHolder, Actor, account_holder
from todo_core.errors import NotAuthenticated
from todo_core.personal_tokens import Scope as TokenScope

Function = TypeVar("Function", bound=Callable[..., Any])


class Body(Enum):
    """Whether a route takes a body."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@attrs.define
class Call:
    """A request that has passed the checks before its handler.

    `query` has the converted query parameters by field, `query_texts` the texts as they were sent.
    """

    context: RequestContext
    asgi_scope: Scope
    method: str
    ids: dict[str, UUID]
    body: Any
    query: dict[str, Any]
    query_texts: Values

    @property
    def actor(self) -> Actor:
        """Who sent the request. Raises NotAuthenticated on a public route without credentials."""
        if self.context.actor is None:
            raise NotAuthenticated
        return self.context.actor

    @property
    def account_holder(self) -> AccountHolder:
        """Who sent the request, and may manage the account. Raises InsufficientScope for a token."""
        return account_holder(self.actor)


Handler = Callable[[Call], Awaitable[Response]]


@attrs.frozen
class Success:
    """A successful response, for the OpenAPI document. `content` is a schema, or the media type of something else."""

    status: int
    description: str
    content: type | str | None = None
    headers: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Route:
    """A method on a path. Without `public`, only authenticated requests reach the handler.

    `scope` is what a personal access token needs; with None, no such token reaches the handler. `limit` is the shared
    limit by client address; a body with a member of `attempts` is an attempt at the password. `request` is the schema
    of the body; `problems` are the codes that this route adds to those which follow from its other properties (see
    `document.openapi`). `headers` are request headers.
    """

    method: Method
    path: str
    name: str
    handler: Handler
    summary: str
    description: str = ""
    responses: tuple[Success, ...]
    tag: str = "Operations"
    public: bool = False
    scope: TokenScope | None = None
    limit: LimitName | None = None
    attempts: frozenset[str] = frozenset()
    body: Body = Body.NONE
    request: type | None = None
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The path with the names of its parameters: `/api/tasks/{task_id}`."""
        return re.sub(r":\w+}", "}", self.path)

    @property
    def is_api(self) -> bool:
        """Whether the rules of the API hold here: strict parameters, rate limits."""
        return self.path.startswith("/api/")


def route(
    method: Method,
    path: str,
    name: str,
    *responses: Success,
    **properties: Any,  # noqa: ANN401 - of Route
) -> Callable[[Function], Function]:
    """Declare the route of a handler. `properties` are those of `Route`.

    The first line of the handler's docstring is the route's summary, the rest is its description.
    """

    def declare(handler: Function) -> Function:
        summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n")
        declared = {
            "method": method,
            "path": path,
            "name": name,
            "summary": summary.removesuffix("."),
            "description": " ".join(description.split()),
            "responses": responses,
            **properties,
        }
        handler.route = declared  # type: ignore[attr-defined] # read by `routes_of`
        return handler

    return declare


def routes_of(section: object) -> tuple[Route, ...]:
    """Return the routes that the methods of an object declare, in their order."""
    declared = [(name, vars(method)["route"]) for name, method in vars(type(section)).items() if _is_route(method)]
    return tuple(Route(handler=getattr(section, name), **properties) for name, properties in declared)


def _is_route(method: object) -> bool:
    return inspect.isfunction(method) and hasattr(method, "route")
