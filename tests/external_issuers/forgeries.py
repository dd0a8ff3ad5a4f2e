"""Tokens that are almost those of an external issuer, each made from a good one by somebody who can sign."""

import base64
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tests.external_issuers.signer import (
    ABSENT,
    PrivateKey,
    Signer,
    private_jwk,
    private_key,
    public_jwk,
    segment,
    sign,
)

Make = Callable[[Signer], str]
DAY = 86_400


def _header(changes: Mapping[str, object]) -> Make:
    """Return who signs a token with another header."""
    return lambda signer: signer.with_header(**changes)


def _claims(**changes: object) -> Make:
    """Return who signs a token with other claims."""
    return lambda signer: signer.token(**changes)


def _later(claim: str, seconds: float) -> Make:
    """Return who sets a time so much behind the token's making."""
    return lambda signer: signer.token(**{claim: signer.claims["iat"] + seconds})


def _by(signer: Signer, algorithm: str, key: Any, **header: object) -> str:  # noqa: ANN401 - a key of any algorithm
    """Sign with another key or algorithm."""
    return sign(algorithm, key, {**signer.header, "alg": algorithm, **header}, signer.claims)


def _other(signer: Signer) -> PrivateKey:
    """Return a key of the attacker's own."""
    return private_key(signer.algorithm, "the attacker")


def _with_jwk_as_secret(signer: Signer) -> str:
    """Sign with the public key as the secret of an HMAC, the oldest trick (RFC 8725 2.1)."""
    return _by(signer, "HS256", json.dumps(signer.jwk).encode())


def _part(signer: Signer, position: int, text: str) -> str:
    parts = signer.token().split(".")
    parts[position] = text
    return ".".join(parts)


def _flipped(signer: Signer, position: int, bit: int) -> str:
    """Flip one bit of a part."""
    text = signer.token().split(".")[position]
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return _part(signer, position, segment(bytes(raw)))


ODD_HEADERS: dict[str, dict[str, object]] = {
    "no key id": {"kid": ABSENT},
    "null for a key id": {"kid": None},
    "a number for a key id": {"kid": 1},
    "an empty key id": {"kid": ""},
    "an unknown key id": {"kid": "nobody's"},
    "a path for a key id": {"kid": "../../../../dev/null"},
    "SQL for a key id": {"kid": "' OR '1'='1"},
    "an endless key id": {"kid": "k" * 300},
    "our own type": {"typ": "at+jwt"},
    "the type of a refresh token": {"typ": "rt+jwt"},
    "the type of a session cookie": {"typ": "better-auth.session-cache+jwt"},
    "a type in small letters": {"typ": "jwt"},
    "an empty type": {"typ": ""},
    "null for a type": {"typ": None},
    "a list for a type": {"typ": ["JWT"]},
    "no algorithm": {"alg": ABSENT},
    "null for an algorithm": {"alg": None},
    "algorithm none": {"alg": "none"},
    "algorithm None": {"alg": "None"},
    "an unknown algorithm": {"alg": "XX256"},
    "an algorithm in small letters": {"alg": "eddsa"},
    "a key of its own": {"jwk": public_jwk(private_key("EdDSA"))},
    "an address of keys": {"jku": "https://evil.example/jwks"},
    "an address of certificates": {"x5u": "https://evil.example/chain"},
    "a certificate": {"x5c": ["AAAA"]},
    "a critical extension": {"crit": ["exp"], "exp": 1},
    "an empty critical list": {"crit": []},
    "a payload that is not encoded": {"b64": False, "crit": ["b64"]},
    "a content type": {"cty": "JWT"},
    "compression": {"zip": "DEF"},
}
HEADERS = {f"{name} in the header": _header(header) for name, header in ODD_HEADERS.items()}
"""Headers of tokens that are signed well."""

ODD_VALUES: tuple[object, ...] = (None, True, {}, [])
CLAIMS: dict[str, Make] = {
    **{f"no {claim}": _claims(**{claim: ABSENT}) for claim in ("iss", "aud", "sub", "iat", "exp")},
    **{
        f"{value!r} for {claim}": _claims(**{claim: value})
        for claim in ("iss", "aud", "sub", "iat", "exp")
        for value in ODD_VALUES
    },
    **{f"a word for {claim}": _claims(**{claim: "word"}) for claim in ("iss", "aud", "iat", "exp")},
    "another issuer": _claims(iss="https://evil.example"),
    "the issuer with a slash": lambda signer: signer.token(iss=signer.claims["iss"] + "/"),
    "the issuer in capitals": lambda signer: signer.token(iss=signer.claims["iss"].upper()),
    "the issuer in a list": lambda signer: signer.token(iss=[signer.claims["iss"]]),
    "another audience": _claims(aud="https://other.example"),
    "the audience with a slash": lambda signer: signer.token(aud=signer.claims["aud"] + "/"),
    "other audiences": _claims(aud=["https://other.example", "account"]),
    "audiences that are no texts": lambda signer: signer.token(aud=[signer.claims["aud"], 1]),
    "the audience of a session cookie": _claims(aud="better-auth:session-cache"),
    "an empty subject": _claims(sub=""),
    "a number for a subject": _claims(sub=1),
    "a subject of 256 characters": _claims(sub="s" * 256),
    "a subject with NUL": _claims(sub="a\0b"),
    "a subject with a line end": _claims(sub="a\nb"),
    "half a character for a subject": _claims(sub="\ud800"),
    "expired a second ago": lambda signer: signer.token(iat=signer.claims["iat"] - 60, exp=signer.claims["iat"] - 1),
    "expired long ago": _claims(iat=1, exp=2),
    "issued after its end": lambda signer: signer.token(exp=signer.claims["iat"] - 100),
    "issued in a minute": _later("iat", 60),
    "good in a minute": _later("nbf", 60),
    "a word for the beginning": _claims(nbf="word"),
    "null for the beginning": _claims(nbf=None),
    "more than a day to live": _later("exp", DAY + 1),
    "for ever": _claims(exp=10**18),
    "infinity for an end": lambda signer: signer.with_payload(
        json.dumps(dict(signer.claims)).replace('"exp": ', '"exp": 1e999, "old": ').encode()
    ),
    "not a number for an end": lambda signer: signer.with_payload(
        json.dumps(dict(signer.claims)).replace('"exp": ', '"exp": NaN, "old": ').encode()
    ),
    "text for an end": lambda signer: signer.token(exp=str(signer.claims["exp"])),
    "a beginning before the year 1": _claims(iat=-(10**12)),
    "the second of the first year": _claims(iat=-62_135_596_800),
}
"""Claims of tokens that are signed well."""

PAYLOADS: dict[str, Make] = {
    f"payload {payload[:20]!r}": partial(Signer.with_payload, payload=payload)
    for payload in (
        b"",
        b"null",
        b"1",
        b'"text"',
        b"[]",
        b"{}",
        b"{",
        b'{"sub": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 5_000,
        b"9" * 5_000,
    )
}
"""What is signed well and is no set of claims."""

SIGNATURES: dict[str, Make] = {
    "somebody else's key": lambda signer: _by(signer, signer.algorithm, _other(signer)),
    "the public key as a secret": _with_jwk_as_secret,
    "an empty secret": lambda signer: _by(signer, "HS256", b""),
    "a key that the token brings": lambda signer: _by(
        signer, "EdDSA", _other(signer), jwk=public_jwk(_other(signer), kid=signer.key_id)
    ),
    "another algorithm with a key of its own": lambda signer: _by(signer, "ES256", private_key("ES256")),
    "no signature": lambda signer: ".".join(signer.token().split(".")[:2]),
    "an empty signature": lambda signer: _part(signer, 2, ""),
    "algorithm none and no signature": lambda signer: (
        f"{segment({'alg': 'none', 'kid': signer.key_id})}.{segment(dict(signer.claims))}."
    ),
    "a signature of zeros": lambda signer: _part(signer, 2, segment(bytes(64))),
    "the signature of another token": lambda signer: _part(signer, 2, signer.token(sub="other").split(".")[2]),
    "the claims of another token": lambda signer: _part(signer, 1, signer.token(sub="other").split(".")[1]),
    "a private key for a token": lambda _: segment(private_jwk(private_key("RS256"))),
    **{
        f"bit {bit} of part {part} flipped": partial(_flipped, position=part, bit=bit)
        for part in range(3)
        for bit in (0, 7, 100, 255)
    },
}

SHAPES: dict[str, Make] = {
    "a word": lambda _: "token",
    "dots": lambda _: "..",
    "a part more": lambda signer: signer.token() + ".AAAA",
    "five parts": lambda _: "e30.e30.e30.e30.e30",
    "encrypted": lambda _: f"{segment({'alg': 'dir', 'enc': 'A256GCM'})}..AAAA.AAAA.AAAA",
    "cut": lambda signer: signer.token()[:-2],
    "padded": lambda signer: signer.token() + "==",
    "itself twice": lambda signer: signer.token() * 2,
    "longer than any": lambda signer: signer.token(name="n" * 8_000),
    "standard base64": lambda signer: _part(signer, 2, "+/" * 43),
    "a header that is no JSON": lambda signer: _part(signer, 0, segment(b"{")),
    "a header that is a list": lambda signer: _part(signer, 0, segment([])),
    "a deep header": lambda signer: _part(signer, 0, segment(b"[" * 5_000)),
}


FORGERIES: Mapping[str, Make] = HEADERS | CLAIMS | PAYLOADS | SIGNATURES | SHAPES
"""Everything here is 401."""
