"""What every answer has, whoever gives it and whatever it says; and what it does not say."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
import structlog.testing

from adapters.passwords import PooledPasswords
from entrypoints.http.routing import Route
from entrypoints.http.wire.json_body import MAX_BODY_BYTES
from tests.http.api import PASSWORD, User, World
from tests.security.rights import IDS
from tests.security.route_table import ROUTES
from tests.security.scene import LIVE, Scene
from todo_core.ports import PasswordCheck
from todo_core.use_cases import Administration
from todo_core.users import EmailAddress

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
NOTHING = "default-src 'none'; frame-ancestors 'none'"
MAY_BE_KEPT = ("/.well-known/jwks.json", "/docs")


def check_headers(response: httpx.Response) -> None:
    """Check what every answer has (ASVS 3.4, 3.5, 14.3.2)."""
    headers, path = response.headers, response.request.url.path
    assert "nosniff" == headers["x-content-type-options"]
    assert "no-referrer" == headers["referrer-policy"]
    assert "same-origin" == headers["cross-origin-resource-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "todo-core" == headers["server"]
    assert headers["x-request-id"]
    if path != "/docs":
        assert NOTHING == headers["content-security-policy"]
    if not (path.startswith(MAY_BE_KEPT) and response.status_code == 200):
        assert headers["cache-control"] in ({"private, no-cache"} if "etag" in headers else {"no-store"})
    if response.status_code >= 400:
        assert "application/problem+json" == headers["content-type"]


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
async def test_every_route_and_method(world: World, route: Route) -> None:
    """Each path, asked in every way, with and without credentials."""
    scene = await Scene.make(world)
    path = route.path.replace(":str}", "}").format(**dict.fromkeys(IDS, scene.tasks[LIVE]))

    for method in METHODS:
        check_headers(await world.client.request(method, path))
        check_headers(await scene.ada(method, path, json={"title": "t"}))


BAD: dict[int, Callable[[User], Awaitable[httpx.Response]]] = {
    400: lambda ada: ada("POST", "/api/tasks", content=b"{", headers={"Content-Type": "application/json"}),
    401: lambda ada: ada.client.get("/api/tasks"),
    404: lambda ada: ada("GET", "/nowhere"),
    405: lambda ada: ada("BREW", "/api/tasks"),
    409: lambda ada: ada.client.post("/api/auth/register", json={"email": ada.email, "password": PASSWORD}),
    413: lambda ada: ada("POST", "/api/tasks", json={"title": "x" * MAX_BODY_BYTES}),
    415: lambda ada: ada("POST", "/api/tasks", content=b"{}", headers={"Content-Type": "text/plain"}),
    422: lambda ada: ada("POST", "/api/tasks", json={}),
}


@pytest.mark.parametrize("status", BAD)
async def test_errors_of_every_kind(ada: User, status: int) -> None:
    """Errors of the framework are no different from ours."""
    response = await BAD[status](ada)

    assert status == response.status_code
    check_headers(response)


async def test_defects(ada: User, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer to what nobody expected has them too."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(world.store), "task_owner", broken)
    with structlog.testing.capture_logs():
        response = await ada("GET", "/api/tasks/00000000-0000-4000-8000-000000000000")

    assert 500 == response.status_code
    check_headers(response)


async def test_nothing_says_what_it_is_built_with(world: World) -> None:
    """Nothing says what it is built with, let alone in which version (ASVS 13.4.6)."""
    for path in ("/", "/health", "/api/tasks", "/schema/openapi.json"):
        text = (await world.client.get(path)).text.lower()
        assert not [name for name in ("litestar", "granian", "msgspec", "traceback", "psycopg") if name in text]


NEVER = "never.seen@example.org"
DISABLED = "disabled@example.org"
LOG_INS: dict[str, tuple[str, str]] = {
    "an unknown address": (NEVER, PASSWORD),
    "a wrong password": ("ada@example.org", "a wrong password"),
    "a password with NUL": ("ada@example.org", "a\x00b"),
    "a password too long to be one": ("ada@example.org", "x" * 5000),
    "an empty password": ("ada@example.org", ""),
    "an address that is none": ("ada", PASSWORD),
    "a disabled account": (DISABLED, PASSWORD),
}


@pytest.mark.parametrize("case", LOG_INS)
async def test_a_failed_log_in_tells_nothing(
    world: World, ada: User, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong: one password is verified, and the answer is the same (ASVS 6.3.8)."""
    await world.user(DISABLED)
    await Administration(world.store, world.clock, world.accounts.ids, world.accounts.sessions, world.accounts).disable(
        EmailAddress.parse(DISABLED)
    )
    verified: list[str | None] = []
    verify = PooledPasswords.verify

    async def counted(self: PooledPasswords, stored: str | None, password: str) -> PasswordCheck:
        verified.append(stored)
        return await verify(self, stored, password)

    async def never(*_: object) -> str:
        raise AssertionError("hashed")

    monkeypatch.setattr(PooledPasswords, "verify", counted)
    monkeypatch.setattr(PooledPasswords, "hash", never)
    email, password = LOG_INS[case]
    headers = {"X-Request-Id": "same"}

    tried = await ada.client.post("/api/auth/login", json={"email": email, "password": password}, headers=headers)
    plain = await ada.client.post("/api/auth/login", json={"email": NEVER, "password": PASSWORD}, headers=headers)

    assert 2 == len(verified)
    assert (401, plain.content) == (tried.status_code, tried.content)
    assert plain.headers.keys() == tried.headers.keys()
