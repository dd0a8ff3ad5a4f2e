"""From a bearer token to an actor, of each kind."""

import datetime as dt

import pytest

from tests.support import CLIENT, ISSUER, World
from todo_core.actors import ExternalActor, SessionActor, TokenActor
from todo_core.audit import Action
from todo_core.errors import NoPassword, NoSession, NotAuthenticated
from todo_core.identities import Identity
from todo_core.personal_tokens import Scope
from todo_core.testing import HmacExternalTokens, MemoryStore
from todo_core.use_cases import Authentication
from todo_core.users import ProfileChanges


@pytest.fixture
def world() -> World:
    """A fresh system."""
    return World.over()


def actions(world: World) -> list[Action]:
    """Return what the audit record says."""
    assert isinstance(world.store, MemoryStore)
    return [event.action for event in world.store.events]


async def test_three_kinds_of_tokens(world: World) -> None:
    """Each is told from the others, and stands for its user."""
    ann = await world.join()
    tokens = await world.sessions.log_in("ann@example.org", "a quiet harbour at dawn")
    by_session = await world.authentication.authenticate(tokens.access_token)
    by_token = await world.authentication.authenticate(await world.personal_token(ann, Scope.TASKS_READ))
    by_identity = await world.authentication.authenticate(world.external_token())

    assert SessionActor(ann.user, tokens.session) == by_session
    assert isinstance(by_token, TokenActor)
    assert (ann.user, frozenset({Scope.TASKS_READ})) == (by_token.user, by_token.scopes)
    assert isinstance(by_identity, ExternalActor)
    assert (Identity(ISSUER, "zoe"), world.clock.now()) == (by_identity.identity, by_identity.issued_at)
    assert ann.user != by_identity.user


@pytest.mark.parametrize("token", ["", "token", "todo_pat_", "todo_pat_" + "0" * 38, "todo_pat_" + "0" * 32 + "2nSOqF"])
async def test_what_is_no_token(world: World, token: str) -> None:
    """Nothing else is taken for one."""
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(token)


async def test_without_an_issuer(world: World) -> None:
    """Where no external issuer is known, its tokens are nothing."""
    alone = Authentication(world.store, world.clock, world.tasks.ids, world.sessions)
    with pytest.raises(NotAuthenticated):
        await alone.authenticate(world.external_token())


async def test_a_wrong_checksum_needs_no_store(world: World) -> None:
    """A typing error is told before anything is asked."""
    text = await world.personal_token(await world.join())
    unasked = Authentication(None, world.clock, world.tasks.ids, world.sessions)  # type: ignore[arg-type] # it must not be asked

    with pytest.raises(NotAuthenticated):
        await unasked.authenticate(text[:-1] + ("0" if text[-1] != "0" else "1"))


async def test_first_sight_of_an_identity(world: World) -> None:
    """The first token makes an account without address, named as the issuer says; the second finds it."""
    first, second = await world.come(), await world.come()

    user = await world.accounts.me(first)
    assert first.user == second.user
    assert (None, "Zoë", "UTC") == (user.email, user.profile.display_name, user.profile.timezone)
    assert [Action.USER_CREATED] == actions(world)


@pytest.mark.parametrize("name", [None, "", "n" * 101, "a\nb", "\ud800"])
async def test_names_that_are_none(world: World, name: str | None) -> None:
    """What cannot be a display name is left out."""
    assert (await world.accounts.me(await world.come(name=name))).profile.display_name is None


async def test_a_later_name_changes_nothing(world: World) -> None:
    """The name is the user's own from then on."""
    await world.come(name="Zoë")
    assert "Zoë" == (await world.accounts.me(await world.come(name="Zed"))).profile.display_name


async def test_an_expired_external_token(world: World) -> None:
    """It is refused, with an account or without."""
    old = world.external_token()
    world.advance(minutes=15)
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(old)
    assert [] == actions(world)


async def test_log_out_everywhere(world: World) -> None:
    """Every token that the issuer made up to that second is refused, and later ones are good."""
    world.advance(seconds=0.7)
    zoe, old = await world.come(), world.external_token()
    script = await world.personal_token(zoe)
    await world.sessions.log_out_everywhere(zoe, CLIENT)

    with pytest.raises(NotAuthenticated):
        await world.accounts.me(zoe)
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(old)
    assert zoe.user == (await world.authentication.authenticate(script)).user
    world.advance(seconds=0.3)
    assert zoe.user == (await world.come()).user


async def test_log_out(world: World) -> None:
    """The issuer's sessions are not ours to end, and not ours to list."""
    zoe = await world.come()
    with pytest.raises(NoSession):
        await world.sessions.log_out(zoe)

    assert [] == await world.sessions.list(zoe)
    await world.sessions.log_out_everywhere(zoe)
    with pytest.raises(NotAuthenticated):
        await world.sessions.log_out(zoe)


async def test_no_password(world: World) -> None:
    """There is none to change, and no address."""
    zoe = await world.come()
    with pytest.raises(NoPassword):
        await world.accounts.change_password(zoe, None, "another harbour at dusk")
    with pytest.raises(NoPassword):
        await world.accounts.edit(zoe, ProfileChanges("zoe@example.org"))

    assert "Zed" == (await world.accounts.edit(zoe, ProfileChanges(display_name="Zed"))).profile.display_name


async def test_deletion(world: World) -> None:
    """The account is gone with its tasks; old tokens do not bring it back, a new one makes a fresh account."""
    zoe, old = await world.come(), world.external_token()
    await world.add(zoe)
    await world.accounts.delete(zoe, None)

    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(old)
    world.advance(seconds=1)
    again = await world.come()
    assert zoe.user != again.user
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(old)
    assert [Action.USER_CREATED, Action.USER_DELETED, Action.USER_CREATED] == actions(world)


async def test_the_end_of_tokens_is_remembered_for_a_day(world: World) -> None:
    """So long could a token live that was made before; then it is forgotten."""
    zoe = await world.come()
    long_lived = world.external_token(minutes=24 * 60)
    await world.accounts.delete(zoe, None)

    world.advance(hours=24, seconds=-1)
    assert 0 == (await world.housekeeping.purge()).identities
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(long_lived)
    world.advance(seconds=2)
    assert 1 == (await world.housekeeping.purge()).identities
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(long_lived)


async def test_use_of_a_token_is_noted(world: World) -> None:
    """The first use at once, later ones not more often than every five minutes."""
    ann = await world.join()
    text = await world.personal_token(ann)
    started = world.clock.now()
    noted: list[dt.datetime | None] = []
    for minutes in (0, 4, 1, 60):
        world.advance(minutes=minutes)
        await world.authentication.authenticate(text)
        [token] = await world.personal_tokens.list(ann)
        noted.append(token.last_used_at)

    assert [0, 0, 5, 65] == [None if at is None else (at - started).total_seconds() / 60 for at in noted]


async def test_a_disabled_account(world: World) -> None:
    """Neither its tokens nor its identity are good until it is enabled again."""
    zoe = await world.come()
    script = await world.personal_token(zoe)
    await world.administration.disable(zoe.user)

    for token in (script, world.external_token()):
        with pytest.raises(NotAuthenticated):
            await world.accounts.me(await world.authentication.authenticate(token))
    await world.administration.enable(zoe.user)
    for token in (script, world.external_token()):
        assert zoe.user == (await world.authentication.authenticate(token)).user


async def test_known_external_tokens_come_first(world: World) -> None:
    """A token that the issuer's reader knows is not tried as one of ours; it is verified all the same."""

    class Knowing(HmacExternalTokens):
        """Knows every token."""

        def knows(self, token: str) -> bool:
            return bool(token)

    knowing = Knowing(world.clock, world.issuer.seal)
    unasked = Authentication(world.store, world.clock, world.tasks.ids, None, knowing)  # type: ignore[arg-type] # not asked

    assert isinstance(await unasked.authenticate(world.external_token()), ExternalActor)
    with pytest.raises(NotAuthenticated):
        await unasked.authenticate("forged")
