"""Verifying the tokens of one external issuer (RFC 7519, RFC 8725)."""

import datetime as dt
import math
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import attrs
import jwt
from typing_extensions import override

from adapters.external_issuers.keys import MAX_KEY_ID_LENGTH, Keys
from todo_core import ports
from todo_core.errors import InvalidInput, InvalidToken
from todo_core.identities import ExternalClaims, Identity
from todo_core.ports import Clock

TYPE = "JWT"
HEADER = frozenset({"alg", "kid", "typ"})  # no jku, x5u, jwk, crit, b64 …
CLAIMS = ("iss", "aud", "sub", "iat", "exp")
MAX_TOKEN_LENGTH = 8192
"""Better Auth puts the whole record of the user into a token."""

# The core checks the times, with the Clock port.
OPTIONS: jwt.types.Options = {
    "require": list(CLAIMS),
    "verify_aud": True,
    "verify_iss": True,
    "verify_sub": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "enforce_minimum_key_length": True,
}
UNVERIFIED: jwt.types.Options = {**OPTIONS, "verify_signature": False}


@attrs.frozen
class Verified:
    """A token with a valid signature, and the key that verified it."""

    key_id: str | None
    key: jwt.PyJWK
    claims: ExternalClaims


@attrs.frozen
class ExternalTokens(ports.ExternalTokens):
    """Reads the tokens of one issuer for one audience.

    Remembers up to `remembered` verified signatures by the token's SHA-256: no live token is kept, and times and key
    are checked every time.
    """

    issuer: str
    audience: str
    clock: Clock
    keys: Keys
    remembered: int = 4096
    _verified: OrderedDict[bytes, Verified] = attrs.field(init=False, factory=OrderedDict, repr=False, eq=False)

    @override
    def knows(self, token: str) -> bool:
        """Return whether the token's signature was verified before."""
        return _digest(token) in self._verified

    @override
    async def read(self, token: str) -> ExternalClaims:
        """Return what a good token says. Raises InvalidToken, or Unavailable when the keys are not known."""
        digest = _digest(token)
        verified = self._verified.pop(digest, None)
        if verified is None or await self.keys.find(verified.key_id) is not verified.key:
            verified = await self._verify(token)
        verified.claims.check(self.clock.now())
        self._remember(digest, verified)
        return verified.claims

    def _remember(self, digest: bytes, verified: Verified) -> None:
        self._verified[digest] = verified
        if len(self._verified) > self.remembered:
            self._verified.popitem(last=False)

    async def _verify(self, token: str) -> Verified:
        """Verify a token. Header and claims are checked first: an invalid token does not make us fetch keys."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii() or "=" in token:
            raise InvalidToken
        try:
            key_id = _key_id(jwt.get_unverified_header(token))
            self._claims(token, UNVERIFIED).check(self.clock.now())
            key = await self.keys.find(key_id)
            return Verified(key_id, key, self._claims(token, OPTIONS, key))
        except (jwt.PyJWTError, InvalidInput, ValueError, TypeError, OverflowError) as error:
            raise InvalidToken from error

    def _claims(self, token: str, options: jwt.types.Options, key: jwt.PyJWK | None = None) -> ExternalClaims:
        """Return the claims as values. Raises what PyJWT raises, InvalidInput, ValueError, TypeError, OverflowError."""
        algorithms = None if key is None else [key.algorithm_name]
        payload = jwt.decode(token, key or "", algorithms, options=options, audience=self.audience, issuer=self.issuer)
        return ExternalClaims(
            Identity(self.issuer, payload["sub"]),
            _instant(payload["iat"]),
            _instant(payload["exp"]),
            _instant(payload["nbf"]) if "nbf" in payload else None,
            _text_or_none(payload.get("name")),
        )


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def _key_id(header: Mapping[str, Any]) -> str | None:
    """Return the id of the key that the header names. Raises InvalidToken for a header of another kind."""
    key_id = header.get("kid")
    if (
        not header.keys() <= HEADER
        or header.get("typ", TYPE) != TYPE
        or not isinstance(key_id, str | None)
        or len(key_id or "") > MAX_KEY_ID_LENGTH
    ):
        raise InvalidToken
    return key_id


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _instant(value: object) -> dt.datetime:
    """Return a NumericDate (RFC 7519 2), which may have a fraction, as an instant."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except OSError:  # what platforms raise for years outside their range
        raise ValueError from None
