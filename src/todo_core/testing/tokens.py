"""Tokens from the standard library: claims under HMAC-SHA256, access and refresh tokens under different keys."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from uuid import UUID

import attrs

from todo_core.errors import InvalidToken
from todo_core.ports import Clock
from todo_core.sessions import AccessClaims, RefreshClaim, SessionId
from todo_core.users import UserId

KEY_BYTES = 32


@attrs.frozen
class HmacTokens:
    """Tokens for as long as this object lives, unless `key` is given. No other program can verify them."""

    clock: Clock
    key: bytes = attrs.field(factory=lambda: secrets.token_bytes(KEY_BYTES), repr=False)

    def access(self, claims: AccessClaims) -> str:
        """Return the claims, sealed as an access token."""
        return self._seal(
            "access",
            [
                claims.user.hex,
                claims.session.hex,
                claims.id.hex,
                claims.issued_at.timestamp(),
                claims.expires_at.timestamp(),
            ],
        )

    async def read_access(self, token: str) -> AccessClaims:
        """Return the claims of a token that has not expired. Raises InvalidToken."""
        user, session, claims_id, issued_at, expires_at = self._open("access", token)
        claims = AccessClaims(
            UserId(UUID(hex=str(user))),
            SessionId(UUID(hex=str(session))),
            UUID(hex=str(claims_id)),
            dt.datetime.fromtimestamp(float(issued_at), dt.UTC),
            dt.datetime.fromtimestamp(float(expires_at), dt.UTC),
        )
        if self.clock.now() >= claims.expires_at:
            raise InvalidToken
        return claims

    def refresh(self, claim: RefreshClaim) -> str:
        """Return the claim, sealed as a refresh token."""
        return self._seal("refresh", [claim.user.hex, claim.session.hex, claim.generation])

    def read_refresh(self, token: str) -> RefreshClaim:
        """Return the claim of a token made here. Raises InvalidToken."""
        user, session, generation = self._open("refresh", token)
        return RefreshClaim(UserId(UUID(hex=str(user))), SessionId(UUID(hex=str(session))), int(generation))

    def _seal(self, kind: str, members: list[str | float]) -> str:
        payload = json.dumps(members).encode()
        return base64.urlsafe_b64encode(self._mac(kind, payload) + payload).decode()

    def _open(self, kind: str, token: str) -> list[str | float]:
        try:
            sealed = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            raise InvalidToken from None
        mac, payload = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
        # The last character of a token has spare bits: only the one spelling that was issued counts.
        canonical = base64.urlsafe_b64encode(sealed).decode() == token
        if not canonical or not hmac.compare_digest(mac, self._mac(kind, payload)):
            raise InvalidToken
        members: list[str | float] = json.loads(payload)
        return members

    def _mac(self, kind: str, payload: bytes) -> bytes:
        return hmac.digest(self.key, kind.encode() + b"\0" + payload, hashlib.sha256)
