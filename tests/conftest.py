"""What every test shares: Hypothesis profiles, and databases on a real PostgreSQL server."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from adapters.embedded import cluster
from adapters.postgres.migrate import migrate
from adapters.postgres.tables import metadata

settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,  # the same examples on every run: a red build means a change, not luck
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # it fires on a loaded two-core machine
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def directory_for_all(prefix: str) -> Iterator[Path]:
    """Make a short-named directory that any account may enter; pytest's own is closed to the one root steps down to."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def new_database(server_url: str, *, template: str = "template0", options: str = "") -> Iterator[str]:
    """Make a database on the server, yield its URL, and drop it with whoever is still connected."""
    name = f"test_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(create + sql.SQL(options))
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def newest_database(server_url: str) -> Iterator[str]:
    """Make a database with the newest schema, yield its URL, and drop it."""
    with new_database(server_url) as url:
        migrate(url)
        yield url


def empty(admin: psycopg.Connection) -> None:
    """Delete every row; cheaper than another database."""
    admin.execute("SET session_replication_role = replica")  # no trigger keeps audit events now
    for table in metadata.tables:
        admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL server for all tests of a process, as a libpq URL; `TODO_PG_BINDIR` chooses another version."""
    bindir = os.environ.get("TODO_PG_BINDIR")
    with (
        directory_for_all("todo-pg-") as root,
        cluster(root, bindir=Path(bindir) if bindir else None, settings=FAST) as server,
    ):
        yield server.url


@pytest.fixture
def empty_database(postgres_server: str) -> Iterator[str]:
    """A database without a table, for one test, as a libpq URL."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> Iterator[str]:
    """A database with the newest schema, for all tests of a process."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture
def database(migrated_database: str) -> Iterator[str]:
    """A database with the newest schema and not a row, for one test, as a libpq URL."""
    yield migrated_database
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        empty(admin)
