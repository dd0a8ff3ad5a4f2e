"""The real API over the in-memory store: real passwords (cheapest profile), tokens and seals; the clock is moved."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from adapters.passwords import PooledPasswords, Profile
from adapters.system import SystemRandomness
from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens
from entrypoints.http.app import create_app
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators, ConfigurationCheck, Options, UseCases
from tests.http.api import PLENTY, Ready, User, World, client_of
from todo_core.sessions import SessionPolicy
from todo_core.testing import HmacExternalTokens, ManualClock, MemoryStore, SequentialIds
from todo_core.use_cases import Accounts, Authentication, Lists, PersonalTokens, Sessions, Tasks
from todo_core.users import PasswordPolicy


@pytest.fixture(scope="session")
def passwords() -> Iterator[PooledPasswords]:
    """Give Argon2id at its cheapest."""
    pool = PooledPasswords(Profile.cheapest(), workers=1, queue=64)
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
        accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy(), registration)
        collaborators = Collaborators(
            sealer,
            LocalRateLimiter(),
            ready,
            lambda: keys.latest().public(clock.now()),
            lambda: configuration,
        )
        issuer = HmacExternalTokens(clock)
        use_cases = UseCases(
            Authentication(store, clock, ids, sessions, issuer),
            accounts,
            sessions,
            PersonalTokens(store, clock, ids, SystemRandomness(), accounts),
            Tasks(store, clock, ids, most_tasks),
            Lists(store, clock, ids),
        )
        app = create_app(use_cases, collaborators, options or Options(limits=PLENTY))
        return World(app, clock, store, ready, use_cases, issuer, collaborators, client_of(app))

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
