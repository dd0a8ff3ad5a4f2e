"""Nothing is read or written for an actor whose session, identity or token has ended, or whose account has."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import attrs

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
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import POLICY, StoreHarness
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
    "revision": lambda view: view.feed.revision(),
}

ACTORS: dict[str, Callable[[StoreHarness], Awaitable[Actor]]] = {
    "session": StoreHarness.actor,
    "identity": StoreHarness.external_actor,
    "token": StoreHarness.token_actor,
}
LockOut = Callable[[StoreHarness, Actor], Awaitable[None]]


async def expire_session(harness: StoreHarness, _: Actor) -> None:
    """Wait until the session ends by itself."""
    harness.clock.advance(POLICY.idle_timeout)


async def end_session(harness: StoreHarness, actor: Actor) -> None:
    """End the session."""
    assert isinstance(actor, SessionActor)
    await harness.store.write_as(actor.user, lambda unit: unit.sessions.remove(actor.session))


async def refuse_identity(harness: StoreHarness, actor: Actor) -> None:
    """Refuse what the issuer has signed until now."""
    instant = harness.clock.now() + RESOLUTION
    await harness.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(instant))


async def expire_token(harness: StoreHarness, _: Actor) -> None:
    """Wait until the token ends by itself."""
    harness.clock.advance(harness.personal_token(UserId(UUID(int=0))).expires_at - harness.clock.now())


async def revoke_token(harness: StoreHarness, actor: Actor) -> None:
    """Revoke the token."""
    assert isinstance(actor, TokenActor)
    await harness.store.write_as(actor.user, lambda unit: unit.personal_tokens.remove(actor.token))


async def disable(harness: StoreHarness, actor: Actor) -> None:
    """Disable the account; its sessions stay."""

    async def work(unit: UnitOfWork) -> None:
        await unit.account.replace(attrs.evolve(await unit.account.get(), disabled_at=harness.clock.now()))

    await harness.store.write_as(actor.user, work)


async def remove(harness: StoreHarness, actor: Actor) -> None:
    """Remove the account."""
    await harness.store.write_as(actor.user, lambda unit: unit.account.remove())


LOCKED_OUT: list[tuple[str, LockOut]] = [
    ("session", expire_session),
    ("session", end_session),
    ("identity", refuse_identity),
    ("token", expire_token),
    ("token", revoke_token),
    *((name, lock_out) for name in ACTORS for lock_out in (disable, remove)),
]


@check
@cases("name", READS)
@cases(("who", "lock_out"), LOCKED_OUT)
async def no_read(harness: StoreHarness, name: str, who: str, lock_out: LockOut) -> None:
    """Every read is refused from then on, in a view from before too; until then every read answers."""
    actor = await ACTORS[who](harness)
    view = harness.view(actor)
    await READS[name](view)

    await lock_out(harness, actor)

    for each in (view, harness.view(actor)):
        with expect(NotAuthenticated):
            await READS[name](each)


@check
@cases(("who", "lock_out"), LOCKED_OUT)
async def no_write(harness: StoreHarness, who: str, lock_out: LockOut) -> None:
    """A unit of work is refused before it runs, and so is a plain new task."""
    actor = await ACTORS[who](harness)
    await harness.store.create_task(actor, harness.task(actor), 10)
    await lock_out(harness, actor)
    ran = False

    async def work(unit: UnitOfWork) -> None:
        nonlocal ran
        ran = True  # pragma: no cover - it must not run

    with expect(NotAuthenticated):
        await harness.store.write(actor, work)
    with expect(NotAuthenticated):
        await harness.store.create_task(actor, harness.task(actor), 10)
    assert not ran


@check
@cases("who", ACTORS)
async def what_is_another_users(harness: StoreHarness, who: str) -> None:
    """A session, an identity or a token counts for its own user only."""
    ann, bob = await ACTORS[who](harness), await ACTORS[who](harness)
    mixed = attrs.evolve(bob, user=ann.user)

    for read in READS.values():
        with expect(NotAuthenticated):
            await read(harness.view(mixed))
    with expect(NotAuthenticated):
        await harness.store.write(mixed, lambda unit: unit.account.get())


@check
@cases(
    "nobody",
    [
        SessionActor(UserId(UUID(int=1)), SessionId(UUID(int=2))),
        ExternalActor(UserId(UUID(int=1)), Identity("https://auth.example.com", "nobody"), START),
        TokenActor(UserId(UUID(int=1)), PersonalTokenId(UUID(int=2)), frozenset(Scope)),
    ],
)
async def nobody(harness: StoreHarness, nobody: Actor) -> None:
    """Ids that nobody has read nothing."""
    for read in READS.values():
        with expect(NotAuthenticated):
            await read(harness.view(nobody))


@check
@cases("who", ["session", "token"])
async def last_moment(harness: StoreHarness, who: str) -> None:
    """A session or a token is alive until the instant it ends at, and not at it."""
    actor = await ACTORS[who](harness)
    ends_at = harness.clock.now() + POLICY.idle_timeout
    if isinstance(actor, TokenActor):
        [token] = await harness.view(actor).personal_tokens.list()
        ends_at = token.expires_at

    harness.clock.advance(ends_at - RESOLUTION - harness.clock.now())
    await harness.view(actor).account.get()
    harness.clock.advance(RESOLUTION)

    with expect(NotAuthenticated):
        await harness.view(actor).account.get()


@check
async def first_moment_of_an_identity(harness: StoreHarness) -> None:
    """Tokens that were issued from the given instant on are accepted."""
    actor = await harness.external_actor()
    await harness.store.write_as(actor.user, lambda unit: unit.identities.refuse_issued_before(actor.issued_at))
    await harness.view(actor).account.get()

    with expect(NotAuthenticated):
        await harness.view(attrs.evolve(actor, issued_at=actor.issued_at - RESOLUTION)).account.get()


@check
async def disabled_rows_by_write_as(harness: StoreHarness) -> None:
    """The rows of a disabled user are to be had without an actor, all of them."""
    actor = await harness.actor()
    await disable(harness, actor)

    async def work(unit: UnitOfWork) -> None:
        for read in READS.values():
            await read(unit)

    await harness.store.write_as(actor.user, work)


@check
@cases("who", ACTORS)
async def own_end_inside_the_unit(harness: StoreHarness, who: str) -> None:
    """A unit that ends what let its actor in goes on to its end."""
    actor = await ACTORS[who](harness)

    async def work(unit: UnitOfWork) -> int:
        if isinstance(actor, SessionActor):
            await unit.sessions.remove(actor.session)
        if isinstance(actor, ExternalActor):
            await unit.identities.refuse_issued_before(actor.issued_at + RESOLUTION)
        if isinstance(actor, TokenActor):
            await unit.personal_tokens.remove(actor.token)
        return (await unit.tasks.add(harness.task(actor))).version

    assert 2 == await harness.store.write(actor, work)
    with expect(NotAuthenticated):
        await harness.view(actor).account.get()
