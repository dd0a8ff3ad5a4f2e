"""A cursor holds for one query: whatever that filters or sorts by, another value of it is another query."""

import datetime as dt
from itertools import permutations
from typing import Any
from uuid import UUID

import attrs
import pytest

from adapters.tokens import Sealer
from entrypoints.http.errors import InvalidCursor
from entrypoints.http.routes.task_queries import FILTERS
from entrypoints.http.wire.cursors import Cursors
from todo_core.lists import ListId
from todo_core.queries import NO_PARENT, Cursor, DueFilter, Query, Sort, SortKey
from todo_core.tasks import Draft, Place, Priority, Task, TaskId
from todo_core.users import UserId

NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
USER = UserId(UUID(int=1))
LISTS = [ListId(UUID(int=number)) for number in (2, 3)]
TASK = Task.create(Draft("Buy milk"), TaskId(UUID(int=5)), Place(LISTS[0]), NOW)
VALUES: dict[str, list[Any]] = {
    "completed": [None, False, True],
    "priorities": [frozenset(), {Priority.LOW}, {Priority.LOW, Priority.HIGH}],
    "tags": [frozenset(), {"a"}, {"a", "b"}, {"ab"}],
    "words": [(), ("a",), ("a", "b"), ("ab",)],
    "due": [None, *DueFilter],
    "due_before": [None, NOW.date(), NOW.date() + dt.timedelta(days=1)],
    "due_after": [None, NOW.date(), NOW.date() + dt.timedelta(days=1)],
    "updated_after": [None, NOW, NOW + dt.timedelta(microseconds=1)],
    "lists": [frozenset(), {LISTS[0]}, {LISTS[1]}, set(LISTS)],
    "parent": [None, NO_PARENT, TaskId(UUID(int=4))],
    "deleted": [False, True],
    "sort": [Sort(key, descending=down) for key in SortKey if key is not SortKey.POSITION for down in (False, True)],
}
"""Some values of each member of a query; a new member needs some, too."""


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Query)])
def test_each_member_of_a_query_is_bound(name: str) -> None:
    """A cursor that is made under one value is refused under every other."""
    cursors = Cursors(Sealer([b"a secret of thirty-two bytes, yes"]))
    for made, other in permutations(VALUES[name], 2):
        query, another = Query(**{name: made}), Query(**{name: other})
        cursor = Cursor(query.sort.position(TASK), NOW, "UTC")
        token = cursors.seal_cursor(USER, query, cursor)

        assert cursor == cursors.open_cursor(USER, query, token)
        with pytest.raises(InvalidCursor):
            cursors.open_cursor(USER, another, token)


def test_each_member_of_a_query_is_a_parameter() -> None:
    """What can be filtered and sorted by can be asked for."""
    assert {field.name for field in attrs.fields(Query)} == {parameter.field for parameter in FILTERS}
