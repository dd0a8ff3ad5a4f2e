"""Brings a database to the newest schema, and says how far one is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from typing import LiteralString

import psycopg
import sqlalchemy as sa
from alembic import command
from psycopg import errors

from adapters.postgres.connecting import connect
from adapters.postgres.remedies import explain
from adapters.postgres.schema import Schema, State, judge
from adapters.postgres.scripts import configuration, is_behind
from todo_core.errors import Unavailable

ADVISORY_LOCK = 0x746F646F
PATIENCE_SECONDS = 60
LIMITS = {"lock_timeout": "2s", "statement_timeout": "10min"}
"""How long a migration may stand in line for a table, and everybody else behind it; how long one statement may take."""
POLL_SECONDS = 0.05
_UNLIMITED = {"idle_in_transaction_session_timeout": 90600, "transaction_timeout": 170000}
"""What would end the transaction that holds the lock, and since which version of PostgreSQL there is such a thing."""
_HOLDER = """
SELECT l.pid, a.application_name, a.client_addr::text, a.backend_start FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"""
_OLDEST = """
SELECT pid, application_name, client_addr::text, xact_start FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1"""


def migrate(url: str, *, patience: float = PATIENCE_SECONDS) -> Schema:
    """Apply every migration that the database lacks, each in a transaction of its own; return what there is then.

    Who comes second waits for the first, and finds nothing to do. A newer schema stays as it is.

    Args:
        url: the database, at any libpq URL; past a transaction pooler if migrations are long.
        patience: for how many seconds to wait for other migrators, and for tables that are in use.

    Raises:
        Unavailable: the database cannot be reached, is not ours, or did not become free in time.
    """
    deadline = time.monotonic() + patience
    try:
        with _alone(url, deadline) as connection:
            while (schema := _look(connection)) is None or not schema.is_usable:
                if schema is not None and schema.state is State.EMPTY:
                    _check_may_create(connection)
                if schema is None or not _upgraded(url):
                    _wait(deadline, f"its tables are in use, most likely {_named(connection, _OLDEST)}")
            return schema
    except (psycopg.Error, sa.exc.DBAPIError) as error:
        raise Unavailable(f"the database cannot be migrated: {explain(_cause(error))}") from error


def script(revision: str | None) -> str:
    """Return the SQL that brings a database from a revision (None: an empty one) to the newest schema.

    For operators who apply migrations by hand; it has the time limits of `migrate`, not its lock.
    """
    config = configuration()
    config.output_buffer = sql = StringIO()
    for name, value in LIMITS.items():
        sql.write(f"SET {name} = '{value}';\n")
    if is_behind(revision):
        command.upgrade(config, f"{revision or 'base'}:head", sql=True)
    return sql.getvalue()


def current(url: str) -> str | None:
    """Return the revision of the database, None before the first migration. Raises Unavailable, also if not ours."""
    with connect(url) as connection:
        try:
            return judge(connection).revision
        except psycopg.Error as error:
            raise Unavailable(f"the database cannot be looked into: {explain(error)}") from error


def check_may_begin(url: str) -> None:
    """Raise Unavailable, in words, unless the role may make the first tables."""
    with connect(url) as connection:
        _check_may_create(connection)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Connect for Alembic. psycopg reads the URL itself, so everything that libpq knows may stand in it."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: connect(url), poolclass=sa.NullPool)
    sa.event.listen(engine, "begin", _limit)
    with engine.connect() as connection:
        try:
            yield connection
        finally:
            _end_limits(connection)


def _limit(connection: sa.Connection) -> None:
    """Set the time limits, for the transaction that begins: a pooler may give its connection to somebody else then."""
    local = not connection.connection.dbapi_connection.autocommit  # type: ignore[union-attr] # it is psycopg's
    for name, value in LIMITS.items():
        connection.exec_driver_sql(f"SET {'LOCAL' if local else 'SESSION'} {name} = '{value}'")


def _end_limits(connection: sa.Connection) -> None:
    """Take back what was set outside transactions."""
    with suppress(sa.exc.DBAPIError):  # a connection that broke has no limits any more
        connection.rollback()
        for name in LIMITS:
            connection.exec_driver_sql(f"RESET {name}")
        connection.commit()


@contextmanager
def _alone(url: str, deadline: float) -> Iterator[psycopg.Connection]:
    """Hold the migrators' lock in a transaction: behind a transaction pooler it ends with us, not with a connection.

    It is asked for again and again, in a transaction each time: one that waits would hold a snapshot, for which
    `CREATE INDEX CONCURRENTLY` in the other migrator would wait in turn.
    """
    connection = connect(url)
    try:
        while not _taken(connection):
            holder = _named(connection, _HOLDER, ADVISORY_LOCK)
            connection.rollback()
            _wait(deadline, f"another migration is under way, {holder}")
        yield connection
    finally:
        with suppress(psycopg.OperationalError):
            connection.rollback()
        connection.close()


def _look(connection: psycopg.Connection) -> Schema | None:
    """Return the schema, and keep no lock of a table; None when one was not to be had in time."""
    try:
        with connection.transaction(force_rollback=True):
            return judge(connection)
    except errors.LockNotAvailable:
        return None


def _taken(connection: psycopg.Connection) -> bool:
    """Begin a transaction without a limit of time, and try to take the lock for it."""
    settings = {name: "0" for name, since in _UNLIMITED.items() if connection.info.server_version >= since}
    for name, value in {**LIMITS, **settings}.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    return row is not None and bool(row[0])


def _named(connection: psycopg.Connection, query: LiteralString, *values: int) -> str:
    """Return who is in the way, in words."""
    row = connection.execute(query, values).fetchone()
    if row is None:
        return "by somebody who has just ended"
    pid, program, address, since = row
    return (
        f"by process {pid} of the server ({program or 'without a name'} at {address or 'its own machine'}, since"
        f" {since:%Y-%m-%d %H:%M:%S}): wait for it, or end it with SELECT pg_terminate_backend({pid})"
    )


def _check_may_create(connection: psycopg.Connection) -> None:
    """Raise Unavailable unless the role may make tables. PostgreSQL 15 took that right in `public` from everybody."""
    query = (
        "SELECT has_schema_privilege(current_schema(), 'CREATE'), current_schema(), current_user, current_database()"
    )
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - it returns one row
    may, schema, role, database = row
    if not may:
        raise Unavailable(
            f"the role {role} may not make tables in the schema {schema}: ALTER DATABASE {database} OWNER TO {role}"
        )


def _upgraded(url: str) -> bool:
    """Return whether everything is applied; False when a table was not to be had in time."""
    try:
        with connected(url) as connection:
            command.upgrade(configuration(connection), "head")
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            return False
        raise
    return True


def _cause(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error


def _wait(deadline: float, reason: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(f"the database cannot be migrated: {reason}")
    time.sleep(POLL_SECONDS)
