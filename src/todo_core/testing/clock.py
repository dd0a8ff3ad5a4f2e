"""A clock that stands still until it is moved, and ids and characters in sequence: every run is the same run."""

import datetime as dt
import zoneinfo
from functools import cache
from uuid import UUID

import attrs

from todo_core.errors import UnknownTimezone
from todo_core.recomputation import Release

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
VERSION_7 = 0x7 << 76 | 0b10 << 62


@attrs.define
class ManualClock:
    """A Clock that shows what it was set to, and says that its time zones are of the release it was set to.

    `zones`: zones whose rules are other than those of the machine.
    """

    time: dt.datetime = START
    release: Release = (2026, 1)
    zones: dict[str, dt.tzinfo] = attrs.field(factory=dict)

    def now(self) -> dt.datetime:
        """Return the time it was set to."""
        return self.time

    def advance(self, by: dt.timedelta) -> None:
        """Move the clock on."""
        self.time += by

    def zone(self, name: str) -> dt.tzinfo:
        """Return the zone of this name from the system's data or the tzdata package. Raises UnknownTimezone."""
        if name not in _names():
            raise UnknownTimezone(name)
        return self.zones.get(name) or zoneinfo.ZoneInfo(name)

    def zone_release(self) -> Release:
        """Return the release it was set to."""
        return self.release


@attrs.define
class SequentialIds:
    """Ids that count up from 1, in the form of a UUIDv7 (RFC 9562 5.7) of the year 1970."""

    last: int = 0

    def new(self) -> UUID:
        """Return the next id."""
        self.last += 1
        milliseconds, rest = divmod(self.last, 2**12)
        return UUID(int=milliseconds << 80 | VERSION_7 | rest << 64)


@attrs.define
class SequentialCharacters:
    """Randomness that counts up from 1 in the digits of the alphabet: as easy to guess as that."""

    last: int = 0

    def characters(self, alphabet: str, count: int) -> str:
        """Return the next number."""
        self.last += 1
        rest, digits = self.last, ""
        for _ in range(count):
            rest, digit = divmod(rest, len(alphabet))
            digits = alphabet[digit] + digits
        return digits


@cache
def _names() -> frozenset[str]:
    """Return the names of zones; a file of any other name (`localtime`, `right/UTC`) is none."""
    return frozenset(zoneinfo.available_timezones()) - {"Factory", "localtime"}
