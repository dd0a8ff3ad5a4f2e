"""The statements that compute stored instants of due dates anew."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.records import Row
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import recomputations, revisions, tasks, users
from adapters.postgres.writing import OWN_REVISION, OWN_TASK
from todo_core.recomputation import Recomputation

COLUMNS = tuple(column for column in recomputations.c if not column.primary_key)


def _users_by_fixed_dues() -> sa.ClauseElement:
    """Return the statement; LIMIT makes each user's tasks be searched by the primary key, never the whole table."""
    behind = users.c.id > bindparam("after")
    some = sa.select(users.c.id).where(behind).order_by(users.c.id).limit(MAX_ROWS).subquery("some")
    fixed = sa.select(sa.true().label("found")).where(tasks.c.user_id == some.c.id, tasks.c.due_at.is_not(None))
    first = fixed.limit(sa.literal_column("1")).lateral("first")
    return (
        sa.select(some.c.id, first.c.found.is_not(None))
        .join_from(some, first, sa.true(), isouter=True)
        .order_by(some.c.id)
    )


def _replace() -> sa.ClauseElement:
    values = {column.name: bindparam(column.name, column.type) for column in COLUMNS}
    adding = insert(recomputations).values(id=sa.literal_column("1"), **values)
    as_before = [column.is_not_distinct_from(bindparam(f"old_{column.name}", column.type)) for column in COLUMNS]
    new = {column.name: adding.excluded[column.name] for column in COLUMNS}
    return adding.on_conflict_do_update(index_elements=[recomputations.c.id], set_=new, where=sa.and_(*as_before))


def _replace_instants() -> sa.ClauseElement:
    """Return the statement that also takes a revision: whoever has read the rows without the lock reads them again."""
    instants = bindparam("instants", ARRAY(sa.DateTime(timezone=True)))
    new = (
        sa.func.unnest(bindparam("ids", ARRAY(sa.Uuid)), instants)
        .table_valued(sa.column("id", sa.Uuid), sa.column("at", sa.DateTime(timezone=True)))
        .render_derived()
        .alias("new")
    )
    taking = sa.update(revisions).where(OWN_REVISION).values(revision=revisions.c.revision + 1)
    replacing = sa.update(tasks).where(OWN_TASK, tasks.c.id == new.c.id).values(due_at=new.c.at)
    return replacing.add_cte(taking.cte("taken"))


KEPT = Statement.of(sa.select(*COLUMNS))
REPLACE = Statement.of(_replace())
USERS_BY_FIXED_DUES = Statement.of(_users_by_fixed_dues())
FIXED_DUES = Statement.of(
    sa.select(*tasks.c["id", "due_date", "due_time", "due_timezone", "due_at"])
    .where(OWN_TASK, tasks.c.id > bindparam("after"), tasks.c.due_at.is_not(None))
    .order_by(tasks.c.id)
    .limit(MAX_ROWS)
)
REPLACE_INSTANTS = Statement.of(_replace_instants())


def record(row: Row) -> Recomputation:
    """Return what is in `COLUMNS`."""
    release, *rest = row
    return Recomputation(tuple(release), *rest)


def values(old: Recomputation | None, new: Recomputation) -> dict[str, object]:
    """Return the values of `REPLACE`."""
    return _columns(new) | {f"old_{name}": value for name, value in _columns(old).items()}


def _columns(one: Recomputation | None) -> dict[str, object]:
    if one is None:
        return dict.fromkeys((column.name for column in COLUMNS), None)
    return {**{column.name: getattr(one, column.name) for column in COLUMNS}, "release": list(one.release)}
