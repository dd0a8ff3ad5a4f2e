"""The statements that read, apart from lists (see `queries`).

Those in `Reads` include an access check. The others are for units of work, which have made theirs, and for lookups
across users.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from adapters.postgres import records
from adapters.postgres.access import ACCEPTED, PROOFS, Access
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import (
    ERASED,
    LIVE,
    TRASHED,
    idempotency_keys,
    identities,
    lists,
    personal_tokens,
    sessions,
    tasks,
    users,
)
from todo_core.queries import MAX_PAGE_TEXT_BYTES

NIL = UUID(int=0)
"""Comes before every id."""
MAX_ROWS_SEARCHED = 10_000
"""How many rows of each kind one search for users to purge looks at."""


@attrs.frozen
class Reads:
    """The same statements for actors and for units of work."""

    user: Statement
    sessions: Statement
    personal_tokens: Statement
    task: Statement
    tags: Statement

    @classmethod
    def for_access(cls, access: Access) -> "Reads":
        """Compile the statements with this access check."""
        return cls(
            Statement.of(_user(access)),
            Statement.of(_sessions(access)),
            Statement.of(_personal_tokens(access)),
            Statement.of(access.checked(_task())),
            Statement.of(_tags(access)),
        )


def text_size(rows: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return how many bytes of text a task has (see `Task.text_size`)."""
    tags = sa.func.array_to_string(rows.c.tags, "")
    return sa.func.octet_length(rows.c.title) + sa.func.octet_length(rows.c.description) + sa.func.octet_length(tags)


def first_fitting(
    rows: sa.Subquery,
    columns: Iterable[sa.ColumnElement[Any]],
    order: list[sa.ColumnElement[Any]],
    size: sa.ColumnElement[Any],
) -> sa.Select[tuple[object, ...]]:
    """Return the first `limit` of `rows`, and of these as many as `todo_core.queries.count_fitting` says.

    The columns are those given, the row's number, and 1 when another row follows, else NULL. What does not fit stays
    in the server. All three values use one window frame, so they take one pass over the rows.
    """
    numbered = sa.select(
        *(rows.c[column.name] for column in columns),
        sa.func.row_number().over(order_by=order, rows=(None, 0)).label("number"),
        sa.func.lead(sa.literal_column("1")).over(order_by=order, rows=(None, 0)).label("following"),
        sa.func.sum(size).over(order_by=order, rows=(None, 0)).label("together"),
    ).subquery("numbered")
    *shown, together = numbered.c
    fits = (numbered.c.number == 1) | (together <= MAX_PAGE_TEXT_BYTES)
    return sa.select(*shown).where(numbered.c.number <= bindparam("limit"), fits)


def _user(access: Access) -> sa.Select[tuple[object, ...]]:
    allowed = access.table
    return sa.select(*records.USER).join(allowed, allowed.c.user_id == users.c.id)


def _sessions(access: Access) -> sa.Select[tuple[object, ...]]:
    live = sa.select(*records.SESSION).where(
        sessions.c.user_id == bindparam("user"), sessions.c.expires_at > bindparam("now")
    )
    rows = live.subquery("live")
    return access.checked(rows).order_by(rows.c.used_at.desc(), rows.c.id.desc())


def _personal_tokens(access: Access) -> sa.Select[tuple[object, ...]]:
    live = sa.select(*records.PERSONAL_TOKEN).where(
        personal_tokens.c.user_id == bindparam("user"), personal_tokens.c.expires_at > bindparam("now")
    )
    rows = live.subquery("live")
    return access.checked(rows).order_by(rows.c.created_at.desc(), rows.c.id.desc())


def _task() -> sa.Subquery:
    found = sa.select(*records.TASK).where(
        tasks.c.user_id == bindparam("user"), tasks.c.id == bindparam("task"), tasks.c.purged_at.is_(None)
    )
    return found.subquery("found")


def _tags(access: Access) -> sa.Select[tuple[object, ...]]:
    tag = sa.func.unnest(tasks.c.tags, type_=sa.Text(collation="C")).column_valued("tag")
    open_ = sa.func.count().filter(tasks.c.completed_at.is_(None))
    counted = sa.select(tag, open_.label("open"), sa.func.count().label("total")).select_from(tasks)
    rows = counted.where(tasks.c.user_id == bindparam("user"), LIVE).group_by(tag).subquery("counted")
    return access.checked(rows).order_by(rows.c.tag.collate("C"))


def _users_to_purge() -> sa.ClauseElement:
    expired = [
        (tasks.c.user_id, TRASHED & (tasks.c.deleted_at < bindparam("trash"))),
        (tasks.c.user_id, ERASED & (tasks.c.deleted_at < bindparam("tombstones"))),
        (lists.c.user_id, lists.c.deleted_at < bindparam("tombstones")),
        (idempotency_keys.c.user_id, idempotency_keys.c.created_at < bindparam("results")),
        (sessions.c.user_id, sessions.c.expires_at <= bindparam("sessions")),
        (personal_tokens.c.user_id, personal_tokens.c.expires_at <= bindparam("personal_tokens")),
    ]
    searched = [sa.select(owner).where(old).limit(MAX_ROWS_SEARCHED) for owner, old in expired]
    return sa.union(*searched).limit(MAX_ROWS)


SESSION = Statement.of(
    sa.select(*records.SESSION).where(sessions.c.user_id == bindparam("user"), sessions.c.id == bindparam("id"))
)
STORED_RESULT = Statement.of(
    sa.select(*idempotency_keys.c["fingerprint", "task", "list", "created_at"]).where(
        idempotency_keys.c.user_id == bindparam("user"), idempotency_keys.c.key == bindparam("key")
    )
)
STORED_RESULT_COUNT = Statement.of(
    sa.select(sa.func.count()).select_from(idempotency_keys).where(idempotency_keys.c.user_id == bindparam("user"))
)
USER_BY_IDENTITY = Statement.of(
    sa.select(identities.c.user_id).where(
        identities.c.issuer == bindparam("issuer"),
        identities.c.subject == bindparam("subject"),
        identities.c.user_id.is_not(None),
        ACCEPTED,
    )
)
PERSONAL_TOKEN = Statement.of(
    sa.select(*records.PERSONAL_TOKEN)
    .join(users, users.c.id == personal_tokens.c.user_id)
    .where(
        personal_tokens.c.digest == bindparam("digest"),
        personal_tokens.c.expires_at > bindparam("now"),
        users.c.disabled_at.is_(None),
    )
)
PERSONAL_TOKEN_OWNER = Statement.of(
    sa.select(personal_tokens.c.user_id).where(personal_tokens.c.id == bindparam("token"))
)
PERSONAL_TOKENS = Statement.of(
    sa.select(*records.PERSONAL_TOKEN)
    .where(personal_tokens.c.id > bindparam("after"))
    .order_by(personal_tokens.c.id)
    .limit(MAX_ROWS)
)
PERSONAL_TOKENS_OF_USER = Statement.of(
    sa.select(*records.PERSONAL_TOKEN)
    .where(personal_tokens.c.user_id == bindparam("user"), personal_tokens.c.id > bindparam("after"))
    .order_by(personal_tokens.c.id)
    .limit(MAX_ROWS)
)
USER_BY_EMAIL = Statement.of(sa.select(*records.USER).where(users.c.email_key == bindparam("email_key")))
FIRST_USERS = Statement.of(sa.select(*records.USER).order_by(users.c.id).limit(MAX_ROWS))
NEXT_USERS = Statement.of(
    sa.select(*records.USER).where(users.c.id > bindparam("after")).order_by(users.c.id).limit(MAX_ROWS)
)
TASK_AT_REVISION = {access: Statement.of(access.at_revision(_task())) for access in PROOFS}
TASK_OWNER = Statement.of(sa.select(tasks.c.user_id).where(tasks.c.id == bindparam("task")))
USERS_TO_PURGE = Statement.of(_users_to_purge())
