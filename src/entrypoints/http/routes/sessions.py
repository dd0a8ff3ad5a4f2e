"""Sessions: logging in and out, refreshing, listing them."""

import attrs

from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.pipeline import bearer_token
from entrypoints.http.ports import Options
from entrypoints.http.responses import Response, json_response, no_content
from entrypoints.http.routes.delivery import deliver
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire.accounts import submitted_account, submitted_text
from entrypoints.http.wire.cookies import check_origin, clear_cookie, read_cookie
from entrypoints.http.wire.reader import read_valid
from todo_core.actors import SessionActor
from todo_core.errors import InvalidRefreshToken
from todo_core.sessions import SessionId
from todo_core.use_cases.authentication import Authentication
from todo_core.use_cases.sessions import Sessions


@attrs.frozen
class SessionRoutes:
    """What a user does with their sessions."""

    sessions: Sessions
    authentication: Authentication
    rate_limits: RateLimits
    options: Options

    @route(
        "POST",
        "/api/auth/login",
        "logIn",
        Success(200, "Tokens of a new session", schemas.Tokens, ("Set-Cookie",)),
        tag="Sessions",
        public=True,
        limit="login",
        body=Body.REQUIRED,
        request=schemas.LogIn,
        problems=("invalid-credentials", "validation-failed"),
    )
    async def log_in(self, call: Call) -> Response:
        """Log in."""
        account = submitted_account(call.body)
        if account is not None:
            await self.rate_limits.account(call.context, "login", account)
        members = read_valid(schemas.LogIn, call.body)
        issued = await self.sessions.log_in(members["email"], members["password"], call.context.client)
        return deliver(issued, members.get("delivery"))

    @route(
        "POST",
        "/api/auth/refresh",
        "refresh",
        Success(200, "The next tokens of the session", schemas.Tokens, ("Set-Cookie",)),
        tag="Sessions",
        public=True,
        limit="refresh",
        body=Body.OPTIONAL,
        request=schemas.Refresh,
        problems=("invalid-refresh-token", "refresh-token-reused", "cross-origin-request", "validation-failed"),
    )
    async def refresh(self, call: Call) -> Response:
        """Exchange a refresh token.

        Each refresh token is good once. With the cookie, send no body. The successor goes where the token came from.
        """
        if call.body is None:
            token, delivery = read_cookie(call.context), schemas.Delivery.COOKIE
        else:
            token, delivery = submitted_text(call.body, "refresh_token"), schemas.Delivery.BODY
        call.context.tried = token is not None
        await self._count_account(call, token)
        if call.body is None:
            if token is None:
                raise InvalidRefreshToken
            check_origin(call.context, self.options)
        else:
            token = read_valid(schemas.Refresh, call.body)["refresh_token"]
        return deliver(await self.sessions.refresh(token, call.context.client), delivery)

    @route(
        "POST",
        "/api/auth/logout",
        "logOut",
        Success(204, "The session has ended", headers=("Set-Cookie",)),
        tag="Sessions",
        public=True,
        body=Body.OPTIONAL,
        request=schemas.Refresh,
        problems=(
            "not-authenticated",
            "invalid-refresh-token",
            "insufficient-scope",
            "cross-origin-request",
            "validation-failed",
            "no-session",
        ),
    )
    async def log_out(self, call: Call) -> Response:
        """Log out.

        Ends the session of the refresh token in the body, or in the cookie, or else of the access token. An external
        issuer ends its own sessions.
        """
        cookie = read_cookie(call.context)
        call.context.tried |= call.body is not None or cookie is not None
        if call.body is not None:
            token = read_valid(schemas.Refresh, call.body)["refresh_token"]
            await self.sessions.log_out_by_token(token, call.context.client)
            return no_content()
        if cookie is not None:
            check_origin(call.context, self.options)
            await self.sessions.log_out_by_token(cookie, call.context.client)
            return no_content(clear_cookie())
        token = bearer_token(call.context)
        call.context.actor = await self.authentication.authenticate(token, call.context.client)
        await self.sessions.log_out(call.account_holder, call.context.client)
        return no_content()

    @route(
        "POST",
        "/api/auth/logout-all",
        "logOutEverywhere",
        Success(204, "All sessions have ended", headers=("Set-Cookie",)),
        tag="Sessions",
    )
    async def log_out_everywhere(self, call: Call) -> Response:
        """Log out everywhere.

        Ends every session, and refuses what an external issuer has signed until now. Personal access tokens stay.
        """
        await self.sessions.log_out_everywhere(call.account_holder, call.context.client)
        return no_content(clear_cookie())

    @route(
        "GET",
        "/api/auth/sessions",
        "listSessions",
        Success(200, "The live sessions", schemas.SessionList),
        tag="Sessions",
    )
    async def list(self, call: Call) -> Response:
        """List one's sessions."""
        actor = call.account_holder
        current = actor.session if isinstance(actor, SessionActor) else None
        sessions = await self.sessions.list(actor)
        return json_response(200, schemas.SessionList([encode.session(one, current) for one in sessions]))

    @route(
        "DELETE",
        "/api/auth/sessions/{session_id:str}",
        "endSession",
        Success(204, "The session has ended"),
        tag="Sessions",
        problems=("not-found",),
    )
    async def end(self, call: Call) -> Response:
        """End a session."""
        await self.sessions.end(call.account_holder, SessionId(call.ids["session_id"]), call.context.client)
        return no_content()

    async def _count_account(self, call: Call, token: str | None) -> None:
        """Count a request for the account of an authentic refresh token."""
        user = None if token is None else self.sessions.refresh_token_user(token)
        if user is not None:
            await self.rate_limits.account(call.context, "refresh", str(user))
