"""Nothing is read or written for an actor whose session, identity or token has ended, or whose account has."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import attrs
import pytest

from tests.contract.conftest import POLICY, Kept
from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor
from todo_core.errors import NotAuthenticated
from todo_core.identities import Identity
from todo_core.moments import Moment
from todo_core.personal_tokens import PersonalTokenId, Scope
from todo_core.ports import UnitOfWork, UserReader
from todo_core.queries import Query
from todo_core.sessions import SessionId
from todo_core.tasks import TaskId
from todo_core.testing import START
from todo_core.users import UserId

MOMENT = Moment(START)
RESOLUTION = POLICY.idle_timeout.resolution

READS: dict[str, Callable[[UserReader], Awaitable[object]]] = {
    "user": lambda view: view.account.get(),
    "sessions": lambda view: view.sessions.list(),
    "personal tokens": lambda view: view.personal_tokens.list(),
    "task": lambda view: view.tasks.get(TaskId(UUID(int=1))),
    "page": lambda view: view.tasks.page(Query(), MOMENT, None, 10),
    "count": lambda view: view.tasks.count(Query(), MOMENT),
    "tags": lambda view: view.tasks.tags(),
    "feed": lambda view: view.feed.page(None, 10),
}

ACTORS: dict[str, Callable[[Kept], Awaitable[Actor]]] = {
    "session": Kept.actor,
    "identity": Kept.external_actor,
    "token": Kept.token_actor,
}
LockOut = Callable[[Kept, Actor], Awaitable[None]]


async def expire_session(kept: Kept, _: Actor) -> None:
    """Wait until the session ends by itself."""
    kept.clock.advance(POLICY.idle_timeout)


async def end_session(kept: Kept, actor: Actor) -> None:
    """End the session."""
    assert isinstance(actor, SessionActor)
    await kept.store.write_as(actor.user, lambda unit: unit.sessions.remove(actor.session))


async def refuse_identity(kept: Kept, actor: Actor) -> None:
    """Refuse what the issuer has signed until now."""
    instant = kept.clock.now() + RESOLUTION
    await kept.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(instant))


async def expire_token(kept: Kept, _: Actor) -> None:
    """Wait until the token ends by itself."""
    kept.clock.advance(kept.personal_token(UserId(UUID(int=0))).expires_at - kept.clock.now())


async def revoke_token(kept: Kept, actor: Actor) -> None:
    """Revoke the token."""
    assert isinstance(actor, TokenActor)
    await kept.store.write_as(actor.user, lambda unit: unit.personal_tokens.remove(actor.token))


async def disable(kept: Kept, actor: Actor) -> None:
    """Disable the account; its sessions stay."""

    async def work(unit: UnitOfWork) -> None:
        await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=kept.clock.now()))

    await kept.store.write_as(actor.user, work)


async def remove(kept: Kept, actor: Actor) -> None:
    """Remove the account."""
    await kept.store.write_as(actor.user, lambda unit: unit.account.remove())


LOCKED_OUT: list[tuple[str, LockOut]] = [
    ("session", expire_session),
    ("session", end_session),
    ("identity", refuse_identity),
    ("token", expire_token),
    ("token", revoke_token),
    *((name, lock_out) for name in ACTORS for lock_out in (disable, remove)),
]


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize(("who", "lock_out"), LOCKED_OUT)
async def test_no_read(kept: Kept, name: str, who: str, lock_out: LockOut) -> None:
    """Every read is refused from then on, in a view from before too; until then every read answers."""
    actor = await ACTORS[who](kept)
    view = kept.view(actor)
    await READS[name](view)

    await lock_out(kept, actor)

    for each in (view, kept.view(actor)):
        with pytest.raises(NotAuthenticated):
            await READS[name](each)


@pytest.mark.parametrize(("who", "lock_out"), LOCKED_OUT)
async def test_no_write(kept: Kept, who: str, lock_out: LockOut) -> None:
    """A unit of work is refused before it runs, and so is a plain new task."""
    actor = await ACTORS[who](kept)
    await kept.store.create_task(actor, kept.task(actor), 10)
    await lock_out(kept, actor)
    ran = False

    async def work(unit: UnitOfWork) -> None:
        nonlocal ran
        ran = True

    with pytest.raises(NotAuthenticated):
        await kept.store.write(actor, work)
    with pytest.raises(NotAuthenticated):
        await kept.store.create_task(actor, kept.task(actor), 10)
    assert not ran


@pytest.mark.parametrize("who", ACTORS)
async def test_what_is_another_users(kept: Kept, who: str) -> None:
    """A session, an identity or a token counts for its own user only."""
    ann, bob = await ACTORS[who](kept), await ACTORS[who](kept)
    mixed = attrs.evolve(bob, user=ann.user)

    for read in READS.values():
        with pytest.raises(NotAuthenticated):
            await read(kept.view(mixed))
    with pytest.raises(NotAuthenticated):
        await kept.store.write(mixed, lambda unit: unit.account.get())


@pytest.mark.parametrize(
    "nobody",
    [
        SessionActor(UserId(UUID(int=1)), SessionId(UUID(int=2))),
        ExternalActor(UserId(UUID(int=1)), Identity("https://auth.example.com", "nobody"), START),
        TokenActor(UserId(UUID(int=1)), PersonalTokenId(UUID(int=2)), frozenset(Scope)),
    ],
)
async def test_nobody(kept: Kept, nobody: Actor) -> None:
    """Ids that nobody has read nothing."""
    for read in READS.values():
        with pytest.raises(NotAuthenticated):
            await read(kept.view(nobody))


@pytest.mark.parametrize("who", ["session", "token"])
async def test_last_moment(kept: Kept, who: str) -> None:
    """A session or a token is alive until the instant it ends at, and not at it."""
    actor = await ACTORS[who](kept)
    ends_at = kept.clock.now() + POLICY.idle_timeout
    if isinstance(actor, TokenActor):
        [token] = await kept.view(actor).personal_tokens.list()
        ends_at = token.expires_at

    kept.clock.advance(ends_at - RESOLUTION - kept.clock.now())
    await kept.view(actor).account.get()
    kept.clock.advance(RESOLUTION)

    with pytest.raises(NotAuthenticated):
        await kept.view(actor).account.get()


async def test_first_moment_of_an_identity(kept: Kept) -> None:
    """Tokens that were issued from the given instant on are accepted."""
    actor = await kept.external_actor()
    await kept.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(actor.issued_at))
    await kept.view(actor).account.get()

    with pytest.raises(NotAuthenticated):
        await kept.view(attrs.evolve(actor, issued_at=actor.issued_at - RESOLUTION)).account.get()


async def test_disabled_rows_by_write_as(kept: Kept) -> None:
    """The rows of a disabled user are to be had without an actor, all of them."""
    actor = await kept.actor()
    await disable(kept, actor)

    async def work(unit: UnitOfWork) -> None:
        for read in READS.values():
            await read(unit)

    await kept.store.write_as(actor.user, work)


@pytest.mark.parametrize("who", ACTORS)
async def test_own_end_inside_the_unit(kept: Kept, who: str) -> None:
    """A unit that ends what let its actor in goes on to its end."""
    actor = await ACTORS[who](kept)

    async def work(unit: UnitOfWork) -> int:
        if isinstance(actor, SessionActor):
            await unit.sessions.remove(actor.session)
        if isinstance(actor, ExternalActor):
            await unit.identities.refuse_issued_before(actor.issued_at + RESOLUTION)
        if isinstance(actor, TokenActor):
            await unit.personal_tokens.remove(actor.token)
        return (await unit.tasks.add(kept.task(actor))).version

    assert 2 == await kept.store.write(actor, work)
    with pytest.raises(NotAuthenticated):
        await kept.view(actor).account.get()
