"""The migrations: complete, in step with the tables, repeatable, and safe for two at once."""

import ast
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import IsolationLevel

from adapters.postgres.migrate import ADVISORY_LOCK, LIMITS, connected, current, migrate
from adapters.postgres.scripts import configuration, head, is_behind
from adapters.postgres.tables import metadata
from tests.migrations.catalog import catalog
from todo_core.errors import Unavailable

SECRET = "hunter2"
MIGRATORS = 3
LOCK_SECONDS = int(LIMITS["lock_timeout"].removesuffix("s"))


def run(url: str, alembic: Callable[..., None], *arguments: str) -> None:
    """Run one of Alembic's commands on a database."""
    with connected(url) as connection:
        alembic(configuration(connection), *arguments)


def test_empty_database_is_brought_to_the_head(empty_database: str) -> None:
    """From nothing to the newest revision; done again, nothing happens."""
    assert current(empty_database) is None
    assert is_behind(None)

    migrate(empty_database)

    assert head() == current(empty_database)
    assert not is_behind(head())
    before = catalog(empty_database)
    migrate(empty_database)
    assert before == catalog(empty_database)


def test_one_line_of_migrations() -> None:
    """There is one head and one base: no branches."""
    scripts = ScriptDirectory.from_config(configuration())

    assert [head()] == list(scripts.get_heads())
    assert 1 == len(scripts.get_bases())


def test_newer_schema_is_not_behind() -> None:
    """A revision that this program does not know is one of a later release."""
    assert not is_behind("a revision of tomorrow")


def test_migrations_and_tables_agree(empty_database: str) -> None:
    """Alembic finds no difference."""
    migrate(empty_database)

    run(empty_database, command.check)


def test_migrations_and_tables_are_the_same(empty_database: str) -> None:
    """Neither is there one in what Alembic does not look at: collations, checks, storage, partial indexes."""
    migrate(empty_database)
    migrated = catalog(empty_database, programs=False)
    run(empty_database, command.downgrade, "base")

    with connected(empty_database) as connection:
        metadata.create_all(connection)
        connection.commit()

    assert migrated == catalog(empty_database, programs=False)


def test_down_and_up_again(empty_database: str) -> None:
    """The way down leaves nothing behind, and the way up again leads to the same."""
    empty = catalog(empty_database)
    migrate(empty_database)
    migrated = catalog(empty_database)

    run(empty_database, command.downgrade, "base")

    assert empty == catalog(empty_database)
    migrate(empty_database)
    assert migrated == catalog(empty_database)


def test_several_migrators_at_once(empty_database: str) -> None:
    """All of them succeed, and the schema is what one alone would have made."""
    together = threading.Barrier(MIGRATORS)

    def join(_: int) -> None:
        together.wait()
        migrate(empty_database)

    with ThreadPoolExecutor(MIGRATORS) as pool:
        list(pool.map(join, range(MIGRATORS)))

    assert head() == current(empty_database)
    run(empty_database, command.check)


def test_migrator_waits_its_turn(empty_database: str) -> None:
    """It gives up in words while another is at work, and changes nothing."""
    with psycopg.connect(empty_database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))

        with pytest.raises(Unavailable, match="another migration is under way"):
            migrate(empty_database, patience=0)

        assert current(empty_database) is None
    migrate(empty_database)


def test_migrator_does_not_block_a_busy_table(empty_database: str) -> None:
    """It gives up waiting for a table that is in use, and tries again, until it is told to leave."""
    migrate(empty_database)
    run(empty_database, command.downgrade, "base")
    with psycopg.connect(empty_database) as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")

        with pytest.raises(
            Unavailable, match=f"its tables are in use, most likely by process {other.info.backend_pid}"
        ):
            migrate(empty_database, patience=0)

    migrate(empty_database)
    assert head() == current(empty_database)


def test_index_waits_for_a_backup(empty_database: str) -> None:
    """A transaction that was there before an index is built is waited for longer than a lock; nothing half made stays.

    PostgreSQL waits for every one in the database, whatever it reads, and counts that as waiting for a lock.
    """
    run(empty_database, command.upgrade, "0004")
    with psycopg.connect(empty_database) as backup, ThreadPoolExecutor(1) as pool:
        backup.isolation_level = IsolationLevel.REPEATABLE_READ
        backup.execute("SELECT FROM audit_events")
        migrated = pool.submit(migrate, empty_database, patience=0)
        with pytest.raises(TimeoutError):
            migrated.result(LOCK_SECONDS + 1)
        backup.rollback()
        assert head() == migrated.result().revision

    with psycopg.connect(empty_database) as connection:
        assert [] == connection.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall()


def test_every_libpq_url_will_do(empty_database: str) -> None:
    """Both schemes, and parameters that only libpq knows."""
    url = empty_database.replace("postgresql://", "postgres://") + "&application_name=to%20do&connect_timeout=5"

    migrate(url)

    assert head() == current(url)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://todo:{SECRET}%zz@127.0.0.1/todo",
        f"no url, {SECRET}",
        f"postgresql://todo:{SECRET}@127.0.0.1:1/todo",
    ],
)
def test_bad_urls_are_said_without_secrets(url: str) -> None:
    """What cannot be read or reached is Unavailable, in words that do not quote the URL."""
    for ask in (migrate, current):
        with pytest.raises(Unavailable) as caught:
            ask(url)
        assert str(caught.value)
        assert SECRET not in str(caught.value)


def test_migrations_stand_alone() -> None:
    """They import nothing of the project: what they did once must not change with it."""
    scripts = ScriptDirectory.from_config(configuration())
    paths = [Path(scripts.dir, "env.py"), *(Path(script.path) for script in scripts.walk_revisions())]

    imported = {
        name.partition(".")[0]
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imports(node)
    }

    assert imported <= {"alembic", "sqlalchemy"}


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
