"""Requests that may be repeated without being carried out twice."""

import datetime as dt
import re

import attrs

from todo_core.errors import IdempotencyKeyReused, InvalidInput
from todo_core.tasks import Task

KEPT = dt.timedelta(hours=24)
KEY = re.compile(r"[\x20-\x7e]{1,255}")
KEYS_MOST = 100_000
"""How many keys a user may have in use at a time."""


@attrs.frozen
class Once:
    """A promise to carry a request out once: the client's key, and a digest of the request it stands for.

    Raises InvalidInput (path empty) unless the key is 1 to 255 printable ASCII characters.
    """

    key: str
    fingerprint: bytes

    def __attrs_post_init__(self) -> None:
        """Check the key."""
        if KEY.fullmatch(self.key) is None:
            raise InvalidInput.at((), "malformed", "1 to 255 printable ASCII characters")


@attrs.frozen
class Outcome:
    """The task that a request led to; `replayed` when it had been carried out before."""

    task: Task
    replayed: bool = False


@attrs.frozen
class Remembered:
    """What a request with a key led to, kept in the transaction of its effect."""

    once: Once
    task: Task
    at: dt.datetime

    def replay(self, once: Once) -> Outcome:
        """Return the outcome again. Raises IdempotencyKeyReused when the key stood for another request."""
        if once.fingerprint != self.once.fingerprint:
            raise IdempotencyKeyReused
        return Outcome(self.task, replayed=True)
