"""How PostgreSQL finds rows among a million tasks of a thousand users, one of whom has a tenth of them."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from psycopg import sql

from adapters.postgres import feed, queries, reading, recomputation, tree, writing
from adapters.postgres.access import Access
from adapters.postgres.grouped_writing import CHANGE_TASKS, REQUESTS, USERS
from adapters.postgres.queries import Filters, PageStart
from adapters.postgres.reader import READS
from adapters.postgres.statements import Statement
from bench import data
from tests.conftest import newest_database
from tests.task_queries import EVERY_SORT, narrowed
from todo_core.lists import ListId
from todo_core.moments import Moment
from todo_core.ports import PurgeCutoffs
from todo_core.queries import NO_PARENT, DueFilter, Key, KeysetPosition, NoParent, Query, Sort, SortKey, parse_words
from todo_core.tasks import Priority, TaskId

LIMIT = 50
FAR = 90_000
MODES = ("force_custom_plan", "force_generic_plan")
NOW = dt.datetime.now(dt.UTC)
MOMENT = Moment(NOW)
LIST = ListId(data.list_of(0, 0))
POINT = "V"
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "open": {"completed": False},
    "priorities": {"priorities": frozenset({Priority.LOW, Priority.HIGH})},
    "tags": {"tags": frozenset({"home", "work"})},
    "words": {"words": parse_words("buy milk")},
    "today": {"due": DueFilter.TODAY},
    "overdue": {"due": DueFilter.OVERDUE},
    "undated": {"due": DueFilter.NONE},
    "due between": {"due_after": dt.date(2026, 3, 1), "due_before": dt.date(2026, 4, 1)},
    "updated": {"updated_after": NOW - dt.timedelta(days=1)},
    "trash": {"deleted": True},
    "list": {"lists": frozenset({LIST})},
    "lists": {"lists": frozenset({LIST, ListId(UUID(int=1))})},
    "top level": {"lists": frozenset({LIST}), "parent": NO_PARENT},
    "subtasks": {"parent": TaskId(UUID(int=1))},
    "several": {"completed": True, "priorities": frozenset({Priority.LOW}), "words": parse_words("milk")},
}
WALKS = [sort for sort in EVERY_SORT if sort.by in {SortKey.CREATED_AT, SortKey.UPDATED_AT, SortKey.DUE}]
FIRST, OTHER = 0, 1
"""The user with most tasks, and one of the others."""


@pytest.fixture(scope="module")
def crowded(postgres_server: str) -> Iterator[psycopg.Connection]:
    """A connection to a database with all of them."""
    with newest_database(postgres_server) as url:
        data.fill(url, data.MILLION)
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


def explain(
    connection: psycopg.Connection, statement: Statement, values: Mapping[str, object], mode: str, *, run: bool = False
) -> list[dict[str, Any]]:
    """Return the parts of the plan that read tasks; with what they read, when the statement is run."""
    places = itertools.count(1)
    text = "".join(part if part != "%s" else f"${next(places)}" for part in _parts(statement.sql))
    connection.execute(f"SET plan_cache_mode = {mode}".encode())
    connection.execute(f"PREPARE asked AS {text}".encode())
    try:
        options = sql.SQL("ANALYZE, TIMING OFF, FORMAT JSON" if run else "FORMAT JSON")
        arguments = sql.SQL(", ").join(map(sql.Literal, statement.bind(values)))
        row = connection.execute(sql.SQL("EXPLAIN ({}) EXECUTE asked({})").format(options, arguments)).fetchone()
    finally:
        connection.execute("DEALLOCATE asked")
    assert row is not None
    return list(_reading_tasks(row[0][0]["Plan"]))


def _parts(text: str) -> list[str]:
    """Return a text cut before and after each place for a value."""
    pieces = [piece.replace("%%", "%") for piece in text.split("%s")]
    return [part for piece in pieces for part in (piece, "%s")][:-1]


def _reading_tasks(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") == "tasks" or plan["Node Type"] == "Bitmap Index Scan":
        yield plan
    for part in plan.get("Plans", ()):
        yield from _reading_tasks(part)


def values(user: int, query: Query, after: KeysetPosition | None = None) -> dict[str, object]:
    """Return what a list of a user takes."""
    found = queries.values(query, MOMENT)
    if after is not None:
        found |= {"after_key": after.key, "after_id": after.id}
    return {**caller(user), **found, "limit": LIMIT, "max_rows": LIMIT + 1}


def caller(user: int) -> dict[str, object]:
    """Return what every statement of a user takes."""
    return {"user": data.uuid(user), "session": data.uuid(user), "now": NOW}


def by_owner(parts: list[dict[str, Any]]) -> bool:
    """Say whether every part goes by an index of the owner."""
    indexed = [part for part in parts if part["Node Type"] != "Bitmap Heap Scan"]
    return bool(indexed) and all("user_id" in part.get("Index Cond", "") for part in indexed)


def rows_read(parts: list[dict[str, Any]]) -> int:
    """Return how many rows the parts have looked at."""
    return sum(
        int((part["Actual Rows"] + part.get("Rows Removed by Filter", 0)) * part["Actual Loops"]) for part in parts
    )


def position(connection: psycopg.Connection, sort: Sort, number: int) -> KeysetPosition:
    """Return the place behind that many tasks of the first user."""
    key, direction = queries.COLUMNS[sort.by].name, "DESC" if sort.descending else "ASC"
    last = "due_date IS NULL, " if sort.by is SortKey.DUE else ""
    row = connection.execute(
        f"SELECT {key}, id FROM tasks WHERE user_id = %s ORDER BY {last} {key} {direction}, id {direction} "  # noqa: S608
        f"LIMIT 1 OFFSET {number}".encode(),
        (data.uuid(FIRST),),
    ).fetchone()
    assert row is not None
    return KeysetPosition(*row)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FILTERS)
def test_every_list_uses_an_index_of_its_owner(crowded: psycopg.Connection, name: str, mode: str) -> None:
    """Whatever is filtered, in every order, at the start and further on, for whoever has few tasks or many."""
    places: dict[SortKey, Key] = {
        SortKey.CREATED_AT: NOW,
        SortKey.UPDATED_AT: NOW,
        SortKey.DUE: 10**9,
        SortKey.PRIORITY: 1,
        SortKey.TITLE: "m",
        SortKey.POSITION: POINT,
    }
    for sort, user in itertools.product(EVERY_SORT, (FIRST, OTHER)):
        query = narrowed(Query(**FILTERS[name]), sort)
        for after in (None, KeysetPosition(places[sort.by], UUID(int=0))):
            statement = queries.page(Access.SESSION, Filters.of(query), sort, PageStart.of(sort, after), LIMIT)
            assert by_owner(explain(crowded, statement, values(user, query, after), mode)), (sort, user, after)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FILTERS)
def test_every_count_uses_an_index_of_its_owner(crowded: psycopg.Connection, name: str, mode: str) -> None:
    """So does the number of all pages together."""
    query = Query(**FILTERS[name])
    for user in (FIRST, OTHER):
        assert by_owner(explain(crowded, queries.count(Access.SESSION, Filters.of(query)), values(user, query), mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", [0, 1_000, FAR])
@pytest.mark.parametrize("sort", WALKS, ids=str)
def test_page_reads_no_more_than_it_shows(crowded: psycopg.Connection, sort: Sort, number: int, mode: str) -> None:
    """The first page and a far one read as many rows as they show, and one more; for each part of the list."""
    after = position(crowded, sort, number) if number else None
    statement = queries.page(Access.SESSION, Filters.of(Query(sort=sort)), sort, PageStart.of(sort, after), LIMIT)
    parts = 2 if sort == Sort(SortKey.DUE, descending=True) else 1

    plan = explain(crowded, statement, values(FIRST, Query(sort=sort), after), mode, run=True)

    assert by_owner(plan)
    assert 0 < rows_read(plan) <= parts * (LIMIT + 1)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parent", [None, NO_PARENT])
def test_list_in_order_reads_no_more_than_it_shows(
    crowded: psycopg.Connection, parent: NoParent | None, mode: str
) -> None:
    """What a client shows of a list: its tasks by position; of the top level alone, subtasks are passed over."""
    sort = Sort(SortKey.POSITION)
    query = Query(lists=frozenset({LIST}), parent=parent, sort=sort)
    statement = queries.page(Access.SESSION, Filters.of(query), sort, PageStart.of(sort, None), LIMIT)

    plan = explain(crowded, statement, values(FIRST, query), mode, run=True)

    assert by_owner(plan)
    assert LIMIT < rows_read(plan) <= 2 * (LIMIT + 1)


@pytest.mark.parametrize("mode", MODES)
def test_a_place_reads_its_neighbours(crowded: psycopg.Connection, mode: str) -> None:
    """To put a task between others reads as many on either side as are asked for, not the whole list."""
    task = data.uuid(data.MILLION.tasks_of(FIRST)[FAR])
    place = {**caller(FIRST), "list": LIST, "parent": task, "point": POINT, "besides": task, "max_rows": 1}

    for statement in (tree.ROOTS_AROUND, tree.SUBTASKS_AROUND):
        plan = explain(crowded, statement, place, mode, run=True)
        assert by_owner(plan)
        assert rows_read(plan) <= 4


@pytest.mark.parametrize("mode", MODES)
def test_a_subtree_reads_itself(crowded: psycopg.Connection, mode: str) -> None:
    """What lies above a task and below it is found without a look at the rest."""
    number = data.MILLION.tasks_of(FIRST)[FAR]

    for statement in (tree.PATH, tree.BELOW):
        plan = explain(crowded, statement, {**caller(FIRST), "task": data.uuid(number)}, mode, run=True)
        assert 0 < rows_read(plan) <= 10


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", [0, 1_000, FAR])
def test_feed_reads_no_more_than_it_shows(crowded: psycopg.Connection, number: int, mode: str) -> None:
    """The change feed reads no more tasks than it shows, and one, and no more lists."""
    bounds = {"base": number, "position": number, "limit": LIMIT, "max_rows": LIMIT + 1}

    plan = explain(crowded, feed.PAGE[Access.SESSION], {**caller(FIRST), **bounds}, mode, run=True)

    assert by_owner(plan)
    assert LIMIT + 1 <= rows_read(plan) <= 2 * (LIMIT + 1)


@pytest.mark.parametrize("mode", MODES)
def test_a_revision_reads_no_tasks(crowded: psycopg.Connection, mode: str) -> None:
    """To know whether a page is still true, nobody looks at tasks."""
    assert [] == explain(crowded, feed.REVISION[Access.SESSION], caller(FIRST), mode)


@pytest.mark.parametrize("mode", MODES)
def test_one_task_is_one_row(crowded: psycopg.Connection, mode: str) -> None:
    """A task, and whose it is, are found at once."""
    task = data.uuid(data.MILLION.tasks_of(FIRST)[FAR])

    assert 1 == rows_read(explain(crowded, READS[Access.SESSION].task, {**caller(FIRST), "task": task}, mode, run=True))
    assert 1 == rows_read(explain(crowded, reading.TASK_OWNER, {"task": task}, mode, run=True))


@pytest.mark.parametrize("mode", MODES)
def test_changes_that_come_together_look_each_task_up(crowded: psycopg.Connection, mode: str) -> None:
    """However many requests share the statement."""
    request = {"number": 0, "user": str(data.uuid(OTHER)), "id": str(data.uuid(data.MILLION.tasks_of(OTHER)[0]))}
    shared = {REQUESTS: json.dumps([request] * 64), USERS: [data.uuid(OTHER)] * 64}

    plan = explain(crowded, CHANGE_TASKS[Access.SESSION], shared, mode)

    reading = [part for part in plan if part["Node Type"] != "ModifyTable"]
    assert reading
    assert all("Index Scan" in part["Node Type"] for part in reading)


@pytest.mark.parametrize("mode", MODES)
def test_purge_does_not_look_through_everything(crowded: psycopg.Connection, mode: str) -> None:
    """Where nothing is to be purged, nothing is read to know it."""
    bounds = dict.fromkeys((field.name for field in attrs.fields(PurgeCutoffs)), NOW - dt.timedelta(days=400))

    assert 0 == rows_read(explain(crowded, reading.USERS_TO_PURGE, {**bounds, "max_rows": 100}, mode, run=True))
    for statement in (writing.ERASE_TASKS, writing.REMOVE_TOMBSTONES):
        plan = explain(crowded, statement, {**caller(FIRST), "before": NOW, "max_rows": 1000}, mode)
        assert all(part["Node Type"] != "Seq Scan" for part in plan)


@pytest.mark.parametrize("mode", MODES)
def test_due_dates_are_recomputed_user_by_user(crowded: psycopg.Connection, mode: str) -> None:
    """To find who has due dates with a zone, and which, the tasks of each user are looked up, never all tasks."""
    asked = {"after": reading.NIL, "max_rows": 100}
    dues = {"ids": [UUID(int=1)], "instants": [NOW]}

    assert by_owner(explain(crowded, recomputation.USERS_BY_FIXED_DUES, asked, mode))
    assert by_owner(explain(crowded, recomputation.FIXED_DUES, {**caller(OTHER), **asked}, mode))
    _, *reading_them = explain(crowded, recomputation.REPLACE_INSTANTS, {**caller(OTHER), **dues}, mode)
    assert ["Index Scan"] == [part["Node Type"] for part in reading_them]
