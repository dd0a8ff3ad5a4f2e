"""Reading the tokens of an external issuer: what the contract and RFC 8725 ask, and what almost fits."""

import datetime as dt
import hashlib
from typing import Any

import attrs
import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.external_issuers import ExternalTokens, RemoteKeys, SharedSecret
from tests.external_issuers.forgeries import CLAIMS, FORGERIES, PAYLOADS
from tests.external_issuers.signer import ABSENT, Signer, key_set, public_jwk, sign
from todo_core.errors import InvalidToken, Unavailable
from todo_core.identities import ExternalClaims, Identity
from todo_core.testing import ManualClock

ISSUER = "https://auth.example.com"
SECRET = b"a secret of thirty-two bytes, yes"
SUBJECT = "AIYDhvGQSVzfUJzBCseigYqfRm4RAHRd"
ALGORITHMS = ["EdDSA", "ES256", "ES512", "RS256", "PS256"]


@attrs.define
class Issuer:
    """An issuer, and who reads its tokens. Counts how often its keys are fetched."""

    signer: Signer
    clock: ManualClock
    fetched: int = 0
    keys: list[dict[str, Any]] = attrs.field(factory=list)
    tokens: ExternalTokens = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.keys = self.keys or [self.signer.jwk]
        self.tokens = ExternalTokens(ISSUER, ISSUER, self.clock, RemoteKeys(self._fetch, self.clock))

    @classmethod
    def of(cls, algorithm: str = "EdDSA") -> "Issuer":
        """Return an issuer with a key for this algorithm."""
        clock = ManualClock()
        seconds = int(clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": ISSUER, "sub": SUBJECT, "iat": seconds, "exp": seconds + 900, "name": "Ann"}
        return cls(Signer(algorithm, "one", claims), clock)

    async def _fetch(self) -> bytes:
        self.fetched += 1
        return key_set(*self.keys)

    async def subject(self, **claims: object) -> str:
        """Return whose token this is, or why it is nobody's."""
        try:
            return (await self.tokens.read(self.signer.token(**claims))).identity.subject
        except InvalidToken:
            return "refused"


@pytest.fixture
def issuer() -> Issuer:
    """Give an issuer with an Ed25519 key."""
    return Issuer.of()


def shared_secret(clock: ManualClock) -> ExternalTokens:
    """Return who reads tokens that a shared secret signs."""
    return ExternalTokens(ISSUER, ISSUER, clock, SharedSecret(SECRET))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_good_tokens(algorithm: str) -> None:
    """A token of each algorithm says who, when and for how long, the first time and again."""
    issuer = Issuer.of(algorithm)
    now = issuer.clock.now()
    expected = ExternalClaims(Identity(ISSUER, SUBJECT), now, now + dt.timedelta(minutes=15), name="Ann")

    token = issuer.signer.token()
    assert not issuer.tokens.knows(token)
    assert [expected] * 2 == [await issuer.tokens.read(token) for _ in range(2)]
    assert issuer.tokens.knows(token)
    assert 1 == issuer.fetched


@pytest.mark.parametrize("name", FORGERIES)
async def test_forgeries(issuer: Issuer, name: str) -> None:
    """What is not exactly a token of the issuer is refused, and nothing of it is remembered."""
    token = FORGERIES[name](issuer.signer)

    for _ in range(2):
        with pytest.raises(InvalidToken):
            await issuer.tokens.read(token)
    assert not issuer.tokens.knows(token)
    assert SUBJECT == await issuer.subject()


@pytest.mark.parametrize("name", CLAIMS | PAYLOADS)
async def test_what_is_wrong_without_a_key(issuer: Issuer, name: str) -> None:
    """What is wrong whatever the keys are costs no fetch: it is refused while there are no keys, too."""
    with pytest.raises(InvalidToken):
        await issuer.tokens.read(FORGERIES[name](issuer.signer))

    assert 0 == issuer.fetched


async def test_no_keys() -> None:
    """A token that only a key could judge is not refused while no key is known."""
    issuer = Issuer.of()
    issuer.keys = [{"kty": "oct", "k": "AAAA", "kid": "one"}]

    with pytest.raises(Unavailable):
        await issuer.tokens.read(issuer.signer.token())


async def test_secret_in_a_key_set(issuer: Issuer) -> None:
    """A secret among public keys verifies nothing, whatever the token says."""
    text = jwt.utils.base64url_encode(SECRET).decode()
    issuer.keys.append({"kty": "oct", "k": text, "kid": "two", "alg": "HS256"})

    with pytest.raises(InvalidToken):
        await issuer.tokens.read(sign("HS256", SECRET, {"alg": "HS256", "kid": "two"}, issuer.signer.claims))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"aud": ["https://other.example", ISSUER]}, SUBJECT),
        ({"aud": [ISSUER]}, SUBJECT),
        ({"sub": "s" * 255}, "s" * 255),
        ({"sub": " "}, " "),
        ({"sub": "e\u0301"}, "e\u0301"),
        ({"sub": "\u00e9"}, "\u00e9"),
        ({"iat": 1_767_225_610}, SUBJECT),
        ({"iat": 1_767_225_611}, "refused"),
        ({"iat": 1_767_225_599.5}, SUBJECT),
        ({"nbf": 1_767_225_610}, SUBJECT),
        ({"nbf": 1_767_225_611}, "refused"),
        ({"exp": 1_767_225_601}, SUBJECT),
        ({"exp": 1_767_225_600}, "refused"),
        ({"iat": 1_767_225_600, "exp": 1_767_312_000}, SUBJECT),
        ({"iat": 1_767_225_599, "exp": 1_767_312_000}, "refused"),
        ({"jti": ABSENT, "name": 1}, SUBJECT),
    ],
)
async def test_edges(issuer: Issuer, claims: dict[str, object], expected: str) -> None:
    """Subjects, audiences and times are good up to their bounds, and not a step further."""
    assert expected == await issuer.subject(**claims)


async def test_names(issuer: Issuer) -> None:
    """The name is what the token says, if that is text."""
    names = ["Ann", "", None, 1, ["Ann"], ABSENT]

    assert ["Ann", "", None, None, None, None] == [
        (await issuer.tokens.read(issuer.signer.token(name=name))).name for name in names
    ]


@pytest.mark.parametrize("header", [{}, {"typ": "JWT"}])
async def test_types(issuer: Issuer, header: dict[str, str]) -> None:
    """The type is JWT, or not there."""
    assert SUBJECT == (await issuer.tokens.read(issuer.signer.with_header(**header))).identity.subject


async def test_the_time_is_asked_each_time(issuer: Issuer) -> None:
    """A token whose signature is remembered expires all the same."""
    assert SUBJECT == await issuer.subject()
    issuer.clock.advance(dt.timedelta(seconds=899))
    assert SUBJECT == await issuer.subject()
    issuer.clock.advance(dt.timedelta(seconds=1))
    assert "refused" == await issuer.subject()


async def test_the_key_is_asked_each_time(issuer: Issuer) -> None:
    """A token whose signature is remembered ends with its key, and is verified anew under another of the same id."""
    assert SUBJECT == await issuer.subject()
    issuer.keys = [public_jwk(Issuer.of("ES256").signer.key, kid="one")]
    issuer.clock.advance(dt.timedelta(minutes=5))

    assert "refused" == await issuer.subject()


async def test_few_are_remembered(issuer: Issuer) -> None:
    """What is remembered is bounded, the token used last stays, and no token is kept as it is."""
    issuer.tokens = ExternalTokens(ISSUER, ISSUER, issuer.clock, issuer.tokens.keys, remembered=2)
    tokens = [issuer.signer.token(jti=str(number)) for number in range(3)]
    for token in [*tokens[:2], tokens[0], tokens[2]]:
        await issuer.tokens.read(token)

    digests = [hashlib.sha256(token.encode()).digest() for token in (tokens[0], tokens[2])]
    assert digests == [*issuer.tokens._verified]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
async def test_any_text(text: str) -> None:
    """No text whatever does anything but be refused."""
    issuer = Issuer.of()
    for token in (text, f"{issuer.signer.token()}{text or '.'}"):
        with pytest.raises(InvalidToken):
            await issuer.tokens.read(token)


class TestSharedSecret:
    """The mode in which both sides know one secret."""

    async def test_good_tokens(self, issuer: Issuer) -> None:
        """HS256 under the secret is good, with a key id or without."""
        tokens = shared_secret(issuer.clock)
        for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": "any", "typ": "JWT"}):
            token = sign("HS256", SECRET, header, issuer.signer.claims)
            assert SUBJECT == (await tokens.read(token)).identity.subject

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    async def test_other_algorithms(self, issuer: Issuer, algorithm: str) -> None:
        """No other algorithm is, not even under the same secret."""
        with pytest.raises(InvalidToken):
            await shared_secret(issuer.clock).read(sign(algorithm, SECRET, {"alg": algorithm}, issuer.signer.claims))

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    async def test_public_keys(self, algorithm: str) -> None:
        """A token that a public key verifies is none of this mode."""
        issuer = Issuer.of(algorithm)
        with pytest.raises(InvalidToken):
            await shared_secret(issuer.clock).read(issuer.signer.token())

    async def test_other_secrets(self, issuer: Issuer) -> None:
        """Another secret is refused."""
        token = sign("HS256", SECRET + b"!", {"alg": "HS256"}, issuer.signer.claims)
        with pytest.raises(InvalidToken):
            await shared_secret(issuer.clock).read(token)

    async def test_the_mode_with_keys_knows_no_secrets(self, issuer: Issuer) -> None:
        """And a token of this mode is none where there are public keys."""
        with pytest.raises(InvalidToken):
            await issuer.tokens.read(sign("HS256", SECRET, {"alg": "HS256", "kid": "one"}, issuer.signer.claims))
