"""Access tokens: what RFC 9068 and RFC 8725 ask, and every forgery that they warn of (A1 to A5)."""

import base64
import datetime as dt
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.tokens import AccessTokens, KeyFile, KeySet, Sealer, SignedTokens
from todo_core.errors import InvalidToken
from todo_core.ports import Tokens
from todo_core.sessions import AccessClaims, RefreshClaim, SessionId
from todo_core.testing import ManualClock
from todo_core.users import UserId

ISSUER = "https://todo.example.com"
USER, SESSION = UserId(UUID(int=1)), SessionId(UUID(int=2))


def claims(clock: ManualClock, number: int = 3) -> AccessClaims:
    """Return claims of a token made now, for ten minutes."""
    now = clock.now()
    return AccessClaims(USER, SESSION, UUID(int=number), now, now + dt.timedelta(minutes=10))


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that tests move."""
    return ManualClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with one signing key."""
    file = tmp_path / "signing.json"
    file.write_text(KeySet.generate().dump())
    return file


@pytest.fixture
def access(file: Path, clock: ManualClock) -> AccessTokens:
    """Return the tokens of one process."""
    return AccessTokens(ISSUER, clock, KeyFile.open(file))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and payload of a token, unverified."""
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])


def segment(value: object) -> str:
    """Return a JWS segment that holds a JSON value."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed(access: AccessTokens, header: object, payload: object) -> str:
    """Return a token with any header and payload, signed with the right key."""
    message = f"{segment(header)}.{segment(payload)}"
    signature = access.keys.keys().keys[0].private.sign(message.encode())
    return f"{message}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def refused(access: AccessTokens, token: str) -> None:
    """Check that a token is refused, twice: nothing of it is remembered."""
    for _ in range(2):
        with pytest.raises(InvalidToken):
            access.read(token)


def test_token_content(access: AccessTokens, clock: ManualClock) -> None:
    """A token has the header and the claims of the contract, and nothing personal."""
    token = access.make(claims(clock))

    header, payload = parts(token)
    now = int(clock.now().timestamp())
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": access.keys.keys().keys[0].id}
    assert payload == {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": str(USER),
        "sid": str(SESSION),
        "jti": str(UUID(int=3)),
        "iat": now,
        "exp": now + 600,
    }


def test_round_trip(access: AccessTokens, file: Path, clock: ManualClock) -> None:
    """What was signed is read again, by this process and by another one with the same file."""
    token = access.make(claims(clock))

    assert access.read(token) == claims(clock)
    assert access.read(token) == claims(clock)
    assert AccessTokens(ISSUER, clock, KeyFile.open(file)).read(token) == claims(clock)


def test_everybody_can_verify(access: AccessTokens, clock: ManualClock) -> None:
    """The public JWK Set verifies a token, and holds no private member."""
    public = access.keys.keys().public(clock.now())

    (key,) = jwt.PyJWKSet.from_dict(public).keys
    payload = jwt.decode(
        access.make(claims(clock)),
        key,
        algorithms=["EdDSA"],
        audience=ISSUER,
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert payload["sub"] == str(USER)
    assert public["keys"] == [
        {"kid": key.key_id, "use": "sig", "alg": "EdDSA", "kty": "OKP", "crv": "Ed25519", "x": key._jwk_data["x"]}
    ]


def test_expiry_has_no_leeway(access: AccessTokens, clock: ManualClock) -> None:
    """A token ends at the second that it names, remembered or not, by the clock of the port."""
    token = access.make(claims(clock))
    fresh = AccessTokens(ISSUER, clock, access.keys)

    clock.advance(dt.timedelta(seconds=599, microseconds=999_999))
    assert access.read(token) == fresh.read(token)

    clock.advance(dt.timedelta(microseconds=1))
    refused(access, token)
    refused(fresh, token)
    refused(AccessTokens(ISSUER, clock, access.keys), token)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "jti", "iat", "exp"])
@pytest.mark.parametrize("change", ["absent", "null", "number", "text", "list", "object", "true"])
def test_claims_are_required_and_typed(access: AccessTokens, clock: ManualClock, name: str, change: str) -> None:
    """A token with a right signature but a claim that is absent or of another kind is refused."""
    header, payload = parts(access.make(claims(clock)))
    wrong: dict[str, object] = {
        "null": None,
        "number": 7 if name not in ("iat", "exp") else 1e400,
        "text": "x",
        "list": [payload[name]],
        "object": {"": payload[name]},
        "true": True,
    }
    payload[name] = wrong.get(change)
    if change == "absent":
        del payload[name]

    refused(access, signed(access, header, payload))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", ISSUER + "/"),
        ("iss", "https://TODO.example.com"),
        ("aud", "https://other.example.com"),
        ("aud", [ISSUER, "https://other.example.com"]),
        ("exp", 10**30),
        ("exp", -(10**30)),
        ("exp", -(2**63)),
    ],
)
def test_issuer_and_audience_are_exact(access: AccessTokens, clock: ManualClock, name: str, value: object) -> None:
    """Another issuer, another audience, or one audience of several, is refused."""
    header, payload = parts(access.make(claims(clock)))

    refused(access, signed(access, header, {**payload, name: value}))


@pytest.mark.parametrize(
    "change",
    [
        {"typ": "JWT"},
        {"typ": "rt+jwt"},
        {"typ": "AT+JWT"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "Ed448"},
        {"alg": ["EdDSA"]},
        {"kid": None},
        {"kid": 7},
        {"kid": ""},
        {"kid": "../signing"},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"crit": []},
        {"cty": "JWT"},
    ],
)
def test_header_is_exact(access: AccessTokens, clock: ManualClock, change: dict[str, object]) -> None:
    """A header that says anything but our algorithm, type and key is refused, although the signature is right."""
    header, payload = parts(access.make(claims(clock)))

    refused(access, signed(access, {**header, **change}, payload))


@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_header_is_complete(access: AccessTokens, clock: ManualClock, name: str) -> None:
    """A header with a member missing is refused."""
    header, payload = parts(access.make(claims(clock)))
    del header[name]

    refused(access, signed(access, header, payload))


def test_other_keys(access: AccessTokens, clock: ManualClock) -> None:
    """A token signed with a stranger's key is refused, under the stranger's key id, ours, and with the key inside."""
    token = access.make(claims(clock))
    header, payload = parts(token)
    stranger = Ed25519PrivateKey.generate()
    inside = jwt.algorithms.OKPAlgorithm.to_jwk(stranger.public_key(), as_dict=True)

    for headers in ({"kid": header["kid"]}, {"kid": "stranger"}, {"kid": header["kid"], "jwk": inside}):
        refused(access, jwt.encode(payload, stranger, "EdDSA", headers={"typ": "at+jwt", **headers}))


def test_unsigned(access: AccessTokens, clock: ManualClock) -> None:
    """A token without signature is refused, whatever its header says."""
    header, payload = parts(access.make(claims(clock)))

    for algorithm in ("none", "None", "EdDSA"):
        refused(access, f"{segment({**header, 'alg': algorithm})}.{segment(payload)}.")


def test_public_key_as_hmac_secret(access: AccessTokens, clock: ManualClock) -> None:
    """A token under HMAC with the public key as its secret, in any of its forms, is refused."""
    header, payload = parts(access.make(claims(clock)))
    public = access.keys.keys().keys[0].public
    message = f"{segment({**header, 'alg': 'HS256'})}.{segment(payload)}"

    for secret in (
        public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)).encode(),
    ):
        tag = base64.urlsafe_b64encode(hmac.digest(secret, message.encode(), "sha256")).decode().rstrip("=")
        refused(access, f"{message}.{tag}")


@given(position=st.integers(min_value=0), bit=st.integers(0, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_flipped_bit(access: AccessTokens, clock: ManualClock, position: int, bit: int) -> None:
    """A token of which one bit was changed is refused, the spare bits of its last character included."""
    raw = bytearray(access.make(claims(clock)).encode())
    raw[position % len(raw)] ^= 1 << bit

    refused(access, raw.decode())


@given(token=st.text(max_size=300) | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]*", fullmatch=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage(access: AccessTokens, token: str) -> None:
    """Any text at all is refused in one way."""
    refused(access, token)


@pytest.mark.parametrize(
    "token", ["a" * 10**6, "[" * 2000, "..", "a.b.c.d.e", "\ud800", f"{segment([])}.{segment(1)}.AA"]
)
def test_hostile(access: AccessTokens, token: str) -> None:
    """Huge, deep and crooked texts are refused in the same way."""
    refused(access, token)


def test_padding(access: AccessTokens, clock: ManualClock) -> None:
    """A signature may not be written in a second way."""
    token = access.make(claims(clock))

    refused(access, token + "==")
    refused(access, token + "\n")
    refused(access, " " + token)


def test_remembers_no_token(access: AccessTokens, clock: ManualClock) -> None:
    """What is remembered of a verified token is bounded, and does not contain the token."""
    few = AccessTokens(ISSUER, clock, access.keys, remembered=2)
    tokens = [few.make(claims(clock, number)) for number in range(5)]

    for token in tokens:
        few.read(token)

    assert len(few._verified) == 2
    assert not any(token in repr(vars_of(few)) for token in tokens)


def vars_of(access: AccessTokens) -> list[object]:
    """Return what is remembered."""
    return [access._verified]


def test_a_hit_verifies_nothing(access: AccessTokens, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signature of a token is verified the first time only."""
    token = access.make(claims(clock))
    access.read(token)
    monkeypatch.setattr(jwt, "decode", None)

    assert access.read(token) == claims(clock)


@pytest.fixture
def tokens(access: AccessTokens) -> Tokens:
    """Return the whole port."""
    return SignedTokens(access, Sealer([b"a secret of at least 32 bytes!!!"]))


async def test_the_port(tokens: Tokens, clock: ManualClock) -> None:
    """The port reads what it made."""
    claim = RefreshClaim(USER, SESSION, 2**63)

    assert await tokens.read_access(tokens.access(claims(clock))) == claims(clock)
    assert tokens.read_refresh(tokens.refresh(claim)) == claim
    assert tokens.refresh(claim) == tokens.refresh(claim)


async def test_kinds_never_mix(tokens: Tokens, clock: ManualClock) -> None:
    """An access token is no refresh token, nor the reverse; nor is a cursor with the very same content."""
    refresh = tokens.refresh(RefreshClaim(USER, SESSION, 1))
    cursor = Sealer([b"a secret of at least 32 bytes!!!"]).seal("cursor", USER.bytes + SESSION.bytes + bytes(7) + b"\1")
    short = Sealer([b"a secret of at least 32 bytes!!!"]).seal("refresh", b"short")

    for token in (tokens.access(claims(clock)), cursor, short):
        with pytest.raises(InvalidToken):
            tokens.read_refresh(token)
    with pytest.raises(InvalidToken):
        await tokens.read_access(refresh)
