"""Access tokens: JWS signed with Ed25519, in the profile of RFC 9068, without anything personal."""

import datetime as dt
from collections import OrderedDict
from hashlib import sha256
from uuid import UUID

import attrs
import jwt

from adapters.tokens.key_file import KeyFile
from adapters.tokens.keys import SigningKey
from todo_core.errors import InvalidToken
from todo_core.ports import Clock
from todo_core.sessions import AccessClaims, SessionId
from todo_core.users import UserId

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
HEADER = frozenset({"alg", "typ", "kid"})  # any other member asks for something else: jku, x5u, jwk, crit, b64 …
CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp")
LONGEST = 2048

# What PyJWT must not decide: it would ask the system's clock.
OPTIONS: jwt.types.Options = {
    "require": list(CLAIMS),
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@attrs.frozen
class Verified:
    """A token whose signature was right, under the key of this id."""

    key_id: str
    claims: AccessClaims


@attrs.frozen
class AccessTokens:
    """Makes and reads the tokens of one issuer, which is their audience too.

    Remembers up to `remembered` verified signatures by the token's SHA-256: no live token is kept, and expiry and key
    are checked every time.
    """

    issuer: str
    clock: Clock
    keys: KeyFile
    remembered: int = 4096
    _verified: OrderedDict[bytes, Verified] = attrs.field(init=False, factory=OrderedDict, repr=False, eq=False)

    def make(self, claims: AccessClaims) -> str:
        """Return a signed token."""
        key = self.keys.latest().signer(self.clock.now())
        payload = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": str(claims.user),
            "sid": str(claims.session),
            "jti": str(claims.id),
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        return jwt.encode(payload, key.private, ALGORITHM, headers={"typ": TYPE, "kid": key.id})

    def read(self, token: str) -> AccessClaims:
        """Return what an unexpired token says. Raises InvalidToken."""
        now = self.clock.now()
        digest = sha256(token.encode(errors="surrogatepass")).digest()
        verified = self._verified.pop(digest, None)
        if verified is None or self.keys.keys().verifier(verified.key_id, now) is None:
            verified = self._verify(token, now)
        if verified.claims.expires_at <= now:
            raise InvalidToken
        self._remember(digest, verified)
        return verified.claims

    def _remember(self, digest: bytes, verified: Verified) -> None:
        self._verified[digest] = verified
        if len(self._verified) > self.remembered:
            self._verified.popitem(last=False)

    def _verify(self, token: str, now: dt.datetime) -> Verified:
        if len(token) > LONGEST or not token.isascii() or "=" in token:
            raise InvalidToken
        try:
            key = self._key(jwt.get_unverified_header(token), now)
            payload = jwt.decode(
                token, key.public, [ALGORITHM], options=OPTIONS, audience=self.issuer, issuer=self.issuer
            )
            return Verified(key.id, _claims(payload))
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise InvalidToken from error

    def _key(self, header: dict[str, object], now: dt.datetime) -> SigningKey:
        """Return the key that the header names. Raises InvalidToken for any header but our own kind."""
        key_id = header.get("kid")
        if (
            header.keys() != HEADER
            or header["typ"] != TYPE
            or header["alg"] != ALGORITHM
            or not isinstance(key_id, str)
        ):
            raise InvalidToken
        key = self.keys.keys().verifier(key_id, now) or self.keys.latest().verifier(key_id, now)
        if key is None:
            raise InvalidToken
        return key


def _claims(payload: dict[str, object]) -> AccessClaims:
    """Return the claims as values. Raises ValueError or TypeError when one is of the wrong kind."""
    return AccessClaims(
        user=UserId(UUID(_text(payload["sub"]))),
        session=SessionId(UUID(_text(payload["sid"]))),
        id=UUID(_text(payload["jti"])),
        issued_at=_instant(payload["iat"]),
        expires_at=_instant(payload["exp"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _instant(value: object) -> dt.datetime:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except OSError:  # the platform's own word for years that it cannot count
        raise ValueError from None
