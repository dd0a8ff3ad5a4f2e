"""The audit record: append only, read by filters, pruned when its time is up."""

import datetime as dt
from collections.abc import Sequence

import attrs
import psycopg
import pytest
from psycopg import errors

from adapters.postgres import AuditRecord, Database, EventFilter, PostgresStore
from todo_core.audit import Action, Event
from todo_core.ports import UnitOfWork
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import User

DAY = dt.timedelta(days=1)
LIMIT_PARAMETER = "SELECT count(*) FROM audit_events"


async def record(harness: StoreHarness, user: User, events: Sequence[Event]) -> None:
    """Append to the record."""

    async def work(unit: UnitOfWork) -> None:
        for event in events:
            await unit.audit.add(event)

    await harness.store.write_as(user.id, work)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit_events SET action = 'nothing'",
        "UPDATE audit_events SET kept_until = now() - interval '1 day'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ],
)
async def test_record_cannot_be_changed(harness: StoreHarness, admin: psycopg.Connection, harm: str) -> None:
    """The database itself refuses to change entries, and to delete them before their time."""
    harness.clock.time = dt.datetime.now(dt.UTC)
    await harness.user()

    with pytest.raises(errors.RestrictViolation):
        admin.execute(harm.encode())

    assert [(1,)] == admin.execute(LIMIT_PARAMETER).fetchall()


async def test_only_what_is_old_is_pruned(opened: Database, harness: StoreHarness) -> None:
    """By the time for which it was to be kept when it was written, in bounded batches."""
    harness.clock.time = dt.datetime.now(dt.UTC)
    user = await harness.user()
    store = PostgresStore(opened, harness.clock, audit_retention=30 * DAY)
    old = [attrs.evolve(harness.event(user.id), at=harness.clock.now() - days * DAY) for days in (60, 40, 31)]
    young = [attrs.evolve(harness.event(user.id), at=harness.clock.now() - days * DAY) for days in (29, 1)]
    await record(attrs.evolve(harness, store=store), user, [*old, *young])

    assert [2, 1, 0] == [await AuditRecord(opened).prune(2) for _ in range(3)]

    assert {event.id for event in young} < {event.id for event in await harness.events()}
    assert 3 == len(await harness.events())


async def test_record_is_read_by_filters(opened: Database, harness: StoreHarness) -> None:
    """By user, action and time, the newest first."""
    ann, bob = await harness.user(), await harness.user()
    start = harness.clock.now()
    actions = [Action.LOGGED_IN, Action.LOGGED_OUT, Action.LOGGED_IN]
    events = [
        attrs.evolve(harness.event(ann.id), action=action, at=start + days * DAY)
        for days, action in enumerate(actions, start=1)
    ]
    await record(harness, ann, events)
    read = AuditRecord(opened).events

    assert events[::-1] == list(await read(EventFilter(user=ann.id), 3))
    assert [bob.id] == [event.user for event in await read(EventFilter(user=bob.id), 10)]
    assert [events[2], events[0]] == list(await read(EventFilter(actions=frozenset({Action.LOGGED_IN})), 10))
    both = frozenset({Action.LOGGED_IN, Action.LOGGED_OUT})
    assert events[::-1] == list(await read(EventFilter(actions=both), 10))
    assert [events[1]] == list(await read(EventFilter(since=start + 2 * DAY, until=start + 3 * DAY), 10))
