"""The migrations as SQL: for operators who apply them by hand, and for a linter."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory

from adapters.postgres.migrate import LIMITS, current, migrate, script
from adapters.postgres.scripts import configuration, head
from tests.conftest import new_database
from tests.migrations.catalog import catalog
from tests.serving import REPOSITORY

SETTINGS = REPOSITORY / "migrations" / "squawk.toml"
STATEMENT_END = ";\n\n"
SCRIPTS = list(ScriptDirectory.from_config(configuration()).walk_revisions())


def lint(sql: str) -> str:
    """Return what squawk says of these statements."""
    program = Path(sys.executable).with_name("squawk")
    linted = subprocess.run(
        [program, "--config", SETTINGS, "--reporter", "gcc"], input=sql, capture_output=True, text=True, check=False
    )
    return linted.stdout + linted.stderr


def statements(migration: Script) -> str:
    """Return one migration as SQL, with its time limits."""
    config = configuration()
    config.output_buffer = sql = StringIO()
    sql.writelines(f"SET {name} = '{value}';\n" for name, value in LIMITS.items())
    command.upgrade(config, f"{migration.down_revision or 'base'}:{migration.revision}", sql=True)
    return sql.getvalue()


def test_by_hand_is_the_same(postgres_server: str, empty_database: str) -> None:
    """The SQL makes of an empty database what `migrate` makes of one."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        for statement in filter(str.strip, script(None).split(STATEMENT_END)):  # one by one, as psql does
            connection.execute(statement.encode())

    with new_database(postgres_server) as url:
        migrate(url)
        assert (head(), catalog(url)) == (current(empty_database), catalog(empty_database))


def test_nothing_is_left_to_do() -> None:
    """For a database that has everything there are no statements but the limits."""
    limits = "SET lock_timeout = '2s';\nSET statement_timeout = '10min';\n"

    assert (limits, limits) == (script(head()), script("a revision of tomorrow"))


@pytest.mark.parametrize("migration", SCRIPTS, ids=lambda migration: migration.revision)
def test_linter_has_nothing_to_say(migration: Script) -> None:
    """Nothing locks a table for long, rewrites it, or breaks the release before."""
    assert lint(statements(migration)) == ""


@pytest.mark.parametrize("migration", SCRIPTS, ids=lambda migration: migration.revision)
def test_concurrent_builds_wait(migration: Script) -> None:
    """No statement with CONCURRENTLY runs under the limit of locks, each other one does; a broken index is replaced."""
    limit, dropped = LIMITS["lock_timeout"], set[str]()
    for line in statements(migration).splitlines():
        if line.startswith("SET lock_timeout = "):
            limit = line.partition(" = ")[2].strip("';")
        elif line.split():
            assert limit == ("0" if "CONCURRENTLY" in line else LIMITS["lock_timeout"]), line
        name = re.match(r"(DROP|CREATE) (?:UNIQUE )?INDEX CONCURRENTLY IF (?:NOT )?EXISTS (\w+)", line)
        if name and name[1] == "DROP":
            dropped.add(name[2])
        assert not (name and name[1] == "CREATE") or name[2] in dropped, line


def test_linter_notices() -> None:
    """It would notice an index that keeps writers out, and a column that the release before still reads."""
    said = lint("CREATE INDEX slow ON tasks (title); ALTER TABLE tasks DROP COLUMN title;")

    assert all(rule in said for rule in ("require-concurrent-index-creation", "ban-drop-column"))
