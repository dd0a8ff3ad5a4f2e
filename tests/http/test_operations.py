"""What operators ask, and the reference."""

import re

import httpx
import pytest

from entrypoints.http.document.examples import example_of
from entrypoints.http.ports import ConfigurationCheck, Options
from tests.http.api import PASSWORD, PLENTY, User, World, client_of, problem
from tests.http.conformance import served
from tests.http.conftest import Build
from tests.http.test_routes import filled


async def test_health(build: Build) -> None:
    """The process lives."""
    response = await build(Options(version="1.2.3")).client.get("/health")

    assert (200, {"status": "ok", "version": "1.2.3"}) == (response.status_code, response.json())


async def test_ready(world: World) -> None:
    """Everything is there."""
    response = await world.client.get("/health/ready")

    assert 200 == response.status_code
    assert {
        "status": "ok",
        "checks": {
            "database": {"status": "ok", "latency_ms": 1.5, "writable": True},
            "migrations": {"status": "ok", "current": "0001", "head": "0001"},
        },
    } == response.json()


async def test_not_ready(world: World) -> None:
    """A check that fails makes 503, in the shape of the health answers."""
    world.ready.database = "unavailable"

    response = await world.client.get("/health/ready")

    assert (503, "application/json") == (response.status_code, response.headers["content-type"])
    assert ("unavailable", "unavailable") == (
        response.json()["status"],
        response.json()["checks"]["database"]["status"],
    )


@pytest.mark.parametrize(("status", "expected"), [("ok", 200), ("warning", 200), ("error", 503)])
async def test_configuration(build: Build, status: str, expected: int) -> None:
    """Each check is shown; an error makes 503."""
    check = ConfigurationCheck("keys", status, "signing keys are generated")  # type: ignore[arg-type]  # one of three
    client = build(Options(environment="production"), configuration=(check,)).client

    response = await client.get("/health/config")

    assert expected == response.status_code
    assert {
        "status": "ok" if expected == 200 else "error",
        "environment": "production",
        "checks": [{"name": "keys", "status": status, "detail": "signing keys are generated"}],
    } == response.json()


ADDED_BY_PROXIES = (
    *("Forwarded", "Via", "X-Real-Ip", "X-Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Original-URL"),
    *("X-Cluster-Client-IP", "Client-IP", "True-Client-IP", "CF-Ray", "X-Amzn-Trace-Id"),
)


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 401),
        (None, {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 401),
        *(("127.0.0.1", {name: "1"}, 401) for name in ADDED_BY_PROXIES),
        *(("127.0.0.1", {name: "1"}, 200) for name in ("X-Request-Id", "X-Realistic", "Viable")),
    ],
)
async def test_metrics_without_a_token(world: World, peer: str | None, headers: dict[str, str], status: int) -> None:
    """For this machine only, and not through a proxy."""
    response = await world.client_from(peer, **headers).get("/metrics")

    assert status == response.status_code
    if status == 401:
        problem(response, 401, "not-authenticated")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "192.0.2.1", None])
async def test_metrics_of_a_public_server_need_a_token(build: Build, peer: str | None) -> None:
    """Then a proxy on this machine may pass on requests of the world, without any sign of it."""
    world = build(Options(limits=PLENTY, is_public=True))

    problem(await world.client_from(peer).get("/metrics"), 401, "not-authenticated")


async def test_metrics_with_a_token(build: Build) -> None:
    """The token opens them from anywhere, and is needed everywhere."""
    app = build(Options(limits=PLENTY, metrics_token="figures")).app

    good = await client_of(app, "192.0.2.1").get("/metrics", headers={"Authorization": "Bearer figures"})

    assert (200, "text/plain; version=0.0.4; charset=utf-8") == (good.status_code, good.headers["content-type"])
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic figures"}):
        problem(await client_of(app).get("/metrics", headers=headers), 401, "not-authenticated")


async def test_reference_page_is_self_contained(client: httpx.AsyncClient) -> None:
    """The page loads from here only, under a policy of its own; its files may be kept."""
    page = await client.get("/docs")

    assert "text/html; charset=utf-8" == page.headers["content-type"]
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "http" not in re.sub(r"<!doctype html>|http-equiv", "", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"data:,", "docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js", "schema/openapi.json"} == {
        *loaded
    }
    for path in loaded[1:]:
        part = await client.get(f"/{path}")
        assert 200 == part.status_code
        if path.startswith("docs"):
            assert "public, max-age=3600" == part.headers["cache-control"]
    assert '"schema/openapi.json"' in (await client.get("/docs/start.js")).text


async def test_the_root_leads_to_the_reference(client: httpx.AsyncClient) -> None:
    """Who opens the bare address in a browser sees what is there."""
    response = await client.get("/")

    assert (307, "/docs", "no-store") == (
        response.status_code,
        response.headers["location"],
        response.headers["cache-control"],
    )


PREFIX = "/a/todo%20list"


@pytest.fixture
async def below(build: Build) -> User:
    """Give a user of an API below a path of another site."""
    return await build(Options(limits=PLENTY, path_prefix=PREFIX)).user()


MADE_OTHERWISE: dict[str, dict[str, object]] = {
    "register": {"email": "bob@example.org"},
    "createToken": {"current_password": PASSWORD},
}
"""What differs from the document's example of a body."""


async def test_every_location_has_the_prefix(below: User) -> None:
    """Each operation whose document has a `Location` sends one that a client can follow from outside."""
    located = [route for route in served(below.app) if any("Location" in one.headers for one in route.responses)]

    assert {"register", "createTask", "replaceTask", "getStart"} <= {route.name for route in located}
    for route in located:
        body = {**(example_of(route.request) if route.request else {}), **MADE_OTHERWISE.get(route.name, {})}
        headers = {"If-None-Match": "*"} if "{" in route.path else {}
        response = await below(route.method, filled(route.path), json=body, headers=headers)
        assert response.headers.get("location", response.text).startswith(f"{PREFIX}/")


async def test_links_and_the_document_have_the_prefix(below: User) -> None:
    """The next page, and the server that the reference calls; what the page itself loads is relative to it."""
    await below.add()
    await below.add()

    link = (await below("GET", "/api/tasks?limit=1")).headers["link"]
    document = (await below.client.get("/schema/openapi.json")).json()

    assert link.startswith(f"<{PREFIX}/api/tasks?limit=1&cursor=")
    assert [{"url": PREFIX}] == document["servers"]
