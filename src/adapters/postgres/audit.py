"""The audit record: read by operators, and forgotten when its time is up. Units of work append to it."""

import datetime as dt
from collections.abc import Sequence

import attrs
import sqlalchemy as sa

from adapters.postgres import records
from adapters.postgres.pool import Database
from adapters.postgres.statements import MAX_ROWS, Statement
from adapters.postgres.tables import audit_events
from todo_core.audit import Action, Event
from todo_core.users import UserId


def _prune() -> sa.ClauseElement:
    # The trigger that guards the rows goes by the server's clock; so does this.
    old = audit_events.c.kept_until <= sa.func.statement_timestamp()
    some = sa.select(audit_events.c.user_id, audit_events.c.id).where(old).limit(MAX_ROWS)
    key = sa.tuple_(audit_events.c.user_id, audit_events.c.id)
    return sa.delete(audit_events).where(key.in_(some)).returning(audit_events.c.id)


PRUNE = Statement.of(_prune())


@attrs.frozen
class EventFilter:
    """Which entries to read; every member narrows further. `since` is included, `until` is not."""

    user: UserId | None = None
    actions: frozenset[Action] = frozenset()
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@attrs.frozen
class AuditRecord:
    """What was done to accounts and sessions."""

    database: Database

    async def events(self, wanted: EventFilter, limit: int) -> Sequence[Event]:
        """Return the newest entries. Raises Unavailable."""
        column = audit_events.c
        found = sa.select(*records.EVENT).order_by(column.at.desc(), column.id.desc()).limit(limit)
        if wanted.user is not None:
            found = found.where(column.user_id == wanted.user)
        if wanted.actions:
            found = found.where(sa.or_(*(column.action == action.value for action in wanted.actions)))
        if wanted.since is not None:
            found = found.where(column.at >= wanted.since)
        if wanted.until is not None:
            found = found.where(column.at < wanted.until)
        return [records.event(row) for row in await self.database.fetch(Statement.of(found), {})]

    async def prune(self, rows: int = 10_000) -> int:
        """Remove up to `rows` entries that need not be kept any more; return how many. Raises Unavailable."""
        return len(await self.database.write(PRUNE, {"max_rows": rows}, repeatable=True))
