"""How psycopg writes and reads values here."""

import datetime as dt
import struct

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg.types.datetime import DateDumper, DatetimeDumper, TimeDumper
from psycopg.types.json import set_json_loads
from psycopg.types.numeric import Int8Dumper

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class UtcLoader(Loader):
    """Instants come in UTC, whatever the time zone of the connection. psycopg's own loader is six times as fast."""

    format = Format.BINARY

    def load(self, data: Buffer) -> dt.datetime:
        """Return the instant, which comes in microseconds since 2000."""
        microseconds: int = struct.unpack("!q", data)[0]
        return EPOCH + dt.timedelta(microseconds=microseconds)


# A statement is prepared once for each combination of the types of its values, and NULL has none. The statements name
# the types themselves, so the values need not: each statement is prepared once.
class _Date(DateDumper):
    oid = 0


class _Instant(DatetimeDumper):
    oid = 0


class _Time(TimeDumper):
    oid = 0


def _raw(text: str | bytes) -> str | bytes:
    return text


ADAPTERS = AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(int, Int8Dumper)
ADAPTERS.register_dumper(dt.date, _Date)
ADAPTERS.register_dumper(dt.datetime, _Instant)
ADAPTERS.register_dumper(dt.time, _Time)
set_json_loads(_raw, ADAPTERS)  # `records.decode_task` decodes them

POOLED = AdaptersMap(ADAPTERS)
"""For connections whose time zone is not ours to set: a pooler may have its own idea of it."""
POOLED.register_loader("timestamptz", UtcLoader)
