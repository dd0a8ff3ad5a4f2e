"""The API as tests see it: a world with everything behind it, users as clients, and what a problem looks like."""

from collections.abc import Mapping
from typing import Any

import attrs
import httpx
from litestar import Litestar

from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.ports import Collaborators, Limits, RateLimitPolicy, UseCases
from tests.http.conformance import Conformance
from todo_core.testing import HmacExternalTokens, ManualClock, MemoryStore
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.tasks import Tasks

PASSWORD = "correct horse battery staple"
PLENTY = Limits(*(RateLimitPolicy(name, 10_000, 60) for name in ("login", "register", "refresh", "password", "api")))


@attrs.define
class Ready:
    """Says of the database what a test wants it to say."""

    database: str = "ok"

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return both checks."""
        return {
            "database": {"status": self.database, "latency_ms": 1.5, "writable": self.database == "ok"},
            "migrations": {"status": "ok", "current": "0001", "head": "0001"},
        }


@attrs.frozen
class User:
    """A registered user who is logged in, as a client of the API."""

    app: RequestMiddleware
    client: httpx.AsyncClient
    email: str
    id: str
    tokens: dict[str, Any]

    async def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        """Send a request with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **request.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **request)

    async def add(self, title: str = "Buy milk", **members: object) -> dict[str, Any]:
        """Make a task and return it."""
        response = await self("POST", "/api/tasks", json={"title": title, **members})
        assert 201 == response.status_code, response.text
        task: dict[str, Any] = response.json()
        return task


@attrs.frozen
class World:
    """An API with everything behind it, and an external issuer beside it."""

    app: RequestMiddleware
    clock: ManualClock
    store: MemoryStore
    ready: Ready
    use_cases: UseCases
    issuer: HmacExternalTokens
    collaborators: Collaborators
    client: httpx.AsyncClient

    @property
    def accounts(self) -> Accounts:
        """The use cases of accounts."""
        return self.use_cases.accounts

    @property
    def tasks(self) -> Tasks:
        """The use cases of tasks."""
        return self.use_cases.tasks

    async def user(self, email: str = "ada@example.org") -> User:
        """Register a user and log in."""
        made = await self.client.post("/api/auth/register", json={"email": email, "password": PASSWORD})
        assert 201 == made.status_code, made.text
        return User(self.app, self.client, email, made.json()["id"], await self.log_in(email))

    async def log_in(self, email: str = "ada@example.org") -> dict[str, Any]:
        """Return the tokens of a new session."""
        answer = await self.client.post("/api/auth/login", json={"email": email, "password": PASSWORD})
        assert 200 == answer.status_code, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def client_from(self, address: str | None, **headers: str) -> httpx.AsyncClient:
        """Return a client at another address."""
        return client_of(self.app, address, **headers)


def client_of(app: RequestMiddleware, address: str | None = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    """Return a client that talks to the application itself; what the application lets through fails the test."""
    peer: Any = None if address is None else (address, 40_000)
    transport = httpx.ASGITransport(app=app, client=peer)  # type: ignore[arg-type]  # ASGI is ASGI
    hooks = {"response": [Conformance.of(app).check]} if isinstance(app.app, Litestar) else {}
    return httpx.AsyncClient(transport=transport, base_url="http://todo.test", headers=headers, event_hooks=hooks)


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem that the response has to be: this status, this code, the shape of the contract."""
    body: dict[str, Any] = response.json()
    assert (status, code) == (response.status_code, body.get("code")), response.text
    assert "application/problem+json" == response.headers["content-type"]
    assert f"urn:todo-core:problem:{code}" == body["type"]
    assert status == body["status"]
    assert response.headers["x-request-id"] == body["request_id"]
    assert body["title"]
    assert body["detail"]
    return body


def bad_parts(response: httpx.Response, status: int = 422, code: str = "validation-failed") -> dict[str, str]:
    """Return what the problem says is wrong: codes by pointer."""
    return {one["pointer"]: one["code"] for one in problem(response, status, code)["errors"]}
