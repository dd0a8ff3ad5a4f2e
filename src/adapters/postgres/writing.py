"""The statements that write, and the locks that a unit of work begins with."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.access import ACCEPTED, PROOFS, Access
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import (
    ERASED,
    LIVE,
    TRASHED,
    audit_events,
    idempotency_keys,
    identities,
    personal_tokens,
    revisions,
    sessions,
    tasks,
    users,
)
from todo_core.due import NO_DUE

OWN_REVISION = revisions.c.user_id == bindparam("user")
OWN_TASK = tasks.c.user_id == bindparam("user")
OWN_SESSION = sessions.c.user_id == bindparam("user")
OWN_PERSONAL_TOKEN = personal_tokens.c.user_id == bindparam("user")
OWN_KEY = idempotency_keys.c.user_id == bindparam("user")


def _all(table: sa.Table) -> dict[str, sa.BindParameter[Any]]:
    return {column.name: bindparam(column.name, column.type) for column in table.c}


def _numbered(
    write: sa.Insert | sa.Update, values: Mapping[str, object], added_tasks: sa.ColumnElement[Any]
) -> sa.ClauseElement:
    """Return the statement that writes a task with the user's next revision and counts live tasks.

    It returns the revision, and the number of live tasks afterwards.
    """
    counted = {"revision": revisions.c.revision + 1, "live_tasks": revisions.c.live_tasks + added_tasks}
    taking = sa.update(revisions).where(OWN_REVISION).values(counted)
    revision = taking.returning(revisions.c.revision, revisions.c.live_tasks).cte("revision")
    number = sa.select(revision.c.revision).scalar_subquery()
    live = sa.select(revision.c.live_tasks).scalar_subquery()
    return write.values({**values, "version": number}).returning(tasks.c.version, live)


def _add_task() -> sa.ClauseElement:
    values = {**_all(tasks), "user_id": bindparam("user"), "purged_at": None}
    return _numbered(sa.insert(tasks), values, bindparam("live", sa.Integer()))


def _create_task(access: Access) -> sa.ClauseElement:
    """Return the statement that is a whole unit of work: lock, check, insert. It returns no row if it inserts none."""
    alive = _lock_and_check(access, revisions.c.live_tasks < bindparam("max_tasks")).cte("alive")
    counted = {"revision": revisions.c.revision + 1, "live_tasks": revisions.c.live_tasks + 1}
    taking = sa.update(revisions).where(revisions.c.user_id == alive.c.user_id).values(counted)
    revision = taking.returning(revisions.c.user_id, revisions.c.revision).cte("revision")
    columns = {**_all(tasks), "user_id": revision.c.user_id, "version": revision.c.revision, "purged_at": sa.null()}
    return sa.insert(tasks).from_select([*columns], sa.select(*columns.values())).returning(tasks.c.version)


def _lock_and_check(access: Access, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    """Return the statement that takes the user's lock, then checks that the actor is still let in.

    The check locks what lets the actor in: another transaction may have ended it while this one waited, and a statement
    sees rows as they were when it began unless it locks them. The row of `revisions` is locked first, as everywhere.
    """
    proof = access.proof
    own = sa.select(revisions.c.user_id, revisions.c.live_tasks).where(OWN_REVISION, *conditions)
    locked = own.with_for_update(key_share=True).cte("locked")
    return (
        sa.select(*locked.c)
        .join(users, users.c.id == locked.c.user_id)
        .join(proof, proof.c.user_id == locked.c.user_id)
        .where(*access.conditions)
        .with_for_update(read=True, of=[proof, users])
    )


def _replace_task() -> sa.ClauseElement:
    was_live = sa.select(sa.func.count()).where(OWN_TASK, tasks.c.id == bindparam("id"), LIVE).scalar_subquery()
    values = {name: bind for name, bind in _all(tasks).items() if name not in {"user_id", "id", "purged_at"}}
    return _numbered(
        sa.update(tasks).where(OWN_TASK, tasks.c.id == bindparam("id")),
        values,
        bindparam("live", sa.Integer()) - sa.cast(was_live, sa.Integer),
    )


def _save_session() -> sa.ClauseElement:
    adding = insert(sessions).values(_all(sessions))
    renewed = {column.name: adding.excluded[column.name] for column in sessions.c if not column.primary_key}
    return adding.on_conflict_do_update(index_elements=[sessions.c.user_id, sessions.c.id], set_=renewed)


def _replace_user() -> sa.ClauseElement:
    values = _all(users)
    del values["id"]
    return sa.update(users).values(values).where(users.c.id == bindparam("id"))


def _register() -> sa.ClauseElement:
    user = sa.insert(users).values(_all(users)).cte("new_user")
    clock = sa.insert(revisions).values(user_id=bindparam("id")).cte("new_clock")
    return sa.insert(audit_events).values(_event("event_")).add_cte(user, clock)


def _register_external() -> sa.ClauseElement:
    """Return the statement that adds a user if the identity is nobody's and the token is accepted; it returns the user.

    The identity is taken first: of several requests at the same time one gets it, and only that one adds a user.
    """
    adding = insert(identities).values(
        issuer=bindparam("issuer"), subject=bindparam("subject"), user_id=bindparam("id")
    )
    taking = adding.on_conflict_do_update(
        index_elements=[identities.c.issuer, identities.c.subject],
        set_={"user_id": adding.excluded.user_id},
        where=identities.c.user_id.is_(None) & ACCEPTED,
    )
    taken = taking.returning(identities.c.user_id).cte("taken")
    user = _insert_if_any(users, _all(users), taken).cte("new_user")
    revision = _insert_if_any(revisions, {"user_id": taken.c.user_id}, taken).cte("new_revision")
    event = _insert_if_any(audit_events, _event("event_"), taken).cte("new_event")
    return sa.select(taken.c.user_id).add_cte(user, revision, event)


def _insert_if_any(table: sa.Table, values: Mapping[str, sa.ColumnElement[Any]], rows: sa.FromClause) -> sa.Insert:
    """Return the statement that inserts the values once for each of `rows`."""
    return sa.insert(table).from_select([*values], sa.select(*values.values()).select_from(rows))


def _event(prefix: str = "") -> dict[str, sa.BindParameter[Any]]:
    return {column.name: bindparam(prefix + column.name, column.type) for column in audit_events.c}


def _erase_tasks() -> sa.ClauseElement:
    old = (
        sa.select(tasks.c.id)
        .where(OWN_TASK, TRASHED, tasks.c.deleted_at < bindparam("before"))
        .order_by(tasks.c.version)
        .limit(MAX_ROWS)
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
        "purged_at": bindparam("now"),
    }
    return sa.update(tasks).values(nothing).where(OWN_TASK, tasks.c.id.in_(old))


def _remove_tombstones() -> sa.ClauseElement:
    old = (
        sa.select(tasks.c.id)
        .where(OWN_TASK, ERASED, tasks.c.deleted_at < bindparam("before"))
        .order_by(tasks.c.version)
        .limit(MAX_ROWS)
    )
    gone = sa.delete(tasks).where(OWN_TASK, tasks.c.id.in_(old)).returning(tasks.c.version).cte("gone")
    highest = sa.select(sa.func.max(gone.c.version)).scalar_subquery()
    number = sa.select(sa.func.count()).select_from(gone).scalar_subquery()
    raising = sa.update(revisions).where(OWN_REVISION)
    return raising.values(horizon=sa.func.greatest(revisions.c.horizon, highest)).returning(number)


def _remove_some(table: sa.Table, key: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> sa.ClauseElement:
    old = sa.select(key).where(*conditions).limit(MAX_ROWS)
    return sa.delete(table).where(conditions[0], key.in_(old))


LOCK = Statement.of(
    sa.select(*revisions.c["user_id", "live_tasks"]).where(OWN_REVISION).with_for_update(key_share=True)
)
LOCK_AND_CHECK = {access: Statement.of(_lock_and_check(access)) for access in PROOFS}

ADD_TASK = Statement.of(_add_task())
CREATE_TASK = {access: Statement.of(_create_task(access)) for access in PROOFS}
REPLACE_TASK = Statement.of(_replace_task())
REPLACE_USER = Statement.of(_replace_user())
REMOVE_USER = Statement.of(sa.delete(users).where(users.c.id == bindparam("user")))
SAVE_SESSION = Statement.of(_save_session())
REMOVE_SESSION = Statement.of(sa.delete(sessions).where(OWN_SESSION, sessions.c.id == bindparam("id")))
REMOVE_SESSIONS = Statement.of(sa.delete(sessions).where(OWN_SESSION))
ADD_PERSONAL_TOKEN = Statement.of(sa.insert(personal_tokens).values(_all(personal_tokens)))
REMOVE_PERSONAL_TOKEN = Statement.of(
    sa.delete(personal_tokens).where(OWN_PERSONAL_TOKEN, personal_tokens.c.id == bindparam("id"))
)
REMOVE_EXPIRED_PERSONAL_TOKENS = Statement.of(
    _remove_some(
        personal_tokens, personal_tokens.c.id, OWN_PERSONAL_TOKEN, personal_tokens.c.expires_at <= bindparam("now")
    )
)
NOTE_USE = Statement.of(
    sa.update(personal_tokens)
    .where(OWN_PERSONAL_TOKEN, personal_tokens.c.id == bindparam("id"))
    .values(last_used_at=bindparam("now"))
)
REFUSE_ISSUED_BEFORE = Statement.of(
    sa.update(identities)
    .where(identities.c.user_id == bindparam("user"))
    .values(refused_before=sa.func.greatest(identities.c.refused_before, bindparam("instant")))
)
FORGET_IDENTITIES = Statement.of(
    sa.delete(identities)
    .where(
        identities.c.user_id.is_(None),
        identities.c.refused_before.is_(None) | (identities.c.refused_before <= bindparam("before")),
    )
    .returning(identities.c.subject)
)
STORE_RESULT = Statement.of(sa.insert(idempotency_keys).values(_all(idempotency_keys)))
ADD_EVENT = Statement.of(sa.insert(audit_events).values(_event()))
ERASE_TASKS = Statement.of(_erase_tasks())
REMOVE_TOMBSTONES = Statement.of(_remove_tombstones())
REMOVE_RESULTS = Statement.of(
    _remove_some(idempotency_keys, idempotency_keys.c.key, OWN_KEY, idempotency_keys.c.created_at < bindparam("before"))
)
REMOVE_EXPIRED_SESSIONS = Statement.of(
    _remove_some(sessions, sessions.c.id, OWN_SESSION, sessions.c.expires_at <= bindparam("now"))
)

REGISTER = Statement.of(_register())
REGISTER_EXTERNAL = Statement.of(_register_external())
ADVANCE_REVISIONS = Statement.of(
    sa.update(revisions).values(
        revision=revisions.c.revision + bindparam("by"), horizon=revisions.c.revision + bindparam("by")
    )
)
