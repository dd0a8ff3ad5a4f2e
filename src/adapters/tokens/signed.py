"""The `Tokens` port."""

import struct
from uuid import UUID

import attrs
from typing_extensions import override

from adapters.tokens.access import AccessTokens
from adapters.tokens.seal import Sealer
from todo_core.errors import InvalidToken
from todo_core.ports import Tokens
from todo_core.sessions import AccessClaims, RefreshClaim, SessionId
from todo_core.users import UserId

REFRESH = "refresh"
REFRESH_LAYOUT = struct.Struct(">16s16sQ")  # user id, session id, generation


@attrs.frozen
class SignedTokens(Tokens):
    """Access tokens are signed: anybody can verify them. Refresh tokens are sealed: only this server can read them.

    Neither is stored, so a copy of the database gives nobody a token (ASVS 7.2.3).
    """

    _access: AccessTokens
    _sealer: Sealer

    @override
    def access(self, claims: AccessClaims) -> str:
        """Return a signed access token."""
        return self._access.make(claims)

    @override
    async def read_access(self, token: str) -> AccessClaims:
        """Return what an unexpired access token says. Raises InvalidToken."""
        return self._access.read(token)

    @override
    def refresh(self, claim: RefreshClaim) -> str:
        """Return the refresh token for this claim, the same each time."""
        payload = REFRESH_LAYOUT.pack(claim.user.bytes, claim.session.bytes, claim.generation)
        return self._sealer.seal(REFRESH, payload)

    @override
    def read_refresh(self, token: str) -> RefreshClaim:
        """Return what a refresh token says. Raises InvalidToken."""
        try:
            user, session, generation = REFRESH_LAYOUT.unpack(self._sealer.open(REFRESH, token))
        except struct.error:
            raise InvalidToken from None
        return RefreshClaim(UserId(UUID(bytes=user)), SessionId(UUID(bytes=session)), generation)
