"""Brings a database to the newest schema, and says how far one is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import StringIO
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import errors

from adapters.postgres.tables import metadata
from adapters.postgres.urls import parameters
from todo_core.errors import Unavailable

ADVISORY_LOCK = 0x746F646F
PATIENCE_SECONDS = 60
LIMITS = {"lock_timeout": "2s", "statement_timeout": "10min"}
"""How long a migration may stand in line for a table, and everybody else behind it; how long one statement may take."""
POLL_SECONDS = 0.05


def migrate(url: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Apply every migration that the database lacks, each in a transaction of its own.

    Who comes second waits for the first, and finds nothing to do. Locks belong to connections, so `url` (any libpq URL)
    must lead past a transaction pooler.

    Args:
        url: the database.
        patience: for how many seconds to wait for other migrators, and for tables that are in use.

    Raises:
        Unavailable: the database cannot be reached, or did not become free in time.
    """
    parameters(url)
    deadline = time.monotonic() + patience
    try:
        with _alone(url, deadline):
            while not _upgraded(url):
                _wait(deadline, "its tables are in use")
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database cannot be migrated: {error}") from error


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


@cache
def revisions() -> tuple[str, ...]:
    """Return every revision there is, the newest first. The scripts are read once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def head() -> str:
    """Return the newest revision there is."""
    return revisions()[0]


def is_behind(revision: str | None) -> bool:
    """Return whether a database at `revision` lacks a migration. One that we do not know is newer than we are."""
    return revision is None or revision in revisions()[1:]


def current(url: str) -> str | None:
    """Return the revision of the database, None before the first migration. Raises Unavailable."""
    parameters(url)
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error
    return None if row is None else str(row[0])


def configuration(connection: sa.Connection | None = None) -> Config:
    """Return what Alembic's commands need; those that look into a database need a connection to it."""
    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Connect for Alembic. psycopg reads the URL itself, so everything that libpq knows may stand in it."""

    def connect() -> psycopg.Connection:
        connection = psycopg.connect(url, autocommit=True)
        for name, value in LIMITS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.autocommit = False
        return connection

    with sa.create_engine("postgresql+psycopg://", creator=connect, poolclass=sa.NullPool).connect() as connection:
        yield connection


def _scripts() -> Path:
    """Return the migrations: inside this package in a wheel, beside the sources in a checkout."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"


@contextmanager
def _alone(url: str, deadline: float) -> Iterator[None]:
    """Hold the migrators' lock.

    It is asked for again and again: a waiting statement would hold a snapshot, for which `CREATE INDEX CONCURRENTLY`
    in the other migrator would wait in turn.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        while not _taken(connection):
            _wait(deadline, "another migration is under way")
        yield  # the lock ends with the connection


def _taken(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    return row is not None and bool(row[0])


def _upgraded(url: str) -> bool:
    """Return whether everything is applied; False when a table was not to be had in time."""
    try:
        with connected(url) as connection:
            command.upgrade(configuration(connection), "head")
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            return False
        raise Unavailable(f"the database cannot be migrated: {error.orig}") from error
    return True


def _wait(deadline: float, reason: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(f"the database cannot be migrated: {reason}")
    time.sleep(POLL_SECONDS)
