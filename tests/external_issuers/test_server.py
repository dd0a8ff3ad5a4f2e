"""The whole program beside real Better Auth servers: two processes over one database, and tokens of every kind."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import time
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.better_auth.servers import OLDER, SECRET, BetterAuth
from tests.conftest import newest_database
from tests.external_issuers.forgeries import FORGERIES
from tests.external_issuers.hostile import KeySetServer, answering, forwarding, key_set_server
from tests.external_issuers.signer import Signer, key_set, sign
from tests.races.conftest import TOGETHER, Pair, server
from tests.serving import Server, eventually, serving
from tests.support import PASSWORD

ISSUER = "https://auth.example.com"
PAGE = Path(__file__).parents[2] / "docs" / "tokens.md"


def ask(url: str, token: str, method: str = "GET", path: str = "/api/auth/me", **request: object) -> httpx.Response:
    """Send a request with a token."""
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": uuid4().hex}
    return httpx.request(method, f"{url}{path}", headers=headers, timeout=30, **request)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["EdDSA", OLDER])
def issuer(request: pytest.FixtureRequest, better_auths: dict[str, BetterAuth]) -> BetterAuth:
    """Give a Better Auth server of the newest release, then of an older one."""
    return better_auths[request.param]


@pytest.fixture(scope="module")
def proxy(issuer: BetterAuth) -> Iterator[KeySetServer]:
    """Give what stands between the servers and the keys of a Better Auth server; it is down at first."""
    with key_set_server(answering(b"", 502)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def shared_database(postgres_server: str, issuer: BetterAuth) -> Iterator[str]:
    """Give a database of the two processes."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def pair(
    issuer: BetterAuth,
    proxy: KeySetServer,
    shared_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """Give two processes that accept the tokens of a Better Auth server."""
    settings = {
        "DATABASE_URL": shared_database,
        "BETTER_AUTH_MODE": "jwks",
        "BETTER_AUTH_URL": issuer.url,
        "BETTER_AUTH_JWKS_URL": proxy.url,
    }
    data, together = tmp_path_factory.mktemp("pair") / "data", {**TOGETHER, **settings}
    with serving(data, **together) as first, serving(data, **together) as second:
        yield Pair(first, second, data, together)


def test_a_day_with_better_auth(pair: Pair, proxy: KeySetServer, issuer: BetterAuth) -> None:
    """Sign-up there, tasks here; the issuer down and up, rotation, log-out and deletion, in both processes at once."""
    first, second = pair.first.url, pair.second.url
    token = issuer.ann.token()
    down = ask(first, token)
    assert (503, "unavailable") == (down.status_code, down.json()["code"])
    assert "retry-after" in down.headers

    proxy.behaviour = forwarding(issuer.key_set)
    eventually(lambda: 200 == ask(first, token).status_code)
    me = ask(first, token).json()
    assert (None, "Ann") == (me["email"], me["display_name"])
    assert 201 == ask(first, token, "POST", "/api/tasks", json={"title": "Buy milk"}).status_code
    eventually(lambda: 200 == ask(second, token).status_code)
    assert [me["id"], "Buy milk"] == [
        ask(second, token).json()["id"],
        ask(second, token, path="/api/tasks").json()["items"][0]["title"],
    ]

    issuer.expire_keys()
    rotated = issuer.ann.token()
    assert [me["id"]] * 2 == [ask(url, rotated).json()["id"] for url in (first, second)]

    proxy.behaviour = answering(b"", 502)
    for cookie in (issuer.ann.cookie("session_data"), issuer.ann.cookie("session_token")):
        assert 401 == ask(first, cookie.replace("%", ""), path="/api/tasks").status_code
    assert 422 == ask(first, token, "POST", "/api/auth/logout").status_code
    assert 204 == ask(first, token, "POST", "/api/auth/logout-all").status_code
    assert [401, 401] == [ask(second, old).status_code for old in (token, rotated)]

    eventually(lambda: 200 == ask(second, issuer.ann.token()).status_code)
    fresh = issuer.ann.token()
    assert me["id"] == ask(second, fresh).json()["id"]
    assert 204 == ask(second, fresh, "DELETE", "/api/auth/me").status_code
    assert 401 == ask(first, fresh).status_code
    eventually(lambda: 200 == ask(first, issuer.ann.token()).status_code)
    assert me["id"] != ask(first, issuer.ann.token()).json()["id"]


def test_twenty_first_requests(pair: Pair, proxy: KeySetServer, issuer: BetterAuth) -> None:
    """Over two processes they make one account."""
    proxy.behaviour = forwarding(issuer.key_set)
    subject = uuid4().hex
    token = issuer.sign({"sub": subject, "iat": int(time())})
    eventually(lambda: 401 != ask(pair.first.url, issuer.sign({"sub": "warm", "iat": int(time())})).status_code)
    eventually(lambda: 401 != ask(pair.second.url, issuer.sign({"sub": "warm", "iat": int(time())})).status_code)
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(partial(ask, token=token), [one.url for one in pair.servers] * 10))

    assert {200} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["id"] for answer in answers})
    assert [(1,)] == pair.rows("SELECT count(*) FROM identities WHERE subject = %s", subject)


def test_tokens_of_users(pair: Pair) -> None:
    """A personal access token works in both processes, and is refused in both by the very next request."""
    user = pair.join()
    body = {"name": "script", "scopes": ["tasks:write"], "current_password": PASSWORD}
    made = ask(pair.first.url, user.access, "POST", "/api/auth/tokens", json=body).json()
    assert [200, 200] == [ask(one.url, made["token"]).status_code for one in pair.servers]
    assert 204 == ask(pair.second.url, user.access, "DELETE", f"/api/auth/tokens/{made['id']}").status_code

    assert [401, 401] == [ask(one.url, made["token"]).status_code for one in pair.servers]
    with psycopg.connect(pair.database) as connection:
        dump = str(connection.execute("SELECT * FROM audit_events").fetchall())
    assert made["token"] not in dump


def test_the_page_on_tokens(pair: Pair, tmp_path: Path) -> None:
    """The lines of docs/tokens.md work as they stand, but for the port."""
    pair.first.register("ann@example.org")
    page = PAGE.read_text().replace("http://127.0.0.1:8000", pair.first.url)
    [shell] = re.findall(r"```sh\n(.+?)```", page, re.DOTALL)
    made = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    token = httpx.Response(200, text=made).json()["token"]
    login = pair.first.log_in("ann@example.org")["access_token"]
    assert 201 == ask(pair.first.url, login, "POST", "/api/tasks", json={"title": "Buy milk"}).status_code

    [program] = re.findall(r"```py\n(.+?)```", page, re.DOTALL)
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={"TOKEN": token}).stdout
    assert "Buy milk\n" == shown


@pytest.fixture(scope="module")
def signer() -> Signer:
    """Give an issuer that a test can sign for."""
    now = int(time())
    return Signer("EdDSA", "one", {"iss": ISSUER, "aud": ISSUER, "sub": "zoe", "iat": now, "exp": now + 3_600})


@pytest.fixture(scope="module")
def forged(signer: Signer, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that accepts the tokens of that issuer."""
    with key_set_server(answering(key_set(signer.jwk))) as keys:
        settings = {"BETTER_AUTH_MODE": "jwks", "BETTER_AUTH_URL": ISSUER, "BETTER_AUTH_JWKS_URL": keys.url}
        data = tmp_path_factory.mktemp("forged") / "data"
        with server(data, DATABASE_URL=shared_database, **{**TOGETHER, **settings}) as running:
            yield running


def test_forgeries(forged: Server, signer: Signer) -> None:
    """Whatever is not exactly right is 401, and one line of the log without a traceback; what is right is good."""
    url = forged.url
    assert 200 == ask(url, signer.token()).status_code
    names = {}
    with httpx.Client(base_url=url) as client:
        for name, make in FORGERIES.items():
            token = make(signer)
            request_id = uuid4().hex
            headers = {"Authorization": f"Bearer {token}", "X-Request-Id": request_id}
            answer = client.get("/api/auth/me", headers=headers)
            assert (name, 401, "not-authenticated") == (name, answer.status_code, answer.json()["code"])
            names[request_id] = name
    assert 200 == ask(url, signer.token()).status_code

    def lines() -> list[str]:
        return [line["request_id"] for line in forged.lines() if line.get("request_id") in names]

    eventually(lambda: len(names) == len(lines()))
    assert sorted(names) == sorted(lines())


def test_shared_secret(
    better_auths: dict[str, BetterAuth], shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A token under the secret is good; Better Auth's cookies under the same secret, and its own tokens, are not."""
    issuer = better_auths["RS256"]
    settings = {
        **TOGETHER,
        "DATABASE_URL": shared_database,
        "BETTER_AUTH_MODE": "hs256",
        "BETTER_AUTH_URL": issuer.url,
        "BETTER_AUTH_SECRET": SECRET,
    }
    now = int(time())
    claims = {"iss": issuer.url, "aud": issuer.url, "sub": "zoe", "iat": now, "exp": now + 60}
    good = sign("HS256", SECRET.encode(), {"alg": "HS256"}, claims)
    tokens = (good, issuer.ann.cookie("session_data"), issuer.ann.token())
    with server(tmp_path_factory.mktemp("hs256") / "data", **settings) as running:
        answers = [ask(running.url, token) for token in tokens]

    assert [200, 401, 401] == [answer.status_code for answer in answers]
