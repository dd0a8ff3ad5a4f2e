"""Somebody who signs tokens, rightly or not."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

ABSENT = object()
"""In place of a member: leave it out."""
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def segment(value: object) -> str:
    """Return a JWS segment: of bytes as they are, of anything else as JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def changed(members: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """Return members with others, and without those that are `ABSENT` now."""
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}


@cache
def private_key(algorithm: str, owner: str = "the issuer") -> PrivateKey:
    """Return somebody's key for the algorithm, the same each time; another owner has another key."""
    match algorithm:
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case "ES512":
            return ec.generate_private_key(ec.SECP521R1())
        case _:
            return rsa.generate_private_key(65537, 2048)


def public_jwk(key: PrivateKey, **members: object) -> dict[str, Any]:
    """Return the public half as a JWK with further members."""
    return {**_maker(key).to_jwk(key.public_key(), as_dict=True), **members}


def private_jwk(key: PrivateKey, **members: object) -> dict[str, Any]:
    """Return the whole key as a JWK with further members."""
    return {**_maker(key).to_jwk(key, as_dict=True), **members}


def _maker(key: PrivateKey) -> Any:  # noqa: ANN401 - three classes that share no type
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return OKPAlgorithm
    return ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm


def sign(algorithm: str, key: Any, header: object, payload: object) -> str:  # noqa: ANN401 - a key of any algorithm
    """Return a token with any header and payload, signed."""
    signing: Algorithm = get_default_algorithms()[algorithm]
    message = f"{segment(header)}.{segment(payload)}"
    return f"{message}.{segment(signing.sign(message.encode(), key))}"


@attrs.frozen
class Signer:
    """An issuer with one key. `claims` are those of a good token."""

    algorithm: str
    key_id: str
    claims: Mapping[str, Any]

    @property
    def key(self) -> PrivateKey:
        """The key that signs."""
        return private_key(self.algorithm)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key, as Better Auth publishes it."""
        return public_jwk(self.key, alg=self.algorithm, kid=self.key_id)

    @property
    def header(self) -> dict[str, Any]:
        """The header of a good token."""
        return {"alg": self.algorithm, "kid": self.key_id}

    def token(self, **changes: object) -> str:
        """Return a token with other claims."""
        return sign(self.algorithm, self.key, self.header, changed(self.claims, changes))

    def with_header(self, **changes: object) -> str:
        """Return a token with another header."""
        return sign(self.algorithm, self.key, changed(self.header, changes), self.claims)

    def with_payload(self, payload: object) -> str:
        """Return a token that says anything."""
        return sign(self.algorithm, self.key, self.header, payload)


def key_set(*keys: object) -> bytes:
    """Return a JWK Set."""
    return json.dumps({"keys": keys}).encode()
