"""Marked secrets go through the whole life of an account at the real server; then everything it said is searched."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import attrs
import httpx
import psycopg
import pytest

from tests.serving import UNLIMITED, Server, eventually, serving

MARK = "canary"
EMAIL = f"{MARK}-address@example.org"
MOVED = f"{MARK}-moved@example.org"
PASSWORD = f"{MARK} sings over a quiet harbour"
NEW_PASSWORD = f"{MARK} sings over a quiet pier"
TITLE, DESCRIPTION, TAG, NAME, KEY, SOUGHT = (f"{MARK}-{what}" for what in ("title", "text", "tag", "name", "key", "q"))
CLIENT = {"User-Agent": f"{MARK}-agent"}


@attrs.define
class Life:
    """What happened: the server, and every token that was handed out."""

    server: Server
    tokens: list[str] = attrs.field(factory=list)
    problems: list[str] = attrs.field(factory=list)

    def call(self, client: httpx.Client, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        """Send a request, and keep what must not be seen again, and what was refused."""
        response = client.request(method, path, **request)
        if response.status_code >= 400:
            self.problems.append(response.text)
        elif "access_token" in response.text:
            body = response.json()
            self.tokens += [body[name] for name in ("access_token", "refresh_token") if name in body]
            self.tokens += response.cookies.values()
        return response

    def bearer(self) -> dict[str, str]:
        """Return the header with the newest access token."""
        access = [token for token in self.tokens if token.count(".") == 2]
        return {"Authorization": f"Bearer {access[-1]}", **CLIENT}


def live(server: Server) -> Life:
    """Do everything once, well and badly."""
    life = Life(server)
    who = {"email": EMAIL, "password": PASSWORD}
    with server.client() as client:
        client.headers.update(CLIENT)
        life.call(client, "POST", "/api/auth/register", json={**who, "display_name": NAME})
        life.call(client, "POST", "/api/auth/register", json=who)
        life.call(client, "POST", "/api/auth/register", json={**who, "password": MARK, "more": MARK})
        life.call(client, "POST", "/api/auth/login", json=who)
        life.call(client, "POST", "/api/auth/login", json={**who, "delivery": "cookie"})
        life.call(client, "POST", "/api/auth/login", json={**who, "password": f"{MARK} wrong"})
        life.call(client, "POST", "/api/auth/refresh", json={"refresh_token": f"{MARK}-forged"})
        life.call(client, "POST", "/api/auth/refresh", json={"refresh_token": life.tokens[1]})
        life.call(client, "GET", f"/{MARK}/{MARK}?{MARK}={MARK}", headers={"Authorization": f"Bearer {MARK}"})
        client.headers.update(life.bearer())
        task = {"title": TITLE, "description": DESCRIPTION, "tags": [TAG]}
        made = life.call(client, "POST", "/api/tasks", json=task, headers={"Idempotency-Key": KEY}).json()
        life.call(client, "POST", "/api/tasks", json={"title": TITLE * 99}, headers={"Idempotency-Key": KEY})
        life.call(client, "PATCH", f"/api/tasks/{made['id']}", json={"priority": MARK, MARK: 1})
        life.call(client, "PUT", f"/api/tasks/{made['id']}", json={"title": TITLE}, headers={"If-Match": MARK})
        life.call(client, "GET", "/api/tasks", params={"q": SOUGHT, "tag": TAG})
        life.call(client, "GET", "/api/tasks", params={"cursor": MARK, MARK: MARK})
        life.call(client, "POST", "/api/tasks", content=b'{"title": "canary', headers={"Content-Type": "text/json"})
        life.call(client, "PATCH", "/api/auth/me", json={"email": MOVED, "current_password": PASSWORD})
        proof = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        life.call(client, "PUT", "/api/auth/password", json={**proof, "current_password": f"{MARK} wrong"})
        life.call(client, "PUT", "/api/auth/password", json=proof)
        client.headers.update(life.bearer())
        life.call(client, "DELETE", "/api/auth/me", json={"current_password": MARK})
    return life


@pytest.fixture(scope="module")
def life(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Give the life of an account at a server that says all it can."""
    data = tmp_path_factory.mktemp("canaries") / "data"
    with serving(data, DATABASE_URL=own_database, LOG_LEVEL="debug", **UNLIMITED) as server:
        yield live(server)


def test_it_was_a_whole_life(life: Life) -> None:
    """All of it happened: tokens were handed out and requests refused, or the searches below would find nothing."""
    codes = {code for text in life.problems for code in re.findall(r'"code":"([a-z-]+)"', text)}

    assert 8 <= len(life.tokens)
    assert {
        "email-taken",
        "invalid-credentials",
        "invalid-refresh-token",
        "not-found",
        "idempotency-key-reused",
        "malformed-request",
        "unsupported-media-type",
        "validation-failed",
        "wrong-password",
    } <= codes


def test_the_log_has_no_secret(life: Life) -> None:
    """No password, token, e-mail, name, title, text, tag, key, search, path or user agent (ASVS 14.2.1, 16.2.5)."""
    log = life.server.log.read_text()

    assert MARK not in log
    assert [] == [token for token in life.tokens if token in log]
    assert len(life.problems) < len(life.server.lines())


def test_no_answer_to_others_has_a_secret(life: Life) -> None:
    """Neither figures nor documents nor the health of the server know anything of users."""
    with life.server.client() as client:
        paths = ("/metrics", "/schema/openapi.json", "/health", "/health/ready", "/health/config", "/docs")
        said = [client.get(path).text for path in (*paths, "/.well-known/jwks.json")]

    assert [] == [text for text in said if MARK in text]
    assert [] == [token for token in life.tokens for text in said if token in text]


def test_problems_do_not_repeat_what_was_sent(life: Life) -> None:
    """A refusal names the member and the rule, never the value, and no part of a credential."""
    values = (PASSWORD, NEW_PASSWORD, EMAIL, MOVED, TITLE, DESCRIPTION, f"{MARK} wrong", f"{MARK}-forged", *life.tokens)

    assert [] == [value for value in values for text in life.problems if value in text]


def test_the_audit_record_has_ids_only(life: Life, own_database: str) -> None:
    """What was done is recorded without the name, the address or any text of whoever did it."""
    with psycopg.connect(own_database) as connection:
        rows = connection.execute("SELECT audit_events::text FROM audit_events").fetchall()

    text = "\n".join(row[0] for row in rows).replace(CLIENT["User-Agent"], "")
    assert 5 < len(rows)
    assert MARK not in text


FORGED_EMAIL = b'{"email":"\\n{\\"event\\":\\"forged\\"}"}'
FORGERIES = [
    b"GET /api/tasks?x=%0d%0a%7b%22event%22:%22forged%22%7d HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /%0a%7b%22event%22:%22forged%22%7d HTTP/1.1\r\nHost: a\r\n\r\n",
    b'GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: {"event":"forged"}\r\n\r\n',
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\xc2\x9b31mb\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: \xc2\x9d0;forged\xc2\x9c\r\n\r\n",
    b"FORGED / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \xc2\x9b31m\xe2\x80\xae\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(FORGED_EMAIL), FORGED_EMAIL),
]


@pytest.mark.parametrize("raw", FORGERIES)
def test_no_request_writes_a_line_of_its_own(server: Server, raw: bytes) -> None:
    """After the greeting each line of the log is ours: one object on one line, all of it printable (ASVS 16.4.1)."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as wire:
        wire.sendall(raw)
        said = wire.recv(65_536).decode()
    (own,) = re.findall("\r\nx-request-id: (.+)\r\n", said)
    eventually(lambda: own in {line.get("request_id") for line in server.lines()}, server.log.read_text)

    _, brace, rest = server.log.read_text().partition("{")
    lines = f"{brace}{rest}".split("\n")[:-1]
    assert [] == [line for line in lines if not (line.startswith('{"') and line.isprintable())]
    assert {"started", "request", "forwarding_header_ignored"} >= {json.loads(line)["event"] for line in lines}
    assert "forged" not in rest.lower()
