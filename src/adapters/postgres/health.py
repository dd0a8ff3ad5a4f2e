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

PATIENCE_SECONDS = 1.2
MILLISECONDS = 1000
REVISION = Statement.of(
    sa.text("SELECT version_num, current_setting('transaction_read_only') = 'off' AS writable FROM alembic_version")
)
ROOM = Statement.of(sa.text("CREATE TEMPORARY TABLE room ON COMMIT DROP AS SELECT 1 AS taken"))
"""Takes a page of the database's disk, for as long as the statement lasts."""


@attrs.define
class DatabaseReadiness:
    """Asks the database how it is; once for all who want to know at the same time, as anybody may ask."""

    database: Database
    _asked: float = attrs.field(default=0.0, init=False)
    _asking: "asyncio.Task[tuple[str | None, bool]] | None" = attrs.field(default=None, init=False)

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return the checks `database` and `migrations`, each with a `status` of "ok" or something else.

        A schema newer than this program is fine: migrations never take away what the last release needs.
        """
        asked = time.perf_counter()
        try:
            revision, writable = await self._shared_answer(asked)
        except (Unavailable, TimeoutError, psycopg.Error):
            return {
                "database": {"status": "unavailable", "latency_ms": None, "writable": False},
                "migrations": {"status": "unknown", "current": None, "head": head()},
            }
        latency = round((time.perf_counter() - asked) * MILLISECONDS, 1)
        return {
            "database": {"status": "ok" if writable else "read-only", "latency_ms": latency, "writable": writable},
            "migrations": {
                "status": "behind" if is_behind(revision) else "ok",
                "current": revision,
                "head": head(),
            },
        }

    async def _shared_answer(self, now: float) -> tuple[str | None, bool]:
        """Return the revision, and whether anything can be written. Raises TimeoutError when that takes too long.

        The question then ends by itself.
        Not `asyncio.timeout`: psycopg takes ten seconds to give up a statement that a silent server does not answer.
        """
        asking = self._asking
        if asking is None or asking.done() or now - self._asked > PATIENCE_SECONDS:
            self._asked, asking = now, asyncio.ensure_future(self._answer())
            asking.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # or it is called forgotten
            self._asking = asking
        await asyncio.wait([asking], timeout=PATIENCE_SECONDS)
        if not asking.done():
            raise TimeoutError
        return asking.result()

    async def _answer(self) -> tuple[str | None, bool]:
        try:
            rows = await self.database.fetch(REVISION, {})
        except Unavailable as error:
            if isinstance(error.__cause__, errors.UndefinedTable):
                return None, True
            raise
        if not rows:
            return None, True
        revision, writable = rows[0]
        return str(revision), bool(writable) and await self._has_room()

    async def _has_room(self) -> bool:
        """Say whether the disk has room, if it had none for a write. A role that may not try is taken at its word."""
        if not self.database.disk_is_full:
            return True
        try:
            await self.database.write(ROOM, {}, repeatable=True)
        except Unavailable as error:
            return isinstance(error.__cause__, errors.InsufficientPrivilege)
        return True
