"""Sessions under any order of use and misuse: every store agrees with the others and with a plain model.

The model knows a session as a generation with times. What the machine holds (`docs/adr`): one live generation per
session, which never decreases; a token is good only in the current generation or, for a moment, the one before; two
parties who both refresh outside that moment end the session at the second's first use; nothing is accepted after an
end, and no end moves; a duplicate within the moment ends nothing; no kind of token passes for the other; nobody's
actions touch another's sessions; every decision leaves exactly one event, and so does each session that gives way.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens, rotate
from tests.support import World, email
from todo_core.errors import (
    InvalidCredentials,
    InvalidInput,
    InvalidRefreshToken,
    NotAuthenticated,
    NotFound,
    RefreshTokenReused,
    TodoError,
)
from todo_core.ports import Store
from todo_core.sessions import IssuedTokens, SessionId, SessionPolicy
from todo_core.testing import ManualClock, MemoryStore
from todo_core.use_cases import Registration
from todo_core.users import User, UserId

T = TypeVar("T")

PEOPLE = ("ann@example.org", "bob@example.org")
PASSWORDS = ("a quiet harbour at dawn", "another harbour at dusk")
GRACE = dt.timedelta(seconds=10)
POLICY = SessionPolicy(
    idle_timeout=dt.timedelta(hours=2), absolute_timeout=dt.timedelta(hours=5), grace_period=GRACE, max_sessions=3
)
FOREVER = dt.timedelta(days=10_000)
people = st.sampled_from(PEOPLE)
pauses = st.sampled_from([1, 5, 9, 10, 11, 599, 600, 3600, 7199, 7200]).map(
    lambda seconds: dt.timedelta(seconds=seconds)
)


@attrs.define
class Life:
    """A session as the model sees it."""

    person: str
    generation: int
    used_at: dt.datetime
    expires_at: dt.datetime
    ends_at: dt.datetime
    ended: bool = False


@attrs.define
class Person:
    """A user as the model sees them."""

    password: int = 0
    disabled: bool = False


@attrs.frozen
class Held:
    """Two tokens that somebody got, rightly or not, and what they stand for."""

    tokens: IssuedTokens
    generation: int
    made_at: dt.datetime


class SessionMachine(RuleBasedStateMachine):
    """Drives the use cases over several stores at once."""

    stores: ClassVar[list[Callable[[ManualClock], Store]]] = [MemoryStore]
    runner: ClassVar[asyncio.Runner]
    directory: ClassVar[Path]

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.secrets = [b"first secret of thirty-two bytes"]
        file = self.directory / "keys.json"
        file.unlink(missing_ok=True)
        access = AccessTokens("https://todo.example", self.clock, KeyFile.open_or_create(file))
        self.tokens = SignedTokens(access, Sealer(self.secrets))
        self.worlds = [World.over(store, policy=POLICY, clock=self.clock, tokens=self.tokens) for store in self.stores]
        self.lives: dict[SessionId, Life] = {}
        self.persons = {person: Person() for person in PEOPLE}
        self.users: dict[str, UserId] = {}
        self.events = 0

    def rarely(self) -> bool:
        """Say yes now and then: what ends sessions must leave room for what uses them."""
        return self.events % 3 == 0

    @property
    def now(self) -> dt.datetime:
        """The time, in every world."""
        return self.clock.now()

    def each(self, ask: Callable[[World], Awaitable[T]]) -> T | TodoError:
        """Do the same in every world, and return what came of it everywhere."""
        results = [self.runner.run(_outcome(ask(world))) for world in self.worlds]
        assert all(_comparable(results[0]) == _comparable(result) for result in results), results
        return results[0]

    def alive(self, session: SessionId) -> bool:
        """Say whether the model lets this session do anything."""
        life = self.lives[session]
        return not life.ended and self.now < life.expires_at and not self.persons[life.person].disabled

    def honoured(self, held: Held) -> bool:
        """Say whether the model honours the access token."""
        return self.alive(held.tokens.session) and self.now < held.made_at + POLICY.access_token_lifetime

    def end(self, person: str) -> None:
        """End every session of a person, in the model."""
        for life in self.lives.values():
            life.ended |= life.person == person

    def opened(self, person: str, tokens: IssuedTokens) -> Held:
        """Note a new session in the model; the oldest beyond the most give way."""
        live = [life for key, life in self.lives.items() if life.person == person and self.alive(key)]
        for life in live[: max(len(live) + 1 - POLICY.max_sessions, 0)]:
            life.ended = True
            self.events += 1
        self.lives[tokens.session] = Life(
            person, 1, self.now, self.now + POLICY.idle_timeout, self.now + POLICY.absolute_timeout
        )
        return Held(tokens, 1, self.now)

    @initialize()
    def register(self) -> None:
        """Two people have accounts."""
        for person in PEOPLE:
            registration = Registration(person, PASSWORDS[0])
            user = self.each(lambda world, wanted=registration: world.accounts.register(wanted))  # type: ignore[misc]
            assert isinstance(user, User)
            self.users[person] = user.id
            self.events += 1

    @rule(target=held, person=people, password=st.sampled_from([0, 1]))
    def log_in(self, person: str, password: int) -> object:
        """With the right password and an account that is not disabled, and not otherwise."""
        result = self.each(lambda world: world.sessions.log_in(person, PASSWORDS[password]))
        account = self.persons[person]
        if account.disabled or account.password != password:
            assert isinstance(result, InvalidCredentials)
            return multiple()
        assert isinstance(result, IssuedTokens)
        assert result.session not in self.lives
        self.events += 1
        return self.opened(person, result)

    @rule(target=held, held=held, pause=st.sampled_from([0, 0, 1, 9, 10, 3600]))
    def refresh_after(self, held: Held, pause: int) -> object:
        """The same, a while later."""
        self.clock.advance(dt.timedelta(seconds=pause))
        return self.refresh_with(held)

    @rule(target=held, held=held)
    def refresh(self, held: Held) -> object:
        """Any token that was ever made, by whoever has a copy."""
        return self.refresh_with(held)

    def refresh_with(self, held: Held) -> object:
        """Present a refresh token, and compare with what the model says."""
        life = self.lives[held.tokens.session]
        alive = self.alive(held.tokens.session)
        result = self.each(lambda world: world.sessions.refresh(held.tokens.refresh_token))
        if not alive:
            assert isinstance(result, InvalidRefreshToken)
            return multiple()
        if held.generation == life.generation:
            assert isinstance(result, IssuedTokens)
            life.generation += 1
            life.used_at = self.now
            life.expires_at = min(self.now + POLICY.idle_timeout, life.ends_at)
            self.events += 1
            return Held(result, life.generation, self.now)
        if held.generation == life.generation - 1 and self.now - life.used_at < GRACE:
            assert isinstance(result, IssuedTokens)
            return Held(result, life.generation, self.now)
        assert isinstance(result, RefreshTokenReused)
        life.ended = True
        self.events += 1
        return multiple()

    @rule(held=held)
    def use(self, held: Held) -> None:
        """An access token is honoured as long as it, its session and its account are good."""

        async def me(world: World) -> str:
            user = await world.accounts.me(await world.sessions.authenticate(held.tokens.access_token))
            return user.profile.email.address if user.profile.email else ""

        result = self.each(me)
        if self.honoured(held):
            assert result == self.lives[held.tokens.session].person
        else:
            assert isinstance(result, NotAuthenticated)

    @precondition(lambda self: self.rarely())
    @rule(held=held)
    def confuse(self, held: Held) -> None:
        """No kind of token passes for the other."""
        assert isinstance(self.each(lambda world: world.sessions.authenticate(held.tokens.refresh_token)), TodoError)
        assert isinstance(self.each(lambda world: world.sessions.refresh(held.tokens.access_token)), TodoError)

    @precondition(lambda self: self.rarely())
    @rule(held=held)
    def log_out(self, held: Held) -> None:
        """By access token."""

        async def leave(world: World) -> None:
            await world.sessions.log_out(await world.sessions.authenticate(held.tokens.access_token))

        honoured = self.honoured(held)
        assert honoured == (self.each(leave) is None)
        if honoured:
            self.lives[held.tokens.session].ended = True
            self.events += 1

    @precondition(lambda self: self.rarely())
    @rule(held=held)
    def log_out_by_token(self, held: Held) -> None:
        """By refresh token, of any generation, as often as one likes."""
        assert self.each(lambda world: world.sessions.log_out_by_token(held.tokens.refresh_token)) is None
        life = self.lives[held.tokens.session]
        self.events += not life.ended
        life.ended = True

    @precondition(lambda self: self.rarely())
    @rule(held=held)
    def log_out_everywhere(self, held: Held) -> None:
        """Every session of one person, and of nobody else."""

        async def leave(world: World) -> None:
            await world.sessions.log_out_everywhere(await world.sessions.authenticate(held.tokens.access_token))

        honoured = self.honoured(held)
        assert honoured == (self.each(leave) is None)
        if honoured:
            self.end(self.lives[held.tokens.session].person)
            self.events += 1

    @precondition(lambda self: self.rarely())
    @rule(held=held, other=held)
    def end_one(self, held: Held, other: Held) -> None:
        """One's own live sessions; those of others are not found."""

        async def end(world: World) -> None:
            actor = await world.sessions.authenticate(held.tokens.access_token)
            await world.sessions.end(actor, other.tokens.session)

        mine = self.lives[held.tokens.session].person == self.lives[other.tokens.session].person
        expected = NotAuthenticated if not self.honoured(held) else NotFound
        ends = self.honoured(held) and mine and self.alive(other.tokens.session)
        result = self.each(end)
        if ends:
            assert result is None
            self.lives[other.tokens.session].ended = True
            self.events += 1
        else:
            assert isinstance(result, expected)

    @precondition(lambda self: self.rarely())
    @rule(target=held, held=held, current=st.sampled_from([0, 1]), new=st.sampled_from([0, 1]))
    def change_password(self, held: Held, current: int, new: int) -> object:
        """Ends every session, and opens one."""

        async def change(world: World) -> IssuedTokens:
            actor = await world.sessions.authenticate(held.tokens.access_token)
            return await world.accounts.change_password(actor, PASSWORDS[current], PASSWORDS[new])

        person = self.lives[held.tokens.session].person
        honoured, right = self.honoured(held), self.persons[person].password == current
        result = self.each(change)
        if not honoured or not right:
            assert isinstance(result, InvalidInput if honoured else NotAuthenticated)
            return multiple()
        assert isinstance(result, IssuedTokens)
        self.persons[person].password = new
        self.end(person)
        self.events += 1
        return self.opened(person, result)

    @precondition(lambda self: self.rarely())
    @rule(person=people, disabled=st.sampled_from([False, True]))
    def disable_or_enable(self, person: str, *, disabled: bool) -> None:
        """Disabling ends every session for good; enabling brings none back."""
        administer = "disable" if disabled else "enable"
        assert self.each(lambda world: getattr(world.administration, administer)(email(person))) is None
        self.events += self.persons[person].disabled != disabled
        self.persons[person].disabled = disabled
        if disabled:
            self.end(person)

    @precondition(lambda self: self.rarely())
    @rule(pause=pauses)
    def wait(self, pause: dt.timedelta) -> None:
        """Time passes."""
        self.clock.advance(pause)

    @precondition(lambda self: self.rarely())
    @rule()
    def rotate_keys(self) -> None:
        """New keys make, old ones verify: nobody notices."""
        if len(self.secrets) < 5:
            self.secrets.insert(0, f"secret number {len(self.secrets)}, of 32 bytes".encode())
            rotate(self.directory / "keys.json", self.now, delay=dt.timedelta(), keep=FOREVER)
        tokens = attrs.evolve(self.tokens, sealer=Sealer(self.secrets))
        for index, world in enumerate(self.worlds):
            sessions = attrs.evolve(world.sessions, tokens=tokens)
            self.worlds[index] = attrs.evolve(
                world, sessions=sessions, accounts=attrs.evolve(world.accounts, sessions=sessions)
            )

    @invariant()
    def nothing_else_happened(self) -> None:
        """The live sessions are those of the model, each in its generation, and each decision left one event."""
        for person, user in self.users.items():
            expected = {
                (session, life.generation, life.used_at, life.expires_at, life.ends_at)
                for session, life in self.lives.items()
                if life.person == person and not life.ended and self.now < life.expires_at
            }
            for world in self.worlds:
                sessions = self.runner.run(world.store.write_as(user, lambda unit: unit.sessions.list()))
                assert expected == {
                    (one.id, one.generation, one.used_at, one.expires_at, one.ends_at) for one in sessions
                }
        for world in self.worlds:
            if isinstance(world.store, MemoryStore):
                assert self.events == len(world.store.events)


async def _outcome(request: Awaitable[T]) -> T | TodoError:
    try:
        return await request
    except TodoError as error:
        return error


def _comparable(result: object) -> object:
    """Return what two worlds must agree on: errors compare by what they say, users without their salted hashes."""
    if isinstance(result, User):
        return attrs.evolve(result, password_hash=None)
    return (type(result), str(result)) if isinstance(result, TodoError) else result
