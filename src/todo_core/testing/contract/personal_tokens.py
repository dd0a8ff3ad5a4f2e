"""Personal access tokens: found by their digest, listed, used and revoked."""

import datetime as dt
from typing import Any

import attrs

from todo_core.personal_tokens import PersonalToken, PersonalTokenId, Scope
from todo_core.ports import UnitOfWork
from todo_core.testing.contract.checks import cases, check
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import UserId

DAY = dt.timedelta(days=1)


async def add(harness: StoreHarness, user: UserId, **members: Any) -> PersonalToken:  # noqa: ANN401 - members of a token
    """Make a token."""
    token = attrs.evolve(harness.personal_token(user), **members)
    await harness.store.write_as(user, lambda unit: unit.personal_tokens.add(token))
    return token


@check
async def a_token_is_kept(harness: StoreHarness) -> None:
    """With every member as it is, for whoever has its digest, and its owner's list."""
    actor = await harness.actor()
    token = await add(harness, actor.user, name="é 😀", scopes=frozenset(Scope), last_used_at=harness.clock.now())

    assert token == await harness.store.personal_token(token.digest)
    assert [token] == await harness.view(actor).personal_tokens.list()
    assert await harness.store.personal_token(bytes(32)) is None


@check
async def lists(harness: StoreHarness) -> None:
    """The newest comes first, expired ones are left out, and nobody sees another's."""
    ann, bob = await harness.actor(), await harness.actor()
    first = await add(harness, ann.user)
    harness.clock.advance(DAY / 2)
    second, third = [await add(harness, ann.user) for _ in range(2)]

    assert [third, second, first] == await harness.view(ann).personal_tokens.list()
    assert [] == await harness.view(bob).personal_tokens.list()
    harness.clock.advance(DAY / 2)
    assert [third, second] == await harness.view(ann).personal_tokens.list()
    assert await harness.store.personal_token(first.digest) is None


@check
async def revoking(harness: StoreHarness) -> None:
    """A token is found until it is revoked; only its owner can do that, and once."""
    ann, bob = await harness.actor(), await harness.actor()
    token = await add(harness, ann.user)

    assert not await harness.store.write(bob, lambda unit: unit.personal_tokens.remove(token.id))
    assert token == await harness.store.personal_token(token.digest)
    assert await harness.store.write(ann, lambda unit: unit.personal_tokens.remove(token.id))
    assert await harness.store.personal_token(token.digest) is None
    assert not await harness.store.write(ann, lambda unit: unit.personal_tokens.remove(token.id))


@check
async def use_is_noted(harness: StoreHarness) -> None:
    """A use is kept with the token; of one that is gone, or of another user, nothing is."""
    ann, bob = await harness.actor(), await harness.actor()
    token, now = await add(harness, ann.user), harness.clock.now()

    await harness.store.note_use(token.id, bob.user, now)
    await harness.store.note_use(PersonalTokenId(harness.ids.new()), ann.user, now)
    assert token == await harness.store.personal_token(token.digest)
    await harness.store.note_use(token.id, ann.user, now)
    assert attrs.evolve(token, last_used_at=now) == await harness.store.personal_token(token.digest)


@check
async def tokens_of_a_disabled_account(harness: StoreHarness) -> None:
    """They are not found while the account is disabled, and are there again afterwards."""
    ann = await harness.actor()
    token = await add(harness, ann.user)
    found = []
    for disabled_at in (harness.clock.now(), None):

        async def work(unit: UnitOfWork, at: dt.datetime | None = disabled_at) -> None:
            await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=at))

        await harness.store.write_as(ann.user, work)
        found.append(await harness.store.personal_token(token.digest))

    assert [None, token] == found


@check
async def tokens_go_with_the_account(harness: StoreHarness) -> None:
    """Nothing is left of them."""
    ann = await harness.actor()
    token = await add(harness, ann.user)
    await harness.store.write_as(ann.user, lambda unit: unit.account.remove())

    assert await harness.store.personal_token(token.digest) is None
    assert await harness.store.personal_token_owner(token.id) is None
    assert [] == await harness.store.list_personal_tokens(None, None, 10)


@check
async def what_operators_see(harness: StoreHarness) -> None:
    """Whose a token is, and everybody's or one user's tokens page by page, expired ones too."""
    ann, bob = await harness.actor(), await harness.actor()
    tokens = [await add(harness, user) for user in (ann.user, bob.user, ann.user)]
    harness.clock.advance(DAY)

    assert [ann.user, bob.user, ann.user] == [await harness.store.personal_token_owner(token.id) for token in tokens]
    assert await harness.store.personal_token_owner(PersonalTokenId(harness.ids.new())) is None
    assert tokens[:2] == await harness.store.list_personal_tokens(None, None, 2)
    assert tokens[2:] == await harness.store.list_personal_tokens(None, tokens[1].id, 2)
    assert [tokens[0], tokens[2]] == await harness.store.list_personal_tokens(ann.user, None, 10)
    assert tokens[2:] == await harness.store.list_personal_tokens(ann.user, tokens[0].id, 10)


@check
@cases(("limit", "left"), [(1, 2), (10, 1)])
async def expired_tokens_are_removed(harness: StoreHarness, limit: int, left: int) -> None:
    """Those that are not alive at the instant, up to the limit."""
    ann = await harness.actor()
    for days in (1, 1, 2):
        await add(harness, ann.user, expires_at=harness.clock.now() + days * DAY)

    removed = await harness.store.write_as(
        ann.user, lambda unit: unit.personal_tokens.remove_expired(harness.clock.now() + DAY, limit)
    )

    assert min(limit, 2) == removed
    assert left == len(await harness.store.list_personal_tokens(ann.user, None, 10))
