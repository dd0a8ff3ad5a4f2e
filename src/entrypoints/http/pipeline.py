"""The checks before a handler, in the order that the contract promises.

unknown route, method (by the framework) → path id → limit by address → credentials → limit by user
→ media type, size, JSON, parameters, headers → the handler: limit by account, then the use case
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar import Request

from entrypoints.http.answers import Answer
from entrypoints.http.exchange import Exchange
from entrypoints.http.faults import MalformedRequest, RequestFault, RouteNotFound
from entrypoints.http.json_body import PATCH, PLAIN, read_json
from entrypoints.http.limits import Guard
from entrypoints.http.query import Parameters
from entrypoints.http.routing import Body, Call, Route
from entrypoints.http.scalars import parse_uuid
from todo_core.errors import InvalidInput, NotAuthenticated
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.sessions import Sessions

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")


@attrs.frozen
class Pipeline:
    """Leads a request to its handler."""

    sessions: Sessions
    accounts: Accounts
    guard: Guard

    async def answer(self, route: Route, request: Request[Any, Any, Any]) -> Answer:
        """Return the handler's answer. Raises what the checks, the handler and the core refuse."""
        exchange = Exchange.of(request.scope)
        ids = _path_ids(request.scope["path_params"])
        if route.limit is not None:
            await self.guard.address(exchange, route.limit)
        if not route.public:
            await self._authenticate(exchange, route)
        elif route.is_api and route.limit is None:
            self.guard.stranger(exchange)
        try:
            parameters = Parameters.parse(request.scope["query_string"]) if route.is_api else Parameters({})
            call = Call(exchange, request.scope, route.method, ids, await _body(route, exchange, request), parameters)
            if not route.parameters:
                parameters.finish()
            return await route.handler(call)
        except (RequestFault, InvalidInput):
            await self._confirm(exchange)
            raise

    async def _authenticate(self, exchange: Exchange, route: Route) -> None:
        try:
            actor = await self.sessions.authenticate(bearer_token(exchange))
        except NotAuthenticated:
            if route.limit is None:
                self.guard.stranger(exchange)
            raise
        exchange.actor = actor
        if route.limit is None:
            self.guard.user(exchange, actor.user)

    async def _confirm(self, exchange: Exchange) -> None:
        """Raise NotAuthenticated, which comes before what was refused, when the session has ended.

        A good request learns that from the statement that does its work; only a bad one needs a look of its own.
        """
        if exchange.actor is not None:
            await self.accounts.me(exchange.actor)


def bearer_token(exchange: Exchange) -> str:
    """Return the token of the Authorization header. Raises NotAuthenticated: no other scheme is known."""
    found = _BEARER.fullmatch(exchange.header(b"authorization") or "")
    if found is None:
        raise NotAuthenticated
    return found[1]


def _path_ids(given: Mapping[str, Any]) -> dict[str, UUID]:
    ids = {}
    for name, text in given.items():
        parsed = parse_uuid(text)
        if parsed is None:
            raise RouteNotFound
        ids[name] = parsed
    return ids


async def _body(route: Route, exchange: Exchange, request: Request[Any, Any, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of the body, or None. A GET has none; elsewhere nothing is ignored."""
    if route.method == "GET":
        return None
    body = await read_json(exchange, request.receive, PATCH if route.method == "PATCH" else PLAIN)
    if body is None and route.body is Body.REQUIRED:
        raise MalformedRequest("There is no body; a JSON object is needed")
    if route.body is Body.NONE and body not in (None, {}):
        raise MalformedRequest("This request takes no body")
    return body
