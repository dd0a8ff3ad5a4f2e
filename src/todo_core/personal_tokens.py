"""Personal access tokens: they let a script act for a user, within scopes and for a time.

The text of a token is `todo_pat_`, 32 random characters and a checksum of these, so a typing error or a made-up token
is told without a look into the store, and a scanner of leaked secrets knows one when it sees it. Only a hash is kept:
the text has 190 bits of chance, so SHA-256 without salt is enough (ASVS 11.4.2 is about passwords).
"""

import datetime as dt
import re
import zlib
from collections.abc import Iterable
from enum import Enum
from hashlib import sha256
from typing import NewType
from uuid import UUID

import attrs

from todo_core.errors import InvalidInput, InvalidToken
from todo_core.text import check_visible, nfc
from todo_core.users import UserId

PersonalTokenId = NewType("PersonalTokenId", UUID)

PREFIX = "todo_pat_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
HINT_LENGTH = 4
MAX_NAME_LENGTH = 100
MAX_TOKENS = 50
"""How many a user may have; expired ones do not count."""
MAX_DAYS = 366
DEFAULT_DAYS = 90
USE_NOTED_EVERY = dt.timedelta(minutes=5)
NO_TIME = dt.timedelta()
"""A use so soon after the one noted last is not noted: one write in that time, however busy the token is."""

_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})")


class Scope(Enum):
    """What a token opens. Writing includes reading."""

    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"


def is_personal_token(text: str) -> bool:
    """Return whether a bearer token means to be one of these."""
    return text.startswith(PREFIX)


def token_text(random: str) -> str:
    """Return the token of 32 random characters of `ALPHABET`."""
    return f"{PREFIX}{random}{_checksum(random)}"


def token_digest(text: str) -> bytes:
    """Return the hash under which a token is kept. Raises InvalidToken when its checksum is wrong."""
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape[2] != _checksum(shape[1]):
        raise InvalidToken
    return sha256(text.encode()).digest()


def check_name(name: str) -> str:
    """Return the name of a token in NFC; one of its characters can be seen. Raises InvalidInput (path empty)."""
    return check_visible(nfc(name), max_length=MAX_NAME_LENGTH)


def check_scopes(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Return the scopes, each once. Raises InvalidInput (path empty) when there are none."""
    distinct = frozenset(scopes)
    if not distinct:
        raise InvalidInput.at((), "too-short", "at least one scope")
    return distinct


def check_days(days: int) -> int:
    """Return for how many days a token is good. Raises InvalidInput (path empty)."""
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput.at((), "out-of-range", f"1 to {MAX_DAYS} days")
    return days


@attrs.frozen
class PersonalToken:
    """A token that was made and not revoked. `hint` is the end of its text; `digest` finds it."""

    user: UserId
    id: PersonalTokenId
    name: str
    scopes: frozenset[Scope]
    digest: bytes = attrs.field(repr=False)
    hint: str
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None = None

    def alive(self, now: dt.datetime) -> bool:
        """Return whether the token can still be used."""
        return now < self.expires_at

    def notes_use(self, now: dt.datetime) -> bool:
        """Return whether a use at `now` has to be kept. One in the future was noted by a clock that was ahead."""
        return self.last_used_at is None or not NO_TIME <= now - self.last_used_at < USE_NOTED_EVERY


def _checksum(text: str) -> str:
    """Return the CRC-32 in base 62, most significant digit first, padded to six digits."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
