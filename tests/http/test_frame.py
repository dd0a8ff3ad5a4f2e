"""What every response has, errors of the framework included, and what is written down of it."""

import ipaddress
from typing import Any
from uuid import UUID

import attrs
import httpx
import pytest
import structlog.testing

from entrypoints.http.app import create_app
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.middleware.rate_limits import LocalRateLimiter, RateLimits
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.ports import Options
from tests.http.api import PLENTY, User, World, bad_parts, client_of, problem
from tests.http.conformance import served
from tests.http.conftest import Build
from todo_core.testing import ScryptPasswords

ORIGIN = "https://todo.example"
ANSWERS = [
    ("GET", "/health"),
    ("GET", "/nope"),
    ("POST", "/health"),
    ("GET", "/api/tasks"),
    ("POST", "/api/auth/login"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
async def test_security_headers(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Every response, 404, 405 and 401 included, tells browsers to do nothing with it."""
    headers = (await client.request(method, path)).headers

    assert "nosniff" == headers["x-content-type-options"]
    assert "default-src 'none'; frame-ancestors 'none'" == headers["content-security-policy"]
    assert "no-referrer" == headers["referrer-policy"]
    assert "same-origin" == headers["cross-origin-resource-policy"]
    assert "no-store" == headers["cache-control"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("given", ["a", "A.b_c-9", "x" * 128])
async def test_request_id_of_the_client(client: httpx.AsyncClient, given: str) -> None:
    """A good request id is used."""
    response = await client.get("/nope", headers={"X-Request-Id": given})

    assert given == response.headers["x-request-id"]
    assert given == response.json()["request_id"]


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "ä", "<script>"])
async def test_request_id_of_ours(client: httpx.AsyncClient, given: str) -> None:
    """Anything else is replaced by a new one."""
    response = await client.get("/health", headers=[(b"X-Request-Id", given.encode())])

    assert given != response.headers["x-request-id"]
    assert 32 == len(response.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/health", "/api/tasks", "/docs", "/schema/openapi.json"])
async def test_head_answers_as_get(ada: User, path: str) -> None:
    """The same status and headers, and no body."""
    got, headed = await ada("GET", path), await ada("HEAD", path)

    assert b"" == headed.content
    assert got.status_code == headed.status_code
    assert got.headers["content-length"] == headed.headers["content-length"]
    assert got.headers["content-type"] == headed.headers["content-type"]


async def test_head_of_a_problem_has_no_body(client: httpx.AsyncClient) -> None:
    """Problems, too."""
    response = await client.head("/nope")

    assert (404, b"") == (response.status_code, response.content)


async def test_unknown_route(client: httpx.AsyncClient) -> None:
    """Nothing there: 404, without credentials too, and counted under no limit."""
    for response in (await client.get("/api/nope"), await client.put("/api/tasks/1"), await client.delete("/nope")):
        problem(response, 404, "not-found")
        assert "ratelimit" not in response.headers


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "BREW"])
async def test_method_not_allowed(client: httpx.AsyncClient, method: str) -> None:
    """A path without the method: 405, and what would be allowed; HEAD goes with GET."""
    response = await client.request(method, "/api/tasks")

    problem(response, 405, "method-not-allowed")
    assert "GET, HEAD, OPTIONS, POST" == response.headers["allow"]


async def test_options_without_cors(client: httpx.AsyncClient) -> None:
    """OPTIONS names the methods, and needs no credentials."""
    response = await client.options("/api/tasks")

    assert 204 == response.status_code
    assert "GET, HEAD, OPTIONS, POST" == response.headers["allow"]


async def test_hsts_over_tls(build: Build) -> None:
    """Over TLS, at the server or at a trusted proxy, browsers are told to stay there."""
    app = build(Options(limits=PLENTY, trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),))).app
    proxied = {"X-Forwarded-Proto": "https"}

    direct = await client_of(app).get("https://todo.test/health")
    trusted = await client_of(app, "10.0.0.1", **proxied).get("/health")
    untrusted = await client_of(app, "192.0.2.1", **proxied).get("/health")

    assert "max-age=31536000; includeSubDomains" == direct.headers["strict-transport-security"]
    assert "max-age=31536000; includeSubDomains" == trusted.headers["strict-transport-security"]
    assert "strict-transport-security" not in untrusted.headers


@pytest.mark.parametrize(
    ("host", "status"), [("todo.test", 200), ("TODO.test:8000", 200), ("evil.test", 400), ("todo.test.evil", 400)]
)
async def test_allowed_hosts(build: Build, host: str, status: int) -> None:
    """With a list of hosts, other names are refused, with every security header."""
    client = build(Options(limits=PLENTY, allowed_hosts=("todo.test",))).client

    response = await client.get("/health", headers={"Host": host})

    assert status == response.status_code
    assert "nosniff" == response.headers["x-content-type-options"]
    if status == 400:
        assert {"Host": "unknown-host"} == bad_parts(response, 400, "malformed-request")


# --- CORS


async def test_no_cors_by_default(client: httpx.AsyncClient) -> None:
    """Without a list no origin is allowed."""
    response = await client.get("/health", headers={"Origin": ORIGIN})

    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_cors_for_listed_origins(build: Build) -> None:
    """A listed origin may read answers, errors too."""
    client = build(Options(limits=PLENTY, cors_origins=(ORIGIN,))).client

    for path in ("/health", "/nope"):
        headers = (await client.get(path, headers={"Origin": ORIGIN})).headers
        assert ORIGIN == headers["access-control-allow-origin"]
        assert "true" == headers["access-control-allow-credentials"]
        assert "Origin" == headers["vary"]
        assert {
            "ETag",
            "Location",
            "Link",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "X-Request-Id",
            "Idempotency-Replayed",
        } == set(headers["access-control-expose-headers"].split(", "))


@pytest.mark.parametrize("origin", ["app://obsidian.md", "tauri://localhost", "capacitor://localhost"])
async def test_cors_for_apps(build: Build, origin: str) -> None:
    """The origin of an app is answered exactly as any other, if it is listed as it is sent."""
    client = build(Options(limits=PLENTY, cors_origins=(ORIGIN, origin))).client

    for sent in (origin, origin.upper(), f"{origin}/", f"{origin}:80", f"{origin}.evil"):
        headers = {"Origin": sent, "Access-Control-Request-Method": "POST"}
        answers = await client.get("/health", headers=headers), await client.options("/api/tasks", headers=headers)
        for answer in answers:
            assert (sent if sent == origin else None) == answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://todo.example.evil", "http://todo.example"])
async def test_no_cors_for_others(build: Build, origin: str) -> None:
    """Origins are compared exactly; others get no permission, and caches know why."""
    client = build(Options(limits=PLENTY, cors_origins=(ORIGIN,))).client

    simple = await client.get("/health", headers={"Origin": origin})
    preflight = await client.options("/api/tasks", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})

    assert "Origin" == simple.headers["vary"]
    assert "access-control-allow-origin" not in simple.headers
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-methods" not in preflight.headers


async def test_preflight(build: Build) -> None:
    """A preflight is answered for ten minutes, without credentials."""
    client = build(Options(limits=PLENTY, cors_origins=(ORIGIN,))).client

    response = await client.options("/api/tasks", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"})

    assert 204 == response.status_code
    assert ORIGIN == response.headers["access-control-allow-origin"]
    assert "600" == response.headers["access-control-max-age"]
    assert "PATCH" in response.headers["access-control-allow-methods"]
    assert {
        "Authorization",
        "Content-Type",
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "X-Request-Id",
    } == set(response.headers["access-control-allow-headers"].split(", "))


# --- what is written down


async def test_one_log_line(ada: User) -> None:
    """A request is one line: who, what, how it ended; the template of the path, and nothing that a user wrote."""
    task = await ada.add("a very private title")
    with structlog.testing.capture_logs() as lines:
        await ada("GET", f"/api/tasks/{task['id']}?x=secret", headers={"X-Request-Id": "r1"})

    (line,) = lines
    assert {
        "event": "request",
        "log_level": "info",
        "request_id": "r1",
        "method": "GET",
        "route": "/api/tasks/{task_id}",
        "status": 400,
        "user_id": UUID(ada.id),
        "problem": "malformed-request",
        "security_event": "input_validation_fail",
        "client": "127.0.0.1",
    } == {key: value for key, value in line.items() if key != "ms"}


async def test_nothing_secret_is_logged(world: World) -> None:
    """No e-mail, password, token or title is in the log of a whole life with an account."""
    with structlog.testing.capture_logs() as lines:
        ada = await world.user("ada.marked@example.org")
        await ada.add("marked title")
        await ada("GET", "/api/tasks?q=marked")
        await world.client.post("/api/auth/login", json={"email": "ada.marked@example.org", "password": "marked"})
        await world.client.post("/api/auth/refresh", json={"refresh_token": ada.tokens["refresh_token"]})
        await world.client.get("/marked", headers={"Authorization": "Bearer marked"})

    text = repr(lines)
    assert "marked" not in text
    assert ada.tokens["refresh_token"] not in text
    assert ada.tokens["access_token"] not in text


@pytest.mark.parametrize(
    ("request_", "event"),
    [
        (("POST", "/api/auth/login", {"email": "a@b", "password": "wrong"}), "authn_login_fail"),
        (("POST", "/api/auth/refresh", {"refresh_token": "forged"}), "authn_token_rejected"),
        (("POST", "/api/auth/login", {}), "input_validation_fail"),
    ],
)
async def test_refusals_have_owasp_names(client: httpx.AsyncClient, request_: tuple[str, str, Any], event: str) -> None:
    """A refusal is a line with the name of the event, and a counter."""
    method, path, body = request_
    with structlog.testing.capture_logs() as lines:
        await client.request(method, path, json=body)

    assert event == lines[-1]["security_event"]
    assert f'event="{event}"}} 1.0' in (await client.get("/metrics")).text


async def test_no_room_for_a_password_is_told_of(world: World) -> None:
    """A 503 says nothing of the inside; the log has what the operator has to know."""
    sessions = attrs.evolve(world.accounts.sessions, passwords=ScryptPasswords(waiting=0))
    app = create_app(attrs.evolve(world.use_cases, sessions=sessions), world.collaborators, Options())
    with structlog.testing.capture_logs() as lines:
        response = await client_of(app).post("/api/auth/login", json={"email": "a@b", "password": "x"})

    assert "hashed" not in str(problem(response, 503, "unavailable"))
    assert ["too many passwords wait to be hashed"] == [line["reason"] for line in lines]


async def test_metrics_by_route(ada: User) -> None:
    """One series for a route, whatever the ids; strange methods and unknown paths share one each."""
    for _ in range(2):
        await ada("GET", f"/api/tasks/{(await ada.add())['id']}")
    await ada("BREW", "/coffee")

    text = (await ada("GET", "/metrics")).text

    assert 'todo_http_requests_total{method="GET",route="/api/tasks/{task_id}",status="200"} 2.0' in text
    assert 'todo_http_requests_total{method="other",route="unmatched",status="404"} 1.0' in text
    assert 'todo_http_request_duration_seconds_count{method="GET",route="/api/tasks/{task_id}"} 2.0' in text


async def test_server_errors_begin_at_zero(world: World) -> None:
    """A series that is not there before its first value shows no increase, and no alarm would see the first errors."""
    text = (await world.client.get("/metrics")).text

    for route in served(world.app):
        for status in ("500", "503"):
            labels = f'method="{route.method}",route="{route.template}",status="{status}"'
            assert f"todo_http_requests_total{{{labels}}} 0.0" in text


@pytest.mark.parametrize(
    ("peer", "header", "hint"),
    [
        ("192.0.2.1", ("X-Forwarded-For", "198.51.100.1"), "TODO_TRUSTED_PROXIES"),
        ("10.0.0.1", ("X-Forwarded-For", "nonsense"), "X-Forwarded-For"),
        ("10.0.0.1", ("X-Forwarded-For", "198.51.100.1, 10.0.0.1 nonsense"), "X-Forwarded-For"),
        ("10.0.0.1", ("Forwarded", "for=198.51.100.1"), "X-Forwarded-For"),
        ("10.0.0.1", ("X-Real-IP", "198.51.100.1"), "X-Forwarded-For"),
    ],
)
async def test_forwarding_that_does_not_count_is_warned_of_once(
    build: Build, peer: str, header: tuple[str, str], hint: str
) -> None:
    """A header that names another client in vain is a warning with what helps, one in the life of the process."""
    world: World = build(Options(limits=PLENTY, trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),)))
    client = world.client_from(peer, **dict([header]))
    with structlog.testing.capture_logs() as lines:
        await client.get("/health")
        await client.get("/health")

    (warning,) = [line for line in lines if line["event"] == "forwarding_header_ignored"]
    assert hint in warning["hint"]
    assert [{"name": "forwarding_headers", "status": "warning", "detail": warning["hint"]}] == (
        await client.get("/health/config")
    ).json()["checks"]


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1, 10.0.0.1:4000"),
        ("10.0.0.1", "10.0.0.2, 127.0.0.1, 10.0.0.1"),
        ("10.0.0.1", " , "),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
async def test_clients_on_trusted_machines_are_not_warned_of(build: Build, peer: str, forwarded: str) -> None:
    """A client on the proxy's own machine, or one whose every hop is trusted, is taken for what the header says."""
    proxies = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "127.0.0.0/8", "::1")))
    world: World = build(Options(limits=PLENTY, trusted_proxies=proxies))
    client = world.client_from(peer, **{"X-Forwarded-For": forwarded, "X-Real-IP": forwarded})
    with structlog.testing.capture_logs() as lines:
        await client.get("/health")

    assert ["request"] == [line["event"] for line in lines]
    assert [] == (await client.get("/health/config")).json()["checks"]


@pytest.mark.parametrize("header", ["Via", "X-Forwarded-Proto"])
async def test_other_signs_of_a_proxy_are_not_warned_of(world: World, header: str) -> None:
    """They name no client, so none is mistaken."""
    with structlog.testing.capture_logs() as lines:
        await world.client_from("192.0.2.1", **{header: "1.1 proxy"}).get("/health")

    assert ["request"] == [line["event"] for line in lines]


async def test_defects_are_masked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is a 500 of fixed words; the log has classes and places, and not the message."""
    ada = await world.user()

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("password=hunter2")

    monkeypatch.setattr(type(world.store), "task_owner", broken)
    with structlog.testing.capture_logs() as lines:
        response = await ada("GET", "/api/tasks/00000000-0000-4000-8000-000000000000")

    problem(response, 500, "internal-error")
    assert "hunter2" not in response.text + repr(lines)
    assert ["unhandled_error", "request"] == [line["event"] for line in lines]
    assert ["ZeroDivisionError"] == lines[0]["error"]
    assert "broken" in lines[0]["at"][-1]
    assert "error" == lines[1]["log_level"]


def frame_around(app: Any) -> RequestMiddleware:  # noqa: ANN401 - an ASGI application
    """Return the frame around another application."""
    telemetry = Telemetry()
    return RequestMiddleware(app, Options(), telemetry, RateLimits(PLENTY, LocalRateLimiter(), telemetry), bool)


async def test_last_resort() -> None:
    """What breaks outside the framework is a 500 of the same shape."""

    async def broken(*_: object) -> None:
        raise RuntimeError

    with structlog.testing.capture_logs():
        response = await client_of(frame_around(broken)).get("/health")

    problem(response, 500, "internal-error")
    assert "nosniff" == response.headers["x-content-type-options"]


def test_nothing_is_started(world: World) -> None:
    """Two applications live side by side: each has its own figures."""
    other = create_app(world.use_cases, world.collaborators, Options())

    assert other.telemetry.registry is not world.app.telemetry.registry


async def test_lifespan_is_the_frameworks(world: World) -> None:
    """The server's start and stop pass through the frame."""
    incoming = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> Any:  # noqa: ANN401 - an ASGI message
        return {"type": next(incoming)}

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        sent.append(message["type"])

    await world.app({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]  # what of it matters

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == sent


async def test_an_answer_that_breaks_off_is_not_answered_twice() -> None:
    """Once a response has begun, there is no place for a problem; the log has it."""

    async def broken(_: object, __: object, send: Any) -> None:  # noqa: ANN401 - an ASGI callable
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    sent: list[str] = []

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        sent.append(message["type"])

    async def receive() -> Any:  # noqa: ANN401 - an ASGI message
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Any = {
        "type": "http",
        "http_version": "1.0",
        "method": "GET",
        "path": "/x",
        "raw_path": b"/x",
        "headers": [],
    }
    with structlog.testing.capture_logs() as lines:
        await frame_around(broken)(scope, receive, send)

    assert ["http.response.start"] == sent
    assert ["unhandled_error", "request"] == [line["event"] for line in lines]


@pytest.mark.parametrize(
    "host", ["", "a/b", "a b", "a@todo.test", "todo.test, evil.test", "todo.test:http", "[::1", "ä", "%74odo.test"]
)
async def test_hosts_that_are_none(client: httpx.AsyncClient, host: str) -> None:
    """What cannot be a host name is malformed, list or no list."""
    response = await client.get("/health", headers=[(b"Host", host.encode())])

    assert {"Host": "malformed"} == bad_parts(response, 400, "malformed-request")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "todo_api", "todo.test."])
async def test_hosts_that_are_some(client: httpx.AsyncClient, host: str) -> None:
    """Without a list, every name and address is good."""
    assert 200 == (await client.get("/health", headers={"Host": host})).status_code


@pytest.mark.parametrize(
    "path",
    ["//", "//health", "/health/", "/api//tasks", "/api/tasks/", "/api/tasks//", "/api%2Ftasks", "/api/tasks%2f"],
)
async def test_a_route_has_one_path(client: httpx.AsyncClient, path: str) -> None:
    """Empty and escaped steps are no way to a route: past what a proxy says of its path, to the last slash."""
    problem(await client.get(f"http://todo.test{path}"), 404, "not-found")
