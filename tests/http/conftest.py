"""The real API over the in-memory store: real passwords (cheapest profile), tokens and seals; the clock is moved."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from adapters.memory import ManualClock, MemoryStore, SequentialIds
from adapters.passwords import PooledPasswords, Profile
from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens
from entrypoints.http.app import create_app
from entrypoints.http.frame import Frame
from entrypoints.http.limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators, ConfigurationCheck, Limits, Options, Policy
from todo_core.sessions import SessionPolicy
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.sessions import Sessions
from todo_core.use_cases.tasks import Tasks
from todo_core.users import PasswordPolicy

PASSWORD = "correct horse battery staple"
PLENTY = Limits(*(Policy(name, 10_000, 60) for name in ("login", "register", "refresh", "password", "api")))


@attrs.define
class Ready:
    """Says of the database what a test wants it to say."""

    database: str = "ok"

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return both checks."""
        return {
            "database": {"status": self.database, "latency_ms": 1.5},
            "migrations": {"status": "ok", "current": "0001", "head": "0001"},
        }


@attrs.frozen
class User:
    """A registered user who is logged in, as a client of the API."""

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
    """An API with everything behind it."""

    app: Frame
    clock: ManualClock
    store: MemoryStore
    ready: Ready
    accounts: Accounts
    client: httpx.AsyncClient

    async def user(self, email: str = "ada@example.org") -> User:
        """Register a user and log in."""
        made = await self.client.post("/api/auth/register", json={"email": email, "password": PASSWORD})
        assert 201 == made.status_code, made.text
        return User(self.client, email, made.json()["id"], await self.log_in(email))

    async def log_in(self, email: str = "ada@example.org") -> dict[str, Any]:
        """Return the tokens of a new session."""
        answer = await self.client.post("/api/auth/login", json={"email": email, "password": PASSWORD})
        assert 200 == answer.status_code, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def client_from(self, address: str | None, **headers: str) -> httpx.AsyncClient:
        """Return a client at another address."""
        return client_of(self.app, address, **headers)


def client_of(app: Frame, address: str | None = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    """Return a client that talks to the application itself; what the application lets through fails the test."""
    peer: Any = None if address is None else (address, 40_000)
    transport = httpx.ASGITransport(app=app, client=peer)  # type: ignore[arg-type]  # ASGI is ASGI
    return httpx.AsyncClient(transport=transport, base_url="http://todo.test", headers=headers)


@pytest.fixture(scope="session")
def passwords() -> Iterator[PooledPasswords]:
    """Give Argon2id at its cheapest."""
    pool = PooledPasswords(Profile.cheapest())
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for a signing key."""
    return tmp_path_factory.mktemp("keys") / "signing.json"


Build = Callable[..., World]


@pytest.fixture
def build(passwords: PooledPasswords, key_file: Path) -> Build:
    """Give a function that builds a world."""

    def make(
        options: Options | None = None,
        *,
        registration: bool = True,
        most_tasks: int = 100_000,
        policy: SessionPolicy | None = None,
        configuration: tuple[ConfigurationCheck, ...] = (),
    ) -> World:
        clock, ids, ready = ManualClock(dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)), SequentialIds(), Ready()
        store = MemoryStore(clock)
        sealer = Sealer([b"a secret of the tests, 32 bytes "])
        keys = KeyFile.open_or_create(key_file)
        tokens = SignedTokens(AccessTokens("http://todo.test", clock, keys), sealer)
        sessions = Sessions(store, clock, ids, passwords, tokens, policy or SessionPolicy())
        accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy(), open=registration)
        tasks = Tasks(store, clock, ids, most_tasks)
        collaborators = Collaborators(
            sealer,
            LocalRateLimiter(),
            ready,
            lambda: keys.latest().public(clock.now()),
            lambda: configuration,
        )
        app = create_app(accounts, tasks, collaborators, options or Options(limits=PLENTY))
        return World(app, clock, store, ready, accounts, client_of(app))

    return make


@pytest.fixture
def world(build: Build) -> World:
    """Give an API with generous limits."""
    return build()


@pytest.fixture
async def ada(world: World) -> User:
    """Give a user."""
    return await world.user()


@pytest.fixture
async def bob(world: World) -> User:
    """Give another user."""
    return await world.user("bob@example.org")


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client without credentials."""
    async with world.client as client:
        yield client
