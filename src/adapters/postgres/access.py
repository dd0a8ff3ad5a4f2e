"""The access check: the first table of every reading statement. No row there means NotAuthenticated."""

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

import sqlalchemy as sa

from adapters.postgres.statements import bindparam
from adapters.postgres.tables import identities, personal_tokens, revisions, sessions, users
from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor

ACCEPTED = identities.c.refused_before.is_(None) | (identities.c.refused_before <= bindparam("issued_at"))
"""Whether the identity accepts tokens issued at that time."""


class Access(Enum):
    """How a statement checks that the caller may read: one way for each kind of actor.

    The check is part of the statement that reads or writes, so a revocation takes effect at once. LOCKED: the user
    must exist; for units of work, which made their check after taking the user's lock.
    """

    SESSION = "session"
    IDENTITY = "identity"
    PERSONAL_TOKEN = "personal token"  # noqa: S105 - the name of a kind of actor
    LOCKED = "locked"

    @property
    def table(self) -> sa.Subquery:
        """One row with the `user_id`, or none."""
        query = sa.select(users.c.id.label("user_id")).where(users.c.id == bindparam("user"))
        if self in PROOFS:
            proof = self.proof
            query = query.join(proof, proof.c.user_id == users.c.id).where(*self.conditions)
        return query.subquery("access")

    @property
    def proof(self) -> sa.Table:
        """The table of the actor's credential."""
        return PROOFS[self][0]

    @property
    def conditions(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions on the actor's user and on the row that lets them in."""
        return users.c.disabled_at.is_(None), *PROOFS[self][1]

    def checked(self, rows: sa.FromClause) -> sa.Select[tuple[object, ...]]:
        """Return `rows`, read after the access check: the user's id before each, or alone in one row if there are none.

        No row at all means that the check failed; `rows`, which already filters by user, is not evaluated then.
        """
        access = self.table
        return sa.select(access.c.user_id, *rows.c).select_from(access.outerjoin(rows, sa.true()))

    @property
    def revision(self) -> sa.Select[tuple[int]]:
        """The user's revision, read after the access check."""
        access = self.table
        return sa.select(revisions.c.revision).join(access, access.c.user_id == revisions.c.user_id)

    def at_revision(self, rows: sa.FromClause) -> sa.Select[tuple[object, ...]]:
        """Return what `checked` does with the user's revision, as it is in the same snapshot, instead of the id."""
        access = self.table
        known = access.join(revisions, revisions.c.user_id == access.c.user_id)
        return sa.select(revisions.c.revision, *rows.c).select_from(known.outerjoin(rows, sa.true()))


PROOFS: Mapping[Access, tuple[sa.Table, tuple[sa.ColumnElement[bool], ...]]] = {
    Access.SESSION: (sessions, (sessions.c.id == bindparam("session"), sessions.c.expires_at > bindparam("now"))),
    Access.IDENTITY: (
        identities,
        (identities.c.issuer == bindparam("issuer"), identities.c.subject == bindparam("subject"), ACCEPTED),
    ),
    Access.PERSONAL_TOKEN: (
        personal_tokens,
        (personal_tokens.c.id == bindparam("token"), personal_tokens.c.expires_at > bindparam("now")),
    ),
}
"""What lets each kind of actor in: a row of a table, and what has to hold of it."""


def check_of(actor: Actor) -> tuple[Access, dict[str, object]]:
    """Return how the actor's statements check access, and the values for that; `now` comes with each statement."""
    values: dict[str, object] = {"user": actor.user}
    match actor:
        case SessionActor():
            return Access.SESSION, {**values, "session": actor.session}
        case ExternalActor():
            return Access.IDENTITY, {
                **values,
                "issuer": actor.identity.issuer,
                "subject": actor.identity.subject,
                "issued_at": actor.issued_at,
            }
        case TokenActor():
            return Access.PERSONAL_TOKEN, {**values, "token": actor.token}
        case _:
            assert_never(actor)
