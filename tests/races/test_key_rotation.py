"""`todo keys rotate` while two processes serve: no request fails, and nobody meets a key that is not published."""

import subprocess
import time
from collections.abc import Iterator

import attrs
import jwt
import pytest

from tests.races.conftest import Pair, User, two_servers
from tests.races.wire import Line, Request, lines_to, volley
from tests.serving import PATIENCE_SECONDS

LIFE_SECONDS = 4
AHEAD_SECONDS = 5
BREATH_SECONDS = 0.01
KEYS = Request("GET", "/.well-known/jwks.json")


@attrs.frozen
class Token:
    """An access token: the key that signed it, and when it ends, in seconds since 1970."""

    text: str
    key: str
    ends_at: int

    @classmethod
    def of(cls, text: str) -> "Token":
        """Read what is not secret."""
        claims = jwt.decode(text, options={"verify_signature": False})
        return cls(text, jwt.get_unverified_header(text)["kid"], claims["exp"])


@attrs.define
class Stream:
    """Requests without a break. `published` are the keys that both processes show, `tokens` all that are not too old.

    Each step refreshes in one process, and shows the oldest token, and the one just issued, to the other.
    """

    lines: list[Line]
    user: User
    tokens: list[Token] = attrs.field(factory=list, init=False)
    published: set[str] = attrs.field(factory=set, init=False)
    _refresh: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with what the log-in gave."""
        self._refresh = self.user.refresh
        self.tokens.append(Token.of(self.user.access))

    def step(self) -> None:
        """Look at the published keys, refresh, and use tokens; none of it may fail."""
        shown = [reply.json()["keys"] for reply in volley(self.lines, [KEYS, KEYS])]
        self.published = set.intersection(*({key["kid"] for key in keys} for keys in shown))
        self._renew()
        self.lines.reverse()
        oldest, newest = self.tokens[0], self.tokens[-1]
        asking = [Request("GET", "/api/tasks", token=token.text) for token in (newest, oldest)]
        statuses = [reply.status for reply in volley(self.lines, asking)]
        assert 200 == statuses[0]
        if statuses[1] != 200:
            assert (401, True) == (statuses[1], oldest.ends_at <= time.time())
            del self.tokens[0]
        time.sleep(BREATH_SECONDS)  # a stream, not a flood

    def _renew(self) -> None:
        reply = self.lines[0].ask("POST", "/api/auth/refresh", json={"refresh_token": self._refresh})
        assert 200 == reply.status
        self._refresh = reply.json()["refresh_token"]
        token = Token.of(reply.json()["access_token"])
        if (token.key, token.ends_at) != (self.tokens[-1].key, self.tokens[-1].ends_at):
            self.tokens.append(token)

    def until(self, process: "subprocess.Popen[str]") -> None:
        """Go on for as long as a process runs, which must succeed."""
        while process.poll() is None:
            self.step()
        assert 0 == process.returncode, process.communicate()[0]
        process.communicate()

    def until_signed_by(self, key: str) -> None:
        """Go on until a key signs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.tokens[-1].key != key:
            assert time.monotonic() < deadline
            self.step()

    def until_ended(self, key: str) -> None:
        """Go on until the last token of a key has ended."""
        while any(token.key == key for token in self.tokens):
            self.step()


@pytest.fixture(scope="module")
def brief(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Give two servers with keys of their own, whose access tokens end soon."""
    data = tmp_path_factory.mktemp("brief") / "data"
    with two_servers(data, DATABASE_URL=shared_database, ACCESS_TOKEN_SECONDS=LIFE_SECONDS) as pair:
        yield pair


def test_rotation_under_load(brief: Pair) -> None:
    """The new key is published, then signs; old tokens are good until they end; not one request fails."""
    with lines_to(brief.servers, 2) as lines:
        stream = Stream(lines, brief.join())
        stream.step()
        before, old = stream.published, stream.tokens[-1].key

        stream.until(brief.start("keys", "rotate", "--delay", str(AHEAD_SECONDS)))
        stream.step()
        [new] = stream.published - before
        assert old == stream.tokens[-1].key  # it is published, and does not sign yet

        stream.until_signed_by(new)
        assert old == stream.tokens[0].key
        stream.until_ended(old)
        assert {old, new} <= stream.published  # clocks differ, so the key outlives its tokens


def test_rotation_at_no_notice(brief: Pair) -> None:
    """Even a key that signs the moment it is there is known to the other process before its first token arrives."""
    with lines_to(brief.servers, 2) as lines:
        stream = Stream(lines, brief.join())
        for _ in range(3):
            stream.step()
            before = stream.tokens[-1].key
            stream.until(brief.start("keys", "rotate", "--delay", "0"))
            stream.step()
            assert before != stream.tokens[-1].key
            assert stream.tokens[-1].key in stream.published
