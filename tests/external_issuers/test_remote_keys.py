"""Fetching the keys of an issuer: when, how often, and from servers that mean no good."""

import asyncio
import datetime as dt
import gzip

import attrs
import pytest

from adapters.external_issuers import RemoteKeys
from adapters.external_issuers.fetching import MAX_BODY, KeySetAddress
from adapters.external_issuers.keys import NoKeys
from tests.external_issuers.hostile import (
    Behaviour,
    answering,
    dripping,
    flooding,
    hanging_up,
    key_set_server,
    raw,
    silent,
)
from tests.external_issuers.signer import key_set, private_key, public_jwk
from todo_core.errors import InvalidToken, Unavailable
from todo_core.testing import ManualClock

ONE = public_jwk(private_key("EdDSA"), kid="one")
TWO = public_jwk(private_key("ES256"), kid="two")

SERVERS: dict[str, tuple[Behaviour, str]] = {
    "another status": (answering(key_set(ONE), 500), "status is 500"),
    "no content": (answering(b"", 204), "status is 204"),
    "a redirect": (answering(b"", 302, Location="/jwks"), "status is 302"),
    "a redirect with keys": (answering(key_set(ONE), 301, Location="/other"), "status is 301"),
    "more than announced is allowed": (answering(key_set(ONE) + b" " * MAX_BODY), "longer than"),
    "no end": (flooding, "longer than"),
    "drips": (dripping(key_set(ONE) * 10), "more than 0.3 seconds"),
    "drips its head": (dripping(b"X-Header: 1\r\n" * 100, b"HTTP/1.1 200 OK\r\n"), "more than 0.3 seconds"),
    "silence": (silent, "more than 0.3 seconds"),
    "hangs up": (hanging_up, "RemoteProtocolError"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "RemoteProtocolError"),
    "half a body": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"), "RemoteProtocolError"),
    "an endless head": (raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000), "RemoteProtocolError"),
    "compressed": (answering(gzip.compress(key_set(ONE)), Content_Encoding="gzip"), "compressed"),
    "a bomb": (answering(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"), "compressed"),
}


@attrs.define
class Issuer:
    """An issuer whose answers a test sets: a key set, or None while it is down. Counts what it is asked."""

    answer: bytes | None = attrs.field(factory=lambda: key_set(ONE))
    asked: int = 0
    pause: asyncio.Event | None = None

    async def fetch(self) -> bytes:
        """Give the key set, once `pause` is over."""
        self.asked += 1
        if self.pause is not None:
            await self.pause.wait()
        if self.answer is None:
            raise NoKeys("it is down")
        return self.answer


@attrs.define
class Scene:
    """The keys of an issuer, and the two clocks they go by."""

    issuer: Issuer = attrs.field(factory=Issuer)
    clock: ManualClock = attrs.field(factory=ManualClock)
    seconds: float = 0
    keys: RemoteKeys = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.keys = RemoteKeys(self.issuer.fetch, self.clock, lambda: self.seconds)

    def advance(self, by: dt.timedelta) -> None:
        """Move both clocks on."""
        self.clock.advance(by)
        self.seconds += by.total_seconds()

    async def find(self, key_id: str) -> str:
        """Return the algorithm of a key, or why there is none."""
        try:
            return (await self.keys.find(key_id)).algorithm_name
        except InvalidToken:
            return "unknown"
        except Unavailable:
            return "unavailable"


@pytest.fixture
def scene() -> Scene:
    """Give an issuer with the key `one`, of which nothing is known yet."""
    return Scene()


@pytest.mark.parametrize("name", SERVERS)
async def test_hostile_servers(name: str) -> None:
    """Whatever the server does, the fetch ends soon, and the log can say why."""
    behaviour, reason = SERVERS[name]
    with key_set_server(behaviour) as server:
        with pytest.raises(NoKeys, match=reason):
            await (KeySetAddress(server.url, 0.3) if "seconds" in reason else KeySetAddress(server.url)).fetch()

        assert 1 == server.requests


async def test_nobody_listens() -> None:
    """A refused connection is a failed fetch."""
    with key_set_server(silent) as server:
        url = server.url

    with pytest.raises(NoKeys, match="ConnectError"):
        await KeySetAddress(url).fetch()


async def test_a_good_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body comes as it is; no proxy that the environment names is asked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with key_set_server(answering(key_set(ONE))) as server:
        assert key_set(ONE) == await KeySetAddress(server.url).fetch()


async def test_one_fetch_for_all(scene: Scene) -> None:
    """Parallel requests wait for one fetch, and a known key costs none."""
    scene.issuer.pause = asyncio.Event()
    asking = [asyncio.create_task(scene.find("one")) for _ in range(20)]
    await asyncio.sleep(0)
    scene.issuer.pause.set()

    assert ["EdDSA"] * 20 == await asyncio.gather(*asking)
    assert "EdDSA" == await scene.find("one")
    assert 1 == scene.issuer.asked


async def test_who_gives_up_takes_nothing_along(scene: Scene) -> None:
    """A request that is cancelled does not end the fetch that others wait for."""
    scene.issuer.pause = asyncio.Event()
    first, second = (asyncio.create_task(scene.find("one")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    scene.issuer.pause.set()

    assert "EdDSA" == await second
    assert first.cancelled()
    assert 1 == scene.issuer.asked


async def test_rotation(scene: Scene) -> None:
    """A key that is new at the issuer is known with its first token; the old one stays while it is published."""
    assert "EdDSA" == await scene.find("one")
    scene.issuer.answer = key_set(TWO, ONE)

    assert ["ES256", "EdDSA"] == [await scene.find("two"), await scene.find("one")]
    assert 2 == scene.issuer.asked


async def test_flood_of_unknown_keys(scene: Scene) -> None:
    """Made-up key ids cost the issuer one fetch in ten seconds, also when nothing is known yet."""
    asked = []
    for second in range(35):
        assert ["unknown"] * 3 == [await scene.find(f"{second}-{number}") for number in range(3)]
        asked.append(scene.issuer.asked)
        scene.advance(dt.timedelta(seconds=1))

    assert [1] * 10 + [2] * 10 + [3] * 10 + [4] * 5 == asked
    assert "EdDSA" == await scene.find("one")


async def test_withdrawn_key(scene: Scene) -> None:
    """A key that the issuer has withdrawn is refused five minutes later, by the first token."""
    assert "EdDSA" == await scene.find("one")
    scene.issuer.answer = key_set(TWO)

    scene.advance(dt.timedelta(minutes=5, seconds=-1))
    assert "EdDSA" == await scene.find("one")
    scene.advance(dt.timedelta(seconds=1))
    assert "unknown" == await scene.find("one")


@pytest.mark.parametrize("answer", [None, key_set(), b"", key_set({"kty": "oct", "k": "AAAA", "kid": "one"})])
async def test_down_from_the_start(scene: Scene, answer: bytes | None) -> None:
    """Without any key nothing can be judged; the issuer is asked again ten seconds later."""
    scene.issuer.answer = answer
    assert ["unavailable"] * 2 == [await scene.find("one"), await scene.find("one")]
    assert 1 == scene.issuer.asked
    scene.issuer.answer = key_set(ONE)

    scene.advance(dt.timedelta(seconds=9))
    assert "unavailable" == await scene.find("one")
    scene.advance(dt.timedelta(seconds=1))
    assert "EdDSA" == await scene.find("one")


async def test_down_later(scene: Scene) -> None:
    """Known keys count for 24 hours while the issuer is down, and nobody waits for it more than once."""
    await scene.find("one")
    scene.issuer.answer = None
    scene.advance(dt.timedelta(minutes=5))
    assert "EdDSA" == await scene.find("one")
    scene.advance(dt.timedelta(seconds=10))
    scene.issuer.pause = asyncio.Event()

    assert "EdDSA" == await asyncio.wait_for(scene.find("one"), 1)
    await asyncio.sleep(0)
    assert 3 == scene.issuer.asked
    scene.issuer.pause.set()
    scene.issuer.pause = None
    scene.advance(dt.timedelta(hours=23, minutes=54))
    assert ["EdDSA", "unknown"] == [await scene.find("one"), await scene.find("two")]
    scene.advance(dt.timedelta(minutes=1))
    assert "unavailable" == await scene.find("one")


async def test_up_again(scene: Scene) -> None:
    """An issuer that comes back after a day is believed with the first token."""
    await scene.find("one")
    scene.issuer.answer = None
    scene.advance(dt.timedelta(hours=25))
    assert "unavailable" == await scene.find("one")
    scene.issuer.answer = key_set(ONE)
    scene.advance(dt.timedelta(seconds=10))

    assert "EdDSA" == await scene.find("one")


async def test_clock_set_back(scene: Scene) -> None:
    """When the clock was set back the age of the keys is not known, so they are fetched again."""
    await scene.find("one")
    scene.clock.advance(dt.timedelta(hours=-1))
    scene.issuer.answer = key_set(TWO)

    assert "unknown" == await scene.find("one")


async def test_closing(scene: Scene) -> None:
    """A fetch under way ends with its owner."""
    await scene.keys.aclose()
    scene.issuer.pause = asyncio.Event()
    asking = asyncio.create_task(scene.find("one"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await scene.keys.aclose()

    with pytest.raises(asyncio.CancelledError):
        await asking
