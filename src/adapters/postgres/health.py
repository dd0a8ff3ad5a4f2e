"""Whether the database can be worked with."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from typing import TypeVar

import attrs
import psycopg
import sqlalchemy as sa
from psycopg import errors

from adapters.postgres.migrate import head, is_behind
from adapters.postgres.pool import Database
from adapters.postgres.statements import Statement
from todo_core.errors import Unavailable

Result = TypeVar("Result")

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
            revision = await _soon(self._revision())
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


async def _soon(work: Coroutine[None, None, Result]) -> Result:
    """Return what `work` comes to. Raises TimeoutError when that takes too long; the work then ends by itself.

    Not `asyncio.timeout`: psycopg takes ten seconds to give up a statement that a silent server does not answer.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # or it would be called forgotten
    await asyncio.wait([task], timeout=PATIENCE_SECONDS)
    if not task.done():
        raise TimeoutError
    return task.result()
