"""Personal access tokens: making, listing and revoking them."""

import attrs

from entrypoints.http.responses import Response, json_response, no_content
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire.reader import read
from todo_core.errors import Violations
from todo_core.personal_tokens import DEFAULT_DAYS, PersonalTokenId
from todo_core.use_cases.personal_tokens import PersonalTokens, TokenRequest

TOKENS = "/api/auth/tokens"


@attrs.frozen
class PersonalTokenRoutes:
    """What a user does with their personal access tokens. No token gets here."""

    personal_tokens: PersonalTokens

    @route(
        "POST",
        TOKENS,
        "createToken",
        Success(201, "The token, whose text is shown this once", schemas.NewAccessToken, ("Location",)),
        tag="Personal access tokens",
        limit="password",
        body=Body.REQUIRED,
        request=schemas.TokenRequest,
        problems=("validation-failed", "quota-exceeded"),
    )
    async def create(self, call: Call) -> Response:
        """Create a personal access token.

        For scripts and integrations. It needs `current_password`, of a user who has one.
        """
        problems = Violations()
        members = read(schemas.TokenRequest, call.body, problems)
        request = TokenRequest(
            members.get("name", ""), members.get("scopes", ()), members.get("expires_in_days") or DEFAULT_DAYS
        )
        issued = await self.personal_tokens.create(
            call.account_holder,
            request,
            members.get("current_password"),
            call.context.client,
            violations=problems.found,
        )
        location = f"{TOKENS}/{issued.token.id}"
        return json_response(201, encode.new_access_token(issued), (b"location", location.encode()))

    @route(
        "GET",
        TOKENS,
        "listTokens",
        Success(200, "The tokens that have not expired", schemas.AccessTokenList),
        tag="Personal access tokens",
    )
    async def list(self, call: Call) -> Response:
        """List one's personal access tokens."""
        tokens = await self.personal_tokens.list(call.account_holder)
        return json_response(200, schemas.AccessTokenList([encode.access_token(token) for token in tokens]))

    @route(
        "DELETE",
        TOKENS + "/{token_id:str}",
        "revokeToken",
        Success(204, "The token is revoked"),
        tag="Personal access tokens",
        problems=("not-found",),
    )
    async def revoke(self, call: Call) -> Response:
        """Revoke a personal access token."""
        token = PersonalTokenId(call.ids["token_id"])
        await self.personal_tokens.revoke(call.account_holder, token, call.context.client)
        return no_content()
