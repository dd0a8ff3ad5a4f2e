"""Security events: each refusal is one log line and one count, under a name that alarms know."""

from typing import Any

import attrs
import httpx
import pytest
import structlog.testing

from entrypoints.http.app import create_app
from entrypoints.http.middleware.telemetry import EVENTS
from entrypoints.http.ports import Options, RateLimitPolicy, RateLimitStatus
from entrypoints.http.problems import PROBLEM_TYPES
from entrypoints.http.routing import Route
from tests.http.api import PASSWORD, PLENTY, User, World, client_of, problem
from tests.http.conftest import Build
from tests.http.test_routes import filled
from tests.security.route_table import ROUTES
from todo_core.errors import Unavailable

ORIGIN = "https://evil.example"


def figure(metrics: str, event: str) -> float:
    """Return how often an event was counted."""
    lines = (line for line in metrics.splitlines() if line.startswith("todo_http_refusals_total{"))
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'event="{event}"' in line)


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """Return all counts by event."""
    metrics = (await client.get("/metrics")).text
    return {event: figure(metrics, event) for event in EVENTS.values()}


async def test_every_event_is_there_before_it_happens(client: httpx.AsyncClient) -> None:
    """Each starts at 0: an alarm on an increase would miss the first event of a series that begins with it."""
    assert dict.fromkeys(EVENTS.values(), 0.0) == await figures(client)


def test_every_refusal_is_an_event() -> None:
    """Whatever is refused with 401, 403, 422 or 429 has a name (ASVS 16.3)."""
    refusals = {vars(error)["code"] for error, kind in PROBLEM_TYPES.items() if kind.status in {401, 403, 422, 429}}

    assert set() == refusals - EVENTS.keys()


async def _reuse(ada: User, _bob: User) -> httpx.Response:
    tokens = ada.tokens
    for _ in range(2):
        answer = await ada.client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        tokens = answer.json()
    return await ada.client.post("/api/auth/refresh", json={"refresh_token": ada.tokens["refresh_token"]})


async def _another_users_task(ada: User, bob: User) -> httpx.Response:
    return await bob("GET", f"/api/tasks/{(await ada.add())['id']}")


async def _another_origin(ada: User, _bob: User) -> httpx.Response:
    headers = {"Cookie": f"__Host-refresh={ada.tokens['refresh_token']}", "Origin": ORIGIN}
    return await ada.client.post("/api/auth/refresh", headers=headers)


async def _wrong_proof(ada: User, _bob: User) -> httpx.Response:
    return await ada("DELETE", "/api/auth/me", json={"current_password": "a wrong one"})


async def _wrong_password(ada: User, _bob: User) -> httpx.Response:
    return await ada.client.post("/api/auth/login", json={"email": ada.email, "password": "a wrong one"})


async def _dead_token(ada: User, _bob: User) -> httpx.Response:
    await ada("POST", "/api/auth/logout-all")
    return await ada("GET", "/api/tasks")


async def _forged_refresh_token(ada: User, _bob: User) -> httpx.Response:
    return await ada.client.post("/api/auth/refresh", json={"refresh_token": "forged"})


async def _bad_input(ada: User, _bob: User) -> httpx.Response:
    return await ada("POST", "/api/tasks", json={"title": ""})


async def _another_request_with_the_same_key(ada: User, _bob: User) -> httpx.Response:
    headers = {"Idempotency-Key": "k"}
    await ada("POST", "/api/tasks", json={"title": "one"}, headers=headers)
    return await ada("POST", "/api/tasks", json={"title": "another"}, headers=headers)


REFUSALS: list[tuple[Any, int, str]] = [
    (_reuse, 401, "authn_token_reuse"),
    (_another_users_task, 403, "authz_fail"),
    (_another_origin, 403, "authz_fail"),
    (_wrong_proof, 422, "authn_password_fail"),
    (_wrong_password, 401, "authn_login_fail"),
    (_dead_token, 401, "authn_token_rejected"),
    (_forged_refresh_token, 401, "authn_token_rejected"),
    (_bad_input, 422, "input_validation_fail"),
    (_another_request_with_the_same_key, 422, "input_validation_fail"),
]


@pytest.mark.parametrize(("refused", "status", "event"), REFUSALS, ids=[one[0].__name__[1:] for one in REFUSALS])
async def test_a_refusal_is_one_line_and_one_count(ada: User, bob: User, refused: Any, status: int, event: str) -> None:  # noqa: ANN401 - a coroutine function
    """What was refused is told once, with the event's name and the client's address."""
    before = await figures(ada.client)
    with structlog.testing.capture_logs() as lines:
        response = await refused(ada, bob)
    after = await figures(ada.client)

    told = [line for line in lines if "security_event" in line]
    assert status == response.status_code
    assert [(event, "127.0.0.1")] == [(line["security_event"], line["client"]) for line in told]
    assert {event: 1.0} == {name: after[name] - before[name] for name in after if after[name] != before[name]}


NEED_CREDENTIALS = [
    route for route in ROUTES if not route.public or {"not-authenticated", "invalid-refresh-token"} & {*route.problems}
]


@pytest.mark.parametrize("route", NEED_CREDENTIALS, ids=lambda route: route.name)
async def test_who_tries_nothing_is_no_event(build: Build, route: Route) -> None:
    """A page that looks whether somebody is logged in sends no token and no cookie: 401, and no alarm counts it."""
    client = build(Options(limits=PLENTY, is_public=True)).client
    with structlog.testing.capture_logs() as lines:
        response = await client.request(route.method, filled(route.path))

    assert 401 == response.status_code
    assert [("request", None)] == [(line["event"], line.get("security_event")) for line in lines]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/tasks", {"Authorization": ""}),
        ("GET", "/api/tasks", {"Authorization": "Basic YTpi"}),
        ("GET", "/metrics", {"Authorization": "Bearer wrong"}),
        ("POST", "/api/auth/logout", {"Authorization": "Bearer wrong"}),
        ("POST", "/api/auth/logout", {"Cookie": "__Host-refresh=wrong", "Sec-Fetch-Site": "same-origin"}),
        ("POST", "/api/auth/refresh", {"Cookie": "__Host-refresh=wrong", "Sec-Fetch-Site": "same-origin"}),
    ],
)
async def test_who_tries_anything_is_an_event(build: Build, method: str, path: str, headers: dict[str, str]) -> None:
    """Whatever was sent as credentials was tried."""
    client = build(Options(limits=PLENTY, metrics_token="figures")).client
    with structlog.testing.capture_logs() as lines:
        response = await client.request(method, path, headers=headers)

    assert (401, "authn_token_rejected") == (response.status_code, lines[-1]["security_event"])


async def test_a_limit_is_an_event(build: Build) -> None:
    """Who tries too often is counted too."""
    limits = attrs.evolve(PLENTY, login=RateLimitPolicy("login", 1, 60))
    client = build(Options(limits=limits)).client
    credentials = {"email": "ada@example.org", "password": PASSWORD}
    with structlog.testing.capture_logs() as lines:
        await client.post("/api/auth/login", json=credentials)
        response = await client.post("/api/auth/login", json=credentials)

    problem(response, 429, "rate-limited")
    assert "excess_rate_limit_exceeded" == lines[-1]["security_event"]
    assert 1.0 == (await figures(client))["excess_rate_limit_exceeded"]


class OutOfReach:
    """A shared limiter whose store cannot be reached."""

    async def hit(self, _policy: RateLimitPolicy, _key: str) -> RateLimitStatus:
        """Fail."""
        raise Unavailable


async def test_uncounted_means_refused(world: World) -> None:
    """When attempts cannot be counted, nobody may try: 503, a line and a count, and no password is looked at."""
    collaborators = attrs.evolve(world.collaborators, shared=OutOfReach())
    client = client_of(create_app(world.use_cases, collaborators))
    with structlog.testing.capture_logs() as lines:
        response = await client.post("/api/auth/login", json={"email": "ada@example.org", "password": PASSWORD})

    problem(response, 503, "unavailable")
    assert "2" == response.headers["retry-after"]
    assert ["rate_limiter_failed", "request"] == [line["event"] for line in lines]
    assert "todo_rate_limiter_errors_total 1.0" in (await client.get("/metrics")).text
