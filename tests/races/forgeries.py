"""Tokens that nobody may accept, by what is wrong with them (RFC 8725; RFC 9068 4)."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.tokens import Sealer
from tests.races.forger import ABSENT, Forger, changed, dumped, flipped, public_jwk

Make = Callable[[Forger], str]

DEEP = 1_100
"""More lists in each other than the parser of JSON can take, in a token short enough to be looked at."""
CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp")
KNOWN_SECRET = "better-auth-secret-12345678901234567890"
OTHER_KEY = Ed25519PrivateKey.generate()


def _header(name: str, value: object) -> Make:
    return lambda forger: forger.with_header(**{name: value})


def _claim(name: str, value: object) -> Make:
    return lambda forger: forger.with_claims(**{name: value})


def _each(name: str, make: Callable[[str, Any], Make], values: tuple[object, ...]) -> dict[str, Make]:
    shown = {value: "absent" if value is ABSENT else ascii(value)[:30] for value in map(_hashable, values)}
    return {f"{name} {shown[_hashable(value)]}": make(name, value) for value in values}


def _hashable(value: object) -> object:
    return repr(value) if isinstance(value, list | dict) else value


def _of_better_auth(forger: Forger, key: Any, algorithm: str) -> str:  # noqa: ANN401 - any key that PyJWT takes
    return jwt.encode(changed(forger.user.claims, {"iss": "http://auth.test", "sid": ABSENT}), key, algorithm)


def _in_place(forger: Forger, number: int, part: str) -> str:
    parts = forger.parts()
    parts[number] = part
    return ".".join(parts)


def _flipped(forger: Forger, part: int, bit: int) -> str:
    return _in_place(forger, part, flipped(forger.parts()[part], bit))


def _flipped_seal(forger: Forger, bit: int) -> str:
    return flipped(forger.user.refresh, bit)


ALGORITHMS: dict[str, Make] = {
    **{f"unsigned, alg {name!r}": partial(Forger.unsigned, algorithm=name) for name in ("none", "None", "NONE", "")},
    "another EdDSA key": lambda forger: forger.by(OTHER_KEY, "EdDSA"),
    "ES256": lambda forger: forger.by(ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "RS256": lambda forger: forger.by(rsa.generate_private_key(65537, 2048), "RS256"),
    "HS256 with a secret": lambda forger: forger.keyed(b"a secret of the attacker's own choosing"),
    "HS256 without a secret": lambda forger: forger.keyed(b""),
    "HS256 with the public key": lambda forger: forger.keyed(forger.public(Encoding.Raw, PublicFormat.Raw)),
    "HS256 with the public key as PEM": lambda forger: forger.keyed(
        forger.public(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
    "HS256 with the public key as JWK": lambda forger: forger.keyed(dumped(public_jwk(forger.key))),
    **_each("alg", _header, ("none", "eddsa", "EdDSA ", "HS256", "", None, ["EdDSA"], {"EdDSA": 1}, 1, ABSENT)),
}
"""A2: one algorithm, and never another key source."""

HEADERS: dict[str, Make] = {
    "own key in the header": lambda forger: forger.by(OTHER_KEY, "EdDSA", jwk=public_jwk(OTHER_KEY)),
    "right key in the header": lambda forger: forger.with_header(jwk=public_jwk(forger.key)),
    "jku": _header("jku", "http://127.0.0.1/keys"),
    "x5u": _header("x5u", "http://127.0.0.1/certificate"),
    "x5c": _header("x5c", ["AAAA"]),
    "crit, unknown": lambda forger: forger.with_header(crit=["urn:x"], **{"urn:x": True}),
    "crit, empty": _header("crit", []),
    "b64": lambda forger: forger.with_header(b64=False, crit=["b64"]),
    "zip": _header("zip", "DEF"),
    "cty": _header("cty", "JWT"),
    **_each("typ", _header, ("JWT", "at+JWT", "application/at+jwt", "rt+jwt", "", None, ["at+jwt"], 1, ABSENT)),
    **_each("kid", _header, (ABSENT, None, 1, ["1"], {"a": 1}, "", "unknown", "../../../../dev/null", "' OR '1'='1")),
    **_each("kid", _header, ('a\r\nX: b\n{"level": "info"}', "\u043a\u043b\u044e\u0447", "\ud800", "\0", "k" * 1000)),
    "header is a list": lambda forger: forger.signed(b"[]", dumped(forger.user.claims)),
    "header is deep": lambda forger: forger.signed(b"[" * DEEP, b"{}"),
    "header is no JSON": lambda forger: forger.signed(b"{", dumped(forger.user.claims)),
    "header is no UTF-8": lambda forger: forger.signed(b'{"alg": "\xff"}', dumped(forger.user.claims)),
}
"""A2, A3, A7: our keys by their names, no extension, no other kind of token."""

CONTENTS: dict[str, Make] = {
    **{
        f"{name} {kind}": _claim(name, value) for name in CLAIMS for kind, value in [("absent", ABSENT), ("null", None)]
    },
    **{f"{name} list": _claim(name, ["1"]) for name in CLAIMS},
    **{f"{name} object": _claim(name, {"a": 1}) for name in CLAIMS},
    **{f"{name} boolean": _claim(name, value=True) for name in CLAIMS},
    "another issuer": _claim("iss", "http://auth.test"),
    "issuer with a slash": lambda forger: forger.with_claims(iss=forger.user.claims["iss"] + "/"),
    "issuer in capitals": lambda forger: forger.with_claims(iss=forger.user.claims["iss"].upper()),
    "another audience": _claim("aud", "http://other.test"),
    "audience of refreshing": lambda forger: forger.with_claims(aud=forger.user.claims["aud"] + "/api/auth/refresh"),
    "audience among others": lambda forger: forger.with_claims(aud=[forger.user.claims["aud"], "http://other.test"]),
    "audience in a list": lambda forger: forger.with_claims(aud=[forger.user.claims["aud"]]),
    "ended now": lambda forger: forger.with_claims(exp=int(time.time())),
    "ended long ago": _claim("exp", 0),
    **_each("exp", _claim, (-1, -(2**63), 10**400, 1e308, 2**31 + 0.5, str(2**31), "tomorrow")),
    "exp NaN": lambda forger: forger.with_claims(exp=float("nan")),
    "exp Infinity": lambda forger: forger.with_claims(exp=float("inf")),
    **_each("iat", _claim, (10**400, "yesterday", 1e308)),
    "nobody": lambda forger: forger.with_claims(sub=str(uuid4())),
    "another user": lambda forger: forger.with_claims(sub=forger.other.claims["sub"]),
    "no session": lambda forger: forger.with_claims(sid=str(uuid4())),
    "another user's session": lambda forger: forger.with_claims(sid=forger.other.claims["sid"]),
    **{f"{name} is no id": _claim(name, "' OR '1'='1") for name in ("sub", "sid", "jti")},
    **{f"{name} with NUL": _claim(name, "\0") for name in ("sub", "sid", "jti", "iss", "aud")},
    **{
        f"claims are {text[:20]!r}": partial(Forger.with_payload, payload=text)
        for text in (
            b"",
            b"null",
            b"1",
            b'"text"',
            b"[]",
            b"{}",
            b"{",
            b'{"sub": "\xff"}',
            b"\xef\xbb\xbf{}",
            b"[" * DEEP,
        )
    },
}
"""A1, A4, A5: all claims, exactly ours, and not a second longer."""

SHAPES: dict[str, Make] = {
    "a word": lambda _: "token",
    "dots": lambda _: "..",
    "no signature": lambda forger: ".".join(forger.parts()[:2]),
    "empty signature": lambda forger: ".".join([*forger.parts()[:2], ""]),
    "signature of another token": lambda forger: ".".join([*forger.parts()[:2], forger.other.access.split(".")[2]]),
    "claims of another token": lambda forger: _in_place(forger, 1, forger.other.access.split(".")[1]),
    "a refresh token": lambda forger: forger.user.refresh,
    "another kind of seal": lambda forger: forger.sealed("access", forger.claim),
    "of a Better Auth server": lambda forger: _of_better_auth(forger, OTHER_KEY, "EdDSA"),
    "of a Better Auth secret": lambda forger: _of_better_auth(forger, KNOWN_SECRET, "HS256"),
    "a part more": lambda forger: forger.user.access + ".AAAA",
    "five parts": lambda _: "e30.e30.e30.e30.e30",
    "cut": lambda forger: forger.user.access[:-2],
    "padded": lambda forger: forger.user.access + "==",
    "longer than any": lambda forger: forger.user.access + "A" * 5_000,
    "itself twice": lambda forger: forger.user.access * 2,
    "standard base64": lambda forger: _in_place(forger, 2, "+/" * 43),
    **{
        f"bit {bit} of part {part} flipped": partial(_flipped, part=part, bit=bit)
        for part in range(3)
        for bit in (0, 7, 100, 255, 256, 511)
    },
}
"""What is no JWS of ours at all."""


REFRESHES: dict[str, Make] = {
    "an access token": lambda forger: forger.user.access,
    "a word": lambda _: "token",
    "nothing": lambda _: "",
    "another kind of seal": lambda forger: forger.sealed("sync", forger.claim),
    "a kind that runs on": lambda forger: forger.sealed("refres", b"h" + forger.claim),
    "another secret": lambda forger: Sealer([b"a secret of the attacker's own choosing"]).seal("refresh", forger.claim),
    "a generation to come": lambda forger: forger.sealed("refresh", forger.claim[:-1] + b"\x02"),
    "no generation": lambda forger: forger.sealed("refresh", forger.claim[:-8] + bytes(8)),
    "a claim cut": lambda forger: forger.sealed("refresh", forger.claim[:-1]),
    "a claim with more": lambda forger: forger.sealed("refresh", forger.claim + b"\0"),
    "no claim": lambda forger: forger.sealed("refresh", b""),
    "nobody": lambda forger: forger.sealed("refresh", bytes(16) + forger.claim[16:]),
    "no session": lambda forger: forger.sealed("refresh", forger.claim[:16] + bytes(16) + forger.claim[32:]),
    "another user's session": lambda forger: forger.sealed("refresh", forger.claim[:16] + forger.other_claim[16:]),
    "cut": lambda forger: forger.user.refresh[:-2],
    "padded": lambda forger: forger.user.refresh + "=",
    "with blanks": lambda forger: f" {forger.user.refresh}\n",
    "with NUL": lambda forger: forger.user.refresh + "\0",
    "not ASCII": lambda forger: forger.user.refresh + "\u043a",
    "itself twice": lambda forger: forger.user.refresh * 2,
    "longer than any": lambda forger: forger.user.refresh + "A" * 5_000,
    **{f"bit {bit} flipped": partial(_flipped_seal, bit=bit) for bit in range(0, 608, 19)},
}
"""R1, R6: nothing but what the server sealed, for this, and never the end of somebody's session."""


ACCESSES = ALGORITHMS | HEADERS | CONTENTS | SHAPES
