"""The compiled text of each fixed statement stands in docs/statements.sql, where it can be read and explained.

After a change on purpose: `UPDATE_STATEMENTS=1 .venv/bin/python -m pytest tests/postgres/test_statements.py`.
"""

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import attrs

import adapters.postgres
from adapters.postgres import queries
from adapters.postgres.access import Access
from adapters.postgres.queries import Filters, PageStart
from adapters.postgres.reader import READS
from adapters.postgres.statements import Statement
from todo_core.queries import DueFilter, Query, Sort, SortKey

FILE = Path(__file__).parents[2] / "docs" / "statements.sql"
HEADER = """\
-- Every fixed statement of the PostgreSQL adapter, as psycopg sends it, with the names of its parameters.
-- Lists have one statement for each combination of filters and sort order; a few stand here as examples.
-- Written by tests/postgres/test_statements.py, which compares it with the program.
"""
LISTS = {
    "first page, newest first": (Query(), PageStart.START),
    "next page, newest first": (Query(), PageStart.BEHIND),
    "open, due today, by due date": (
        Query(completed=False, due=DueFilter.TODAY, sort=Sort(SortKey.DUE, descending=False)),
        PageStart.START,
    ),
    "first page, by due date descending": (Query(sort=Sort(SortKey.DUE)), PageStart.START),
    "search": (Query(words=("buy", "milk")), PageStart.START),
}


def constants() -> Iterator[tuple[str, Statement]]:
    """Yield the statements that modules hold, with their names."""
    for module in sorted(pkgutil.iter_modules(adapters.postgres.__path__)):
        for name, value in vars(import_module(f"adapters.postgres.{module.name}")).items():
            if isinstance(value, Statement):
                yield f"{module.name}.{name}", value
            if isinstance(value, dict) and all(isinstance(one, Statement) for one in value.values()):
                for access, statement in value.items():
                    yield f"{module.name}.{name}, access check: {access.value}", statement


def statements() -> Iterator[tuple[str, Statement]]:
    """Yield each statement with the name by which the adapter knows it."""
    yield from constants()
    for access, reads in READS.items():
        for name, value in attrs.asdict(reads, recurse=False).items():
            yield f"reading.Reads.{name}, access check: {access.value}", value
    for words, (query, start) in LISTS.items():
        filters = Filters.of(query)
        yield f"queries.page: {words}", queries.page(Access.SESSION, filters, query.sort, start, 50)
    yield "queries.count", queries.count(Access.SESSION, Filters.of(Query()))


def text() -> str:
    """Return what the file has to say."""
    parts = []
    seen: dict[str, str] = {}
    for name, statement in statements():
        sql = statement.sql % tuple(f":{parameter}" for parameter in statement.names)
        if sql in seen:
            continue
        seen[sql] = name
        lines = "\n".join(line.rstrip() for line in sql.strip().splitlines())
        parts.append(f"-- {name}\n{lines};\n")
    return "\n".join((HEADER, *parts))


def test_the_file_of_statements_is_true() -> None:
    """What stands in the file is what the program sends."""
    if os.environ.get("UPDATE_STATEMENTS"):
        FILE.write_text(text(), encoding="utf-8")

    assert text() == FILE.read_text(encoding="utf-8")
