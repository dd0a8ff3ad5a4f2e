"""The tokens of real Better Auth servers, read as a running server would."""

from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest

from adapters.external_issuers import ExternalTokens, RemoteKeys, SharedSecret
from adapters.external_issuers.fetching import KeySetAddress
from adapters.system import SystemClock
from tests.better_auth.servers import KINDS, SECRET, BetterAuth
from tests.external_issuers.hostile import answering, dripping, forwarding, key_set_server
from todo_core.errors import InvalidToken, Unavailable


def reading(server: BetterAuth, key_set: str | None = None) -> ExternalTokens:
    """Return who reads the tokens of a server."""
    clock = SystemClock()
    keys = RemoteKeys(KeySetAddress(key_set or server.key_set).fetch, clock)
    return ExternalTokens(server.url, server.url, clock, keys)


def with_secret(server: BetterAuth) -> ExternalTokens:
    """Return who reads tokens that the server's secret signs."""
    return ExternalTokens(server.url, server.url, SystemClock(), SharedSecret(SECRET.encode()))


@pytest.mark.parametrize("kind", KINDS)
async def test_tokens(better_auths: dict[str, BetterAuth], kind: str) -> None:
    """Whoever signs up there can be told from the token, whatever the algorithm, and with an older release."""
    server = better_auths[kind]
    claims = await reading(server).read(server.ann.token())
    session = server.ann.client.get("/api/auth/get-session").json()

    assert (server.url, session["user"]["id"], "Ann") == (
        claims.identity.issuer,
        claims.identity.subject,
        claims.name,
    )
    assert 900 == (claims.expires_at - claims.issued_at).total_seconds()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read_by", [reading, with_secret])
async def test_session_cookies(
    better_auths: dict[str, BetterAuth], kind: str, read_by: Callable[[BetterAuth], ExternalTokens]
) -> None:
    """What a session keeps in cookies is no access token: neither its id, nor its data, signed or encrypted."""
    server = better_auths[kind]
    data, session = server.ann.cookie("session_data"), server.ann.cookie("session_token")

    assert {"jwt": 3, "jwks": 3, "jwe": 5}[KINDS[kind]["cookie"]] == len(data.split("."))
    for text in (data, session, session.split(".")[0]):
        with pytest.raises(InvalidToken):
            await read_by(server).read(text)


async def test_session_cookie_with_a_right_key(better_auths: dict[str, BetterAuth]) -> None:
    """A session cookie signed with a published key names issuer and subject rightly; type and audience tell."""
    server = better_auths["ES512"]
    header = server.ann.cookie("session_data").split(".")[0]

    assert b"better-auth.session-cache+jwt" in urlsafe_b64decode(header + "==")
    session = {"sub": "somebody", "aud": "better-auth:session-cache", "iat": int(SystemClock().now().timestamp())}
    with pytest.raises(InvalidToken):
        await reading(server).read(server.sign(session))


async def test_a_token_without_the_time_of_issue(better_auths: dict[str, BetterAuth]) -> None:
    """A token that does not say when it was issued could not be ended: it is refused."""
    server = better_auths["EdDSA"]
    now = int(SystemClock().now().timestamp())

    assert "somebody" == (await reading(server).read(server.sign({"sub": "somebody", "iat": now}))).identity.subject
    with pytest.raises(InvalidToken):
        await reading(server).read(server.sign({"sub": "somebody"}))


@pytest.mark.parametrize(("one", "other"), [("EdDSA", "ES256"), ("RS256", "PS256")])
async def test_other_servers(better_auths: dict[str, BetterAuth], one: str, other: str) -> None:
    """A server's tokens are nothing to another."""
    with pytest.raises(InvalidToken):
        await reading(better_auths[one]).read(better_auths[other].ann.token())


async def test_rotation(better_auths: dict[str, BetterAuth]) -> None:
    """A new key is known with its first token, and tokens of the old one go on."""
    server = better_auths["EdDSA"]
    tokens = reading(server)
    read = []
    for _ in range(3):
        token = server.ann.token()
        server.expire_keys()
        read += [await tokens.read(token), await tokens.read(server.ann.token())]

    assert 1 == len({claims.identity for claims in read})


async def test_withdrawn_keys(better_auths: dict[str, BetterAuth]) -> None:
    """Once the server has forgotten a key, a process that starts refuses what it signed."""
    server = better_auths["ES256"]
    token = server.ann.token()
    server.withdraw_keys()

    with pytest.raises(InvalidToken):
        await reading(server).read(token)


async def test_down_and_up(better_auths: dict[str, BetterAuth]) -> None:
    """Before the first keys nothing can be judged; afterwards their tokens are good while the server is down."""
    server = better_auths["RS256"]
    token = server.ann.token()
    with key_set_server(answering(b"", 502)) as proxy:
        with pytest.raises(Unavailable):
            await reading(server, proxy.url).read(token)

        proxy.behaviour = forwarding(server.key_set)
        tokens = reading(server, proxy.url)
        claims = await tokens.read(token)
        proxy.behaviour = dripping(b" " * 1_000)
        assert claims == await tokens.read(token)
        assert claims.identity == (await tokens.read(server.ann.token())).identity
