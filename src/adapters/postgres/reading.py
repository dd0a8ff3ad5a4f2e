"""The statements that read, apart from lists (see `listing`).

Those in `Reads` stand behind a gate. The others are for units of work, which have made their check, and for what
belongs to no user.
"""

from typing import Any

import attrs
import sqlalchemy as sa

from adapters.postgres import records
from adapters.postgres.gates import Gate
from adapters.postgres.statements import ROWS, Statement, given
from adapters.postgres.tables import ERASED, LIVE, TRASHED, idempotency_keys, sessions, tasks, user_clocks, users
from todo_core.listing import PAGE_TEXT

LOOKED_AT = 10_000
"""How many rows of each kind one search for users to purge looks at."""


@attrs.frozen
class Reads:
    """The same statements for actors and for units of work."""

    user: Statement
    sessions: Statement
    task: Statement
    tags: Statement
    feed: Statement

    @classmethod
    def through(cls, gate: Gate) -> "Reads":
        """Compile the statements behind a gate."""
        return cls(
            Statement.of(_user(gate)),
            Statement.of(_sessions(gate)),
            Statement.of(_task(gate)),
            Statement.of(_tags(gate)),
            Statement.of(_feed(gate)),
        )


def text_size(rows: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return how many bytes of text a task has (see `Task.text_size`)."""
    return sa.func.octet_length(rows.c.title) + sa.func.octet_length(rows.c.description)


def fitting(
    rows: sa.Subquery, order: list[sa.ColumnElement[Any]], size: sa.ColumnElement[Any]
) -> sa.Select[tuple[object, ...]]:
    """Return the first `limit` of `rows`, and of these as many as `todo_core.listing.fitting` says.

    The columns are `TASK`, the row's number, and 1 when another row follows, else NULL. What does not fit stays
    in the server. All three figures have one frame, so they take one walk through the rows.
    """
    numbered = sa.select(
        *(rows.c[column.name] for column in records.TASK),
        sa.func.row_number().over(order_by=order, rows=(None, 0)).label("number"),
        sa.func.lead(sa.literal_column("1")).over(order_by=order, rows=(None, 0)).label("following"),
        sa.func.sum(size).over(order_by=order, rows=(None, 0)).label("together"),
    ).subquery("numbered")
    *shown, together = numbered.c
    fits = (numbered.c.number == 1) | (together <= PAGE_TEXT)
    return sa.select(*shown).where(numbered.c.number <= given("limit"), fits)


def _user(gate: Gate) -> sa.Select[tuple[object, ...]]:
    allowed = gate.table
    return sa.select(*records.USER).join(allowed, allowed.c.user_id == users.c.id)


def _sessions(gate: Gate) -> sa.Select[tuple[object, ...]]:
    live = sa.select(*records.SESSION).where(sessions.c.user_id == given("user"), sessions.c.expires_at > given("now"))
    rows = live.subquery("live")
    return gate.before(rows).order_by(rows.c.used_at.desc(), rows.c.id.desc())


def _task(gate: Gate) -> sa.Select[tuple[object, ...]]:
    found = sa.select(*records.TASK).where(
        tasks.c.user_id == given("user"), tasks.c.id == given("task"), tasks.c.purged_at.is_(None)
    )
    return gate.before(found.subquery("found"))


def _tags(gate: Gate) -> sa.Select[tuple[object, ...]]:
    tag = sa.func.unnest(tasks.c.tags, type_=sa.Text(collation="C")).column_valued("tag")
    open_ = sa.func.count().filter(tasks.c.completed_at.is_(None))
    counted = sa.select(tag, open_.label("open"), sa.func.count().label("total")).select_from(tasks)
    rows = counted.where(tasks.c.user_id == given("user"), LIVE).group_by(tag).subquery("counted")
    return gate.before(rows).order_by(rows.c.tag.collate("C"))


def _feed(gate: Gate) -> sa.Select[tuple[object, ...]]:
    changed = (
        sa.select(*records.TASK)
        .where(tasks.c.user_id == given("user"), tasks.c.version > given("position"))
        .where(LIVE | (tasks.c.version > given("base")))
        .order_by(tasks.c.version)
        .limit(ROWS)
        .subquery("changed")
    )
    size = sa.case((changed.c.deleted_at.is_(None), text_size(changed)), else_=0)
    page = fitting(changed, [changed.c.version], size).subquery("page")
    allowed = gate.table
    return (
        sa.select(user_clocks.c.version.label("clock"), user_clocks.c.horizon, *page.c)
        .select_from(allowed.join(user_clocks, user_clocks.c.user_id == allowed.c.user_id).outerjoin(page, sa.true()))
        .order_by(page.c.number)
    )


def _users_to_purge() -> sa.ClauseElement:
    overdue = [
        (tasks.c.user_id, TRASHED & (tasks.c.deleted_at < given("trash"))),
        (tasks.c.user_id, ERASED & (tasks.c.deleted_at < given("tombstones"))),
        (idempotency_keys.c.user_id, idempotency_keys.c.created_at < given("outcomes")),
        (sessions.c.user_id, sessions.c.expires_at <= given("sessions")),
    ]
    looked_at = [sa.select(owner).where(old).limit(LOOKED_AT) for owner, old in overdue]
    return sa.union(*looked_at).limit(ROWS)


SESSION = Statement.of(
    sa.select(*records.SESSION).where(sessions.c.user_id == given("user"), sessions.c.id == given("id"))
)
REMEMBERED = Statement.of(
    sa.select(idempotency_keys.c.fingerprint, idempotency_keys.c.task, idempotency_keys.c.created_at).where(
        idempotency_keys.c.user_id == given("user"), idempotency_keys.c.key == given("key")
    )
)
REMEMBERED_COUNT = Statement.of(
    sa.select(sa.func.count()).select_from(idempotency_keys).where(idempotency_keys.c.user_id == given("user"))
)
USER_BY_EMAIL = Statement.of(sa.select(*records.USER).where(users.c.email_key == given("email_key")))
FIRST_USERS = Statement.of(sa.select(*records.USER).order_by(users.c.id).limit(ROWS))
NEXT_USERS = Statement.of(sa.select(*records.USER).where(users.c.id > given("after")).order_by(users.c.id).limit(ROWS))
TASK_OWNER = Statement.of(sa.select(tasks.c.user_id).where(tasks.c.id == given("task")))
USERS_TO_PURGE = Statement.of(_users_to_purge())
