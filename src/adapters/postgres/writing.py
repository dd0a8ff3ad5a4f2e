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
    lists,
    occurrences,
    personal_tokens,
    revisions,
    sessions,
    tasks,
    users,
)
from todo_core.due import NO_DUE
from todo_core.ordering import BASE, DIGITS, HEAD, LAST, MIDDLE

KEY = sa.Text(collation="C")
OWN_REVISION = revisions.c.user_id == bindparam("user")
OWN_TASK = tasks.c.user_id == bindparam("user")
OWN_SESSION = sessions.c.user_id == bindparam("user")
OWN_PERSONAL_TOKEN = personal_tokens.c.user_id == bindparam("user")
OWN_KEY = idempotency_keys.c.user_id == bindparam("user")


def _all(table: sa.Table, prefix: str = "") -> dict[str, Any]:
    return {column.name: bindparam(prefix + column.name, column.type) for column in table.c}


def changed_columns() -> tuple[str, ...]:
    """Return the columns of a task that a change may replace."""
    return tuple(column.name for column in tasks.c if column.name not in {"user_id", "id", "purged_at"})


def at_end(revision: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return what `ordering.at_end` returns for a revision."""
    number = revision + _constant(MIDDLE)
    digits = sa.literal_column(f"'{DIGITS}'", KEY)
    places = [sa.cast((number // _constant(BASE**power)) % _constant(BASE), sa.Integer) for power in range(HEAD)]
    return sa.func.concat(*(sa.func.substr(digits, place + _constant(1), _constant(1)) for place in reversed(places)))


def _constant(number: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(number), sa.BigInteger())


def positioned(position: sa.ColumnElement[str], end: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return a position as it is kept: LAST stands for the end."""
    return sa.case((position == LAST, end), else_=position)


def numbered(
    write: sa.Insert | sa.Update, values: Mapping[str, object], added_tasks: sa.ColumnElement[Any] | int
) -> sa.ClauseElement:
    """Return the statement that writes a task or list with the user's next revision and counts live tasks.

    It returns the revision, the position, and the number of live tasks afterwards.
    """
    counted = {"revision": revisions.c.revision + 1, "live_tasks": revisions.c.live_tasks + added_tasks}
    taking = sa.update(revisions).where(OWN_REVISION).values(counted)
    end = at_end(revisions.c.revision).label("end")
    revision = taking.returning(revisions.c.revision, revisions.c.live_tasks, end).cte("revision")
    number, live, last = (sa.select(column).scalar_subquery() for column in revision.c)
    kept = {**values, "version": number, "position": positioned(bindparam("position", KEY), last)}
    return write.values(kept).returning(write.table.c.version, write.table.c.position, live)


def _add_task() -> sa.ClauseElement:
    values = {**_all(tasks), "user_id": bindparam("user"), "purged_at": None}
    return numbered(sa.insert(tasks), values, bindparam("live", sa.Integer()))


def _create_task(access: Access, *, waits: bool = True) -> sa.ClauseElement:
    """Return the statement that is a whole unit of work: lock, check, insert. It returns no row if it inserts none."""
    return _create_for(_alive(access, waits=waits))


def _create_task_once(access: Access) -> sa.ClauseElement:
    """Return the same statement, which first stores the result of a request; none if the key is there already.

    A key that somebody is storing is waited for. The version is that which the task will have: the lock is held.
    """
    alive = _alive(access)
    version = alive.c.revision + _constant(1)
    end = positioned(bindparam("position", KEY), at_end(version))
    numbered_task = sa.func.jsonb_build_object(sa.text("'version'"), version, sa.text("'position'"), end)
    columns = {
        **_all(idempotency_keys, "result_"),
        "user_id": alive.c.user_id,
        "task": bindparam("result_task", idempotency_keys.c.task.type).concat(numbered_task),
    }
    most = bindparam("max_results", sa.BigInteger())
    stored = sa.select(idempotency_keys.c.key).where(OWN_KEY).limit(most).subquery("stored")
    is_few = sa.select(sa.func.count()).select_from(stored).scalar_subquery() < most
    adding = insert(idempotency_keys).from_select([*columns], sa.select(*columns.values()).where(is_few))
    kept = adding.on_conflict_do_nothing(index_elements=[idempotency_keys.c.user_id, idempotency_keys.c.key])
    return _create_for(kept.returning(idempotency_keys.c.user_id).cte("kept"))


def _alive(access: Access, *, waits: bool = True) -> sa.CTE:
    return _lock_and_check(access, revisions.c.live_tasks < bindparam("max_tasks"), waits=waits).cte("alive")


def _create_for(owner: sa.CTE) -> sa.ClauseElement:
    """Return the statement that adds a task for the user in a row, under their next revision."""
    counted = {"revision": revisions.c.revision + 1, "live_tasks": revisions.c.live_tasks + 1}
    taking = sa.update(revisions).where(revisions.c.user_id == owner.c.user_id).values(counted)
    end = at_end(revisions.c.revision).label("end")
    revision = taking.returning(revisions.c.user_id, revisions.c.revision, end).cte("revision")
    columns = {
        **_all(tasks),
        "user_id": revision.c.user_id,
        "version": revision.c.revision,
        "position": positioned(bindparam("position", KEY), revision.c.end),
        "purged_at": sa.null(),
    }
    adding = sa.insert(tasks).from_select([*columns], sa.select(*columns.values()))
    return adding.returning(tasks.c.version, tasks.c.position)


def _lock_and_check(
    access: Access, *conditions: sa.ColumnElement[bool], waits: bool = True
) -> sa.Select[tuple[object, ...]]:
    """Return the statement that takes the user's lock, then checks that the actor is still let in.

    Unless it `waits`, there is no row while somebody else has the lock.

    The check locks what lets the actor in: another transaction may have ended it while this one waited, and a statement
    sees rows as they were when it began unless it locks them. The row of `revisions` is locked first, as everywhere.
    """
    proof = access.proof
    own = sa.select(*revisions.c["user_id", "live_tasks", "revision"]).where(OWN_REVISION, *conditions)
    locked = own.with_for_update(key_share=True, skip_locked=not waits).cte("locked")
    return (
        sa.select(*locked.c)
        .join(users, users.c.id == locked.c.user_id)
        .join(proof, proof.c.user_id == locked.c.user_id)
        .where(*access.conditions)
        .with_for_update(read=True, of=[proof, users])
    )


def _replace_task() -> sa.ClauseElement:
    was_live = sa.select(sa.func.count()).where(OWN_TASK, tasks.c.id == bindparam("id"), LIVE).scalar_subquery()
    values = {name: bind for name, bind in _all(tasks).items() if name in changed_columns()}
    return numbered(
        sa.update(tasks).where(OWN_TASK, tasks.c.id == bindparam("id")),
        values,
        bindparam("live", sa.Integer()) - sa.cast(was_live, sa.Integer),
    )


def _change_task(access: Access, *, waits: bool = True) -> sa.ClauseElement:
    """Return the statement that is a whole unit of work: lock, check, update, if the user's revision is still `seen`.

    As nothing was written since, what was read then is what there is; and the version is known, the next revision.
    """
    alive = _lock_and_check(access, revisions.c.revision == bindparam("seen"), waits=waits).cte("alive")
    counted = {"revision": bindparam("version"), "live_tasks": revisions.c.live_tasks + bindparam("added")}
    taking = sa.update(revisions).where(revisions.c.user_id == alive.c.user_id).values(counted)
    revision = taking.returning(revisions.c.user_id).cte("revision")
    changed = {name: bind for name, bind in _all(tasks).items() if name in changed_columns()}
    own = (tasks.c.user_id == revision.c.user_id, tasks.c.id == bindparam("id"))
    return sa.update(tasks).where(*own).values(changed).returning(tasks.c.id)


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
    revision = sa.insert(revisions).values(user_id=bindparam("id"), revision=1).cte("new_revision")
    inbox = sa.insert(lists).values(_inbox(bindparam("id"))).cte("new_inbox")
    return sa.insert(audit_events).values(_all(audit_events, "event_")).add_cte(user, revision, inbox)


def _inbox(user: sa.ColumnElement[Any]) -> dict[str, Any]:
    """Return the columns of the inbox of a new user."""
    beginning = {"user_id": user, "version": sa.literal(1), "position": at_end(_constant(1)), "deleted_at": sa.null()}
    return {**_all(lists, "inbox_"), **beginning}


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
    new = [
        _insert_if_any(users, _all(users), taken).cte("new_user"),
        _insert_if_any(revisions, {"user_id": taken.c.user_id, "revision": sa.literal(1)}, taken).cte("new_revision"),
        _insert_if_any(lists, _inbox(taken.c.user_id), taken).cte("new_inbox"),
        _insert_if_any(audit_events, _all(audit_events, "event_"), taken).cte("new_event"),
    ]
    return sa.select(taken.c.user_id).add_cte(*new)


def _insert_if_any(table: sa.Table, values: Mapping[str, sa.ColumnElement[Any]], rows: sa.FromClause) -> sa.Insert:
    """Return the statement that inserts the values once for each of `rows`."""
    return sa.insert(table).from_select([*values], sa.select(*values.values()).select_from(rows))


def _erase_tasks() -> sa.ClauseElement:
    old = (
        sa.select(tasks.c.id)
        .where(OWN_TASK, TRASHED, tasks.c.deleted_at < bindparam("before"))
        .order_by(tasks.c.version)
        .limit(MAX_ROWS)
        .cte("old")
    )
    kept = {tasks.c.position, tasks.c.deleted_at}
    nothing: dict[str, object] = {column.name: None for column in tasks.c if column.nullable and column not in kept} | {
        "title": "",
        "description": "",
        "priority": 0,
        "tags": [],
        "list_id": tasks.c.user_id,  # the inbox
        "due_key": NO_DUE,
        "title_key": "",
        "search_key": "",
        "purged_at": bindparam("now"),
    }
    history = sa.delete(occurrences).where(
        occurrences.c.user_id == bindparam("user"), occurrences.c.task_id.in_(sa.select(old.c.id))
    )
    erasing = sa.update(tasks).values(nothing).where(OWN_TASK, tasks.c.id.in_(sa.select(old.c.id)))
    return erasing.add_cte(history.cte("history"))


def removed_tombstones(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ClauseElement:
    """Return the statement that removes tombstones and raises the horizon to the highest version among them."""
    own = table.c.user_id == bindparam("user")
    old = sa.select(table.c.id).where(own, *conditions, table.c.deleted_at < bindparam("before"))
    old = old.order_by(table.c.version).limit(MAX_ROWS)
    gone = sa.delete(table).where(own, table.c.id.in_(old)).returning(table.c.id, table.c.version).cte("gone")
    orphans = sa.update(tasks).where(OWN_TASK, tasks.c.parent_id.in_(sa.select(gone.c.id))).values(parent_id=None)
    highest = sa.select(sa.func.max(gone.c.version)).scalar_subquery()
    number = sa.select(sa.func.count()).select_from(gone).scalar_subquery()
    raising = sa.update(revisions).where(OWN_REVISION).add_cte(orphans.cte("orphans"))
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
CREATE_TASK_AT_ONCE = {access: Statement.of(_create_task(access, waits=False)) for access in PROOFS}
CHANGE_TASK = {access: Statement.of(_change_task(access)) for access in PROOFS}
CHANGE_TASK_AT_ONCE = {access: Statement.of(_change_task(access, waits=False)) for access in PROOFS}
CREATE_TASK_ONCE = {access: Statement.of(_create_task_once(access)) for access in PROOFS}
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
ADD_EVENT = Statement.of(sa.insert(audit_events).values(_all(audit_events)))
ERASE_TASKS = Statement.of(_erase_tasks())
REMOVE_TOMBSTONES = Statement.of(removed_tombstones(tasks, ERASED))
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
