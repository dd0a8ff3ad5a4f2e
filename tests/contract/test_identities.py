"""Identities of external issuers: whose they are, and what they refuse."""

import asyncio
import datetime as dt

import pytest

from tests.contract.conftest import Kept
from todo_core.actors import ExternalActor
from todo_core.errors import NotAuthenticated
from todo_core.ports import UnitOfWork

SECOND = dt.timedelta(seconds=1)


async def refuse(kept: Kept, actor: ExternalActor, instant: dt.datetime) -> None:
    """Refuse what was issued before the instant."""
    await kept.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(instant))


async def remove(kept: Kept, actor: ExternalActor) -> None:
    """Remove the account, and refuse what was issued until now."""

    async def work(unit: UnitOfWork) -> None:
        await unit.identities.refuse_issued_before(kept.clock.now() + SECOND)
        await unit.account.remove()

    await kept.store.write_as(actor.user, work)


async def test_first_sight(kept: Kept) -> None:
    """The first token makes an account, with its event; later ones find it, and other identities have their own."""
    assert await kept.store.user_by_identity(kept.claims("zoe")) is None

    actor = await kept.external_actor("zoe")

    for claims in (kept.claims("zoe"), kept.claims("zoe", issued_before=SECOND)):
        assert actor.user == await kept.store.user_by_identity(claims)
        assert actor.user == await kept.take_identity(claims)
    assert actor.user != (await kept.external_actor("zac")).user
    assert 2 == len(await kept.store.list_users(None, 10))
    assert 2 == len(await kept.events())
    assert (await kept.view(actor).account.get()).email is None


async def test_twenty_at_a_time(kept: Kept) -> None:
    """Of twenty first requests at the same time one makes the account, and all get it."""
    users = await asyncio.gather(*(kept.take_identity(kept.claims("zoe")) for _ in range(20)))

    assert 1 == len(set(users))
    assert [users[0]] == [user.id for user in await kept.store.list_users(None, 10)]
    assert 1 == len(await kept.events())


@pytest.mark.parametrize("subjects", [("zoe", "Zoe"), ("é", "e\u0301"), ("a", "a "), (" ", "\u00a0"), ("ß", "ss")])
async def test_subjects_are_compared_by_code_point(kept: Kept, subjects: tuple[str, str]) -> None:
    """Not regardless of case, and not in a normal form."""
    one, other = [await kept.external_actor(subject) for subject in subjects]

    assert one.user != other.user
    assert one.user == await kept.store.user_by_identity(kept.claims(subjects[0]))


async def test_any_subject_is_kept(kept: Kept) -> None:
    """255 characters of four bytes each are none too many."""
    actor = await kept.external_actor("😀" * 255)

    assert actor.user == await kept.store.user_by_identity(kept.claims("😀" * 255))


async def test_refused_tokens_find_nobody(kept: Kept) -> None:
    """A token from before the instant finds no account, and makes none."""
    actor = await kept.external_actor("zoe")
    early, now = kept.claims("zoe", issued_before=SECOND), kept.claims("zoe")
    await refuse(kept, actor, kept.clock.now())

    assert [None, actor.user] == [await kept.store.user_by_identity(claims) for claims in (early, now)]
    assert [None, actor.user] == [await kept.take_identity(claims) for claims in (early, now)]
    assert 1 == len(await kept.store.list_users(None, 10))


async def test_what_is_refused_stays_refused(kept: Kept) -> None:
    """An earlier instant changes nothing."""
    actor = await kept.external_actor("zoe")
    await refuse(kept, actor, kept.clock.now())
    await refuse(kept, actor, kept.clock.now() - SECOND)

    assert await kept.store.user_by_identity(kept.claims("zoe", issued_before=SECOND)) is None


async def test_only_the_users_own_tokens_are_refused(kept: Kept) -> None:
    """Other identities know nothing of it."""
    zoe, zac = await kept.external_actor("zoe"), await kept.external_actor("zac")
    await refuse(kept, zoe, kept.clock.now() + SECOND)

    assert zac.user == await kept.store.user_by_identity(kept.claims("zac"))


async def test_a_removed_account_does_not_come_back(kept: Kept) -> None:
    """Its tokens are refused, beside a fresh account too, which later tokens make."""
    actor, old = await kept.external_actor("zoe"), kept.claims("zoe")
    await remove(kept, actor)

    assert await kept.take_identity(old) is None
    assert [] == await kept.store.list_users(None, 10)
    kept.clock.advance(SECOND)
    fresh = await kept.external_actor("zoe")
    assert actor.user != fresh.user
    assert [None, fresh.user] == [await kept.store.user_by_identity(each) for each in (old, kept.claims("zoe"))]
    with pytest.raises(NotAuthenticated):
        await kept.view(actor).account.get()
    with pytest.raises(NotAuthenticated):
        await kept.view(ExternalActor(fresh.user, old.identity, old.issued_at)).account.get()


async def test_the_removed_are_forgotten(kept: Kept) -> None:
    """Once the instant has passed whose tokens they refuse; the identities of users stay."""
    zoe, zac = await kept.external_actor("zoe"), await kept.external_actor("zac")
    await refuse(kept, zac, kept.clock.now())
    await remove(kept, zoe)
    instant = kept.clock.now() + SECOND

    assert 0 == await kept.store.forget_identities(instant - dt.timedelta.resolution)
    assert 1 == await kept.store.forget_identities(instant)
    assert zac.user == await kept.store.user_by_identity(kept.claims("zac"))
    assert zoe.user != (await kept.external_actor("zoe")).user


async def test_the_removed_who_refuse_nothing(kept: Kept) -> None:
    """They are forgotten at once."""
    actor = await kept.external_actor("zoe")
    await kept.store.write_as(actor.user, lambda unit: unit.account.remove())

    assert 1 == await kept.store.forget_identities(kept.clock.now())


async def test_tokens_of_a_clock_that_is_ahead(kept: Kept) -> None:
    """A token that says it was issued later than an account was removed belongs to the next account, at once."""
    actor = await kept.external_actor("zoe")
    ahead = kept.claims("zoe", issued_before=-5 * SECOND)
    assert actor.user == await kept.store.user_by_identity(ahead)
    await remove(kept, actor)

    fresh = await kept.take_identity(ahead)

    assert fresh not in {None, actor.user}
    assert fresh == await kept.store.user_by_identity(ahead)
