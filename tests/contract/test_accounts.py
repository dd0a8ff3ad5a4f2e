"""Users and sessions are kept as they are, found as they should be, and go with all they have."""

import datetime as dt
from uuid import UUID

import attrs
import pytest

from tests.contract.conftest import Kept
from tests.support import World
from todo_core.audit import OPERATOR, Action, Event
from todo_core.changes import ListChange
from todo_core.errors import EmailTaken, NotAuthenticated
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import TaskList
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork
from todo_core.sessions import Client, Session, SessionId, SessionPolicy
from todo_core.tasks import Draft
from todo_core.users import EmailAddress, Profile, User, UserId

LONDON = "Europe/London"


async def stored(kept: Kept, user: UserId) -> User:
    """Return the user as kept."""
    return await kept.store.write_as(user, lambda unit: unit.account.get())


async def test_registered_user_is_kept(kept: Kept) -> None:
    """Every member comes back; the first revision is that of the inbox, and the event is on record."""
    user = User(
        UserId(kept.ids.new()),
        Profile(EmailAddress("Änn@Example.org"), "Änn 🌱", LONDON),
        kept.clock.now(),
        "a hash",
        kept.clock.now() + dt.timedelta.resolution,
        kept.clock.now() + dt.timedelta(days=1),
    )
    event = kept.event(user.id)

    await kept.store.register(user, event)

    assert user == await stored(kept, user.id)
    assert [event] == list(await kept.events())
    feed = await kept.store.write_as(user.id, lambda unit: unit.feed.page(None, 10))
    inbox = attrs.evolve(TaskList.inbox_of(user.id, user.created_at), version=1, position=at_end(1))
    assert (ListChange(inbox.id, 1, inbox),) == feed.changes
    assert 1 == feed.next.position


async def test_external_user_is_kept(kept: Kept) -> None:
    """Any number of users may have neither address nor password."""
    users = [User(UserId(kept.ids.new()), Profile(None), kept.clock.now()) for _ in range(2)]
    for user in users:
        await kept.store.register(user, kept.event(user.id))

    assert users == [await stored(kept, user.id) for user in users]


async def test_address_is_unique_regardless_of_case(kept: Kept) -> None:
    """A taken address is refused, in any case, and nothing of the refused user is kept, their event neither."""
    await kept.user("straße@example.org")
    events = await kept.events()
    second = User(UserId(kept.ids.new()), Profile(EmailAddress("STRASSE@example.ORG")), kept.clock.now())

    with pytest.raises(EmailTaken):
        await kept.store.register(second, kept.event(second.id))

    assert events == await kept.events()
    with pytest.raises(NotAuthenticated):
        await stored(kept, second.id)


async def test_user_is_found_by_address(kept: Kept) -> None:
    """Regardless of case; nobody else is found."""
    user = await kept.user("Ann@Example.org")
    await kept.user("bob@example.org")

    assert user == await kept.store.user_by_email(EmailAddress("ANN@example.org"))
    assert await kept.store.user_by_email(EmailAddress("an@example.org")) is None
    assert await kept.store.user_by_email(EmailAddress("%@example.org")) is None


async def test_changed_user_is_kept(kept: Kept) -> None:
    """Every member can be replaced, and the old address is free again."""
    user = await kept.user("ann@example.org")
    changed = User(
        user.id,
        Profile(EmailAddress("anna@example.org"), None, "UTC"),
        user.created_at,
        "another hash",
        kept.clock.now() + dt.timedelta(hours=1),
        kept.clock.now() + dt.timedelta(hours=2),
    )

    await kept.store.write_as(user.id, lambda unit: unit.account.replace(changed))

    assert changed == await stored(kept, user.id)
    assert changed == await kept.store.user_by_email(EmailAddress("ANNA@example.org"))
    assert await kept.store.user_by_email(EmailAddress("ann@example.org")) is None
    await kept.user("ann@example.org")


async def test_address_of_another_user_is_refused(kept: Kept) -> None:
    """A user cannot take another's address, but may write their own in another case."""
    ann, bob = await kept.user("ann@example.org"), await kept.user("bob@example.org")

    async def move(unit: UnitOfWork, address: str) -> None:
        user = await unit.account.get()
        await unit.account.replace(attrs.evolve(user, profile=attrs.evolve(user.profile, email=EmailAddress(address))))

    with pytest.raises(EmailTaken):
        await kept.store.write_as(bob.id, lambda unit: move(unit, "ANN@example.org"))
    await kept.store.write_as(ann.id, lambda unit: move(unit, "ANN@example.org"))

    assert bob == await stored(kept, bob.id)
    assert EmailAddress("ANN@example.org") == (await stored(kept, ann.id)).email


async def test_users_are_listed_by_id(kept: Kept) -> None:
    """In pages, by ascending id, behind the one before."""
    users = [await kept.user() for _ in range(5)]

    first = await kept.store.list_users(None, 2)
    second = await kept.store.list_users(first[-1].id, 2)
    third = await kept.store.list_users(second[-1].id, 2)

    assert users == [*first, *second, *third]
    assert [] == list(await kept.store.list_users(users[-1].id, 2))


async def test_removed_user_leaves_nothing_but_the_record(kept: Kept) -> None:
    """Tasks, sessions and keys go with the account; ids and address are free again; events stay."""
    actor = await kept.actor(await kept.user("ann@example.org"))
    task = await kept.add(actor)
    trashed = await kept.put(actor, (await kept.add(actor)).trashed(kept.clock.now()))

    async def work(unit: UnitOfWork) -> None:
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b"print"), task, kept.clock.now()))
        await unit.account.remove()
        await unit.audit.add(kept.event(actor.user))

    await kept.store.write(actor, work)

    assert 2 == len(await kept.events())
    assert [] == list(await kept.store.list_users(None, 10))
    assert await kept.store.user_by_email(EmailAddress("ann@example.org")) is None
    assert await kept.store.task_owner(task.id) is None
    other = await kept.actor(await kept.user("ann@example.org"))
    await kept.add(other, kept.task(other, task_id=task.id))
    await kept.add(other, kept.task(other, task_id=trashed.id))


async def test_session_is_kept(kept: Kept) -> None:
    """Every member comes back, before and after it is replaced."""
    user = await kept.user()
    address = "2001:db8::1"
    session = attrs.evolve(kept.session(user.id), address=address, user_agent="tests/1.0 " + "x" * 246)
    renewed = attrs.evolve(
        session, generation=7, used_at=session.used_at + dt.timedelta(1), expires_at=session.ends_at, address=None
    )

    for each in (session, renewed):
        await kept.store.write_as(user.id, lambda unit, each=each: unit.sessions.save(each))  # type: ignore[misc]
        assert each == await kept.store.write_as(user.id, lambda unit: unit.sessions.get(session.id))


async def test_sessions_are_listed_while_they_live(kept: Kept) -> None:
    """The latest used first; expired ones are not listed, but can be had one by one until they are removed."""
    user = await kept.user()
    sessions: list[Session] = []
    for hours in (2, 1, 3, 3):
        used_at = kept.clock.now() + dt.timedelta(hours=hours)
        sessions.append(attrs.evolve(kept.session(user.id), used_at=used_at))
    expired = attrs.evolve(kept.session(user.id), expires_at=kept.clock.now())

    async def work(unit: UnitOfWork) -> None:
        for session in (*sessions, expired):
            await unit.sessions.save(session)

    await kept.store.write_as(user.id, work)

    async def listed(unit: UnitOfWork) -> list[SessionId]:
        return [session.id for session in await unit.sessions.list()]

    order = [sessions[index].id for index in (3, 2, 0, 1)]
    assert order == await kept.store.write_as(user.id, listed)
    assert expired == await kept.store.write_as(user.id, lambda unit: unit.sessions.get(expired.id))


async def test_sessions_end(kept: Kept) -> None:
    """One or all, expired ones too; done again it does no harm, and nobody else's ends."""
    user, other = await kept.user(), await kept.actor()
    actors = [await kept.actor(user) for _ in range(3)]
    expired = attrs.evolve(kept.session(user.id), expires_at=kept.clock.now())
    await kept.store.write_as(user.id, lambda unit: unit.sessions.save(expired))

    async def ids(unit: UnitOfWork) -> set[UUID]:
        found = [await unit.sessions.get(each) for each in (*(actor.session for actor in actors), expired.id)]
        return {session.id for session in found if session is not None}

    for _ in range(2):
        await kept.store.write_as(user.id, lambda unit: unit.sessions.remove(actors[0].session))
        assert {actors[1].session, actors[2].session, expired.id} == await kept.store.write_as(user.id, ids)
    await kept.store.write_as(user.id, lambda unit: unit.sessions.remove(other.session))
    for _ in range(2):
        await kept.store.write_as(user.id, lambda unit: unit.sessions.remove_all())
        assert set() == await kept.store.write_as(user.id, ids)
    await kept.view(other).account.get()


async def test_record_is_kept(kept: Kept) -> None:
    """Events come back as they were, every action among them."""
    user = await kept.user()
    events = [
        Event(kept.ids.new(), kept.clock.now(), action, user.id, SessionId(kept.ids.new()), Client("2001:db8::1"))
        for action in Action
    ]

    async def work(unit: UnitOfWork) -> None:
        for event in events:
            await unit.audit.add(event)

    await kept.store.write_as(user.id, work)

    assert events == list(await kept.events())[1:]


async def test_sessions_that_give_way_are_on_record(kept: Kept) -> None:
    """Each by one entry, in the transaction of the log-in that needed the room."""
    world = World.over(lambda _: kept.store, clock=kept.clock, policy=SessionPolicy(max_sessions=1))
    first = await world.join()

    second = await world.log_in()

    assert [
        (Action.USER_CREATED, None),
        (Action.LOGGED_IN, first.session),
        (Action.SESSION_EVICTED, first.session),
        (Action.LOGGED_IN, second.session),
    ] == [(event.action, event.session) for event in await kept.events()]


async def test_what_is_done_outside_is_recorded(kept: Kept) -> None:
    """Without a user's unit of work."""
    event = attrs.evolve(kept.event(OPERATOR), action=Action.KEY_ROTATED)

    await kept.store.append_event(event)

    assert event in await kept.events()


async def test_outcomes_are_remembered(kept: Kept) -> None:
    """Each under its key and for its user, as they were then, to the microsecond."""
    ann, bob = await kept.actor(), await kept.actor()
    draft = Draft("Ünique", "a\tb\n", completed=True, tags=("b", "a"))
    task = await kept.add(ann, kept.task(ann, draft))
    outcome = StoredResult(IdempotencyKey("a key", bytes(range(256))), task, kept.clock.now() + dt.timedelta.resolution)

    async def work(unit: UnitOfWork) -> None:
        await unit.idempotency.add(outcome)
        await unit.tasks.replace(task.trashed(kept.clock.now()))

    await kept.store.write(ann, work)

    assert outcome == await kept.store.write(ann, lambda unit: unit.idempotency.get("a key"))
    assert await kept.store.write(ann, lambda unit: unit.idempotency.get("A key")) is None
    assert await kept.store.write(bob, lambda unit: unit.idempotency.get("a key")) is None
    assert (1, 0) == (
        await kept.store.write(ann, lambda unit: unit.idempotency.count()),
        await kept.store.write(bob, lambda unit: unit.idempotency.count()),
    )
