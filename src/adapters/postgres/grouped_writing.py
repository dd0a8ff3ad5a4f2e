"""Statements that carry the writes of several requests, each with its own access check, as one transaction.

The requests come as an array of JSON objects: the values of the statement that carries one of them, and its `number`
in the array. Users whose lock is taken are left out (SKIP LOCKED), so nobody waits for another user here, and two such
statements cannot wait for each other's locks. The rows are the number of each request that was not left out, and what
the statement for one request returns, or NULLs where that returns no row.
"""

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import visitors

from adapters.postgres.access import PROOFS, Access
from adapters.postgres.statements import Statement, bindparam
from adapters.postgres.tables import revisions, tasks, users
from adapters.postgres.writing import (
    CHANGE_TASK,
    CHANGE_TASK_AT_ONCE,
    CREATE_TASK,
    CREATE_TASK_AT_ONCE,
    at_end,
    changed_columns,
    positioned,
)

NUMBER = "number"
REQUESTS = "requests"
USERS = "users"
"""The users of the requests once more: of an array PostgreSQL expects few rows, and looks each up in the index."""


@attrs.frozen(eq=False)
class Group:
    """A kind of write, and its statements: for one request, the same without waiting for the lock, and for several.

    `once_per_user`: the last carries only one request of each user.
    """

    alone: Statement
    at_once: Statement
    together: Statement
    once_per_user: bool


@attrs.frozen
class _Requests:
    """The array of requests as rows, and the users among them whose lock is taken."""

    rows: sa.CTE
    locked: sa.CTE

    @classmethod
    def of(cls, alone: Statement) -> "_Requests":
        """Return the rows; the parameters of the statement for one request are their columns."""
        required = {name: alone.binds[name] for name in alone.names if name not in alone.constants}
        columns = [sa.column(NUMBER, sa.Integer()), *(sa.column(name, type_) for name, type_ in required.items())]
        array = sa.func.json_to_recordset(bindparam(REQUESTS, sa.JSON()))
        rows = sa.select(array.table_valued(*columns, name="request").render_derived(with_types=True)).cte("requests")
        own = sa.select(*revisions.c["user_id", "live_tasks", "revision"])
        own = own.where(revisions.c.user_id == sa.any_(bindparam(USERS, ARRAY(sa.Uuid))))
        return cls(rows, own.with_for_update(key_share=True, skip_locked=True).cte("locked"))

    def let_in(self, access: Access, *conditions: sa.ColumnElement[bool]) -> sa.CTE:
        """Return the numbers of the requests whose actor is let in, with the user's counters."""
        proof, locked, rows = access.proof, self.locked, self.rows
        return (
            sa.select(rows.c[NUMBER], *locked.c)
            .join(locked, locked.c.user_id == rows.c.user)
            .join(users, users.c.id == locked.c.user_id)
            .join(proof, proof.c.user_id == locked.c.user_id)
            .where(*map(self._of_the_request, access.conditions), *conditions)
            .with_for_update(read=True, of=[proof, users])
            .cte("alive")
        )

    def answered(self, written: sa.CTE, *columns: sa.ColumnElement[Any]) -> sa.Select[tuple[object, ...]]:
        """Return the statement's rows: one for each request whose user's lock is taken."""
        rows, locked = self.rows, self.locked
        own = (written.c.user_id == rows.c.user) & (written.c.id == rows.c.id)
        return sa.select(rows.c[NUMBER], *columns).join(locked, locked.c.user_id == rows.c.user).outerjoin(written, own)

    def _of_the_request(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Return a condition on the values of each request instead of parameters."""

        def column(element: Any, **_: Any) -> Any:  # noqa: ANN401 - what SQLAlchemy passes
            return self.rows.c[element.key] if isinstance(element, sa.BindParameter) else None

        return visitors.replacement_traverse(condition, {}, column)


def _create_tasks(access: Access) -> sa.ClauseElement:
    """Return the statement that adds the tasks; those of one user get consecutive revisions."""
    requests = _Requests.of(CREATE_TASK[access])
    rows, alive = requests.rows, requests.let_in(access)
    place = sa.func.row_number().over(partition_by=alive.c.user_id, order_by=alive.c[NUMBER])
    placed = sa.select(alive, place.label("place")).subquery("placed")
    version = (placed.c.revision + placed.c.place).label("version")
    within = (
        sa.select(*placed.c[NUMBER, "user_id"], version)
        .join(rows, rows.c[NUMBER] == placed.c[NUMBER])
        .where(placed.c.live_tasks + placed.c.place <= rows.c.max_tasks)
        .cte("within")
    )
    added = sa.select(within.c.user_id, sa.func.count().label("tasks")).group_by(within.c.user_id).subquery("added")
    counted = {name: revisions.c[name] + added.c.tasks for name in ("revision", "live_tasks")}
    taken = sa.update(revisions).where(revisions.c.user_id == added.c.user_id).values(counted).cte("taken")
    columns = {column.name: rows.c[column.name] for column in tasks.c if column.name in rows.c} | {
        "user_id": within.c.user_id,
        "version": within.c.version,
        "position": positioned(rows.c.position, at_end(within.c.version)),
        "purged_at": sa.null(),
    }
    new = sa.select(*columns.values()).select_from(within.join(rows, rows.c[NUMBER] == within.c[NUMBER]))
    done = sa.insert(tasks).from_select([*columns], new).returning(*tasks.c["user_id", "id", "version", "position"])
    written = done.cte("written")
    return requests.answered(written, written.c.version, written.c.position).add_cte(taken)


def _change_tasks(access: Access) -> sa.ClauseElement:
    """Return the statement that changes the tasks of users whose revision is still `seen`."""
    requests = _Requests.of(CHANGE_TASK[access])
    rows, alive = requests.rows, requests.let_in(access, requests.locked.c.revision == requests.rows.c.seen)
    mine = (alive.c[NUMBER] == rows.c[NUMBER],)
    counted = {"revision": rows.c.version, "live_tasks": revisions.c.live_tasks + rows.c.added}
    taken = sa.update(revisions).where(*mine, revisions.c.user_id == alive.c.user_id).values(counted).cte("taken")
    changing = sa.update(tasks).where(*mine, tasks.c.user_id == alive.c.user_id, tasks.c.id == rows.c.id)
    changed = changing.values({name: rows.c[name] for name in changed_columns()})
    written = changed.returning(*tasks.c["user_id", "id"]).cte("written")
    return requests.answered(written, written.c.id).add_cte(taken)


CREATE_TASKS = {access: Statement.of(_create_tasks(access)) for access in PROOFS}
CHANGE_TASKS = {access: Statement.of(_change_tasks(access)) for access in PROOFS}
CREATE = {
    access: Group(CREATE_TASK[access], CREATE_TASK_AT_ONCE[access], CREATE_TASKS[access], once_per_user=False)
    for access in PROOFS
}
CHANGE = {
    access: Group(CHANGE_TASK[access], CHANGE_TASK_AT_ONCE[access], CHANGE_TASKS[access], once_per_user=True)
    for access in PROOFS
}
