"""Whether the database can be worked with."""

import asyncio
import time
from collections.abc import Mapping

import attrs
import psycopg
import sqlalchemy as sa
from psycopg import errors

from adapters.postgres.pool import Database
from adapters.postgres.scripts import head, is_behind
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

PATIENCE_SECONDS = 3
MILLISECONDS = 1000
REVISION = Statement.of(sa.text("SELECT version_num FROM alembic_version"))


@attrs.define
class DatabaseReadiness:
    """Asks the database how it is; once for all who want to know at the same time, as anybody may ask."""

    database: Database
    _asked: float = attrs.field(default=0.0, init=False)
    _asking: "asyncio.Task[str | None] | None" = attrs.field(default=None, init=False)

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return the checks `database` and `migrations`, each with a `status` of "ok" or something else.

        A schema newer than this program is fine: migrations never take away what the last release needs.
        """
        asked = time.perf_counter()
        try:
            revision = await self._shared_revision(asked)
        except (Unavailable, TimeoutError, psycopg.Error):
            return {
                "database": {"status": "unavailable", "latency_ms": None},
                "migrations": {"status": "unknown", "current": None, "head": head()},
            }
        latency = round((time.perf_counter() - asked) * MILLISECONDS, 1)
        return {
            "database": {"status": "ok", "latency_ms": latency},
            "migrations": {
                "status": "behind" if is_behind(revision) else "ok",
                "current": revision,
                "head": head(),
            },
        }

    async def _shared_revision(self, now: float) -> str | None:
        """Return the revision. Raises TimeoutError when that takes too long; the question then ends by itself.

        Not `asyncio.timeout`: psycopg takes ten seconds to give up a statement that a silent server does not answer.
        """
        asking = self._asking
        if asking is None or asking.done() or now - self._asked > PATIENCE_SECONDS:
            self._asked, asking = now, asyncio.ensure_future(self._revision())
            asking.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # or it is called forgotten
            self._asking = asking
        await asyncio.wait([asking], timeout=PATIENCE_SECONDS)
        if not asking.done():
            raise TimeoutError
        return asking.result()

    async def _revision(self) -> str | None:
        try:
            rows = await self.database.fetch(REVISION, {})
        except errors.UndefinedTable:
            return None
        return str(rows[0][0]) if rows else None
