"""What is in a database: our tables, somebody else's, and how many rows."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import attrs
import psycopg
from psycopg import errors, sql

from adapters.postgres.backup.errors import BackupError
from adapters.postgres.connecting import connect
from adapters.postgres.remedies import explain
from adapters.postgres.schema import OURS, REVISIONS
from todo_core.errors import Unavailable

CLOSING_SECONDS = 2.0
PAUSE_SECONDS = 0.05
LOST = ("08", "57P")
"""Classes of SQLSTATE: the connection is gone, or the server is stopping."""
_TABLES = """
SELECT c.relname FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname"""
_OTHERS = """
SELECT count(*) FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'"""


@attrs.frozen
class Server:
    """The major version of a server, and whether connections to it use TLS."""

    major: int
    tls: bool


@attrs.frozen
class Contents:
    """What the schema of a connection holds: the rows of each table, by name, and the newest migration."""

    schema: str
    rows: Mapping[str, int]
    revision: str | None

    @property
    def is_ours(self) -> bool:
        """Say whether the tables are this program's, of whatever release."""
        return self.rows.keys() >= OURS

    @property
    def has_rows(self) -> bool:
        """Say whether anything would be lost with the tables."""
        return any(number for table, number in self.rows.items() if table != REVISIONS)


def contents(connection: psycopg.Connection) -> Contents:
    """Look into a database, in the transaction that is under way. Raises BackupError."""
    row = connection.execute("SELECT current_schema()").fetchone()
    if row is None or row[0] is None:
        raise BackupError("the database has no schema to look into: its role's search_path leads nowhere")
    schema = str(row[0])
    tables = [str(name) for (name,) in connection.execute(_TABLES)]
    rows = {table: _number(connection, _counting(schema, table)) for table in tables}
    revision = _revision(connection, schema) if rows.keys() >= OURS else None
    return Contents(schema, rows, revision)


def _revision(connection: psycopg.Connection, schema: str) -> str | None:
    query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, REVISIONS))
    row = connection.execute(query).fetchone()
    return None if row is None else str(row[0])


def _counting(schema: str, table: str) -> sql.Composed:
    return sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """Connect for one transaction, which is committed at the end of the block. Raises Unavailable and BackupError."""
    try:
        with connect(url) as connection:
            yield connection
    except errors.InsufficientPrivilege as error:
        raise BackupError(f"the database's role may not do this: {explain(error)}") from error
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate.startswith(LOST):
            raise Unavailable(f"the database cannot be reached: {explain(error)}") from error
        raise BackupError(f"the database refuses: {explain(error)}") from error


def server(url: str) -> Server:
    """Ask a database for what its programs have to fit. Raises Unavailable."""
    with connected(url) as connection:
        return Server(connection.info.server_version // 10_000, connection.pgconn.ssl_in_use)


def others(connection: psycopg.Connection) -> int:
    """Return how many other connections of the same role stay open: servers, most likely.

    Those of a server that has just been stopped are there for a moment, so they have `CLOSING_SECONDS` to end.
    """
    deadline = time.monotonic() + CLOSING_SECONDS
    while (number := _number(connection, sql.SQL(_OTHERS))) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        connection.execute("SELECT pg_catalog.pg_stat_clear_snapshot()")  # a transaction sees the same list again
    return number


def _number(connection: psycopg.Connection, query: sql.SQL | sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - a count is one row
    return int(row[0])
