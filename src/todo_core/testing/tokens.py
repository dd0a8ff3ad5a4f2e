"""Tokens from the standard library: claims under HMAC-SHA256, each kind under its own key."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from uuid import UUID

import attrs

from todo_core.errors import InvalidToken
from todo_core.identities import ExternalClaims, Identity
from todo_core.ports import Clock
from todo_core.sessions import AccessClaims, RefreshClaim, SessionId
from todo_core.users import UserId

KEY_BYTES = 32


@attrs.frozen
class HmacSeal:
    """Seals texts for as long as it lives, unless `key` is given. No other program can open them."""

    key: bytes = attrs.field(factory=lambda: secrets.token_bytes(KEY_BYTES), repr=False)

    def seal(self, kind: str, members: list[str | float | None]) -> str:
        """Return the members as a token of this kind."""
        payload = json.dumps(members).encode()
        return base64.urlsafe_b64encode(self._mac(kind, payload) + payload).decode()

    def open(self, kind: str, token: str) -> list[str | float | None]:
        """Return the members of a token of this kind. Raises InvalidToken."""
        try:
            sealed = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            raise InvalidToken from None
        mac, payload = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
        # The last character of a token has spare bits: only the one spelling that was issued counts.
        canonical = base64.urlsafe_b64encode(sealed).decode() == token
        if not canonical or not hmac.compare_digest(mac, self._mac(kind, payload)):
            raise InvalidToken
        members: list[str | float | None] = json.loads(payload)
        return members

    def _mac(self, kind: str, payload: bytes) -> bytes:
        return hmac.digest(self.key, kind.encode() + b"\0" + payload, hashlib.sha256)


@attrs.frozen
class HmacTokens:
    """The Tokens port."""

    clock: Clock
    seal: HmacSeal = attrs.field(factory=HmacSeal)

    def access(self, claims: AccessClaims) -> str:
        """Return the claims, sealed as an access token."""
        return self.seal.seal(
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
        user, session, claims_id, issued_at, expires_at = self.seal.open("access", token)
        claims = AccessClaims(
            UserId(UUID(hex=str(user))),
            SessionId(UUID(hex=str(session))),
            UUID(hex=str(claims_id)),
            _instant(issued_at),
            _instant(expires_at),
        )
        if self.clock.now() >= claims.expires_at:
            raise InvalidToken
        return claims

    def refresh(self, claim: RefreshClaim) -> str:
        """Return the claim, sealed as a refresh token."""
        return self.seal.seal("refresh", [claim.user.hex, claim.session.hex, claim.generation])

    def read_refresh(self, token: str) -> RefreshClaim:
        """Return the claim of a token made here. Raises InvalidToken."""
        user, session, generation = self.seal.open("refresh", token)
        return RefreshClaim(UserId(UUID(hex=str(user))), SessionId(UUID(hex=str(session))), int(str(generation)))


@attrs.frozen
class HmacExternalTokens:
    """The ExternalTokens port, and the issuer, too."""

    clock: Clock
    seal: HmacSeal = attrs.field(factory=HmacSeal)

    def issue(self, claims: ExternalClaims) -> str:
        """Return a token of the issuer."""
        times = (claims.issued_at, claims.expires_at)
        identity = claims.identity
        return self.seal.seal(
            "external", [identity.issuer, identity.subject, *(time.timestamp() for time in times), claims.name]
        )

    def knows(self, token: str) -> bool:  # noqa: ARG002 - nothing is remembered
        """Return that the token was not accepted before, as far as is known."""
        return False

    async def read(self, token: str) -> ExternalClaims:
        """Return the claims of a token that is good now. Raises InvalidToken."""
        issuer, subject, issued_at, expires_at, name = self.seal.open("external", token)
        claims = ExternalClaims(
            Identity(str(issuer), str(subject)),
            _instant(issued_at),
            _instant(expires_at),
            name=None if name is None else str(name),
        )
        claims.check(self.clock.now())
        return claims


def _instant(seconds: str | float | None) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(str(seconds)), dt.UTC)
