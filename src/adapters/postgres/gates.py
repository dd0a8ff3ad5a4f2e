"""Who may read: the first table of every reading statement. No row there means NotAuthenticated."""

from enum import Enum

import sqlalchemy as sa

from adapters.postgres.statements import given
from adapters.postgres.tables import sessions, users


class Gate(Enum):
    """Whom a statement reads for.

    ACTOR: the user whose session is alive `now`; the check rides in the statement that does the work, so what ended a
    moment ago reads nothing. OWNER: any user there is, for units of work, which have made their check.
    """

    ACTOR = "actor"
    OWNER = "owner"

    @property
    def table(self) -> sa.Subquery:
        """One row with the `user_id`, or none."""
        query = sa.select(users.c.id.label("user_id")).where(users.c.id == given("user"))
        if self is Gate.ACTOR:
            query = query.join(sessions, sessions.c.user_id == users.c.id).where(*self.alive())
        return query.subquery("gate")

    @staticmethod
    def alive() -> tuple[sa.ColumnElement[bool], ...]:
        """What has to hold of an actor's user and session."""
        return (
            users.c.disabled_at.is_(None),
            sessions.c.id == given("session"),
            sessions.c.expires_at > given("now"),
        )

    def before(self, rows: sa.FromClause) -> sa.Select[tuple[object, ...]]:
        """Return the statement that shows the user's id before each of `rows`, alone when there are none.

        `rows` are the user's by a condition of their own; they are not looked for when the gate is closed.
        """
        gate = self.table
        return sa.select(gate.c.user_id, *rows.c).select_from(gate.outerjoin(rows, sa.true()))
