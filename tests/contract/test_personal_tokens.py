"""Personal access tokens: found by their digest, listed, used and revoked."""

import datetime as dt
from typing import Any

import attrs
import pytest

from tests.contract.conftest import Kept
from todo_core.personal_tokens import PersonalToken, PersonalTokenId, Scope
from todo_core.ports import UnitOfWork
from todo_core.users import UserId

DAY = dt.timedelta(days=1)


async def add(kept: Kept, user: UserId, **members: Any) -> PersonalToken:  # noqa: ANN401 - members of a token
    """Make a token."""
    token = attrs.evolve(kept.personal_token(user), **members)
    await kept.store.write_as(user, lambda unit: unit.personal_tokens.add(token))
    return token


async def test_a_token_is_kept(kept: Kept) -> None:
    """With every member as it is, for whoever has its digest, and its owner's list."""
    actor = await kept.actor()
    token = await add(kept, actor.user, name="é 😀", scopes=frozenset(Scope), last_used_at=kept.clock.now())

    assert token == await kept.store.personal_token(token.digest)
    assert [token] == await kept.view(actor).personal_tokens.list()
    assert await kept.store.personal_token(bytes(32)) is None


async def test_lists(kept: Kept) -> None:
    """The newest comes first, expired ones are left out, and nobody sees another's."""
    ann, bob = await kept.actor(), await kept.actor()
    first = await add(kept, ann.user)
    kept.clock.advance(DAY / 2)
    second, third = [await add(kept, ann.user) for _ in range(2)]

    assert [third, second, first] == await kept.view(ann).personal_tokens.list()
    assert [] == await kept.view(bob).personal_tokens.list()
    kept.clock.advance(DAY / 2)
    assert [third, second] == await kept.view(ann).personal_tokens.list()
    assert await kept.store.personal_token(first.digest) is None


async def test_revoking(kept: Kept) -> None:
    """A token is found until it is revoked; only its owner can do that, and once."""
    ann, bob = await kept.actor(), await kept.actor()
    token = await add(kept, ann.user)

    assert not await kept.store.write(bob, lambda unit: unit.personal_tokens.remove(token.id))
    assert token == await kept.store.personal_token(token.digest)
    assert await kept.store.write(ann, lambda unit: unit.personal_tokens.remove(token.id))
    assert await kept.store.personal_token(token.digest) is None
    assert not await kept.store.write(ann, lambda unit: unit.personal_tokens.remove(token.id))


async def test_use_is_noted(kept: Kept) -> None:
    """A use is kept with the token; of one that is gone, or of another user, nothing is."""
    ann, bob = await kept.actor(), await kept.actor()
    token, now = await add(kept, ann.user), kept.clock.now()

    await kept.store.note_use(token.id, bob.user, now)
    await kept.store.note_use(PersonalTokenId(kept.ids.new()), ann.user, now)
    assert token == await kept.store.personal_token(token.digest)
    await kept.store.note_use(token.id, ann.user, now)
    assert attrs.evolve(token, last_used_at=now) == await kept.store.personal_token(token.digest)


async def test_tokens_of_a_disabled_account(kept: Kept) -> None:
    """They are not found while the account is disabled, and are there again afterwards."""
    ann = await kept.actor()
    token = await add(kept, ann.user)
    found = []
    for disabled_at in (kept.clock.now(), None):

        async def work(unit: UnitOfWork, at: dt.datetime | None = disabled_at) -> None:
            await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=at))

        await kept.store.write_as(ann.user, work)
        found.append(await kept.store.personal_token(token.digest))

    assert [None, token] == found


async def test_tokens_go_with_the_account(kept: Kept) -> None:
    """Nothing is left of them."""
    ann = await kept.actor()
    token = await add(kept, ann.user)
    await kept.store.write_as(ann.user, lambda unit: unit.account.remove())

    assert await kept.store.personal_token(token.digest) is None
    assert await kept.store.personal_token_owner(token.id) is None
    assert [] == await kept.store.list_personal_tokens(None, None, 10)


async def test_what_operators_see(kept: Kept) -> None:
    """Whose a token is, and everybody's or one user's tokens page by page, expired ones too."""
    ann, bob = await kept.actor(), await kept.actor()
    tokens = [await add(kept, user) for user in (ann.user, bob.user, ann.user)]
    kept.clock.advance(DAY)

    assert [ann.user, bob.user, ann.user] == [await kept.store.personal_token_owner(token.id) for token in tokens]
    assert await kept.store.personal_token_owner(PersonalTokenId(kept.ids.new())) is None
    assert tokens[:2] == await kept.store.list_personal_tokens(None, None, 2)
    assert tokens[2:] == await kept.store.list_personal_tokens(None, tokens[1].id, 2)
    assert [tokens[0], tokens[2]] == await kept.store.list_personal_tokens(ann.user, None, 10)
    assert tokens[2:] == await kept.store.list_personal_tokens(ann.user, tokens[0].id, 10)


@pytest.mark.parametrize(("limit", "left"), [(1, 2), (10, 1)])
async def test_expired_tokens_are_removed(kept: Kept, limit: int, left: int) -> None:
    """Those that are not alive at the instant, up to the limit."""
    ann = await kept.actor()
    for days in (1, 1, 2):
        await add(kept, ann.user, expires_at=kept.clock.now() + days * DAY)

    removed = await kept.store.write_as(
        ann.user, lambda unit: unit.personal_tokens.remove_expired(kept.clock.now() + DAY, limit)
    )

    assert min(limit, 2) == removed
    assert left == len(await kept.store.list_personal_tokens(ann.user, None, 10))
