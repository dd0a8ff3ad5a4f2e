"""A store under test, and what the checks do with it again and again."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import attrs

from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor
from todo_core.audit import Action, Event
from todo_core.identities import ExternalClaims, Identity
from todo_core.lists import inbox_id
from todo_core.personal_tokens import PersonalToken, PersonalTokenId, Scope
from todo_core.ports import Store, UserReader
from todo_core.sessions import Client, Session, SessionId, SessionPolicy
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.testing.clock import ManualClock, SequentialIds
from todo_core.users import EmailAddress, Profile, User, UserId

POLICY = SessionPolicy()
ISSUER = "https://auth.example.com"
NO_TIME = dt.timedelta()
TURNS = 10
"""How often other coroutines run: more often than any of them needs to reach a lock in memory."""


async def let_others_run() -> None:
    """Let other coroutines run for a while."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@attrs.frozen
class StoreHarness:
    """An empty store, the clock that it uses, and what the checks do with it.

    `events` returns the audit record, oldest first. `somebody_waits` returns once another unit of work waits for a
    user's lock; the default lets other coroutines run for a while.
    """

    store: Store
    clock: ManualClock
    events: Callable[[], Awaitable[Sequence[Event]]]
    somebody_waits: Callable[[], Awaitable[None]] = let_others_run
    ids: SequentialIds = attrs.field(factory=SequentialIds)

    async def user(self, address: str | None = None) -> User:
        """Register a user."""
        user_id = UserId(self.ids.new())
        email = EmailAddress(address or f"{user_id.hex}@example.org")
        user = User(user_id, Profile(email, "Ann", "Europe/Berlin"), self.clock.now(), "a hash", self.clock.now())
        await self.store.register(user, self.event(user_id))
        return user

    async def actor(self, user: User | None = None) -> SessionActor:
        """Open a session, for a new user by default."""
        user = user or await self.user()
        session = self.session(user.id)
        await self.store.write_as(user.id, lambda unit: unit.sessions.save(session))
        return SessionActor(user.id, session.id)

    def claims(self, subject: str = "zoe", *, issued_before: dt.timedelta = NO_TIME) -> ExternalClaims:
        """Return the claims of a token that an issuer made now, or that long ago."""
        issued_at = self.clock.now() - issued_before
        return ExternalClaims(Identity(ISSUER, subject), issued_at, issued_at + dt.timedelta(minutes=15))

    async def take_identity(self, claims: ExternalClaims) -> UserId | None:
        """Register a new user for an identity; return whose identity it is afterwards."""
        user = User(UserId(self.ids.new()), Profile(None), self.clock.now())
        return await self.store.register_external(user, claims, self.event(user.id))

    async def external_actor(self, subject: str | None = None) -> ExternalActor:
        """Return an actor of an external issuer, a new one by default."""
        claims = self.claims(subject or self.ids.new().hex)
        user = await self.take_identity(claims)
        assert user is not None
        return ExternalActor(user, claims.identity, claims.issued_at)

    def personal_token(self, user: UserId, days: int = 1) -> PersonalToken:
        """Return a personal access token that is not stored yet."""
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
        """Store a personal access token, for a new user by default."""
        token = self.personal_token((user or await self.user()).id)
        await self.store.write_as(token.user, lambda unit: unit.personal_tokens.add(token))
        return TokenActor(token.user, token.id, token.scopes)

    def session(self, user: UserId) -> Session:
        """Return a session that is not stored yet."""
        client = Client("192.0.2.1", "tests")
        return Session.open(user, SessionId(self.ids.new()), client, self.clock.now(), POLICY)

    def event(self, user: UserId) -> Event:
        """Return an event that is not stored yet."""
        return Event(self.ids.new(), self.clock.now(), Action.USER_CREATED, user, client=Client("192.0.2.1", "", "r1"))

    def task(self, owner: Actor, draft: Draft | str = "Buy milk", *, task_id: UUID | None = None) -> Task:
        """Return a task in the inbox that is not stored yet."""
        draft = Draft(draft) if isinstance(draft, str) else draft
        place = Place(inbox_id(owner.user))
        return Task.create(draft, TaskId(task_id or self.ids.new()), place, self.clock.now())

    async def add(self, actor: Actor, task: Task | str = "Buy milk") -> Task:
        """Store a new task."""
        new = self.task(actor, task) if isinstance(task, str) else task
        return await self.store.write(actor, lambda unit: unit.tasks.add(new))

    async def put(self, actor: Actor, task: Task) -> Task:
        """Store a changed task."""
        return await self.store.write(actor, lambda unit: unit.tasks.replace(task))

    def view(self, actor: Actor) -> UserReader:
        """Return what the actor may read."""
        return self.store.read(actor)

    async def live_tasks(self, actor: Actor) -> int:
        """Return the number of live tasks."""
        return await self.store.write(actor, lambda unit: unit.tasks.live_count())
