"""The shipped checks of the contract, on every store."""

import asyncio

import pytest

from tests.support import World
from todo_core.audit import Action
from todo_core.ports import UnitOfWork
from todo_core.sessions import SessionPolicy
from todo_core.testing.contract import STORE_CHECKS, Check, StoreHarness
from todo_core.testing.contract.checks import expect


@pytest.mark.parametrize("check", STORE_CHECKS, ids=str)
async def test_store_keeps_its_contract(check: Check, harness: StoreHarness) -> None:
    """Each promise of the port."""
    await check.run(harness)


async def test_sessions_that_give_way_are_on_record(harness: StoreHarness) -> None:
    """Each by one entry, in the transaction of the log-in that needed the room."""
    world = World.over(lambda _: harness.store, clock=harness.clock, policy=SessionPolicy(max_sessions=1))
    first = await world.join()

    second = await world.log_in()

    assert [
        (Action.USER_CREATED, None),
        (Action.LOGGED_IN, first.session),
        (Action.SESSION_EVICTED, first.session),
        (Action.LOGGED_IN, second.session),
    ] == [(event.action, event.session) for event in await harness.events()]


async def test_a_user_removed_meanwhile_has_no_revision_to_advance(harness: StoreHarness) -> None:
    """Advancing waits for the user's lock, and passes over an account that is gone then."""
    user = await harness.user()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def removing(unit: UnitOfWork) -> None:
        begun.set()
        await go_on.wait()
        await unit.account.remove()

    first = asyncio.create_task(harness.store.write_as(user.id, removing))
    await begun.wait()
    second = asyncio.create_task(harness.store.advance_revisions(1))
    await harness.somebody_waits()
    go_on.set()
    await asyncio.gather(first, second)

    assert [] == list(await harness.store.list_users(None, 10))


def test_a_promise_that_is_broken_is_told() -> None:
    """A check that expects an error fails without one."""
    with pytest.raises(AssertionError, match="KeyError was not raised"), expect(KeyError):
        pass
