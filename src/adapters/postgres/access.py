"""The access check: the first table of every reading statement. No row there means NotAuthenticated."""

from enum import Enum

import sqlalchemy as sa

from adapters.postgres.statements import bindparam
from adapters.postgres.tables import sessions, users


class Access(Enum):
    """How a statement checks that the caller may read.

    SESSION: the user's session must be alive `now`. The check is part of the statement that reads, so a session that
    ended a moment ago reads nothing. LOCKED: the user must exist; for units of work, which checked the session after
    taking the user's lock.
    """

    SESSION = "session"
    LOCKED = "locked"

    @property
    def table(self) -> sa.Subquery:
        """One row with the `user_id`, or none."""
        query = sa.select(users.c.id.label("user_id")).where(users.c.id == bindparam("user"))
        if self is Access.SESSION:
            query = query.join(sessions, sessions.c.user_id == users.c.id).where(*self.session_is_alive())
        return query.subquery("access")

    @staticmethod
    def session_is_alive() -> tuple[sa.ColumnElement[bool], ...]:
        """Return the conditions on an actor's user and session."""
        return (
            users.c.disabled_at.is_(None),
            sessions.c.id == bindparam("session"),
            sessions.c.expires_at > bindparam("now"),
        )

    def before(self, rows: sa.FromClause) -> sa.Select[tuple[object, ...]]:
        """Return the statement that puts the user's id before each of `rows`, or alone in one row if there are none.

        `rows` already filters by user; it is not evaluated when the access check fails.
        """
        access = self.table
        return sa.select(access.c.user_id, *rows.c).select_from(access.outerjoin(rows, sa.true()))
