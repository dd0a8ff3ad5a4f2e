"""Users and sessions are kept as they are, found as they should be, and go with all they have."""

import datetime as dt
from uuid import UUID

import attrs

from todo_core.audit import OPERATOR, Action, Event
from todo_core.changes import ListChange
from todo_core.errors import EmailTaken, NotAuthenticated
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import TaskList
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork
from todo_core.sessions import Client, Session, SessionId
from todo_core.tasks import Draft
from todo_core.testing.contract.checks import check, expect
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import EmailAddress, Profile, User, UserId

LONDON = "Europe/London"


async def stored(harness: StoreHarness, user: UserId) -> User:
    """Return the user as harness."""
    return await harness.store.write_as(user, lambda unit: unit.account.get())


@check
async def registered_user_is_kept(harness: StoreHarness) -> None:
    """Every member comes back; the first revision is that of the inbox, and the event is on record."""
    user = User(
        UserId(harness.ids.new()),
        Profile(EmailAddress("Änn@Example.org"), "Änn 🌱", LONDON),
        harness.clock.now(),
        "a hash",
        harness.clock.now() + dt.timedelta.resolution,
        harness.clock.now() + dt.timedelta(days=1),
    )
    event = harness.event(user.id)

    await harness.store.register(user, event)

    assert user == await stored(harness, user.id)
    assert [event] == list(await harness.events())
    feed = await harness.store.write_as(user.id, lambda unit: unit.feed.page(None, 10))
    inbox = attrs.evolve(TaskList.inbox_of(user.id, user.created_at), version=1, position=at_end(1))
    assert (ListChange(inbox.id, 1, inbox),) == feed.changes
    assert 1 == feed.next.position


@check
async def external_user_is_kept(harness: StoreHarness) -> None:
    """Any number of users may have neither address nor password."""
    users = [User(UserId(harness.ids.new()), Profile(None), harness.clock.now()) for _ in range(2)]
    for user in users:
        await harness.store.register(user, harness.event(user.id))

    assert users == [await stored(harness, user.id) for user in users]


@check
async def address_is_unique_regardless_of_case(harness: StoreHarness) -> None:
    """A taken address is refused, in any case, and nothing of the refused user is harness, their event neither."""
    await harness.user("straße@example.org")
    events = await harness.events()
    second = User(UserId(harness.ids.new()), Profile(EmailAddress("STRASSE@example.ORG")), harness.clock.now())

    with expect(EmailTaken):
        await harness.store.register(second, harness.event(second.id))

    assert events == await harness.events()
    with expect(NotAuthenticated):
        await stored(harness, second.id)


@check
async def user_is_found_by_address(harness: StoreHarness) -> None:
    """Regardless of case; nobody else is found."""
    user = await harness.user("Ann@Example.org")
    await harness.user("bob@example.org")

    assert user == await harness.store.user_by_email(EmailAddress("ANN@example.org"))
    assert await harness.store.user_by_email(EmailAddress("an@example.org")) is None
    assert await harness.store.user_by_email(EmailAddress("%@example.org")) is None


@check
async def changed_user_is_kept(harness: StoreHarness) -> None:
    """Every member can be replaced, and the old address is free again."""
    user = await harness.user("ann@example.org")
    changed = User(
        user.id,
        Profile(EmailAddress("anna@example.org"), None, "UTC"),
        user.created_at,
        "another hash",
        harness.clock.now() + dt.timedelta(hours=1),
        harness.clock.now() + dt.timedelta(hours=2),
    )

    await harness.store.write_as(user.id, lambda unit: unit.account.replace(changed))

    assert changed == await stored(harness, user.id)
    assert changed == await harness.store.user_by_email(EmailAddress("ANNA@example.org"))
    assert await harness.store.user_by_email(EmailAddress("ann@example.org")) is None
    await harness.user("ann@example.org")


@check
async def address_of_another_user_is_refused(harness: StoreHarness) -> None:
    """A user cannot take another's address, but may write their own in another case."""
    ann, bob = await harness.user("ann@example.org"), await harness.user("bob@example.org")

    async def move(unit: UnitOfWork, address: str) -> None:
        user = await unit.account.get()
        await unit.account.replace(attrs.evolve(user, profile=attrs.evolve(user.profile, email=EmailAddress(address))))

    with expect(EmailTaken):
        await harness.store.write_as(bob.id, lambda unit: move(unit, "ANN@example.org"))
    await harness.store.write_as(ann.id, lambda unit: move(unit, "ANN@example.org"))

    assert bob == await stored(harness, bob.id)
    assert EmailAddress("ANN@example.org") == (await stored(harness, ann.id)).email


@check
async def users_are_listed_by_id(harness: StoreHarness) -> None:
    """In pages, by ascending id, behind the one before."""
    users = [await harness.user() for _ in range(5)]

    first = await harness.store.list_users(None, 2)
    second = await harness.store.list_users(first[-1].id, 2)
    third = await harness.store.list_users(second[-1].id, 2)

    assert users == [*first, *second, *third]
    assert [] == list(await harness.store.list_users(users[-1].id, 2))


@check
async def removed_user_leaves_nothing_but_the_record(harness: StoreHarness) -> None:
    """Tasks, sessions and keys go with the account; ids and address are free again; events stay."""
    actor = await harness.actor(await harness.user("ann@example.org"))
    task = await harness.add(actor)
    trashed = await harness.put(actor, (await harness.add(actor)).trashed(harness.clock.now()))

    async def work(unit: UnitOfWork) -> None:
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b"print"), task, harness.clock.now()))
        await unit.account.remove()
        await unit.audit.add(harness.event(actor.user))

    await harness.store.write(actor, work)

    assert 2 == len(await harness.events())
    assert [] == list(await harness.store.list_users(None, 10))
    assert await harness.store.user_by_email(EmailAddress("ann@example.org")) is None
    assert await harness.store.task_owner(task.id) is None
    other = await harness.actor(await harness.user("ann@example.org"))
    await harness.add(other, harness.task(other, task_id=task.id))
    await harness.add(other, harness.task(other, task_id=trashed.id))


@check
async def session_is_kept(harness: StoreHarness) -> None:
    """Every member comes back, before and after it is replaced."""
    user = await harness.user()
    address = "2001:db8::1"
    session = attrs.evolve(harness.session(user.id), address=address, user_agent="tests/1.0 " + "x" * 246)
    renewed = attrs.evolve(
        session, generation=7, used_at=session.used_at + dt.timedelta(1), expires_at=session.ends_at, address=None
    )

    for each in (session, renewed):
        await harness.store.write_as(user.id, lambda unit, each=each: unit.sessions.save(each))  # type: ignore[misc]
        assert each == await harness.store.write_as(user.id, lambda unit: unit.sessions.get(session.id))


@check
async def sessions_are_listed_while_they_live(harness: StoreHarness) -> None:
    """The latest used first; expired ones are not listed, but can be had one by one until they are removed."""
    user = await harness.user()
    sessions: list[Session] = []
    for hours in (2, 1, 3, 3):
        used_at = harness.clock.now() + dt.timedelta(hours=hours)
        sessions.append(attrs.evolve(harness.session(user.id), used_at=used_at))
    expired = attrs.evolve(harness.session(user.id), expires_at=harness.clock.now())

    async def work(unit: UnitOfWork) -> None:
        for session in (*sessions, expired):
            await unit.sessions.save(session)

    await harness.store.write_as(user.id, work)

    async def listed(unit: UnitOfWork) -> list[SessionId]:
        return [session.id for session in await unit.sessions.list()]

    order = [sessions[index].id for index in (3, 2, 0, 1)]
    assert order == await harness.store.write_as(user.id, listed)
    assert expired == await harness.store.write_as(user.id, lambda unit: unit.sessions.get(expired.id))


@check
async def sessions_end(harness: StoreHarness) -> None:
    """One or all, expired ones too; done again it does no harm, and nobody else's ends."""
    user, other = await harness.user(), await harness.actor()
    actors = [await harness.actor(user) for _ in range(3)]
    expired = attrs.evolve(harness.session(user.id), expires_at=harness.clock.now())
    await harness.store.write_as(user.id, lambda unit: unit.sessions.save(expired))

    async def ids(unit: UnitOfWork) -> set[UUID]:
        found = [await unit.sessions.get(each) for each in (*(actor.session for actor in actors), expired.id)]
        return {session.id for session in found if session is not None}

    for _ in range(2):
        await harness.store.write_as(user.id, lambda unit: unit.sessions.remove(actors[0].session))
        assert {actors[1].session, actors[2].session, expired.id} == await harness.store.write_as(user.id, ids)
    await harness.store.write_as(user.id, lambda unit: unit.sessions.remove(other.session))
    for _ in range(2):
        await harness.store.write_as(user.id, lambda unit: unit.sessions.remove_all())
        assert set() == await harness.store.write_as(user.id, ids)
    await harness.view(other).account.get()


@check
async def record_is_kept(harness: StoreHarness) -> None:
    """Events come back as they were, every action among them."""
    user = await harness.user()
    events = [
        Event(
            harness.ids.new(), harness.clock.now(), action, user.id, SessionId(harness.ids.new()), Client("2001:db8::1")
        )
        for action in Action
    ]

    async def work(unit: UnitOfWork) -> None:
        for event in events:
            await unit.audit.add(event)

    await harness.store.write_as(user.id, work)

    assert events == list(await harness.events())[1:]


@check
async def what_is_done_outside_is_recorded(harness: StoreHarness) -> None:
    """Without a user's unit of work."""
    event = attrs.evolve(harness.event(OPERATOR), action=Action.KEY_ROTATED)

    await harness.store.append_event(event)

    assert event in await harness.events()


@check
async def outcomes_are_remembered(harness: StoreHarness) -> None:
    """Each under its key and for its user, as they were then, to the microsecond."""
    ann, bob = await harness.actor(), await harness.actor()
    draft = Draft("Ünique", "a\tb\n", completed=True, tags=("b", "a"))
    task = await harness.add(ann, harness.task(ann, draft))
    outcome = StoredResult(
        IdempotencyKey("a key", bytes(range(256))), task, harness.clock.now() + dt.timedelta.resolution
    )

    async def work(unit: UnitOfWork) -> None:
        await unit.idempotency.add(outcome)
        await unit.tasks.replace(task.trashed(harness.clock.now()))

    await harness.store.write(ann, work)

    assert outcome == await harness.store.write(ann, lambda unit: unit.idempotency.get("a key"))
    assert await harness.store.write(ann, lambda unit: unit.idempotency.get("A key")) is None
    assert await harness.store.write(bob, lambda unit: unit.idempotency.get("a key")) is None
    assert (1, 0) == (
        await harness.store.write(ann, lambda unit: unit.idempotency.count()),
        await harness.store.write(bob, lambda unit: unit.idempotency.count()),
    )
