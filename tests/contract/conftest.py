"""Each test of the contract runs on every store."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa

from adapters.postgres import AuditRecord, Database, EventFilter, PostgresStore
from adapters.postgres.statements import Statement
from tests.connections import small_pool
from tests.neighbours.pgbouncer import PgBouncer, pgbouncer
from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor
from todo_core.audit import Action, Event
from todo_core.identities import ExternalClaims, Identity
from todo_core.lists import inbox_id
from todo_core.personal_tokens import PersonalToken, PersonalTokenId, Scope
from todo_core.ports import Store, UserReader
from todo_core.sessions import Client, Session, SessionId, SessionPolicy
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.testing import ManualClock, MemoryStore, SequentialIds
from todo_core.users import EmailAddress, Profile, User, UserId

POLICY = SessionPolicy()
ISSUER = "https://auth.example.com"
NO_TIME = dt.timedelta()
ALL_EVENTS = 1000
TURNS = 10
"""How often everybody in memory gets a turn: more often than anybody needs to come to a lock."""
PATIENCE_SECONDS = 10
WAITING = Statement.of(
    sa.text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
)


@attrs.frozen
class Kept:
    """A store, the clock it goes by, and what the contract's tests do to it again and again."""

    store: Store
    clock: ManualClock
    events: Callable[[], Awaitable[Sequence[Event]]]
    somebody_waits: Callable[[], Awaitable[None]]
    ids: SequentialIds = attrs.field(factory=SequentialIds)

    async def user(self, address: str | None = None) -> User:
        """Register somebody."""
        user_id = UserId(self.ids.new())
        email = EmailAddress(address or f"{user_id.hex}@example.org")
        user = User(user_id, Profile(email, "Ann", "Europe/Berlin"), self.clock.now(), "a hash", self.clock.now())
        await self.store.register(user, self.event(user_id))
        return user

    async def actor(self, user: User | None = None) -> SessionActor:
        """Open a session, for somebody new unless it is said for whom."""
        user = user or await self.user()
        session = self.session(user.id)
        await self.store.write_as(user.id, lambda unit: unit.sessions.save(session))
        return SessionActor(user.id, session.id)

    def claims(self, subject: str = "zoe", *, issued_before: dt.timedelta = NO_TIME) -> ExternalClaims:
        """Return what a token says that an issuer made now, or so much before."""
        issued_at = self.clock.now() - issued_before
        return ExternalClaims(Identity(ISSUER, subject), issued_at, issued_at + dt.timedelta(minutes=15))

    async def take_identity(self, claims: ExternalClaims) -> UserId | None:
        """Register somebody new for an identity; return whose it is then."""
        user = User(UserId(self.ids.new()), Profile(None), self.clock.now())
        return await self.store.register_external(user, claims, self.event(user.id))

    async def external_actor(self, subject: str | None = None) -> ExternalActor:
        """Let somebody of an issuer come; somebody new unless it is said who."""
        claims = self.claims(subject or self.ids.new().hex)
        user = await self.take_identity(claims)
        assert user is not None
        return ExternalActor(user, claims.identity, claims.issued_at)

    def personal_token(self, user: UserId, days: int = 1) -> PersonalToken:
        """Return a personal access token that is not kept yet."""
        token_id, now = PersonalTokenId(self.ids.new()), self.clock.now()
        return PersonalToken(
            user=user,
            id=token_id,
            name="script",
            scopes=frozenset({Scope.TASKS_WRITE}),
            digest=token_id.bytes * 2,
            hint="wxyz",
            created_at=now,
            expires_at=now + dt.timedelta(days=days),
        )

    async def token_actor(self, user: User | None = None) -> TokenActor:
        """Make a personal access token, for somebody new unless it is said for whom."""
        token = self.personal_token((user or await self.user()).id)
        await self.store.write_as(token.user, lambda unit: unit.personal_tokens.add(token))
        return TokenActor(token.user, token.id, token.scopes)

    def session(self, user: UserId) -> Session:
        """Return a session that is not kept yet."""
        client = Client("192.0.2.1", "tests")
        return Session.open(user, SessionId(self.ids.new()), client, self.clock.now(), POLICY)

    def event(self, user: UserId) -> Event:
        """Return an entry that is not kept yet."""
        return Event(self.ids.new(), self.clock.now(), Action.USER_CREATED, user, client=Client("192.0.2.1", "", "r1"))

    def task(self, owner: Actor, draft: Draft | str = "Buy milk", *, task_id: UUID | None = None) -> Task:
        """Return a task in the inbox that is not kept yet."""
        draft = Draft(draft) if isinstance(draft, str) else draft
        place = Place(inbox_id(owner.user))
        return Task.create(draft, TaskId(task_id or self.ids.new()), place, self.clock.now())

    async def add(self, actor: Actor, task: Task | str = "Buy milk") -> Task:
        """Keep a task."""
        new = self.task(actor, task) if isinstance(task, str) else task
        return await self.store.write(actor, lambda unit: unit.tasks.add(new))

    async def put(self, actor: Actor, task: Task) -> Task:
        """Keep a change of a task."""
        return await self.store.write(actor, lambda unit: unit.tasks.replace(task))

    def view(self, actor: Actor) -> UserReader:
        """Return what the actor may read."""
        return self.store.read(actor)

    async def live_tasks(self, actor: Actor) -> int:
        """Return what the quota goes by."""
        return await self.store.write(actor, lambda unit: unit.tasks.live_count())


@asynccontextmanager
async def in_memory() -> AsyncIterator[Kept]:
    """Yield the in-memory store."""
    clock = ManualClock()
    store = MemoryStore(clock)

    async def events() -> Sequence[Event]:
        return store.events

    async def somebody_waits() -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    yield Kept(store, clock, events, somebody_waits)


@asynccontextmanager
async def in_postgres(url: str, pooler: PgBouncer | None = None) -> AsyncIterator[Kept]:
    """Yield the PostgreSQL store, whose every connection leads over the pooler if there is one."""
    clock, settings = ManualClock(), small_pool(1, 8, prepare=pooler is None)
    async with (
        Database.open(pooler.url(url) if pooler else url, settings) as database,
        Database.open(url, small_pool(0, 1)) as watched,
    ):

        async def events() -> Sequence[Event]:
            return (await AuditRecord(database).events(EventFilter(), ALL_EVENTS))[::-1]

        async def somebody_waits() -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await watched.fetch(WAITING, {}):
                    pass

        yield Kept(PostgresStore(database, clock), clock, events, somebody_waits)


@pytest.fixture(params=["memory", "postgres", "pgbouncer"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    """A store without a row."""
    async with opened(request.param, request.getfixturevalue) as kept:
        yield kept


def opened(store: str, fixture: Callable[[str], Any]) -> AbstractAsyncContextManager[Kept]:
    """Open the store of this name; `fixture` returns the value of a fixture."""
    if store == "memory":
        return in_memory()
    return in_postgres(fixture("database"), fixture("pooler") if store == "pgbouncer" else None)


@pytest.fixture(scope="session")
def pooler(postgres_server: str) -> Iterator[PgBouncer]:
    """PgBouncer before the server of the tests."""
    with pgbouncer(postgres_server) as pooler:
        yield pooler
