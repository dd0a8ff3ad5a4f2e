"""What is taken for a key of an issuer, and what is not."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapters.external_issuers.keys import NoKeys, parse_key_set
from tests.external_issuers.signer import ABSENT, changed, key_set, private_jwk, private_key, public_jwk

ED25519 = public_jwk(private_key("EdDSA"), kid="one")
OCT = {"kty": "oct", "k": "c2VjcmV0IHRoYXQgaXMgbG9uZyBlbm91Z2ggZm9yIEhTMjU2IQ", "kid": "one"}

ALGORITHMS: dict[str, tuple[dict[str, Any], str]] = {
    "Ed25519, unnamed": (ED25519, "EdDSA"),
    "Ed25519": ({**ED25519, "alg": "EdDSA"}, "EdDSA"),
    "P-256, unnamed": (public_jwk(private_key("ES256"), kid="one"), "ES256"),
    "P-521, unnamed": (public_jwk(private_key("ES512"), kid="one"), "ES512"),
    "RSA, unnamed": (public_jwk(private_key("RS256"), kid="one"), "RS256"),
    "RSA for PSS": (public_jwk(private_key("PS256"), kid="one", alg="PS256"), "PS256"),
    "for signatures": ({**ED25519, "use": "sig", "key_ops": ["verify"]}, "EdDSA"),
    "with members of somebody's own": ({**ED25519, "x5t": "AAAA", "note": None}, "EdDSA"),
}

UNUSABLE: dict[str, object] = {
    "a secret": OCT,
    "a secret for HS256": {**OCT, "alg": "HS256"},
    "a secret that calls itself EdDSA": {**OCT, "alg": "EdDSA"},
    "a public key for HS256": {**ED25519, "alg": "HS256"},
    "a public key for nothing": {**ED25519, "alg": "none"},
    "an algorithm of another type": {**ED25519, "alg": "ES256"},
    "an algorithm that is no text": {**ED25519, "alg": ["EdDSA"]},
    "null for an algorithm": {**ED25519, "alg": None},
    "a curve of another algorithm": public_jwk(private_key("ES256"), kid="one", alg="ES512"),
    "P-384": public_jwk(private_key("ES384"), kid="one", alg="ES384"),
    "secp256k1": public_jwk(ec.generate_private_key(ec.SECP256K1()), kid="one"),
    "X25519": {**ED25519, "crv": "X25519"},
    "RSA of 1024 bits": public_jwk(rsa.generate_private_key(65537, 1024), kid="one"),  # noqa: S505 - it must be weak
    "RSA of 16,000 bits": {"kty": "RSA", "kid": "one", "n": "_" * 2_667, "e": "AQAB"},
    "RSA with an even exponent": public_jwk(private_key("RS256"), kid="one", e="AAAC"),
    "for encryption": {**ED25519, "use": "enc"},
    "for signing only": {**ED25519, "key_ops": ["sign"]},
    "operations that are no list": {**ED25519, "key_ops": "verify"},
    "a private key": private_jwk(private_key("EdDSA"), kid="one"),
    "no id": changed(ED25519, {"kid": ABSENT}),
    "an empty id": {**ED25519, "kid": ""},
    "an id that is no text": {**ED25519, "kid": 1},
    "an endless id": {**ED25519, "kid": "1" * 257},
    "no type": changed(ED25519, {"kty": ABSENT}),
    "a type that is no text": {**ED25519, "kty": ["OKP"]},
    "no point": changed(ED25519, {"x": ABSENT}),
    "half a point": {**ED25519, "x": "AAAA"},
    "a point that is no text": {**ED25519, "x": 1},
    "a point off the curve": {**public_jwk(private_key("ES256"), kid="one"), "x": "A" * 43},
    "a list": [],
    "text": "key",
    "null": None,
}

NO_SETS: dict[str, bytes] = {
    "nothing": b"",
    "HTML": b"<!doctype html><title>Not found</title>",
    "bytes": b"\xff\xfe\x00",
    "half a set": key_set(ED25519)[:-3],
    "a list": b"[]",
    "null": b"null",
    "no keys": b"{}",
    "keys that are no list": json.dumps({"keys": {"one": ED25519}}).encode(),
    "an empty list": key_set(),
    "a key alone": json.dumps(ED25519).encode(),
    "deep": b'{"keys":' + b"[" * 50_000,
    "a number too long to read": b'{"keys":' + b"9" * 5_000 + b"}",
}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_usable_keys(name: str) -> None:
    """A key is bound to the algorithm that it names, or to that of its type."""
    member, algorithm = ALGORITHMS[name]

    assert {"one": algorithm} == {key_id: key.algorithm_name for key_id, key in parse_key_set(key_set(member)).items()}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_keys(name: str) -> None:
    """A key that cannot or must not verify is skipped; a set with no other is none."""
    good = public_jwk(private_key("ES256"), kid="two")

    assert ["two"] == [*parse_key_set(key_set(UNUSABLE[name], good))]
    with pytest.raises(NoKeys, match="none of its 1 keys"):
        parse_key_set(key_set(UNUSABLE[name]))


@pytest.mark.parametrize("name", NO_SETS)
def test_what_is_no_set(name: str) -> None:
    """Anything but a JWK Set is refused, and the message shows nothing of it."""
    with pytest.raises(NoKeys, match=r"not a JWK Set|is no list|none of its 0 keys"):
        parse_key_set(NO_SETS[name])


def test_two_keys_with_one_id() -> None:
    """Of two keys with the same id the first counts."""
    other = public_jwk(private_key("ES256"), kid="one")

    assert "EdDSA" == parse_key_set(key_set(ED25519, other))["one"].algorithm_name
