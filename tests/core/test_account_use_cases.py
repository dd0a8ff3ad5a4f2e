"""Accounts, sessions and their administration, over the in-memory store."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs
import pytest

from tests.support import PASSWORD, World, email
from todo_core.actors import Actor, SessionActor
from todo_core.audit import OPERATOR, Action
from todo_core.errors import (
    Busy,
    EmailTaken,
    InvalidCredentials,
    InvalidInput,
    InvalidRefreshToken,
    NoPassword,
    NotAuthenticated,
    NotFound,
    RefreshTokenReused,
    RegistrationClosed,
    Violation,
)
from todo_core.ports import PasswordCheck, UnitOfWork, UserReader
from todo_core.sessions import Client, IssuedTokens, SessionPolicy
from todo_core.testing import MemoryStore, ScryptPasswords
from todo_core.use_cases import Registration
from todo_core.users import EmailAddress, Profile, ProfileChanges, User

T = TypeVar("T")

OTHER = "another harbour at dusk"


@pytest.fixture
def world() -> World:
    """A fresh system."""
    return World.over()


@pytest.fixture
async def ann(world: World) -> SessionActor:
    """A user of it."""
    return await world.join()


async def tokens_of(world: World, address: str = "ann@example.org") -> IssuedTokens:
    """Log in."""
    return await world.sessions.log_in(address, PASSWORD)


def actions(world: World) -> list[Action]:
    """Return what the audit record says."""
    assert isinstance(world.store, MemoryStore)
    return [event.action for event in world.store.events]


async def make_external(world: World, actor: SessionActor) -> None:
    """Turn an account into one without address and password, as those of an external issuer are."""

    async def work(unit: UnitOfWork) -> None:
        user = await unit.account.get()
        profile = Profile(None, "Ann")
        await unit.account.replace(attrs.evolve(user, profile=profile, password_hash=None))

    await world.store.write(actor, work)


async def test_a_registration_names_every_bad_field(world: World) -> None:
    """All at once, the password's weakness too."""
    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.register(Registration("ann", "short", "", "Nowhere"))
    with pytest.raises(InvalidInput) as guessable:
        await world.accounts.register(Registration("ann@example.org", "aaaaaaaaaaaaaaaa"))

    assert {("email",), ("password",), ("display_name",), ("timezone",)} == {
        one.path for one in refusal.value.violations
    }
    assert [(("password",), "guessable")] == [(one.path, one.code) for one in guessable.value.violations]


async def test_what_the_caller_found_is_named_too_and_not_judged_again(world: World) -> None:
    """A field that was not even text is in the list once, beside the broken rules of the others."""
    known = Violation(("email",), "wrong-type", "a string")

    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.register(Registration("", "aaaaaaaaaaaaaaaa"), violations=[known])

    assert [("email", "wrong-type"), ("password", "guessable")] == [
        (one.path[0], one.code) for one in refusal.value.violations
    ]


async def test_an_address_is_unique_regardless_of_case(world: World, ann: SessionActor) -> None:
    """The second registration is refused."""
    with pytest.raises(EmailTaken):
        await world.accounts.register(Registration("ANN@EXAMPLE.ORG", PASSWORD, "Ann"))


async def test_registration_can_be_closed(world: World) -> None:
    """The operator still makes accounts."""
    closed = attrs.evolve(world.accounts, registration_open=False)

    with pytest.raises(RegistrationClosed):
        await closed.register(Registration("ann@example.org", PASSWORD))
    made = await attrs.evolve(world.administration, accounts=closed).add(Registration("ann@example.org", PASSWORD))
    assert [made] == list(await world.administration.list())


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("ann@example.org", "wrong"),
        ("bob@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("ann@example.org", "x" * 300),
        ("ann@example.org", "\ud800"),
    ],
)
async def test_wrong_credentials_are_refused_alike(
    world: World, ann: SessionActor, address: str, password: str
) -> None:
    """Whatever is wrong, exactly one hash is computed, and the answer says nothing."""
    verified: list[str | None] = []

    @attrs.define
    class Counting(ScryptPasswords):
        """Real hashing that notes what it compared with."""

        async def verify(self, stored: str | None, password: str) -> PasswordCheck:
            verified.append(stored)
            return await ScryptPasswords.verify(self, stored, password)

    sessions = attrs.evolve(world.sessions, passwords=Counting(log_cost=2))
    with pytest.raises(InvalidCredentials):
        await sessions.log_in(address, password)
    assert len(verified) == 1


async def test_a_log_in_renews_an_outdated_hash(world: World, ann: SessionActor) -> None:
    """The password stays the same, and so does the moment it was set."""
    before = await world.accounts.me(ann)

    await attrs.evolve(world.sessions, passwords=ScryptPasswords(log_cost=3)).log_in("ann@example.org", PASSWORD)
    after = await world.accounts.me(ann)

    assert before.password_hash != after.password_hash
    assert before.password_changed_at == after.password_changed_at


@pytest.mark.parametrize("meanwhile", ["reset_password", "disable", "delete"])
async def test_a_log_in_cannot_finish_after_its_ground_is_gone(world: World, ann: SessionActor, meanwhile: str) -> None:
    """It verified a password that is changed, or of an account that is disabled or deleted, in the meantime."""

    @attrs.define
    class Slow(ScryptPasswords):
        """Real hashing, during which something happens."""

        async def verify(self, stored: str | None, password: str) -> PasswordCheck:
            verdict = await ScryptPasswords.verify(self, stored, password)
            more = (OTHER,) if meanwhile == "reset_password" else ()
            await getattr(world.administration, meanwhile)(email(), *more)
            return verdict

    with pytest.raises(InvalidCredentials):
        await attrs.evolve(world.sessions, passwords=Slow(log_cost=2)).log_in("ann@example.org", PASSWORD)


async def test_refreshing_rotates_and_reuse_ends_the_session(world: World, ann: SessionActor) -> None:
    """Refresh twice, present the first token: refused, and everything of the session is dead."""
    first = await tokens_of(world)
    second = await world.sessions.refresh(first.refresh_token)
    third = await world.sessions.refresh(second.refresh_token)

    with pytest.raises(RefreshTokenReused):
        await world.sessions.refresh(first.refresh_token)
    with pytest.raises(InvalidRefreshToken):
        await world.sessions.refresh(third.refresh_token)
    with pytest.raises(NotAuthenticated):
        await world.accounts.me(await world.sessions.authenticate(third.access_token))
    assert Counter(actions(world))[Action.TOKEN_REUSED] == 1


async def test_within_the_window_the_predecessor_gets_the_same_successor(world: World, ann: SessionActor) -> None:
    """And the window does not begin anew."""
    first = await tokens_of(world)
    second = await world.sessions.refresh(first.refresh_token)
    world.advance(seconds=59)

    assert (await world.sessions.refresh(first.refresh_token)).refresh_token == second.refresh_token
    world.advance(seconds=1)
    with pytest.raises(RefreshTokenReused):
        await world.sessions.refresh(first.refresh_token)


async def test_tokens_that_lead_nowhere_are_refused(world: World, ann: SessionActor) -> None:
    """Forged, expired, of a deleted account; an access token is no refresh token and the reverse."""
    tokens = await tokens_of(world)

    for token in ("", "forged", tokens.access_token, tokens.refresh_token[:-4] + "AAA="):
        with pytest.raises(InvalidRefreshToken):
            await world.sessions.refresh(token)
    with pytest.raises(NotAuthenticated):
        await world.sessions.authenticate(tokens.refresh_token)
    world.advance(minutes=10)
    with pytest.raises(NotAuthenticated):
        await world.sessions.authenticate(tokens.access_token)
    world.advance(days=7)
    with pytest.raises(InvalidRefreshToken):
        await world.sessions.refresh(tokens.refresh_token)
    await world.administration.delete(email())
    with pytest.raises(InvalidRefreshToken):
        await world.sessions.refresh(tokens.refresh_token)
    await world.sessions.log_out_by_token(tokens.refresh_token)


async def test_twenty_parallel_refreshes_use_one_generation(world: World, ann: SessionActor) -> None:
    """All get the same successor."""
    tokens = await tokens_of(world)

    answers = await asyncio.gather(*(world.sessions.refresh(tokens.refresh_token) for _ in range(20)))

    assert len({answer.refresh_token for answer in answers}) == 1
    assert Counter(actions(world))[Action.SESSION_RENEWED] == 1


async def test_logging_out_in_its_forms(world: World, ann: SessionActor) -> None:
    """By session, by refresh token (again without harm), everywhere."""
    other = await tokens_of(world)
    await world.sessions.log_out_by_token(other.refresh_token)
    await world.sessions.log_out_by_token(other.refresh_token)
    third = await world.log_in()

    assert [third.session, ann.session] == [session.id for session in await world.sessions.list(ann)]
    await world.sessions.log_out(third)
    assert [ann.session] == [session.id for session in await world.sessions.list(ann)]
    await world.sessions.log_out_everywhere(ann)
    with pytest.raises(NotAuthenticated):
        await world.sessions.list(ann)
    assert Counter(actions(world))[Action.LOGGED_OUT] == 2


async def test_ending_one_session(world: World, ann: SessionActor) -> None:
    """One's own only; another user's is not found, and lives on."""
    second, bob = await world.log_in(), await world.join("bob@example.org")

    await world.sessions.end(ann, second.session)
    for session in (second.session, bob.session):
        with pytest.raises(NotFound):
            await world.sessions.end(ann, session)
    assert len(await world.sessions.list(bob)) == 1


async def test_the_oldest_session_gives_way() -> None:
    """Beyond the policy's number."""
    world = World.over(policy=SessionPolicy(max_sessions=2))
    first = await world.join()
    second, third = await world.log_in(), await world.log_in()

    assert {second.session, third.session} == {session.id for session in await world.sessions.list(third)}
    with pytest.raises(NotAuthenticated):
        await world.accounts.me(first)


async def test_each_session_that_gives_way_leaves_one_event(world: World, ann: SessionActor) -> None:
    """Told from the log-in before whom it gave way, and with the address that this came from."""
    second = await world.log_in()
    strict = attrs.evolve(world.sessions, policy=SessionPolicy(max_sessions=1))
    assert isinstance(world.store, MemoryStore)
    before = len(world.store.events)

    tokens = await strict.log_in("ann@example.org", PASSWORD, Client("192.0.2.7"))

    assert [
        (Action.SESSION_EVICTED, ann.session),
        (Action.SESSION_EVICTED, second.session),
        (Action.LOGGED_IN, tokens.session),
    ] == [(event.action, event.session) for event in world.store.events[before:]]
    assert {(ann.user, "192.0.2.7")} == {(event.user, event.client.address) for event in world.store.events[before:]}


async def test_editing_the_profile(world: World, ann: SessionActor) -> None:
    """Name and zone as one likes; an edit that changes nothing leaves no event."""
    edited = await world.accounts.edit(ann, ProfileChanges(display_name="Ann", timezone="UTC"))
    same = await world.accounts.edit(ann, ProfileChanges())

    assert edited == same == await world.accounts.me(ann)
    assert edited.profile.display_name == "Ann"
    assert Counter(actions(world))[Action.USER_UPDATED] == 1


async def test_a_wrong_password_is_told_even_where_none_is_needed(world: World, ann: SessionActor) -> None:
    """Nobody should believe that it was right."""
    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.edit(ann, ProfileChanges(), current_password="wrong")

    assert [(("current_password",), "wrong-password")] == [(one.path, one.code) for one in refusal.value.violations]


async def test_another_address_needs_the_password(world: World, ann: SessionActor) -> None:
    """Missing, wrong, right; taken ones are refused."""
    await world.join("bob@example.org")

    for password, code in ((None, "required"), ("wrong", "wrong-password"), ("\ud800", "wrong-password")):
        with pytest.raises(InvalidInput) as refusal:
            await world.accounts.edit(ann, ProfileChanges("new@example.org"), current_password=password)
        assert [(("current_password",), code)] == [(one.path, one.code) for one in refusal.value.violations]
    with pytest.raises(EmailTaken):
        await world.accounts.edit(ann, ProfileChanges("BOB@example.org"), current_password=PASSWORD)
    await world.accounts.edit(ann, ProfileChanges("new@example.org"), current_password=PASSWORD)

    await world.log_in("new@example.org")
    with pytest.raises(InvalidCredentials):
        await world.log_in("ann@example.org")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (ProfileChanges(timezone="Nowhere/Atall"), ("timezone",)),
        (ProfileChanges(display_name=""), ("display_name",)),
        (ProfileChanges(email=""), ("email",)),
    ],
)
async def test_each_member_of_a_profile_is_checked(
    world: World, ann: SessionActor, changes: ProfileChanges, path: tuple[str]
) -> None:
    """An invalid member is named and changes nothing."""
    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.edit(ann, changes, current_password=PASSWORD)

    assert [path] == [one.path for one in refusal.value.violations]


async def test_an_account_with_a_password_has_an_address(world: World, ann: SessionActor) -> None:
    """Nobody could log in to it otherwise."""
    user = await world.accounts.me(ann)

    with pytest.raises(InvalidInput):
        attrs.evolve(user, profile=Profile(None))


@pytest.mark.parametrize(("password", "code"), [(None, "required"), ("wrong", "wrong-password")])
@pytest.mark.parametrize("to", ["new@example.org", "no address"])
async def test_an_edit_names_every_bad_field(
    world: World, ann: SessionActor, to: str, password: str | None, code: str
) -> None:
    """The proof too, whether the other address is one or not."""
    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.edit(ann, ProfileChanges(to, timezone="Nowhere/Atall"), current_password=password)

    found = {one.path[0]: one.code for one in refusal.value.violations}
    bad_address = {} if "@" in to else {"email": "not-an-email"}
    assert {**bad_address, "timezone": "unknown-timezone", "current_password": code} == found
    assert len(found) == len(refusal.value.violations)


async def test_an_edit_by_who_has_no_password(world: World, ann: SessionActor) -> None:
    """What is wrong is named first: then that there is no address to move."""
    await make_external(world, ann)

    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.edit(ann, ProfileChanges("ann@example.org", timezone="Nowhere/Atall"))
    assert [("timezone",)] == [one.path for one in refusal.value.violations]


async def test_an_edit_that_moved_nothing_when_it_began_moves_nothing_later(world: World, ann: SessionActor) -> None:
    """Putting the old address back, at the moment in which its owner moves it, needs the password too."""

    @attrs.define
    class Meanwhile(MemoryStore):
        """A store in which the owner's move comes between the other's read and write."""

        async def write(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
            await world.accounts.edit(ann, ProfileChanges("new@x"), current_password=PASSWORD)
            return await world.store.write(actor, work)

        def read(self, actor: Actor) -> UserReader:
            return world.store.read(actor)

    racing = attrs.evolve(world.accounts, store=Meanwhile(world.clock))
    with pytest.raises(InvalidInput) as refusal:
        await racing.edit(ann, ProfileChanges("ann@example.org"))

    assert [("current_password",)] == [one.path for one in refusal.value.violations]
    assert (await world.accounts.me(ann)).email == email("new@x")


async def test_changing_the_password_ends_every_session(world: World, ann: SessionActor) -> None:
    """And opens a new one; the old password is worth nothing."""
    second = await world.log_in()

    tokens = await world.accounts.change_password(ann, PASSWORD, OTHER)

    for dead in (ann, second):
        with pytest.raises(NotAuthenticated):
            await world.accounts.me(dead)
    fresh = await world.sessions.authenticate(tokens.access_token)
    assert [fresh.session] == [session.id for session in await world.sessions.list(fresh)]
    with pytest.raises(InvalidCredentials):
        await world.log_in()


async def test_a_password_change_names_every_bad_field(world: World, ann: SessionActor) -> None:
    """The current one and the new one."""
    with pytest.raises(InvalidInput) as refusal:
        await world.accounts.change_password(ann, None, "short")

    assert {("current_password",), ("new_password",)} == {one.path for one in refusal.value.violations}


async def test_a_proof_of_an_old_password_is_worth_nothing(world: World, ann: SessionActor) -> None:
    """When two change the password at once, one of them had proven what no longer holds."""
    results = await asyncio.gather(
        world.accounts.change_password(ann, PASSWORD, OTHER),
        world.accounts.change_password(ann, PASSWORD, OTHER + "!"),
        return_exceptions=True,
    )

    assert [IssuedTokens, NotAuthenticated] == sorted(map(type, results), key=lambda kind: kind.__name__)


async def test_moving_the_address_after_the_password_changed_is_refused(world: World, ann: SessionActor) -> None:
    """The proof is looked at again inside the unit of work."""

    @attrs.define
    class Slow(ScryptPasswords):
        """Real hashing, during which the stored password becomes another."""

        async def verify(self, stored: str | None, password: str) -> PasswordCheck:
            verdict = await ScryptPasswords.verify(self, stored, password)

            async def work(unit: UnitOfWork) -> None:
                user = await unit.account.get()
                await unit.account.replace(user.with_password(user.password_hash or "", world.clock.now()))

            await world.store.write(ann, work)
            return verdict

    with pytest.raises(InvalidInput) as refusal:
        await attrs.evolve(world.accounts, passwords=Slow(log_cost=2)).delete(ann, PASSWORD)
    assert refusal.value.violations[0].code == "wrong-password"


async def test_deleting_the_account_takes_everything(world: World, ann: SessionActor) -> None:
    """With the password; the address is free again."""
    await world.add(ann)
    with pytest.raises(InvalidInput):
        await world.accounts.delete(ann, "wrong")

    await world.accounts.delete(ann, PASSWORD)

    with pytest.raises(NotAuthenticated):
        await world.accounts.me(ann)
    await world.join()
    assert Counter(actions(world))[Action.USER_DELETED] == 1


async def test_a_user_without_a_password(world: World, ann: SessionActor) -> None:
    """Has none to change and no address to move, and proves nothing to leave."""
    await make_external(world, ann)

    with pytest.raises(NoPassword):
        await world.accounts.change_password(ann, None, OTHER)
    with pytest.raises(NoPassword):
        await world.accounts.edit(ann, ProfileChanges("ann@example.org"))
    await world.accounts.delete(ann, None)
    assert await world.administration.list() == []


async def test_disabling_ends_sessions_at_once(world: World, ann: SessionActor) -> None:
    """No log-in, no refresh; enabling lets the user in again; done twice, each leaves one event."""
    tokens = await tokens_of(world)
    for _ in range(2):
        await world.administration.disable(email())

    with pytest.raises(NotAuthenticated):
        await world.accounts.me(ann)
    with pytest.raises(InvalidCredentials):
        await world.log_in()
    with pytest.raises(InvalidRefreshToken):
        await world.sessions.refresh(tokens.refresh_token)
    for _ in range(2):
        await world.administration.enable(email())
    await world.log_in()
    counts = Counter(actions(world))
    assert (counts[Action.USER_DISABLED], counts[Action.USER_ENABLED]) == (1, 1)


async def test_the_operator_resets_passwords(world: World, ann: SessionActor) -> None:
    """By the same policy; sessions end."""
    with pytest.raises(InvalidInput):
        await world.administration.reset_password(email(), "short")
    await world.administration.reset_password(email(), OTHER)

    with pytest.raises(NotAuthenticated):
        await world.accounts.me(ann)
    await world.sessions.log_in("ann@example.org", OTHER)


async def test_the_operator_gets_a_token_for_development(world: World, ann: SessionActor) -> None:
    """For a user who exists."""
    tokens = await world.administration.token(email())

    assert (await world.sessions.authenticate(tokens.access_token)).user == ann.user
    with pytest.raises(NotFound):
        await world.administration.token(email("nobody@example.org"))


async def test_changed_keys_are_recorded(world: World) -> None:
    """As the operator's doing."""
    await world.administration.note_key_rotation()

    assert isinstance(world.store, MemoryStore)
    assert [(OPERATOR, Action.KEY_ROTATED)] == [(event.user, event.action) for event in world.store.events]


async def test_nobody_gets_a_token_for_a_disabled_user(world: World, ann: SessionActor) -> None:
    """No session is opened while an account is disabled."""
    await world.administration.disable(email())

    with pytest.raises(NotFound):
        await world.administration.token(email())


async def test_an_account_deleted_meanwhile_is_not_found(world: World, ann: SessionActor) -> None:
    """Between the look-up and the work."""
    user = await world.accounts.me(ann)

    @attrs.define
    class Gone(MemoryStore):
        """A store that finds whom it has forgotten by the time of the work."""

        async def user_by_email(self, email: EmailAddress) -> User:  # noqa: ARG002 - the port's
            return user

    with pytest.raises(NotFound):
        await attrs.evolve(world.administration, store=Gone(world.clock)).enable(email())


async def test_a_log_in_does_without_a_new_hash_when_there_is_no_room_for_it(world: World, ann: SessionActor) -> None:
    """The password is right; the next log-in may renew the hash."""

    @attrs.define
    class Full(ScryptPasswords):
        """A pool that has room for what is urgent only."""

        async def hash(self, password: str) -> str:  # noqa: ARG002 - the port's
            raise Busy

    await attrs.evolve(world.sessions, passwords=Full(log_cost=3)).log_in("ann@example.org", PASSWORD)


async def test_accounts_are_listed_page_by_page(world: World, ann: SessionActor) -> None:
    """By ascending id."""
    await world.join("bob@example.org")
    (first,) = await world.administration.list(limit=1)
    (second,) = await world.administration.list(after=first.id)

    assert [first.id, second.id] == sorted([first.id, second.id])
