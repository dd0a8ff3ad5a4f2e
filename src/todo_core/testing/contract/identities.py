"""Identities of external issuers: whose they are, and what they refuse."""

import asyncio
import datetime as dt

from todo_core.actors import ExternalActor
from todo_core.errors import NotAuthenticated
from todo_core.ports import UnitOfWork
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import StoreHarness

SECOND = dt.timedelta(seconds=1)


async def refuse(harness: StoreHarness, actor: ExternalActor, instant: dt.datetime) -> None:
    """Refuse what was issued before the instant."""
    await harness.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(instant))


async def remove(harness: StoreHarness, actor: ExternalActor) -> None:
    """Remove the account, and refuse what was issued until now."""

    async def work(unit: UnitOfWork) -> None:
        await unit.identities.refuse_issued_before(harness.clock.now() + SECOND)
        await unit.account.remove()

    await harness.store.write_as(actor.user, work)


@check
async def first_sight(harness: StoreHarness) -> None:
    """The first token makes an account, with its event; later ones find it, and other identities have their own."""
    assert await harness.store.user_by_identity(harness.claims("zoe")) is None

    actor = await harness.external_actor("zoe")

    for claims in (harness.claims("zoe"), harness.claims("zoe", issued_before=SECOND)):
        assert actor.user == await harness.store.user_by_identity(claims)
        assert actor.user == await harness.take_identity(claims)
    assert actor.user != (await harness.external_actor("zac")).user
    assert 2 == len(await harness.store.list_users(None, 10))
    assert 2 == len(await harness.events())
    assert (await harness.view(actor).account.get()).email is None


@check
async def twenty_at_a_time(harness: StoreHarness) -> None:
    """Of twenty first requests at the same time one makes the account, and all get it."""
    users = await asyncio.gather(*(harness.take_identity(harness.claims("zoe")) for _ in range(20)))

    assert 1 == len(set(users))
    assert [users[0]] == [user.id for user in await harness.store.list_users(None, 10)]
    assert 1 == len(await harness.events())


@check
@cases("subjects", [("zoe", "Zoe"), ("é", "e\u0301"), ("a", "a "), (" ", "\u00a0"), ("ß", "ss")])
async def subjects_are_compared_by_code_point(harness: StoreHarness, subjects: tuple[str, str]) -> None:
    """Not regardless of case, and not in a normal form."""
    one, other = [await harness.external_actor(subject) for subject in subjects]

    assert one.user != other.user
    assert one.user == await harness.store.user_by_identity(harness.claims(subjects[0]))


@check
async def any_subject_is_kept(harness: StoreHarness) -> None:
    """255 characters of four bytes each are none too many."""
    actor = await harness.external_actor("😀" * 255)

    assert actor.user == await harness.store.user_by_identity(harness.claims("😀" * 255))


@check
async def refused_tokens_find_nobody(harness: StoreHarness) -> None:
    """A token from before the instant finds no account, and makes none."""
    actor = await harness.external_actor("zoe")
    early, now = harness.claims("zoe", issued_before=SECOND), harness.claims("zoe")
    await refuse(harness, actor, harness.clock.now())

    assert [None, actor.user] == [await harness.store.user_by_identity(claims) for claims in (early, now)]
    assert [None, actor.user] == [await harness.take_identity(claims) for claims in (early, now)]
    assert 1 == len(await harness.store.list_users(None, 10))


@check
async def what_is_refused_stays_refused(harness: StoreHarness) -> None:
    """An earlier instant changes nothing."""
    actor = await harness.external_actor("zoe")
    await refuse(harness, actor, harness.clock.now())
    await refuse(harness, actor, harness.clock.now() - SECOND)

    assert await harness.store.user_by_identity(harness.claims("zoe", issued_before=SECOND)) is None


@check
async def only_the_users_own_tokens_are_refused(harness: StoreHarness) -> None:
    """Other identities know nothing of it."""
    zoe, zac = await harness.external_actor("zoe"), await harness.external_actor("zac")
    await refuse(harness, zoe, harness.clock.now() + SECOND)

    assert zac.user == await harness.store.user_by_identity(harness.claims("zac"))


@check
async def a_removed_account_does_not_come_back(harness: StoreHarness) -> None:
    """Its tokens are refused, beside a fresh account too, which later tokens make."""
    actor, old = await harness.external_actor("zoe"), harness.claims("zoe")
    await remove(harness, actor)

    assert await harness.take_identity(old) is None
    assert [] == await harness.store.list_users(None, 10)
    harness.clock.advance(SECOND)
    fresh = await harness.external_actor("zoe")
    assert actor.user != fresh.user
    assert [None, fresh.user] == [await harness.store.user_by_identity(each) for each in (old, harness.claims("zoe"))]
    with expect(NotAuthenticated):
        await harness.view(actor).account.get()
    with expect(NotAuthenticated):
        await harness.view(ExternalActor(fresh.user, old.identity, old.issued_at)).account.get()


@check
async def the_removed_are_forgotten(harness: StoreHarness) -> None:
    """Once the instant has passed whose tokens they refuse; the identities of users stay."""
    zoe, zac = await harness.external_actor("zoe"), await harness.external_actor("zac")
    await refuse(harness, zac, harness.clock.now())
    await remove(harness, zoe)
    instant = harness.clock.now() + SECOND

    assert 0 == await harness.store.forget_identities(instant - dt.timedelta.resolution)
    assert 1 == await harness.store.forget_identities(instant)
    assert zac.user == await harness.store.user_by_identity(harness.claims("zac"))
    assert zoe.user != (await harness.external_actor("zoe")).user


@check
async def the_removed_who_refuse_nothing(harness: StoreHarness) -> None:
    """They are forgotten at once."""
    actor = await harness.external_actor("zoe")
    await harness.store.write_as(actor.user, lambda unit: unit.account.remove())

    assert 1 == await harness.store.forget_identities(harness.clock.now())


@check
async def tokens_of_a_clock_that_is_ahead(harness: StoreHarness) -> None:
    """A token that says it was issued later than an account was removed belongs to the next account, at once."""
    actor = await harness.external_actor("zoe")
    ahead = harness.claims("zoe", issued_before=-5 * SECOND)
    assert actor.user == await harness.store.user_by_identity(ahead)
    await remove(harness, actor)

    fresh = await harness.take_identity(ahead)

    assert fresh not in {None, actor.user}
    assert fresh == await harness.store.user_by_identity(ahead)
