"""Limits over all processes: two servers share one database, and one count."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.serving import UNLIMITED, Server, serving

LIMIT = 10
SETTINGS = {**UNLIMITED, "LIMIT_LOGIN": f"{LIMIT}/3600", "TRUSTED_PROXIES": "127.0.0.1"}
ATTEMPTS = 200
AT_ONCE = 20


@pytest.fixture
def pair(database: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Give two servers."""
    settings = {"DATABASE_URL": database, **SETTINGS}
    with serving(tmp_path / "data", **settings) as one, serving(tmp_path / "data", **settings) as other:
        yield one, other


def try_password(server: Server, email: str, address: str) -> httpx.Response:
    """Try to log in, as a client behind the proxy."""
    with server.client() as client:
        return client.post(
            "/api/auth/login",
            json={"email": email, "password": "a wrong one"},
            headers={"X-Forwarded-For": address},
        )


def volley(servers: Sequence[Server], attempts: Sequence[tuple[str, str]]) -> Counter[int]:
    """Make attempts (e-mail, address), many at a time and in turn at each server; return how they were answered."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        turns = [servers[number % len(servers)] for number in range(len(attempts))]
        answers = pool.map(lambda turn, attempt: try_password(turn, *attempt), turns, attempts)
        return Counter(answer.status_code for answer in answers)


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
    with serving(tmp_path / "data", DATABASE_URL=database, **SETTINGS) as server:
        refused = try_password(server, "ada@example.org", "192.0.2.1")

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
