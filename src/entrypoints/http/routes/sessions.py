"""Sessions: logging in and out, refreshing, the list of them."""

import attrs

from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.pipeline import bearer_token
from entrypoints.http.ports import Options
from entrypoints.http.responses import Response, json_response, no_content
from entrypoints.http.routes.delivery import deliver
from entrypoints.http.routing import Body, Call, Route, Success
from entrypoints.http.wire import accounts as account_input
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire.cookies import check_origin, clear_cookie, read_cookie
from todo_core.errors import InvalidRefreshToken, InvalidToken
from todo_core.sessions import SessionId
from todo_core.use_cases.sessions import Sessions


@attrs.frozen
class SessionRoutes:
    """What a user does with their sessions."""

    sessions: Sessions
    rate_limits: RateLimits
    options: Options

    async def log_in(self, call: Call) -> Response:
        """Open a session."""
        account = account_input.submitted_account(call.body)
        if account is not None:
            await self.rate_limits.account(call.context, self.rate_limits.limits.login, account)
        credentials = account_input.log_in(call.body)
        issued = await self.sessions.log_in(credentials.email, credentials.password, call.context.client)
        return deliver(issued, in_cookie=credentials.in_cookie)

    async def refresh(self, call: Call) -> Response:
        """RequestContext a refresh token; the successor goes where it came from."""
        in_cookie = call.body is None
        token = read_cookie(call.context) if in_cookie else _submitted_token(call.body)
        if token is not None:
            await self._count_account(call, token)
        if in_cookie:
            if token is None:
                raise InvalidRefreshToken
            check_origin(call.context, self.options)
        else:
            token = account_input.refresh_token(call.body)
        issued = await self.sessions.refresh(token or "", call.context.client)
        return deliver(issued, in_cookie=in_cookie)

    async def log_out(self, call: Call) -> Response:
        """End a session: that of the refresh token in the body, or in the cookie, or else of the access token."""
        cookie = read_cookie(call.context)
        if call.body is not None:
            token = account_input.refresh_token(call.body)
            await self.sessions.log_out_by_token(token, call.context.client)
            return no_content()
        if cookie is not None:
            check_origin(call.context, self.options)
            await self.sessions.log_out_by_token(cookie, call.context.client)
            return no_content(clear_cookie())
        actor = await self.sessions.authenticate(bearer_token(call.context))
        call.context.actor = actor
        await self.sessions.log_out(actor, call.context.client)
        return no_content()

    async def log_out_everywhere(self, call: Call) -> Response:
        """End every session of the user."""
        await self.sessions.log_out_everywhere(call.actor, call.context.client)
        return no_content(clear_cookie())

    async def list(self, call: Call) -> Response:
        """List the user's sessions."""
        sessions = await self.sessions.list(call.actor)
        return json_response(200, schemas.SessionList([encode.session(one, call.actor.session) for one in sessions]))

    async def end(self, call: Call) -> Response:
        """End one of the user's sessions."""
        await self.sessions.end(call.actor, SessionId(call.ids["session_id"]), call.context.client)
        return no_content()

    async def _count_account(self, call: Call, token: str) -> None:
        """Count the account of an authentic refresh token; a forged one is nobody's."""
        try:
            claim = self.sessions.tokens.read_refresh(token)
        except InvalidToken:
            return
        await self.rate_limits.account(call.context, self.rate_limits.limits.refresh, str(claim.user))

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        limits = self.rate_limits.limits
        return (
            Route(
                "POST",
                "/api/auth/login",
                self.log_in,
                name="logIn",
                summary="Log in",
                answers=(Success(200, "Tokens of a new session", schemas.Tokens, ("Set-Cookie",)),),
                tag="Sessions",
                public=True,
                limit=limits.login,
                body=Body.REQUIRED,
                request=schemas.LogIn,
                problems=("invalid-credentials", "validation-failed"),
            ),
            Route(
                "POST",
                "/api/auth/refresh",
                self.refresh,
                name="refresh",
                summary="RequestContext a refresh token",
                description="Each refresh token is good once. With the cookie, send no body.",
                answers=(Success(200, "The next tokens of the session", schemas.Tokens, ("Set-Cookie",)),),
                tag="Sessions",
                public=True,
                limit=limits.refresh,
                body=Body.OPTIONAL,
                request=schemas.Refresh,
                problems=(
                    "invalid-refresh-token",
                    "refresh-token-reused",
                    "cross-origin-request",
                    "validation-failed",
                ),
            ),
            Route(
                "POST",
                "/api/auth/logout",
                self.log_out,
                name="logOut",
                summary="Log out",
                description="Of the refresh token in the body, or in the cookie, or else of the access token.",
                answers=(Success(204, "The session has ended", headers=("Set-Cookie",)),),
                tag="Sessions",
                public=True,
                body=Body.OPTIONAL,
                request=schemas.Refresh,
                problems=(
                    "not-authenticated",
                    "invalid-refresh-token",
                    "cross-origin-request",
                    "validation-failed",
                ),
            ),
            Route(
                "POST",
                "/api/auth/logout-all",
                self.log_out_everywhere,
                name="logOutEverywhere",
                summary="Log out everywhere",
                answers=(Success(204, "All sessions have ended", headers=("Set-Cookie",)),),
                tag="Sessions",
            ),
            Route(
                "GET",
                "/api/auth/sessions",
                self.list,
                name="listSessions",
                summary="List one's sessions",
                answers=(Success(200, "The live sessions", schemas.SessionList),),
                tag="Sessions",
            ),
            Route(
                "DELETE",
                "/api/auth/sessions/{session_id:str}",
                self.end,
                name="endSession",
                summary="End a session",
                answers=(Success(204, "The session has ended"),),
                tag="Sessions",
                problems=("not-found",),
            ),
        )


def _submitted_token(body: object) -> str | None:
    token = body.get("refresh_token") if isinstance(body, dict) else None
    return token if isinstance(token, str) else None
