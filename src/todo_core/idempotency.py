"""Requests that may be repeated without being carried out twice."""

import datetime as dt
import re

import attrs

from todo_core.errors import IdempotencyKeyReused, InvalidInput
from todo_core.lists import TaskList
from todo_core.tasks import Task

RESULT_RETENTION = dt.timedelta(hours=24)
MAX_IDEMPOTENCY_KEYS = 100_000
"""How many results a user may have stored at a time."""
FEW_RESULTS = 1000
"""Up to so many stored results, a store may count them in passing; who has more is looked at in a unit of work."""
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


@attrs.frozen
class IdempotencyKey:
    """The client's key for a request, and a digest of the request that it stands for.

    Raises InvalidInput (path empty) unless the key is 1 to 255 printable ASCII characters.
    """

    value: str
    fingerprint: bytes

    def __attrs_post_init__(self) -> None:
        """Check the key."""
        if _KEY.fullmatch(self.value) is None:
            raise InvalidInput.at((), "malformed", "1 to 255 printable ASCII characters")


@attrs.frozen
class Result:
    """The task that a request led to. `replayed`: the request had been carried out before."""

    task: Task
    replayed: bool = False


@attrs.frozen
class ListResult:
    """The list that a request led to."""

    list: TaskList
    replayed: bool = False


@attrs.frozen
class StoredResult:
    """The task or list that a request with a key led to, stored in the transaction of its effect."""

    key: IdempotencyKey
    item: Task | TaskList
    stored_at: dt.datetime

    def check(self, key: IdempotencyKey) -> None:
        """Raise IdempotencyKeyReused when the key stood for another request."""
        if key.fingerprint != self.key.fingerprint:
            raise IdempotencyKeyReused
