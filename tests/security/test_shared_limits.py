"""Limits over all processes: two servers share one database, and one count."""

import json
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import pytest

from tests.serving import UNLIMITED, Server, serving

LIMIT = 10
ATTEMPTS = 200
SETTINGS: dict[str, str | int] = {
    **UNLIMITED,
    "LIMIT_LOGIN": f"{LIMIT}/3600",
    "TRUSTED_PROXIES": "127.0.0.1",
    "PASSWORD_QUEUE": ATTEMPTS,  # nothing but a limit refuses: there is room for all attempts
    "POOL_TIMEOUT": 60,  # and they wait for their turn at the database
}


@pytest.fixture
def pair(database: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Give two servers."""
    settings = {**SETTINGS, "DATABASE_URL": database}
    with serving(tmp_path / "data", **settings) as one, serving(tmp_path / "data", **settings) as other:
        yield one, other


def in_two(email: str, address: str) -> tuple[bytes, bytes]:
    """Return an attempt to log in, by a client behind the proxy: the request up to its last header, and the rest."""
    body = json.dumps({"email": email, "password": "a wrong one"}).encode()
    headers = {"Host": "a", "X-Forwarded-For": address, "Content-Type": "application/json", "Content-Length": len(body)}
    lines = ["POST /api/auth/login HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode(), b"\r\n\r\n" + body


def volley(servers: Sequence[Server], attempts: Sequence[tuple[str, str]]) -> Counter[int]:
    """Make attempts (e-mail, address) in turn at each server, and all at once: none ends before every one has begun.

    Return how they were answered.
    """
    with ExitStack() as begun:
        under_way = []
        for server, attempt in zip(cycle(servers), attempts, strict=False):
            first, rest = in_two(*attempt)
            wire = begun.enter_context(socket.create_connection(("127.0.0.1", server.port), 120))
            wire.sendall(first)
            under_way.append((wire, rest))
        for wire, rest in under_way:
            wire.sendall(rest)
        return Counter(int(wire.recv(65_536).split()[1]) for wire, _ in under_way)


def test_an_address_has_its_attempts_whatever_the_process(pair: tuple[Server, Server]) -> None:
    """Of 200 attempts at once exactly 10 are looked at, over both processes; for other addresses nothing changes."""
    attempts = [(f"user-{number}@example.org", "192.0.2.1") for number in range(ATTEMPTS)]

    assert {401: LIMIT, 429: ATTEMPTS - LIMIT} == volley(pair, attempts)
    assert {401: 1} == volley(pair, [("user-1@example.org", "192.0.2.2")])


def test_a_restart_resets_nothing(database: str, tmp_path: Path) -> None:
    """A process that starts anew finds the counters where they were; another one sees them too."""
    attempts = [("ada@example.org", "192.0.2.1")] * LIMIT
    with serving(tmp_path / "data", DATABASE_URL=database, **SETTINGS) as server:
        assert {401: LIMIT} == volley([server], attempts)
    with serving(tmp_path / "data", DATABASE_URL=database, **SETTINGS) as server, server.client() as client:
        body = {"email": "ada@example.org", "password": "a wrong one"}
        refused = client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": "192.0.2.1"})

    assert 429 == refused.status_code
    assert 0 < int(refused.headers["retry-after"]) <= 3600


def test_an_account_has_ten_times_as_many(pair: tuple[Server, Server]) -> None:
    """Attempts on one account from ever new addresses end too, exactly; whether it exists makes no difference."""
    attempts = [("nobody@example.org", f"198.51.100.{number}") for number in range(ATTEMPTS)]

    assert {401: 10 * LIMIT, 429: ATTEMPTS - 10 * LIMIT} == volley(pair, attempts)


def test_an_ipv6_network_is_one_address(pair: tuple[Server, Server]) -> None:
    """Whoever has a /64 has one counter, not 2^64."""
    attempts = [(f"user-{number}@example.org", f"2001:db8:0:1::{number + 1:x}") for number in range(30)]

    assert {401: LIMIT, 429: 30 - LIMIT} == volley(pair, attempts)


def test_strangers_cannot_choose_their_address(database: str, tmp_path: Path) -> None:
    """Without a trusted proxy a forwarding header is not believed; that is warned of, once."""
    settings = {name: value for name, value in SETTINGS.items() if name != "TRUSTED_PROXIES"}
    attempts = [(f"user-{number}@example.org", f"198.51.100.{number}") for number in range(30)]
    with serving(tmp_path / "data", DATABASE_URL=database, **settings) as server:
        assert {401: LIMIT, 429: 30 - LIMIT} == volley([server], attempts)
        warnings = [line for line in server.lines() if line["event"] == "forwarding_header_ignored"]

    assert 1 == len(warnings)
