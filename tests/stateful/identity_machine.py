"""External identities and personal access tokens under any order of use: stores agree with each other and a model.

What the machine holds: an identity is one account at a time; a token that was issued before an end is refused, beside a
fresh account too, for as long as it could live; a personal access token is good until it expires, is revoked or its
account is disabled or removed, and nobody else's actions touch it; a use is noted at once, and then every five minutes.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tests.support import CLIENT, ISSUER, PASSWORD, World
from todo_core.actors import AccountHolder, Actor, ExternalActor
from todo_core.errors import NotAuthenticated, NotFound, TodoError
from todo_core.identities import ExternalClaims, Identity
from todo_core.personal_tokens import USE_NOTED_EVERY, PersonalTokenId, Scope
from todo_core.ports import Store
from todo_core.testing import ManualClock, MemoryStore, SequentialIds
from todo_core.use_cases import IssuedPersonalToken, TokenRequest
from todo_core.users import UserId

T = TypeVar("T")

SUBJECTS = ("zoe", "zac")
LOCAL = "ann@example.org"
OTHER = "another harbour at dusk"
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
subjects = st.sampled_from(SUBJECTS)
seconds = st.sampled_from([0.3, 1, 10, 299, 300, 900, 43_200, 86_400]).map(lambda number: number * SECOND)


@attrs.define
class Person:
    """Somebody as the model sees them; of an issuer, or with a password. `user` None: there is no account."""

    user: UserId | None = None
    disabled: bool = False
    refused_before: dt.datetime | None = None


@attrs.define
class Script:
    """A personal access token as the model sees it."""

    issued: IssuedPersonalToken
    person: str
    last_used_at: dt.datetime | None = None
    gone: bool = False


@attrs.frozen
class Held:
    """A token of the issuer that somebody has."""

    text: str
    claims: ExternalClaims

    @property
    def subject(self) -> str:
        """Whose it is."""
        return self.claims.identity.subject


class IdentityMachine(RuleBasedStateMachine):
    """Drives the use cases over several stores at once."""

    stores: ClassVar[list[Callable[[ManualClock], Store]]] = [MemoryStore]
    runner: ClassVar[asyncio.Runner]

    held = Bundle("held")
    scripts = Bundle("scripts")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.worlds = [World.over(store, clock=self.clock) for store in self.stores]
        self.people = {person: Person() for person in (*SUBJECTS, LOCAL)}
        self.password = PASSWORD
        self.made: dict[PersonalTokenId, Script] = {}

    @property
    def now(self) -> dt.datetime:
        """The time, in every world."""
        return self.clock.now()

    def each(self, ask: Callable[[World], Awaitable[T]]) -> T | TodoError:
        """Do the same in every world, and return what came of it everywhere."""
        results = [self.runner.run(_outcome(ask(world))) for world in self.worlds]
        assert all(_comparable(results[0]) == _comparable(result) for result in results), results
        ids = [world.tasks.ids for world in self.worlds]
        last = max(one.last for one in ids if isinstance(one, SequentialIds))
        for one in ids:  # a store that answers from memory spares the other an attempt, and an id
            assert isinstance(one, SequentialIds)
            one.last = last
        return results[0]

    def accepted(self, held: Held) -> bool:
        """Say whether the model takes this token of the issuer for good."""
        claims, before = held.claims, self.people[held.subject].refused_before
        in_time = claims.issued_at - 10 * SECOND <= self.now < claims.expires_at
        return in_time and (before is None or before <= claims.issued_at)

    def come(self, held: Held) -> AccountHolder | None:
        """Come with a token of the issuer; compare with the model, which notes a new account; return who may act."""
        result = self.each(lambda world: _come(world, held))
        person = self.people[held.subject]
        if not self.accepted(held) or person.disabled:
            assert isinstance(result, NotAuthenticated)
            return None
        assert isinstance(result, ExternalActor)
        if person.user is None:
            assert result.user not in {one.user for one in self.people.values()}
            person.user = result.user
        assert person.user == result.user
        return result

    def local(self) -> AccountHolder:
        """Log in."""
        tokens = self.each(lambda world: _log_in(world, self.password))
        assert not isinstance(tokens, TodoError)
        return tokens

    def alive(self, script: Script) -> bool:
        """Say whether the model honours a personal access token."""
        expired = self.now >= script.issued.token.expires_at
        return not script.gone and not expired and not self.people[script.person].disabled

    def lose_scripts(self, person: str) -> None:
        """Lose every token of a person, in the model; those that have expired are the purge's."""
        for script in self.made.values():
            script.gone |= script.person == person

    @initialize()
    def register(self) -> None:
        """One user has a password."""
        actor = self.each(lambda world: world.join(LOCAL))
        assert not isinstance(actor, TodoError)
        self.people[LOCAL].user = actor.user

    @rule(
        target=held,
        subject=subjects,
        ahead=st.sampled_from([0, 0, -5, 10]),
        minutes=st.sampled_from([1, 15, 24 * 60]),
    )
    def sign_in(self, subject: str, ahead: int, minutes: int) -> Held:
        """At the issuer, whose clock may be wrong by some seconds."""
        issued_at = self.now.replace(microsecond=0) + ahead * SECOND
        claims = ExternalClaims(Identity(ISSUER, subject), issued_at, issued_at + dt.timedelta(minutes=minutes))
        return Held(self.worlds[0].issuer.issue(claims), claims)

    @rule(held=held)
    def use(self, held: Held) -> None:
        """Any token of the issuer that was ever made."""
        self.come(held)

    @rule(held=held)
    def use_from_before(self, held: Held) -> None:
        """An actor that was let in before something happened is looked at again."""
        user = self.people[held.subject].user
        if user is not None:
            actor = ExternalActor(user, held.claims.identity, held.claims.issued_at)
            before = self.people[held.subject].refused_before
            refused = self.people[held.subject].disabled or (before is not None and held.claims.issued_at < before)
            assert refused == isinstance(self.each(lambda world: world.accounts.me(actor)), NotAuthenticated)

    @rule(held=held)
    def log_out_everywhere(self, held: Held) -> None:
        """Refuses what was issued up to this second; scripts go on."""
        actor = self.come(held)
        if actor is not None:
            assert self.each(lambda world: world.sessions.log_out_everywhere(actor)) is None
            self.refuse(held.subject)

    @rule(held=held)
    def delete(self, held: Held) -> None:
        """The account goes, and what was issued up to this second brings it not back."""
        actor = self.come(held)
        if actor is not None:
            assert self.each(lambda world: world.accounts.delete(actor, None)) is None
            self.removed(held.subject)

    @rule(subject=subjects)
    def delete_by_operator(self, subject: str) -> None:
        """The same."""
        user = self.people[subject].user
        if user is not None:
            assert self.each(lambda world: world.administration.delete(user)) is None
            self.removed(subject)

    @rule(person=st.sampled_from([*SUBJECTS, LOCAL]))
    def disable_and_enable(self, person: str) -> None:
        """Nothing is good in between, and everything afterwards."""
        user = self.people[person].user
        if user is not None:
            self.people[person].disabled ^= person != LOCAL
            administer = "disable" if self.people[person].disabled else "enable"
            assert self.each(lambda world: getattr(world.administration, administer)(user)) is None

    @rule(target=scripts, held=held, scope=st.sampled_from(Scope), days=st.sampled_from([1, 2]))
    def make_script(self, held: Held, scope: Scope, days: int) -> object:
        """By somebody of the issuer."""
        actor = self.come(held)
        return multiple() if actor is None else self.scripted(held.subject, actor, scope, days, None)

    @rule(target=scripts, scope=st.sampled_from(Scope), days=st.sampled_from([1, 2]))
    def make_local_script(self, scope: Scope, days: int) -> object:
        """By the user with the password."""
        return self.scripted(LOCAL, self.local(), scope, days, self.password)

    def scripted(self, person: str, actor: AccountHolder, scope: Scope, days: int, password: str | None) -> object:
        """Make a personal access token, in every world and in the model."""
        request = TokenRequest("script", [scope], days)
        issued = self.each(lambda world: world.personal_tokens.create(actor, request, password))
        assert isinstance(issued, IssuedPersonalToken)
        self.made[issued.token.id] = Script(issued, person)
        return issued.token.id

    @rule(token_id=scripts)
    def use_script(self, token_id: PersonalTokenId) -> None:
        """A script is who it was made for, as long as it is good."""
        script = self.made[token_id]

        async def me(world: World) -> UserId:
            return (await world.accounts.me(await world.authentication.authenticate(script.issued.text))).id

        result = self.each(me)
        if not self.alive(script):
            assert isinstance(result, NotAuthenticated)
            return
        assert self.people[script.person].user == result
        if script.last_used_at is None or self.now - script.last_used_at >= USE_NOTED_EVERY:
            script.last_used_at = self.now

    @rule(token_id=consumes(scripts))
    def revoke_by_operator(self, token_id: PersonalTokenId) -> None:
        """Anybody's, once."""
        script = self.made[token_id]
        result = self.each(lambda world: world.administration.revoke_token(token_id))
        assert script.gone == isinstance(result, NotFound)
        script.gone = True

    @rule(held=held, token_id=scripts)
    def revoke(self, held: Held, token_id: PersonalTokenId) -> None:
        """One's own, once."""
        actor, script = self.come(held), self.made[token_id]
        if actor is not None:
            result = self.each(lambda world: world.personal_tokens.revoke(actor, token_id))
            revoked = not script.gone and script.person == held.subject
            assert revoked == (result is None)
            script.gone |= revoked

    @rule(revoke=st.booleans())
    def change_password(self, *, revoke: bool) -> None:
        """Takes the scripts along if that is wanted."""
        actor, new = self.local(), OTHER if self.password == PASSWORD else PASSWORD
        self.each(lambda world: _change(world, actor, self.password, new, revoke=revoke))
        self.password = new
        for script in self.made.values():
            script.gone |= revoke and script.person == LOCAL and self.alive(script)

    @rule(pause=seconds)
    def wait(self, pause: dt.timedelta) -> None:
        """Time passes."""
        self.clock.advance(pause)

    @rule()
    def purge(self) -> None:
        """Forgets what can have no effect any more."""
        self.each(lambda world: world.housekeeping.purge())
        for person in self.people.values():
            if person.user is None and person.refused_before is not None and person.refused_before <= self.now - DAY:
                person.refused_before = None
        for script in self.made.values():
            script.gone |= self.now >= script.issued.token.expires_at

    def refuse(self, subject: str) -> None:
        """Refuse what was issued up to this second, in the model."""
        until = self.now.replace(microsecond=0) + SECOND
        person = self.people[subject]
        person.refused_before = max(until, person.refused_before or until)

    def removed(self, subject: str) -> None:
        """Remove an account, in the model."""
        self.refuse(subject)
        self.people[subject].user, self.people[subject].disabled = None, False
        self.lose_scripts(subject)

    @invariant()
    def nothing_else_happened(self) -> None:
        """The accounts and tokens that there are, are those of the model."""
        users = {person.user for person in self.people.values() if person.user is not None}
        scripts = {(token_id, script.last_used_at) for token_id, script in self.made.items() if not script.gone}
        for world in self.worlds:
            assert users == {user.id for user in self.runner.run(world.store.list_users(None, 10))}
            tokens = self.runner.run(world.store.list_personal_tokens(None, None, 1_000))
            assert scripts == {(token.id, token.last_used_at) for token in tokens}


async def _come(world: World, held: Held) -> Actor:
    actor = await world.authentication.authenticate(held.text, CLIENT)
    await world.accounts.me(actor)
    return actor


async def _log_in(world: World, password: str) -> AccountHolder:
    tokens = await world.sessions.log_in(LOCAL, password, CLIENT)
    return await world.sessions.authenticate(tokens.access_token)


async def _change(world: World, actor: AccountHolder, current: str, new: str, *, revoke: bool) -> None:
    await world.accounts.change_password(actor, current, new, CLIENT, revoke_tokens=revoke)


async def _outcome(request: Awaitable[T]) -> T | TodoError:
    try:
        return await request
    except TodoError as error:
        return error


def _comparable(result: object) -> object:
    """Return what two worlds must agree on: errors compare by what they say."""
    return (type(result), str(result)) if isinstance(result, TodoError) else result
