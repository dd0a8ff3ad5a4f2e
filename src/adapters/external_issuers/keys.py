"""Keys that verify tokens of an external issuer, each bound to one algorithm (RFC 7517, RFC 8725 3.1)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Protocol

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from typing_extensions import override

KEY_TYPES = {
    "EdDSA": ("OKP", "Ed25519"),
    "ES256": ("EC", "P-256"),
    "ES512": ("EC", "P-521"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
}
"""The accepted algorithms, each with the type and curve of its keys. A key of type `oct` is a secret: not listed."""
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""Longer ones take milliseconds for each signature."""
MAX_KEY_ID_LENGTH = 256


class NoKeys(Exception):
    """The keys of an issuer are not available. The message says why, for the log."""


class Keys(Protocol):
    """The current keys of one issuer."""

    async def find(self, key_id: str | None) -> jwt.PyJWK:
        """Return the key of this id. Raises InvalidToken, or Unavailable when no keys are known."""


@attrs.frozen(init=False)
class SharedSecret(Keys):
    """One secret that signs and verifies with HS256. A key id in a token is ignored."""

    _key: jwt.PyJWK = attrs.field(repr=False)

    def __init__(self, secret: bytes) -> None:
        text = urlsafe_b64encode(secret).rstrip(b"=").decode()
        self.__attrs_init__(jwt.PyJWK({"kty": "oct", "k": text}, "HS256"))

    @override
    async def find(self, key_id: str | None) -> jwt.PyJWK:
        """Return the secret."""
        return self._key


def parse_key_set(body: bytes) -> Mapping[str, jwt.PyJWK]:
    """Return the usable public keys of a JWK Set by their ids; others are skipped. Raises NoKeys.

    Of two keys with one id the first counts.
    """
    try:
        members = json.loads(body)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NoKeys('not a JWK Set: a JSON object with a member "keys" is expected') from None
    if not isinstance(members, list):
        raise NoKeys('the member "keys" is no list')
    keys: dict[str, jwt.PyJWK] = {}
    for member in members:
        key = _parse_key(member)
        if key is not None and key.key_id is not None:
            keys.setdefault(key.key_id, key)
    if not keys:
        raise NoKeys(f"none of its {len(members)} keys can be used")
    return keys


def _parse_key(member: Any) -> jwt.PyJWK | None:  # noqa: ANN401 - any JSON value
    """Return a public key for signatures of a known algorithm that has an id; None for everything else."""
    if not isinstance(member, dict) or not _is_named(member.get("kid")) or not _is_for_signatures(member):
        return None
    algorithm = member.get("alg", _default_algorithm(member))
    if KEY_TYPES.get(str(algorithm)) != (member.get("kty"), member.get("crv")):
        return None
    try:
        key = jwt.PyJWK(member, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return None
    return key if _is_strong(key) else None


def _is_named(key_id: object) -> bool:
    return isinstance(key_id, str) and 1 <= len(key_id) <= MAX_KEY_ID_LENGTH


def _is_for_signatures(member: Mapping[str, Any]) -> bool:
    """Return whether a public key may verify (RFC 7517 4.2, 4.3). A published private key is refused."""
    operations = member.get("key_ops", ["verify"])
    return (
        "d" not in member
        and member.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _default_algorithm(member: Mapping[str, Any]) -> str | None:
    """Return the algorithm of a key that names none: the first one for its type."""
    fitting = (name for name, type_ in KEY_TYPES.items() if type_ == (member.get("kty"), member.get("crv")))
    return next(fitting, None)


def _is_strong(key: jwt.PyJWK) -> bool:
    public = key.key
    return not isinstance(public, RSAPublicKey) or MIN_RSA_BITS <= public.key_size <= MAX_RSA_BITS
