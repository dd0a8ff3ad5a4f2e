"""Cursors and sync tokens: places in a list, sealed, so that only their owner can use them and nobody make them."""

import datetime as dt
import hashlib
import json
from typing import Any
from uuid import UUID

import attrs

from entrypoints.http.errors import InvalidCursor, InvalidSyncToken
from entrypoints.http.ports import Sealer
from todo_core.changes import SyncPoint
from todo_core.errors import InvalidToken
from todo_core.queries import Cursor, Key, KeysetPosition, Query, SortKey
from todo_core.users import UserId

CURSOR = "cursor"
SYNC = "sync"
MOST = 4096
"""How long a token may be; the longest that is made has a third of it."""

_INSTANTS = {SortKey.CREATED_AT, SortKey.UPDATED_AT}


@attrs.frozen
class Cursors:
    """Writes places down and reads them again. A token is bound to its user, and a cursor to its filters and sort."""

    sealer: Sealer

    def cursor(self, user: UserId, query: Query, cursor: Cursor) -> str:
        """Return the cursor behind a page."""
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

    def open_cursor(self, user: UserId, query: Query, cursor: str) -> Cursor:
        """Return how to go on behind a page. Raises InvalidCursor."""
        try:
            owner, filters, key, task, now, timezone = self._open(CURSOR, cursor)
        except InvalidToken:
            raise InvalidCursor from None
        if (owner, filters) != (user.hex, digest(query)):
            raise InvalidCursor
        place = KeysetPosition(_key(query.sort.by, key), UUID(task))
        return Cursor(place, dt.datetime.fromisoformat(now), timezone)

    def sync_token(self, user: UserId, point: SyncPoint) -> str:
        """Return the token for a point in the change feed."""
        return self._seal(SYNC, [user.hex, point.base, point.position])

    def sync_point(self, user: UserId, token: str) -> SyncPoint:
        """Return the point that a token stands for. Raises InvalidSyncToken."""
        try:
            owner, base, position = self._open(SYNC, token)
        except InvalidToken:
            raise InvalidSyncToken from None
        if owner != user.hex:
            raise InvalidSyncToken
        return SyncPoint(base, position)

    def _seal(self, kind: str, fields: list[Any]) -> str:
        return self.sealer.seal(kind, json.dumps(fields, separators=(",", ":")).encode())

    def _open(self, kind: str, token: str) -> list[Any]:
        if len(token) > MOST or not token.isascii():
            raise InvalidToken
        fields: list[Any] = json.loads(self.sealer.open(kind, token))
        return fields


def digest(query: Query) -> str:
    """Return a short stand-in for the filters and the sort."""
    parts = [
        query.completed,
        sorted(query.priorities),
        sorted(query.tags),
        sorted(set(query.words)),
        query.due and query.due.value,
        *(bound and bound.isoformat() for bound in (query.due_before, query.due_after, query.updated_after)),
        query.deleted,
        query.sort.by.value,
        query.sort.descending,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _key(by: SortKey, key: Any) -> Key:  # noqa: ANN401 - what was sealed: a number or a text
    restored: Key = dt.datetime.fromisoformat(key) if by in _INSTANTS else key
    return restored
