"""Nothing is read or written for an actor whose session has ended, or whose account is disabled or gone."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import attrs
import pytest

from tests.contract.conftest import POLICY, Kept
from todo_core.errors import NotAuthenticated
from todo_core.ports import UnitOfWork, UserReader
from todo_core.queries import Moment, Query
from todo_core.sessions import Actor, SessionId
from todo_core.tasks import TaskId
from todo_core.testing import START
from todo_core.users import UserId

MOMENT = Moment(START)

READS: dict[str, Callable[[UserReader], Awaitable[object]]] = {
    "user": lambda view: view.account.get(),
    "sessions": lambda view: view.sessions.list(),
    "task": lambda view: view.tasks.get(TaskId(UUID(int=1))),
    "page": lambda view: view.tasks.page(Query(), MOMENT, None, 10),
    "count": lambda view: view.tasks.count(Query(), MOMENT),
    "tags": lambda view: view.tasks.tags(),
    "feed": lambda view: view.tasks.changes(None, 10),
}


async def expire(kept: Kept, _: Actor) -> None:
    """Wait until the session ends by itself."""
    kept.clock.advance(POLICY.idle_timeout)


async def end(kept: Kept, actor: Actor) -> None:
    """End the session."""
    await kept.store.write_as(actor.user, lambda unit: unit.sessions.remove(actor.session))


async def disable(kept: Kept, actor: Actor) -> None:
    """Disable the account; its sessions stay."""

    async def work(unit: UnitOfWork) -> None:
        await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=kept.clock.now()))

    await kept.store.write_as(actor.user, work)


async def remove(kept: Kept, actor: Actor) -> None:
    """Remove the account."""
    await kept.store.write_as(actor.user, lambda unit: unit.account.remove())


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("lock_out", [expire, end, disable, remove])
async def test_no_read(kept: Kept, name: str, lock_out: Callable[[Kept, Actor], Awaitable[None]]) -> None:
    """Every read is refused from then on, in a view from before too; until then every read answers."""
    actor = await kept.actor()
    view = kept.view(actor)
    await READS[name](view)

    await lock_out(kept, actor)

    for each in (view, kept.view(actor)):
        with pytest.raises(NotAuthenticated):
            await READS[name](each)


@pytest.mark.parametrize("lock_out", [expire, end, disable, remove])
async def test_no_write(kept: Kept, lock_out: Callable[[Kept, Actor], Awaitable[None]]) -> None:
    """A unit of work is refused before it runs."""
    actor = await kept.actor()
    await lock_out(kept, actor)
    ran = False

    async def work(unit: UnitOfWork) -> None:
        nonlocal ran
        ran = True

    with pytest.raises(NotAuthenticated):
        await kept.store.write(actor, work)
    assert not ran


async def test_session_of_another_user(kept: Kept) -> None:
    """A session counts for its own user only."""
    ann, bob = await kept.actor(), await kept.actor()
    mixed = Actor(ann.user, bob.session)

    for read in READS.values():
        with pytest.raises(NotAuthenticated):
            await read(kept.view(mixed))
    with pytest.raises(NotAuthenticated):
        await kept.store.write(mixed, lambda unit: unit.account.get())


async def test_nobody(kept: Kept) -> None:
    """Ids that nobody has read nothing."""
    nobody = Actor(UserId(UUID(int=1)), SessionId(UUID(int=2)))

    for read in READS.values():
        with pytest.raises(NotAuthenticated):
            await read(kept.view(nobody))


async def test_last_moment_of_a_session(kept: Kept) -> None:
    """A session is alive until the instant it ends at, and not at it."""
    actor = await kept.actor()

    kept.clock.advance(POLICY.idle_timeout - POLICY.idle_timeout.resolution)
    await kept.view(actor).account.get()
    kept.clock.advance(POLICY.idle_timeout.resolution)

    with pytest.raises(NotAuthenticated):
        await kept.view(actor).account.get()


async def test_disabled_rows_by_write_as(kept: Kept) -> None:
    """The unit of a disabled user are to be had without a session, all of them."""
    actor = await kept.actor()
    await disable(kept, actor)

    async def work(unit: UnitOfWork) -> None:
        for read in READS.values():
            await read(unit)

    await kept.store.write_as(actor.user, work)


async def test_own_session_ended_inside_the_unit(kept: Kept) -> None:
    """A unit that ends its own session goes on to its end."""
    actor = await kept.actor()

    async def work(unit: UnitOfWork) -> int:
        await unit.sessions.remove(actor.session)
        return (await unit.tasks.add(kept.task())).version

    assert 1 == await kept.store.write(actor, work)
