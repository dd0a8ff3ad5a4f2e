"""Rate limits: who is counted where, and what clients are told."""

import ipaddress

import httpx
import pytest
import structlog.testing

from entrypoints.http.addresses import client_address, counting_key, parse
from entrypoints.http.middleware.rate_limits import SWEEP_AT, LocalRateLimiter
from entrypoints.http.ports import Limits, Options, RateLimitPolicy
from tests.http.api import PASSWORD, World, problem
from tests.http.conftest import Build
from todo_core.errors import Unavailable

LOGIN = "/api/auth/login"
WRONG = {"email": "ada@example.org", "password": "x"}
PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:ffff::/48"))


def limited(**quotas: int) -> Options:
    """Return options with small limits, of a minute each."""
    return Options(limits=Limits(**{name: RateLimitPolicy(name, quota, 60) for name, quota in quotas.items()}))


async def test_headers_of_a_limit(build: Build) -> None:
    """What the limit is and what is left of it, in the syntax of the IETF draft."""
    client = build(limited(login=2)).client

    response = await client.post(LOGIN, json=WRONG)

    assert '"login";q=2;w=60, "login-account";q=20;w=60' == response.headers["ratelimit-policy"]
    assert '"login";r=1;t=60, "login-account";r=19;t=60' == response.headers["ratelimit"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LOGIN),
        ("POST", "/api/auth/register"),
        ("POST", "/api/auth/refresh"),
        ("PUT", "/api/auth/password"),
        ("DELETE", "/api/auth/me"),
    ],
)
async def test_limit_by_address(build: Build, method: str, path: str) -> None:
    """Beyond the limit 429 and when to try again; another address is not concerned."""
    world = build(limited(login=2, register=2, refresh=2, password=2))
    for _ in range(2):
        assert 429 != (await world.client.request(method, path)).status_code

    response = await world.client.request(method, path)

    problem(response, 429, "rate-limited")
    assert "60" == response.headers["retry-after"]
    assert ";r=0;t=60" in response.headers["ratelimit"]
    assert 429 != (await world.client_from("192.0.2.9").request(method, path)).status_code


async def test_right_and_wrong_passwords_meet_the_same_limit(build: Build) -> None:
    """A throttled answer tells nothing."""
    world = build(limited(login=1))
    await world.client.post("/api/auth/register", json={"email": "ada@example.org", "password": PASSWORD})
    await world.client.post(LOGIN, json=WRONG)
    fixed = {"X-Request-Id": "r"}

    wrong = await world.client.post(LOGIN, json=WRONG, headers=fixed)
    right = await world.client.post(LOGIN, json={**WRONG, "password": PASSWORD}, headers=fixed)

    assert 429 == right.status_code
    assert wrong.content == right.content


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org", "no address"])
async def test_limit_by_account(build: Build, email: str) -> None:
    """Ten times the limit of an address, whether the account exists or not, regardless of case."""
    world = build(limited(login=1))
    await world.client.post("/api/auth/register", json={"email": "ada@example.org", "password": PASSWORD})
    for number in range(10):
        spelling = email.upper() if number % 2 else f" {email}"
        client = world.client_from(f"192.0.2.{number}")
        assert 401 == (await client.post(LOGIN, json={**WRONG, "email": spelling})).status_code

    response = await world.client_from("192.0.2.200").post(LOGIN, json={**WRONG, "email": email})

    problem(response, 429, "rate-limited")


async def test_each_route_has_its_own_counter(build: Build) -> None:
    """Attempts at one are not missing at another."""
    world = build(limited(login=1, register=1, refresh=1))
    for path in (LOGIN, "/api/auth/register", "/api/auth/refresh"):
        assert 429 != (await world.client.post(path)).status_code


async def test_password_limit_is_shared_by_what_takes_the_password(build: Build) -> None:
    """Wherever `current_password` is taken; an edit that needs none is not counted."""
    world = build(limited(password=2))
    ada = await world.user()
    for _ in range(3):
        assert 200 == (await ada("PATCH", "/api/auth/me", json={"display_name": "Ada"})).status_code
    await ada("PATCH", "/api/auth/me", json={"email": "x@y", "current_password": "wrong"})
    await ada("DELETE", "/api/auth/me", json={"current_password": "wrong"})

    problem(await ada("PUT", "/api/auth/password", json={}), 429, "rate-limited")
    problem(await ada("PATCH", "/api/auth/me", json={"current_password": "x"}), 429, "rate-limited")
    assert 200 == (await ada("GET", "/api/auth/me")).status_code


async def test_password_limit_by_account(build: Build) -> None:
    """From many addresses, too."""
    world = build(limited(password=1))
    ada = await world.user()
    headers = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
    for number in range(10):
        client = world.client_from(f"192.0.2.{number}")
        assert 422 == (await client.put("/api/auth/password", json={}, headers=headers)).status_code

    response = await world.client_from("192.0.2.99").put("/api/auth/password", json={}, headers=headers)

    problem(response, 429, "rate-limited")


async def test_a_dead_session_uses_up_nobodys_attempts(build: Build) -> None:
    """Who has an old access token cannot keep its owner from the password."""
    world = build(limited(password=1))
    ada = await world.user()
    await ada("POST", "/api/auth/logout-all")
    headers = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
    requests = [("PUT", "/api/auth/password"), ("DELETE", "/api/auth/me"), ("PATCH", "/api/auth/me")]
    for number in range(12):
        method, path = requests[number % 3]
        refused = await world.client_from(f"192.0.2.{number}").request(
            method, path, json={"current_password": "x"}, headers=headers
        )
        problem(refused, 401, "not-authenticated")

    tokens = await world.log_in()
    change = {"current_password": PASSWORD, "new_password": f"another {PASSWORD}"}
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    assert 200 == (await world.client.put("/api/auth/password", json=change, headers=headers)).status_code


async def test_refresh_limit_by_account(build: Build) -> None:
    """An authentic token counts for its user, wherever it comes from; forged ones for nobody."""
    world = build(limited(refresh=1))
    ada = await world.user()
    for number in range(10):
        client = world.client_from(f"192.0.2.{number}")
        await client.post("/api/auth/refresh", json={"refresh_token": ada.tokens["refresh_token"]})
    last = world.client_from("192.0.2.98")

    again = await last.post("/api/auth/refresh", json={"refresh_token": ada.tokens["refresh_token"]})

    problem(again, 429, "rate-limited")
    forged = await world.client_from("192.0.2.99").post("/api/auth/refresh", json={"refresh_token": "x"})
    problem(forged, 401, "invalid-refresh-token")


async def test_limit_by_user(build: Build) -> None:
    """Each user has their own counter on everything else."""
    world = build(limited(api=2))
    ada, bob = await world.user(), await world.user("bob@example.org")

    first, second = await ada("GET", "/api/tasks"), await ada("GET", "/api/tags")

    assert '"api";r=1;t=60' == first.headers["ratelimit"]
    assert '"api";q=2;w=60' == second.headers["ratelimit-policy"]
    problem(await ada("GET", "/api/tasks"), 429, "rate-limited")
    assert 200 == (await bob("GET", "/api/tasks")).status_code


async def test_strangers_are_counted_by_address(build: Build) -> None:
    """Requests without good credentials cannot try tokens without end."""
    world = build(limited(api=2))
    for _ in range(2):
        problem(await world.client.get("/api/tasks"), 401, "not-authenticated")

    problem(await world.client.get("/api/tasks"), 429, "rate-limited")
    problem(await world.client_from("192.0.2.1").get("/api/tasks"), 401, "not-authenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/me"),
        ("GET", "/api/auth/nope"),
        ("GET", LOGIN),
        ("POST", LOGIN),
        ("POST", "/api/auth/logout"),
        ("DELETE", "/api/auth/sessions/x"),
        ("OPTIONS", LOGIN),
        ("POST", "/api/auth//login"),
    ],
)
async def test_every_answer_below_auth_has_the_headers(client: httpx.AsyncClient, method: str, path: str) -> None:
    """404 and 405 included."""
    headers = (await client.request(method, path)).headers

    assert headers["ratelimit"].startswith('"')
    assert headers["ratelimit-policy"].startswith('"')


async def test_refused_hosts_and_preflights_have_the_headers(build: Build) -> None:
    """What goes no further than the frame counts for its address, too."""
    origin = "https://todo.example"
    client = build(Options(cors_origins=(origin,), allowed_hosts=("todo.test",))).client
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    refused = await client.post(LOGIN, headers={"Host": "evil.test"})
    allowed = await client.options(LOGIN, headers=preflight)

    assert ['"api";r=599;t=60', '"api";r=598;t=60'] == [one.headers["ratelimit"] for one in (refused, allowed)]


async def test_no_headers_elsewhere(client: httpx.AsyncClient) -> None:
    """What is not limited does not say so."""
    assert "ratelimit" not in (await client.get("/health")).headers


async def test_limiter_that_is_away_fails_closed(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the shared counters nobody may try passwords: 503, and when to try again."""
    world: World = build()

    async def away(*_: object) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr(type(world.collaborators.shared), "hit", away)

    with structlog.testing.capture_logs() as lines:
        response = await world.client.post(LOGIN, json=WRONG)

    problem(response, 503, "unavailable")
    assert "2" == response.headers["retry-after"]
    assert '"login";r=0;t=2' == response.headers["ratelimit"]
    assert [("rate_limiter_failed", "the store is away"), ("request", "the store is away")] == [
        (line["event"], line["reason"]) for line in lines
    ]


# --- windows


async def test_windows_begin_with_the_first_attempt_and_are_never_prolonged() -> None:
    """However often somebody tries, the window ends when it would have ended."""
    times = [1000.25, 1010.0, 1059.9, 1060.25, 1061.0]
    limiter = LocalRateLimiter(iter(times).__next__)
    policy = RateLimitPolicy("login", 2, 60)

    counts = [await limiter.hit(policy, "a") for _ in times]

    assert [(1, 60, False), (0, 51, False), (0, 1, True), (1, 60, False), (0, 60, False)] == [
        (count.remaining, count.resets_in, count.exceeded) for count in counts
    ]


@pytest.mark.parametrize("ahead", [1.0, 3600.0, 1e9])
async def test_windows_of_a_clock_that_was_ahead_are_over(ahead: float) -> None:
    """Once the clock is right again, another window begins."""
    limiter = LocalRateLimiter(iter([1000.0 + ahead, 1000.0, 1001.0]).__next__)
    policy = RateLimitPolicy("api", 1, 60)

    counts = [await limiter.hit(policy, "a") for _ in range(3)]

    assert [(60, False), (60, False), (59, True)] == [(count.resets_in, count.exceeded) for count in counts]


async def test_ended_windows_are_swept_out() -> None:
    """Addresses that come once do not stay for ever."""
    limiter = LocalRateLimiter(iter([*[0.0] * SWEEP_AT, 61.0]).__next__)
    policy = RateLimitPolicy("api", 1, 60)

    for number in range(SWEEP_AT + 1):
        await limiter.hit(policy, str(number))

    assert 1 == len(limiter._windows)


# --- addresses


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.7, garbage", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, " + " " * 1000, "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, " + "1" * 1000, "10.0.0.1"),
        ("::ffff:10.0.0.1", " 2001:db8::7 ", "2001:db8::7"),
        ("2001:db8:ffff::1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:50123", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::7]:50123", "2001:db8::7"),
        ("10.0.0.1", "198.51.100.7, [2001:db8:ffff::2]", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:x", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7:123456", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7,, 10.0.0.2,", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, fe80::1%a 9.9.9.9", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, 2001:db8:ffff::1%x", "10.0.0.1"),
        ("2001:db8:ffff::1%eth0", "198.51.100.7", "198.51.100.7"),
        ("unix:", "198.51.100.7", "None"),
    ],
)
def test_client_address(peer: str, forwarded: str, expected: str) -> None:
    """The rightmost hop that is no trusted proxy; what stands left of it proves nothing."""
    assert expected == str(client_address(parse(peer), forwarded, PROXIES))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1:2:3", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("", "unknown"),
    ],
)
def test_counting_key(address: str, expected: str) -> None:
    """IPv6 counts per /64; clients without an address share a counter."""
    assert expected == counting_key(parse(address))


async def test_forwarded_clients_have_their_own_counters(build: Build) -> None:
    """Behind a trusted proxy each client counts for itself; a stranger cannot pretend to be one."""
    options = Options(trusted_proxies=PROXIES, limits=Limits(login=RateLimitPolicy("login", 1, 60)))
    world = build(options)

    async def attempt(peer: str, forwarded: str) -> int:
        client = world.client_from(peer, **{"X-Forwarded-For": forwarded})
        return (await client.post(LOGIN, json={"email": forwarded, "password": "x"})).status_code

    assert [401, 401, 429] == [await attempt("10.0.0.1", f"198.51.100.{number}") for number in (1, 2, 1)]
    assert [401, 429] == [await attempt("192.0.2.1", f"198.51.100.{number}") for number in (3, 4)]
