"""The order of checks: of several things that are wrong, the first in the contract's order is answered."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import httpx
import pytest

from entrypoints.http.ports import Limits, Options, RateLimitPolicy
from tests.http.api import PASSWORD, PLENTY, User, World, problem
from tests.http.conftest import Build

JSON = {"Content-Type": "application/json"}
EXHAUSTED = Limits(*(RateLimitPolicy(name, 0, 60) for name in ("login", "register", "refresh", "password", "api")))


@pytest.mark.parametrize("path", ["/api/nope", "/api/tasks/not-a-uuid", "/api/tasks/0193a5d27c1e7b3a9f003c5d8e2a1b4f"])
async def test_unknown_path_before_credentials(client: httpx.AsyncClient, path: str) -> None:
    """An unknown route, or an id that is no UUID, is 404 without credentials too."""
    problem(await client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "spelling",
    [
        "{0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f}",
        "urn:uuid:0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f",
        "0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4",
        "0193a5d2_7c1e_7b3a_9f00_3c5d8e2a1b4f",
        "0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f ",
        "\N{ARABIC-INDIC DIGIT ZERO}193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f",
    ],
)
async def test_other_spellings_of_uuids_are_404(ada: User, spelling: str) -> None:
    """Only the form of RFC 9562 is a UUID; upper case is fine."""
    task = await ada.add()

    problem(await ada("GET", f"/api/tasks/{spelling}"), 404, "not-found")
    assert 200 == (await ada("GET", f"/api/tasks/{task['id'].upper()}")).status_code


async def test_method_before_limit(build: Build) -> None:
    """405 comes before 429."""
    client = build(Options(limits=EXHAUSTED)).client

    problem(await client.get("/api/auth/login"), 405, "method-not-allowed")


async def test_limit_by_address_before_credentials(build: Build) -> None:
    """429 by address comes before 401 and 415."""
    client = build(Options(limits=EXHAUSTED)).client

    problem(await client.put("/api/auth/password", content=b"x"), 429, "rate-limited")
    problem(await client.post("/api/auth/login", content=b"x"), 429, "rate-limited")


async def test_credentials_before_everything_of_the_body(client: httpx.AsyncClient) -> None:
    """401 comes before 415 and 400."""
    problem(await client.post("/api/tasks", content=b"x"), 401, "not-authenticated")
    problem(await client.get("/api/tasks?nope=1"), 401, "not-authenticated")


async def test_ended_session_before_everything_of_the_body(world: World) -> None:
    """So it is for a token that looks good, but whose session has ended."""
    ada = await world.user()
    await ada("POST", "/api/auth/logout-all")

    problem(await ada("POST", "/api/tasks", content=b"x"), 401, "not-authenticated")
    problem(await ada("POST", "/api/tasks", content=b"{", headers=JSON), 401, "not-authenticated")
    problem(await ada("GET", "/api/tasks?limit=x"), 401, "not-authenticated")
    problem(await ada("GET", "/api/tasks?cursor=x"), 401, "not-authenticated")


async def test_limit_by_user_before_the_body(build: Build) -> None:
    """429 by user comes before 415."""
    world = build(Options(limits=Limits(api=RateLimitPolicy("api", 1, 60))))
    ada = await world.user()
    await ada("GET", "/api/tasks")

    problem(await ada("POST", "/api/tasks", content=b"x"), 429, "rate-limited")


async def test_media_type_before_size_before_json(ada: User) -> None:
    """415 comes before 413, 413 before 400."""
    large = b"{" * 400_000

    problem(
        await ada("POST", "/api/tasks", content=large, headers={"Content-Type": "text/plain"}),
        415,
        "unsupported-media-type",
    )
    problem(await ada("POST", "/api/tasks", content=large, headers=JSON), 413, "body-too-large")


async def test_json_before_limit_by_account(build: Build) -> None:
    """400 comes before 429 by account."""
    limits = Limits(login=RateLimitPolicy("login", 1, 60))
    world = build(Options(limits=limits))
    for number in range(10):
        client = world.client_from(f"192.0.2.{number + 1}")
        await client.post("/api/auth/login", json={"email": "ada@example.org", "password": "x"})
    client = world.client_from("192.0.2.100")

    problem(await client.post("/api/auth/login", content=b"{", headers=JSON), 400, "malformed-request")


async def test_limit_by_account_before_the_rules(build: Build) -> None:
    """429 by account comes before 422."""
    world = build(Options(limits=Limits(login=RateLimitPolicy("login", 1, 60))))
    for number in range(10):
        client = world.client_from(f"192.0.2.{number + 1}")
        await client.post("/api/auth/login", json={"email": "ada@example.org", "password": "x"})
    client = world.client_from("192.0.2.100")

    problem(await client.post("/api/auth/login", json={"email": "ADA@example.org"}), 429, "rate-limited")


Request = Callable[[User, str], Coroutine[Any, Any, httpx.Response]]


async def test_header_before_ownership(ada: User, bob: User) -> None:
    """400 comes before 403 and 404."""
    task = await ada.add()

    for path in (f"/api/tasks/{task['id']}", f"/api/tasks/{uuid4()}"):
        response = await bob("PATCH", path, json={}, headers={"If-Match": "7"})
        problem(response, 400, "malformed-request")


async def test_idempotency_key_before_ownership(ada: User, bob: User) -> None:
    """A key that stands for another request comes before 403."""
    task = await ada.add()
    key = {"Idempotency-Key": "k"}
    await bob("POST", "/api/tasks", json={"title": "x"}, headers=key)

    response = await bob("PATCH", f"/api/tasks/{task['id']}/toggle", headers=key)

    problem(response, 422, "idempotency-key-reused")


async def test_idempotency_key_before_validation(ada: User) -> None:
    """A used key comes before a bad body."""
    key = {"Idempotency-Key": "k"}
    await ada("POST", "/api/tasks", json={"title": "x"}, headers=key)

    problem(await ada("POST", "/api/tasks", json={"title": 1}, headers=key), 422, "idempotency-key-reused")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_ownership_before_version_before_validation(ada: User, bob: User, method: str) -> None:
    """403 and 404 come before 412, 412 before 422."""
    path = f"/api/tasks/{(await ada.add())['id']}"
    bad: dict[str, Any] = {"json": {"title": 1, "nope": 2}, "headers": {"If-Match": '"99"'}}

    problem(await bob(method, path, **bad), 403, "forbidden")
    problem(await ada(method, f"/api/tasks/{uuid4()}", **bad), 404, "not-found")
    problem(await ada(method, path, **bad), 412, "version-mismatch")
    problem(await ada(method, path, json={"title": 1}), 422, "validation-failed")


async def test_creation_by_put_checks_in_the_same_order(ada: User, bob: User) -> None:
    """403, then 412, then 422, then 409."""
    task, gone = await ada.add(), await ada.add()
    await ada("DELETE", f"/api/tasks/{gone['id']}")
    create = {"If-None-Match": "*"}

    problem(await bob("PUT", f"/api/tasks/{task['id']}", json={}, headers=create), 403, "forbidden")
    problem(await ada("PUT", f"/api/tasks/{task['id']}", json={}, headers=create), 412, "version-mismatch")
    problem(await ada("PUT", f"/api/tasks/{gone['id']}", json={}, headers=create), 422, "validation-failed")
    problem(await ada("PUT", f"/api/tasks/{gone['id']}", json={"title": "x"}, headers=create), 409, "id-taken")


async def test_validation_before_conflict(ada: User) -> None:
    """422 comes before 409."""
    task = await ada.add()

    problem(await ada("POST", "/api/tasks", json={"id": task["id"]}), 422, "validation-failed")
    problem(await ada("POST", "/api/tasks", json={"id": task["id"], "title": "x"}), 409, "id-taken")


async def test_registration_validates_before_conflict(world: World) -> None:
    """A taken address with a bad password is 422; closed registration is 403 before that."""
    await world.user()

    response = await world.client.post("/api/auth/register", json={"email": "ada@example.org", "password": "short"})

    problem(response, 422, "validation-failed")


@pytest.mark.parametrize("body", [{"email": "new@example.org", "password": PASSWORD}, {"email": 1}])
async def test_closed_registration_before_validation(build: Build, body: dict[str, Any]) -> None:
    """Closed is closed, whatever the body says."""
    client = build(Options(limits=PLENTY), registration=False).client

    problem(await client.post("/api/auth/register", json=body), 403, "registration-closed")
