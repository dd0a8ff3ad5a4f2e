"""The shipped checks of the contract, on every store."""

import pytest

from tests.support import World
from todo_core.audit import Action
from todo_core.sessions import SessionPolicy
from todo_core.testing.contract import STORE_CHECKS, Check, StoreHarness


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
