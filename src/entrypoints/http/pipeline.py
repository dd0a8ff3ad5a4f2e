"""The checks before a handler, in the order that the contract promises.

unknown route, method (by the framework) → path id → limit by address → credentials → limit by user
→ media type, size, JSON, parameters, headers → limit by account → scope → the handler

Routes that need no credentials count the account that is named in their body themselves.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar.types import Receive, Scope

from entrypoints.http.context import RequestContext
from entrypoints.http.errors import HttpError, MalformedRequest, RouteNotFound
from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.responses import Response
from entrypoints.http.routing import Body, Call, Route
from entrypoints.http.wire import query
from entrypoints.http.wire.json_body import PATCH, PLAIN, read_json
from entrypoints.http.wire.scalars import parse_uuid
from todo_core.actors import check_scope
from todo_core.errors import InvalidInput, NotAuthenticated
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.authentication import Authentication

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")


@attrs.frozen
class Pipeline:
    """Leads a request to its handler."""

    authentication: Authentication
    accounts: Accounts
    rate_limits: RateLimits

    async def answer(self, route: Route, scope: Scope, receive: Receive) -> Response:
        """Return the handler's answer. Raises what the checks, the handler and the core refuse."""
        context = RequestContext.of(scope)
        ids = _path_ids(scope["path_params"])
        if route.limit is not None:
            await self.rate_limits.address(context, route.limit)
        if not route.public:
            await self._authenticate(context, route)
        elif route.is_api and route.limit is None:
            self.rate_limits.unauthenticated(context)
        try:
            texts = query.parse(scope["query_string"]) if route.is_api else {}
            body = await _body(route, context, receive)
            values = query.read(texts, route.parameters)
            call = Call(context, scope, route.method, ids, body, values, texts)
            if not route.public:
                await self._count_attempt(route, call)
                check_scope(call.actor, route.scope)
            return await route.handler(call)
        except (HttpError, InvalidInput):
            await self._confirm(context)
            raise

    async def _authenticate(self, context: RequestContext, route: Route) -> None:
        try:
            actor = await self.authentication.authenticate(bearer_token(context), context.client)
        except NotAuthenticated:
            if route.limit is None:
                self.rate_limits.unauthenticated(context)
            raise
        context.actor = actor
        if route.limit is None:
            self.rate_limits.user(context, actor.user)

    async def _count_attempt(self, route: Route, call: Call) -> None:
        """Count an attempt at the password if the caller is let in: a dead session must not lock its user out."""
        if isinstance(call.body, dict) and route.attempts & call.body.keys():
            await self.rate_limits.address(call.context, "password")
        elif route.limit != "password":
            return
        await self.accounts.me(call.actor)
        await self.rate_limits.account(call.context, "password", str(call.actor.user))

    async def _confirm(self, context: RequestContext) -> None:
        """Raise NotAuthenticated, which comes before what was refused, when the session has ended.

        A valid request is checked by its own SQL statement; a rejected one needs this extra query.
        """
        if context.actor is not None:
            await self.accounts.me(context.actor)


def bearer_token(context: RequestContext) -> str:
    """Return the token of the Authorization header. Raises NotAuthenticated: no other scheme is known."""
    found = _BEARER.fullmatch(context.header(b"authorization") or "")
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


async def _body(route: Route, context: RequestContext, receive: Receive) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of the body, or None. A GET has none; elsewhere nothing is ignored."""
    if route.method == "GET":
        return None
    body = await read_json(context, receive, PATCH if route.method == "PATCH" else PLAIN)
    if body is None and route.body is Body.REQUIRED:
        raise MalformedRequest("There is no body; a JSON object is needed")
    if route.body is Body.NONE and body not in (None, {}):
        raise MalformedRequest("This request takes no body")
    return body
