"""Whether the database can be worked with."""

import asyncio
import time
from collections.abc import Mapping

import attrs
import psycopg
import sqlalchemy as sa
from psycopg import errors

from adapters.postgres.migrate import head, is_behind
from adapters.postgres.pool import Database
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

PATIENCE_SECONDS = 3
MILLISECONDS = 1000
REVISION = Statement.of(sa.text("SELECT version_num FROM alembic_version"))


@attrs.frozen
class DatabaseReadiness:
    """Asks the database how it is."""

    database: Database

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return the checks `database` and `migrations`, each with a `status` of "ok" or something else.

        A schema newer than this program is fine: migrations never take away what the last release needs.
        """
        asked = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                revision = await self._revision()
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

    async def _revision(self) -> str | None:
        try:
            rows = await self.database.fetch(REVISION, {})
        except errors.UndefinedTable:
            return None
        return str(rows[0][0]) if rows else None
