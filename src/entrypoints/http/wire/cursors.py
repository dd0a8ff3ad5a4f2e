"""Cursors and sync tokens: sealed positions, which only their user can use and nobody can forge."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import attrs
import msgspec

from entrypoints.http.errors import InvalidCursor, InvalidSyncToken
from entrypoints.http.ports import Sealer
from todo_core.changes import SyncPoint
from todo_core.errors import InvalidToken
from todo_core.queries import Cursor, Key, KeysetPosition, Query, SortKey
from todo_core.tasks import TaskId
from todo_core.users import UserId

CURSOR = "cursor"
SYNC = "sync"
HISTORY = "history"
MAX_TOKEN_LENGTH = 4096
"""About three times the longest token that is made."""

_INSTANTS = {SortKey.CREATED_AT, SortKey.UPDATED_AT}
_encode = msgspec.json.Encoder(order="deterministic").encode


@attrs.frozen
class Cursors:
    """Seals and opens positions. A token is bound to its user, and a cursor to its filters and sort order."""

    sealer: Sealer

    def seal_cursor(self, user: UserId, query: Query, cursor: Cursor) -> str:
        """Return the token of a cursor."""
        key = cursor.position.key
        return self._seal(
            CURSOR,
            [
                user.hex,
                digest(query),
                key.isoformat() if isinstance(key, dt.datetime) else key,
                cursor.position.id.hex,
                cursor.now.isoformat(),
                cursor.timezone,
            ],
        )

    def open_cursor(self, user: UserId, query: Query, token: str) -> Cursor:
        """Return the cursor of a token. Raises InvalidCursor."""
        try:
            owner, filters, key, task, now, timezone = self._open(CURSOR, token)
        except InvalidToken:
            raise InvalidCursor from None
        if (owner, filters) != (user.hex, digest(query)):
            raise InvalidCursor
        position = KeysetPosition(_key(query.sort.by, key), UUID(task))
        return Cursor(position, dt.datetime.fromisoformat(now), timezone)

    def seal_sync_point(self, user: UserId, point: SyncPoint) -> str:
        """Return the token of a point in the change feed."""
        return self._seal(SYNC, [user.hex, point.base, point.position])

    def open_sync_point(self, user: UserId, token: str) -> SyncPoint:
        """Return the point of a token. Raises InvalidSyncToken."""
        try:
            owner, base, position = self._open(SYNC, token)
        except InvalidToken:
            raise InvalidSyncToken from None
        if owner != user.hex:
            raise InvalidSyncToken
        return SyncPoint(base, position)

    def seal_history(self, user: UserId, task: TaskId, before: int) -> str:
        """Return the token of a place in the past occurrences of a task: behind that version."""
        return self._seal(HISTORY, [user.hex, task.hex, before])

    def open_history(self, user: UserId, task: TaskId, token: str) -> int:
        """Return the version of a token. Raises InvalidCursor."""
        try:
            owner, of, before = self._open(HISTORY, token)
        except InvalidToken:
            raise InvalidCursor from None
        if (owner, of) != (user.hex, task.hex):
            raise InvalidCursor
        return int(before)

    def _seal(self, kind: str, fields: list[Any]) -> str:
        return self.sealer.seal(kind, _encode(fields))

    def _open(self, kind: str, token: str) -> list[Any]:
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise InvalidToken
        fields: list[Any] = msgspec.json.decode(self.sealer.open(kind, token))
        return fields


def digest(query: Query) -> str:
    """Return a digest of everything that a query filters and sorts by."""
    unordered = attrs.evolve(query, words=tuple(sorted(set(query.words)))) if query.words else query
    return hashlib.sha256(_encode(unordered)).hexdigest()[:32]


def _key(by: SortKey, key: Any) -> Key:  # noqa: ANN401 - what was sealed: a number or a text
    restored: Key = dt.datetime.fromisoformat(key) if by in _INSTANTS else key
    return restored
