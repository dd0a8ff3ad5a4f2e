"""Counts requests over all processes."""

import datetime as dt
import hashlib
import math
from collections import OrderedDict

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.pool import Database
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import rate_limits
from todo_core.ports import Clock

DIGEST_BYTES = 16
CLOCKS_DIFFER = dt.timedelta(seconds=10)
"""How far apart the clocks of two processes may be, and how late a request may come to its window."""
REMEMBERED = 10_000
"""Of how many used-up windows a process remembers the end; the oldest give way, and the database is asked again."""


def _hit() -> sa.ClauseElement:
    begun = insert(rate_limits).values(key=bindparam("key"), ends_at=bindparam("ends_at"), count=1)
    over = (rate_limits.c.ends_at <= bindparam("now")) | (rate_limits.c.ends_at > bindparam("latest"))
    return begun.on_conflict_do_update(
        index_elements=[rate_limits.c.key],
        set_={
            "ends_at": sa.case((over, begun.excluded.ends_at), else_=rate_limits.c.ends_at),
            "count": sa.case((over, 1), else_=rate_limits.c.count + 1),
        },
    ).returning(rate_limits.c.count, rate_limits.c.ends_at)


def _prune() -> sa.ClauseElement:
    ended = rate_limits.c.ends_at <= bindparam("now")
    old = sa.select(rate_limits.c.key).where(ended).limit(MAX_ROWS)
    # Asked twice: a row that was found may have begun another window by the time it is locked.
    return sa.delete(rate_limits).where(ended, rate_limits.c.key.in_(old)).returning(rate_limits.c.key)


HIT = Statement.of(_hit())
PRUNE = Statement.of(_prune())


@attrs.frozen
class Window:
    """Where a counter stands: requests since the window began, this one included, and seconds until it ends.

    `count` goes no further than the first request beyond the quota.
    """

    count: int
    seconds_left: int


@attrs.frozen
class RateLimitCounters:
    """Fixed windows that begin with the first request and are not prolonged by the others.

    A window that ends later than one that begins now was made by a clock that was ahead: it is over. A window that is
    used up stays so until it ends, so what is refused then is answered from memory: refusing writes nothing. Keys may
    be personal: what is kept is a digest under `secret`, so nobody without it can guess its way back.
    """

    database: Database
    clock: Clock
    secret: bytes = attrs.field(repr=False)
    _used_up: OrderedDict[tuple[bytes, int], dt.datetime] = attrs.field(factory=OrderedDict, init=False, eq=False)

    async def hit(self, name: str, key: str, quota: int, seconds: int) -> Window:
        """Count one request of `key` in the counter called `name`: at most `quota` in a window that long.

        When a connection is lost on the way it may count twice: never too little. Raises Unavailable.
        """
        now, digest = self.clock.now(), self._digest(name, key)
        end = now + dt.timedelta(seconds=seconds)
        latest = end + CLOCKS_DIFFER
        ends_at = self._used_up.get((digest, quota), now)
        if now < ends_at <= latest:
            return Window(quota + 1, _seconds_left(ends_at - now, seconds))
        values = {"key": digest, "now": now, "ends_at": end, "latest": latest}
        ((count, ends_at),) = await self.database.write(HIT, values, repeatable=True)
        if count >= quota:
            self._remember((digest, quota), ends_at)
        return Window(min(count, quota + 1), _seconds_left(ends_at - now, seconds))

    async def prune(self, rows: int = 10_000) -> int:
        """Forget up to `rows` windows that have ended; return how many. Raises Unavailable."""
        return len(await self.database.write(PRUNE, {"now": self.clock.now(), "max_rows": rows}, repeatable=True))

    def _remember(self, counter: tuple[bytes, int], ends_at: dt.datetime) -> None:
        self._used_up[counter] = ends_at
        if len(self._used_up) > REMEMBERED:
            self._used_up.popitem(last=False)

    def _digest(self, name: str, key: str) -> bytes:
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES, key=hashlib.sha256(self.secret).digest())
        digest.update(f"{name}\0{key}".encode())
        return digest.digest()


def _seconds_left(left: dt.timedelta, window: int) -> int:
    """Return how many seconds that is; a part counts as a whole one.

    Never more than the window has, though it may have been begun by somebody who looked at the clock a little later.
    """
    return min(math.ceil(left.total_seconds()), window)
