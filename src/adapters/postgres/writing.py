"""The statements that write, and the locks that a unit of work begins with."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.gates import Gate
from adapters.postgres.statements import ROWS, Statement, given
from adapters.postgres.tables import (
    ERASED,
    LIVE,
    TRASHED,
    audit_events,
    idempotency_keys,
    sessions,
    tasks,
    user_clocks,
    users,
)
from todo_core.due import NO_DUE

OWN_CLOCK = user_clocks.c.user_id == given("user")
OWN_TASK = tasks.c.user_id == given("user")
OWN_SESSION = sessions.c.user_id == given("user")
OWN_KEY = idempotency_keys.c.user_id == given("user")


def _all(table: sa.Table) -> dict[str, sa.BindParameter[Any]]:
    return {column.name: given(column.name, column.type) for column in table.c}


def _numbered(
    write: sa.Insert | sa.Update, values: Mapping[str, object], more_tasks: sa.ColumnElement[Any]
) -> sa.ClauseElement:
    """Return the statement that writes a task under the next number of its user's clock, which counts live tasks too.

    It returns that number, and how many live tasks there are now.
    """
    counted = {"version": user_clocks.c.version + 1, "tasks": user_clocks.c.tasks + more_tasks}
    taking = sa.update(user_clocks).where(OWN_CLOCK).values(counted)
    clock = taking.returning(user_clocks.c.version, user_clocks.c.tasks).cte("clock")
    number = sa.select(clock.c.version).scalar_subquery()
    live = sa.select(clock.c.tasks).scalar_subquery()
    return write.values({**values, "version": number}).returning(tasks.c.version, live)


def _add_task() -> sa.ClauseElement:
    values = {**_all(tasks), "user_id": given("user"), "purged_at": None}
    return _numbered(sa.insert(tasks), values, given("live", sa.Integer()))


def _add_task_alone() -> sa.ClauseElement:
    """Return the statement that is a whole unit of work: lock, check, and the task under the next number; or no row."""
    alive = _lock_alive(user_clocks.c.tasks < given("most")).cte("alive")
    counted = {"version": user_clocks.c.version + 1, "tasks": user_clocks.c.tasks + 1}
    taking = sa.update(user_clocks).where(user_clocks.c.user_id == alive.c.user_id).values(counted)
    clock = taking.returning(user_clocks.c.user_id, user_clocks.c.version).cte("clock")
    columns = {**_all(tasks), "user_id": clock.c.user_id, "version": clock.c.version, "purged_at": sa.null()}
    return sa.insert(tasks).from_select([*columns], sa.select(*columns.values())).returning(tasks.c.version)


def _lock_alive(*conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    """Return the statement that waits for the user's lock, then looks whether the actor's session is alive.

    The session is locked to be looked at: what was waited for may have ended it, and a statement sees rows as they were
    when it began unless it locks them. The clock comes first, as for everybody.
    """
    clock = sa.select(user_clocks.c.user_id, user_clocks.c.tasks).where(OWN_CLOCK, *conditions)
    locked = clock.with_for_update(key_share=True).cte("locked")
    return (
        sa.select(*locked.c)
        .join(users, users.c.id == locked.c.user_id)
        .join(sessions, sessions.c.user_id == locked.c.user_id)
        .where(*Gate.alive())
        .with_for_update(read=True, of=[sessions, users])
    )


def _put_task() -> sa.ClauseElement:
    was_live = sa.select(sa.func.count()).where(OWN_TASK, tasks.c.id == given("id"), LIVE).scalar_subquery()
    values = {name: bind for name, bind in _all(tasks).items() if name not in {"user_id", "id", "purged_at"}}
    return _numbered(
        sa.update(tasks).where(OWN_TASK, tasks.c.id == given("id")),
        values,
        given("live", sa.Integer()) - sa.cast(was_live, sa.Integer),
    )


def _put_session() -> sa.ClauseElement:
    adding = insert(sessions).values(_all(sessions))
    renewed = {column.name: adding.excluded[column.name] for column in sessions.c if not column.primary_key}
    return adding.on_conflict_do_update(index_elements=[sessions.c.user_id, sessions.c.id], set_=renewed)


def _put_user() -> sa.ClauseElement:
    values = _all(users)
    del values["id"]
    return sa.update(users).values(values).where(users.c.id == given("id"))


def _register() -> sa.ClauseElement:
    user = sa.insert(users).values(_all(users)).cte("new_user")
    clock = sa.insert(user_clocks).values(user_id=given("id")).cte("new_clock")
    return sa.insert(audit_events).values(_event("event_")).add_cte(user, clock)


def _event(prefix: str = "") -> dict[str, sa.BindParameter[Any]]:
    return {column.name: given(prefix + column.name, column.type) for column in audit_events.c}


def _erase_tasks() -> sa.ClauseElement:
    old = (
        sa.select(tasks.c.id)
        .where(OWN_TASK, TRASHED, tasks.c.deleted_at < given("before"))
        .order_by(tasks.c.version)
        .limit(ROWS)
    )
    nothing: dict[str, object] = {
        "title": "",
        "description": "",
        "completed_at": None,
        "priority": 0,
        "due_date": None,
        "due_time": None,
        "due_timezone": None,
        "due_at": None,
        "tags": [],
        "due_key": NO_DUE,
        "title_key": "",
        "search_key": "",
        "purged_at": given("now"),
    }
    return sa.update(tasks).values(nothing).where(OWN_TASK, tasks.c.id.in_(old))


def _drop_tombstones() -> sa.ClauseElement:
    old = (
        sa.select(tasks.c.id)
        .where(OWN_TASK, ERASED, tasks.c.deleted_at < given("before"))
        .order_by(tasks.c.version)
        .limit(ROWS)
    )
    gone = sa.delete(tasks).where(OWN_TASK, tasks.c.id.in_(old)).returning(tasks.c.version).cte("gone")
    highest = sa.select(sa.func.max(gone.c.version)).scalar_subquery()
    number = sa.select(sa.func.count()).select_from(gone).scalar_subquery()
    raising = sa.update(user_clocks).where(OWN_CLOCK)
    return raising.values(horizon=sa.func.greatest(user_clocks.c.horizon, highest)).returning(number)


def _drop_some(table: sa.Table, key: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> sa.ClauseElement:
    old = sa.select(key).where(*conditions).limit(ROWS)
    return sa.delete(table).where(conditions[0], key.in_(old))


LOCK = Statement.of(sa.select(*user_clocks.c["user_id", "tasks"]).where(OWN_CLOCK).with_for_update(key_share=True))
LOCK_ALIVE = Statement.of(_lock_alive())

ADD_TASK = Statement.of(_add_task())
ADD_TASK_ALONE = Statement.of(_add_task_alone())
PUT_TASK = Statement.of(_put_task())
PUT_USER = Statement.of(_put_user())
DROP_USER = Statement.of(sa.delete(users).where(users.c.id == given("user")))
PUT_SESSION = Statement.of(_put_session())
DROP_SESSION = Statement.of(sa.delete(sessions).where(OWN_SESSION, sessions.c.id == given("id")))
DROP_SESSIONS = Statement.of(sa.delete(sessions).where(OWN_SESSION))
REMEMBER = Statement.of(sa.insert(idempotency_keys).values(_all(idempotency_keys)))
RECORD = Statement.of(sa.insert(audit_events).values(_event()))
ERASE_TASKS = Statement.of(_erase_tasks())
DROP_TOMBSTONES = Statement.of(_drop_tombstones())
DROP_REMEMBERED = Statement.of(
    _drop_some(idempotency_keys, idempotency_keys.c.key, OWN_KEY, idempotency_keys.c.created_at < given("before"))
)
DROP_EXPIRED_SESSIONS = Statement.of(
    _drop_some(sessions, sessions.c.id, OWN_SESSION, sessions.c.expires_at <= given("now"))
)

REGISTER = Statement.of(_register())
ADVANCE_CLOCKS = Statement.of(
    sa.update(user_clocks).values(
        version=user_clocks.c.version + given("by"), horizon=user_clocks.c.version + given("by")
    )
)
