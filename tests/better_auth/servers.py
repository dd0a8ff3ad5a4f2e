"""Real Better Auth servers, started from `server.mjs`, and their users."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import httpx
import pytest

HERE = Path(__file__).parent
SECRET = "a secret of the tests that nobody else uses"
PASSWORD = "a quiet harbour at dawn"
COOKIES = {"EdDSA": "jwt", "ES256": "jwe", "ES512": "jwks", "RS256": "jwt", "PS256": "jwe"}
"""The algorithms of keys, and with each a way to keep sessions in cookies: those that only look like access tokens."""
OLDER = "1.7.7"
"""An older release, which the package has under a name of its own."""
KINDS: Mapping[str, Mapping[str, str]] = {
    **{name: {"alg": name, "cookie": cookie, "package": "better-auth"} for name, cookie in COOKIES.items()},
    OLDER: {"alg": "EdDSA", "cookie": "jwt", "package": f"better-auth-{OLDER}"},
}


@attrs.frozen
class SignedIn:
    """Somebody who has signed up: the cookies of their session."""

    client: httpx.Client

    def token(self) -> str:
        """Return a new access token."""
        return str(self.client.get("/api/auth/token").raise_for_status().json()["token"])

    def cookie(self, name: str) -> str:
        """Return the value of a cookie."""
        return str(self.client.cookies[f"better-auth.{name}"])


@attrs.frozen
class BetterAuth:
    """One Better Auth server, and somebody who has signed up there."""

    number: int
    url: str
    process: "subprocess.Popen[str]"
    ann: SignedIn

    @property
    def key_set(self) -> str:
        """Where its public keys are."""
        return f"{self.url}/api/auth/jwks"

    def expire_keys(self) -> None:
        """Let the signing keys have had their time: the next token is signed by a new one, the old ones stay known."""
        self._order({"expire": self.number})

    def withdraw_keys(self) -> None:
        """Forget every key."""
        self._order({"withdraw": self.number})

    def sign(self, payload: Mapping[str, object]) -> str:
        """Return a token of these claims; issuer, audience and expiry are added where they are missing."""
        return str(self._order({"sign": self.number, "payload": payload}))

    def _order(self, order: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON value
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@contextmanager
def signed_in(url: str, name: str = "Ann") -> Iterator[SignedIn]:
    """Sign somebody up, which takes a second: passwords are hashed there, too."""
    with httpx.Client(base_url=url, timeout=30) as client:
        body = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD, "name": name}
        client.post("/api/auth/sign-up/email", json=body).raise_for_status()
        yield SignedIn(client)


@contextmanager
def better_auth_servers() -> Iterator[dict[str, BetterAuth]]:
    """Run a server of each kind for as long as the block. Skips where Node.js or the package is missing."""
    node = shutil.which("node")
    if not os.environ.get("CI") and (node is None or not (HERE / "node_modules").is_dir()):
        pytest.skip("needs Node.js 20 and `npm ci --prefix tests/better_auth`")
    kinds = [{**kind, "secret": SECRET} for kind in KINDS.values()]
    with subprocess.Popen(
        [node or "node", "server.mjs", json.dumps(kinds)],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        with ExitStack() as people:
            yield {
                name: BetterAuth(number, url, process, people.enter_context(signed_in(url)))
                for number, (url, name) in enumerate(zip(urls, KINDS, strict=True))
            }
        process.stdin.close()
        process.wait(10)
