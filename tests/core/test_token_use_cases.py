"""Making, listing and revoking personal access tokens, by users and by operators."""

import attrs
import pytest

from tests.support import CLIENT, PASSWORD, World, email
from todo_core.actors import SessionActor
from todo_core.audit import Action
from todo_core.errors import InvalidInput, NotAuthenticated, NotFound, QuotaExceeded, Violation
from todo_core.personal_tokens import PersonalTokenId, Scope, token_digest
from todo_core.testing import MemoryStore
from todo_core.use_cases import TokenRequest
from todo_core.users import UserId

READ = TokenRequest("backup", [Scope.TASKS_READ], 30)
OTHER = "another harbour at dusk"


@pytest.fixture
def world() -> World:
    """A fresh system."""
    return World.over()


@pytest.fixture
async def ann(world: World) -> SessionActor:
    """A user of it."""
    return await world.join()


def recorded(world: World) -> list[tuple[Action, PersonalTokenId | None]]:
    """Return what the audit record says of tokens."""
    assert isinstance(world.store, MemoryStore)
    return [(event.action, event.personal_token) for event in world.store.events if event.personal_token]


async def test_a_new_token(world: World, ann: SessionActor) -> None:
    """Its text is said once; kept are a hash, the last four characters and what it opens."""
    issued = await world.personal_tokens.create(ann, READ, PASSWORD, CLIENT)

    token = issued.token
    assert ("backup", frozenset({Scope.TASKS_READ}), issued.text[-4:]) == (token.name, token.scopes, token.hint)
    assert token.last_used_at is None
    assert 30 == (token.expires_at - world.clock.now()).days
    assert token_digest(issued.text) == token.digest
    assert [token] == await world.personal_tokens.list(ann)
    assert issued.text not in repr(issued)
    assert [(Action.PERSONAL_TOKEN_CREATED, token.id)] == recorded(world)


async def test_every_bad_field_is_named(world: World, ann: SessionActor) -> None:
    """With those that the caller has found, and the password."""
    found = Violation(("surprise",), "unknown", "no such member")
    with pytest.raises(InvalidInput) as refusal:
        await world.personal_tokens.create(ann, TokenRequest("", [], 0), OTHER, violations=[found])

    assert {"surprise", "name", "scopes", "expires_in_days", "current_password"} == {
        one.path[0] for one in refusal.value.violations
    }
    assert [] == await world.personal_tokens.list(ann)


@pytest.mark.parametrize(("password", "code"), [(None, "required"), (OTHER, "wrong-password")])
async def test_the_password_is_needed(world: World, ann: SessionActor, password: str | None, code: str) -> None:
    """Of whoever has one."""
    with pytest.raises(InvalidInput) as refusal:
        await world.personal_tokens.create(ann, READ, password)

    assert [(("current_password",), code)] == [(one.path, one.code) for one in refusal.value.violations]


async def test_a_user_without_a_password(world: World) -> None:
    """Needs none."""
    zoe = await world.come()

    assert (await world.personal_tokens.create(zoe, READ)).token in await world.personal_tokens.list(zoe)


async def test_at_most_fifty(world: World, ann: SessionActor) -> None:
    """Expired and revoked ones do not count."""
    [first, *_] = [await world.personal_tokens.create(ann, READ, PASSWORD) for _ in range(50)]
    with pytest.raises(QuotaExceeded) as refusal:
        await world.personal_tokens.create(ann, READ, PASSWORD)
    assert 50 == refusal.value.limit

    await world.personal_tokens.revoke(ann, first.token.id)
    await world.personal_tokens.create(ann, READ, PASSWORD)
    with pytest.raises(QuotaExceeded):
        await world.personal_tokens.create(ann, READ, PASSWORD)
    world.advance(days=30)
    fresh = await world.log_in()
    assert [(await world.personal_tokens.create(fresh, READ, PASSWORD)).token] == await world.personal_tokens.list(
        fresh
    )
    assert 50 == (await world.housekeeping.purge()).personal_tokens


async def test_revoking(world: World, ann: SessionActor) -> None:
    """A revoked token is refused from then on; nobody revokes another's, or one twice."""
    text = await world.personal_token(ann)
    actor = await world.authentication.authenticate(text)
    bob = await world.join("bob@example.org")
    [token] = await world.personal_tokens.list(ann)

    with pytest.raises(NotFound):
        await world.personal_tokens.revoke(bob, token.id)
    await world.personal_tokens.revoke(ann, token.id, CLIENT)
    for ask in (lambda: world.authentication.authenticate(text), lambda: world.accounts.me(actor)):
        with pytest.raises(NotAuthenticated):
            await ask()
    with pytest.raises(NotFound):
        await world.personal_tokens.revoke(ann, token.id)
    assert (Action.PERSONAL_TOKEN_REVOKED, token.id) == recorded(world)[-1]
    assert 2 == len(recorded(world))


@pytest.mark.parametrize(("revoke", "left"), [(False, 2), (True, 0)])
async def test_a_new_password(world: World, ann: SessionActor, revoke: bool, left: int) -> None:  # noqa: FBT001 - both cases
    """Tokens stay, unless the user wants them gone; each that goes is recorded."""
    for _ in range(2):
        await world.personal_tokens.create(ann, READ, PASSWORD)
    await world.accounts.change_password(ann, PASSWORD, OTHER, revoke_tokens=revoke)

    tokens = await world.sessions.log_in("ann@example.org", OTHER)
    assert left == len(await world.personal_tokens.list(await world.sessions.authenticate(tokens.access_token)))
    assert 2 - left == [action for action, _ in recorded(world)].count(Action.PERSONAL_TOKEN_REVOKED)


async def test_log_out_everywhere_leaves_them(world: World, ann: SessionActor) -> None:
    """They are no sessions."""
    text = await world.personal_token(ann)
    await world.sessions.log_out_everywhere(ann)

    assert ann.user == (await world.authentication.authenticate(text)).user


async def test_operators(world: World, ann: SessionActor) -> None:
    """They list everybody's tokens or one user's, by address or id, and revoke any."""
    zoe = await world.come()
    one = (await world.personal_tokens.create(ann, READ, PASSWORD)).token
    two = (await world.personal_tokens.create(zoe, READ)).token

    assert [one, two] == await world.administration.tokens()
    assert [two] == await world.administration.tokens(after=one.id)
    assert [one] == await world.administration.tokens(limit=1)
    assert [[one], [two]] == [await world.administration.tokens(who) for who in (email(), zoe.user)]
    await world.administration.revoke_token(two.id)
    assert [one] == await world.administration.tokens()
    for ask in (
        lambda: world.administration.revoke_token(two.id),
        lambda: world.administration.tokens(email("nobody@example.org")),
    ):
        with pytest.raises(NotFound):
            await ask()
    assert (Action.PERSONAL_TOKEN_REVOKED, two.id) == recorded(world)[-1]


async def test_a_token_revoked_meanwhile(world: World, ann: SessionActor) -> None:
    """An operator who comes too late is told so."""
    token = (await world.personal_tokens.create(ann, READ, PASSWORD)).token

    @attrs.define
    class Meanwhile(MemoryStore):
        """A store in which the token goes between the look-up and the work."""

        async def personal_token_owner(self, token_id: PersonalTokenId) -> UserId:
            await world.personal_tokens.revoke(ann, token_id)
            return ann.user

    store = Meanwhile(world.clock)
    store.write_as = world.store.write_as  # type: ignore[method-assign] # all else is as it was
    with pytest.raises(NotFound):
        await attrs.evolve(world.administration, store=store).revoke_token(token.id)


async def test_a_reset_password(world: World, ann: SessionActor) -> None:
    """Ends every token."""
    text = await world.personal_token(ann)
    await world.administration.reset_password(email(), OTHER)

    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(text)
    assert Action.PERSONAL_TOKEN_REVOKED == recorded(world)[-1][0]


async def test_users_by_id(world: World) -> None:
    """Whoever has no address is disabled, enabled and deleted by id."""
    zoe = await world.come()
    await world.administration.disable(zoe.user)
    await world.administration.enable(zoe.user)
    await world.administration.delete(zoe.user)

    with pytest.raises(NotFound):
        await world.administration.delete(zoe.user)
    with pytest.raises(NotAuthenticated):
        await world.authentication.authenticate(world.external_token())
