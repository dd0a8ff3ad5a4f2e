"""The clock of the machine, the time zones of the IANA database, ids made of time and randomness, and randomness."""

import datetime as dt
import re
import secrets
import zoneinfo
from functools import cache
from importlib import metadata, resources
from uuid import UUID

from typing_extensions import override
from uuid_utils.compat import uuid7

from todo_core.errors import UnknownTimezone
from todo_core.ports import Clock, Ids, Randomness
from todo_core.recomputation import Release

PLACEHOLDERS = frozenset({"", "Factory"})  # `Factory` stands for "nobody has chosen one yet"


def time_zone_release() -> str:
    """Return the version of the `tzdata` package: year and number of the release of the IANA database, "2026.2"."""
    return metadata.version("tzdata")


class SystemClock(Clock):
    """The `Clock` port. Zones are those that the `tzdata` package lists, so every machine knows the same names."""

    @override
    def now(self) -> dt.datetime:
        """Return the current instant, in UTC."""
        return dt.datetime.now(dt.UTC)

    @override
    def zone(self, name: str) -> dt.tzinfo:
        """Return the IANA time zone of this exact name. Raises UnknownTimezone."""
        if name not in _names():
            raise UnknownTimezone(name)
        return _zone(name)

    @override
    def zone_release(self) -> Release:
        """Return the release of the `tzdata` package."""
        return tuple(map(int, re.findall("[0-9]+", time_zone_release())))


class SystemIds(Ids):
    """The `Ids` port: UUIDv7, in order within a process."""

    @override
    def new(self) -> UUID:
        """Return an id that nobody has."""
        return uuid7()


class SystemRandomness(Randomness):
    """The `Randomness` port."""

    @override
    def characters(self, alphabet: str, count: int) -> str:
        """Return characters drawn by the operating system's source."""
        return "".join(secrets.choice(alphabet) for _ in range(count))


@cache
def _zone(name: str) -> dt.tzinfo:
    """Return a zone by the rules of the `tzdata` package: those of the operating system may be old."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return zoneinfo.ZoneInfo.from_file(rules, key=name)


@cache
def _names() -> frozenset[str]:
    """Return the names that there are; looking for a file of that name instead would find `localtime` and paths."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.splitlines()) - PLACEHOLDERS
