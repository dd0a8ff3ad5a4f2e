"""Routes as values: what is listed here is what the API has, checks, and says of itself in the OpenAPI document."""

import re
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any
from uuid import UUID

import attrs
from litestar.types import Method, Scope

from entrypoints.http.context import RequestContext
from entrypoints.http.ports import Policy
from entrypoints.http.responses import Response
from entrypoints.http.wire.query import Parameters
from todo_core.errors import NotAuthenticated
from todo_core.sessions import Actor


class Body(Enum):
    """Whether a route takes a body."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@attrs.define
class Call:
    """A request that has passed the checks before its handler."""

    context: RequestContext
    scope: Scope
    method: str
    ids: dict[str, UUID]
    body: Any
    parameters: Parameters

    @property
    def actor(self) -> Actor:
        """Who asks. Raises NotAuthenticated on a public route without credentials."""
        if self.context.actor is None:
            raise NotAuthenticated
        return self.context.actor


Handler = Callable[[Call], Awaitable[Response]]


@attrs.frozen
class Parameter:
    """A query parameter, for the OpenAPI document."""

    name: str
    schema: dict[str, Any]
    description: str
    repeated: bool = False


@attrs.frozen
class Success:
    """A good answer, for the OpenAPI document. `shape` is a wire shape, or the media type of something else."""

    status: int
    description: str
    shape: type | str | None = None
    headers: tuple[str, ...] = ()


@attrs.frozen
class Route:
    """A method on a path. Without `public`, only who is authenticated gets to its handler.

    `limit` is the shared limit by client address. `request` is the shape of the body; `problems` are the codes that
    this route adds to those which follow from its other properties (see `openapi`). `headers` are request headers.
    """

    method: Method
    path: str
    handler: Handler
    name: str
    summary: str
    answers: tuple[Success, ...]
    description: str = ""
    tag: str = "Operations"
    public: bool = False
    limit: Policy | None = None
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
