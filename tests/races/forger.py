"""Somebody who makes tokens that are almost right."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm

from adapters.tokens import Sealer
from adapters.tokens.seal import KEY_ID, TAG
from tests.races.conftest import Pair, User

ABSENT = object()
"""In place of a member: leave it out."""


def encoded(raw: bytes) -> str:
    """Return URL-safe base64 without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return what URL-safe base64 without padding encodes."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def dumped(value: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value).encode()


def changed(members: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """Return members with others, and without those that are `ABSENT` now."""
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}


def flipped(text: str, bit: int) -> str:
    """Return what base64 says with another value of one bit."""
    raw = bytearray(decoded(text))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return encoded(bytes(raw))


def public_jwk(key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the public half of a key as anybody may have it."""
    return OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)


@attrs.frozen
class Forger:
    """Has the good tokens of two users, and the server's keys, which no attacker has.

    With the right key only the check that a forgery is about can refuse it.
    """

    user: User
    other: User
    key: Ed25519PrivateKey
    sealer: Sealer

    @classmethod
    def at(cls, pair: Pair) -> "Forger":
        """Take the key that signs."""
        user = pair.join()
        keys = {key["kid"]: key for key in json.loads(pair.signing_keys.read_text())["keys"]}
        key = OKPAlgorithm.from_jwk(keys[jwt.get_unverified_header(user.access)["kid"]])
        assert isinstance(key, Ed25519PrivateKey)
        secret = pair.signing_keys.with_name("secret").read_bytes()
        return cls(user, pair.join(), key, Sealer([secret]))

    @property
    def claim(self) -> bytes:
        """What the user's refresh token says: user, session, generation."""
        return decoded(self.user.refresh)[KEY_ID:-TAG]

    @property
    def other_claim(self) -> bytes:
        """What the other's says."""
        return decoded(self.other.refresh)[KEY_ID:-TAG]

    def sealed(self, kind: str, payload: bytes) -> str:
        """Return any payload, sealed with the right secret."""
        return self.sealer.seal(kind, payload)

    @property
    def header(self) -> dict[str, Any]:
        """The header of the user's token."""
        return jwt.get_unverified_header(self.user.access)

    def parts(self) -> list[str]:
        """Return header, payload and signature of the user's token."""
        return self.user.access.split(".")

    def signed(self, header: bytes, payload: bytes) -> str:
        """Return any header and any payload, signed with the right key."""
        text = f"{encoded(header)}.{encoded(payload)}"
        return f"{text}.{encoded(self.key.sign(text.encode()))}"

    def with_header(self, **members: object) -> str:
        """Return the user's token with another header, signed with the right key."""
        return self.signed(dumped(changed(self.header, members)), dumped(self.user.claims))

    def with_claims(self, **members: object) -> str:
        """Return the user's token with other claims, signed with the right key."""
        return self.signed(dumped(self.header), dumped(changed(self.user.claims, members)))

    def with_payload(self, payload: bytes) -> str:
        """Return any bytes as claims, signed with the right key."""
        return self.signed(dumped(self.header), payload)

    def unsigned(self, algorithm: str) -> str:
        """Return the user's claims without a signature."""
        return f"{encoded(dumped({**self.header, 'alg': algorithm}))}.{encoded(dumped(self.user.claims))}."

    def by(self, key: Any, algorithm: str, **members: object) -> str:  # noqa: ANN401 - any key that PyJWT takes
        """Return the user's claims, signed with another key."""
        return jwt.encode(self.user.claims, key, algorithm, changed(self.header, {"alg": algorithm, **members}))

    def keyed(self, secret: bytes) -> str:
        """Return the user's claims under HS256, with something public as the secret (RFC 8725 2.1)."""
        text = f"{encoded(dumped({**self.header, 'alg': 'HS256'}))}.{encoded(dumped(self.user.claims))}"
        return f"{text}.{encoded(HMACAlgorithm(HMACAlgorithm.SHA256).sign(text.encode(), secret))}"

    def public(self, encoding: Encoding, form: PublicFormat) -> bytes:
        """Return the public half of the right key."""
        return self.key.public_key().public_bytes(encoding, form)
