"""Whose tables a database has, and of which release."""

from collections.abc import Callable

import psycopg
import pytest
from alembic import command

from adapters.postgres.inspection import RIGHTS, inspect
from adapters.postgres.migrate import connected, current, migrate
from adapters.postgres.schema import OURS, REVISIONS, Schema, State, judge
from adapters.postgres.scripts import configuration, head, revisions
from adapters.postgres.tables import metadata
from tests.migrations.catalog import catalog
from tests.postgres.conftest import SMALL
from todo_core.errors import Unavailable

TOMORROW = "UPDATE alembic_version SET version_num = 'of tomorrow'"


def found(url: str) -> Schema:
    """Return what a database is judged to be."""
    with psycopg.connect(url) as connection:
        return judge(connection)


def execute(url: str, *statements: str) -> None:
    """Do something to a database."""
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


@pytest.fixture
def newest(empty_database: str) -> str:
    """A database of a test's own with the newest schema."""
    migrate(empty_database)
    return empty_database


def test_from_nothing_to_the_newest(empty_database: str) -> None:
    """Empty at first, empty again after the way down, and behind at every step between."""
    assert Schema(State.EMPTY, None) == found(empty_database)
    assert Schema(State.CURRENT, head()) == migrate(empty_database)
    with connected(empty_database) as connection:
        for revision in (*revisions()[1:], None):
            command.downgrade(configuration(connection), revision or "base")
            expected = Schema(State.BEHIND if revision else State.EMPTY, revision)
            assert expected == found(empty_database)
    assert Schema(State.CURRENT, head()) == migrate(empty_database)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE plans (id int)",
        "ALTER TABLE tasks ADD COLUMN colour text",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar",
        "ALTER TABLE tasks DROP CONSTRAINT tasks_title",
    ],
)
def test_newer_schema(newest: str, statement: str) -> None:
    """A later release's expansion is worked with, and migrating leaves it alone."""
    execute(newest, statement, TOMORROW)
    before = catalog(newest)

    assert Schema(State.NEWER, "of tomorrow") == found(newest) == migrate(newest)
    assert before == catalog(newest)


@pytest.mark.parametrize("statement", ["DROP TABLE rate_limits CASCADE", "ALTER TABLE tasks RENAME title TO name"])
def test_schema_that_is_too_new(newest: str, statement: str) -> None:
    """What lacks a column that this release needs is refused, and says so."""
    execute(newest, statement, TOMORROW)

    with pytest.raises(Unavailable, match=r"of tomorrow of a later release|another program"):
        found(newest)


ANOTHERS = {
    "one table": ("CREATE TABLE django_migrations (id int)",),
    "a table of our name": ("CREATE TABLE users (id int)",),
    "Alembic's table": (
        "CREATE TABLE alembic_version (version_num text)",
        "INSERT INTO alembic_version VALUES ('ab12')",
    ),
    "both": (
        "CREATE TABLE tasks (id int)",
        "CREATE TABLE alembic_version (version_num text)",
        "INSERT INTO alembic_version VALUES ('0001')",
    ),
}


@pytest.mark.parametrize("statements", ANOTHERS.values(), ids=ANOTHERS)
def test_another_programs_database(empty_database: str, statements: tuple[str, ...]) -> None:
    """It is refused in one line, and stays as it is."""
    execute(empty_database, *statements)
    before = catalog(empty_database)

    for ask in (migrate, current):
        with pytest.raises(Unavailable, match=r"tables of another program \(.+\): name one of this program's own"):
            ask(empty_database)
    assert before == catalog(empty_database)


def test_what_is_no_table_of_a_program(empty_database: str) -> None:
    """Temporary tables, views, sequences and what lies off the search path do not make a database another program's."""
    execute(
        empty_database,
        "CREATE VIEW report AS SELECT 1",
        "CREATE SEQUENCE numbers",
        "CREATE SCHEMA elsewhere",
        "CREATE TABLE elsewhere.users (id int)",
    )
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TEMPORARY TABLE scratch (id int)")

        assert Schema(State.EMPTY, None) == judge(connection)


CONTRADICTIONS = {
    "two releases": (
        "INSERT INTO alembic_version VALUES ('0001')",
        "says that it has the schema of 2 releases",
    ),
    "none": ("DELETE FROM alembic_version", "does not say of which release"),
    "no table of revisions": ("DROP TABLE alembic_version", "does not say of which release"),
    "a table is missing": ("DROP TABLE tasks CASCADE", "but lacks the tables tasks: restore a backup"),
    "a column is missing": ("ALTER TABLE tasks DROP COLUMN priority", "but lacks tasks.priority: it was not restored"),
    "all are missing": ("DROP TABLE users, tasks, sessions CASCADE", "but lacks the tables sessions, tasks, users"),
}


@pytest.mark.parametrize(("statement", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_database_that_contradicts_itself(newest: str, statement: str, words: str) -> None:
    """What a restore over existing tables, or half a restore, leaves is noticed and said."""
    execute(newest, statement)

    for ask in (migrate, current, lambda url: inspect(url, SMALL)):
        with pytest.raises(Unavailable) as refused:
            ask(newest)
        assert words in str(refused.value)


def test_restore_into_a_migrated_database(newest: str) -> None:
    """The rows of an older dump beside those of the newest schema: alembic_version has two."""
    execute(newest, "INSERT INTO alembic_version VALUES ('0001')")

    with pytest.raises(Unavailable, match="a backup was put over it; `todo restore --replace`"):
        inspect(newest, SMALL)


# --- rights


@pytest.fixture
def limited(newest: str) -> Callable[..., str]:
    """Return a function that takes rights from a role who has those of the page on databases; it returns their URL."""
    name = f"limited_{newest.rpartition('test_')[2][:12]}"
    with psycopg.connect(newest, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN".encode())
        for table, rights in RIGHTS.items():
            admin.execute(f"GRANT {', '.join(rights)} ON {table} TO {name}".encode())

    def without(*statements: str) -> str:
        execute(newest, *(statement.replace("ROLE", name) for statement in statements))
        return newest.replace("todo@", f"{name}@")

    return without


def test_documented_rights_are_enough(limited: Callable[..., str]) -> None:
    """With them nothing is missing."""
    assert (None, None) == ((looked := inspect(limited(), SMALL)).missing_rights, looked.unwritable)


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_missing_right_is_named(limited: Callable[..., str], table: str) -> None:
    """A right that was taken is said, with the statement that gives it back."""
    url = limited(f"REVOKE INSERT ON {table} FROM ROLE")

    missing = inspect(url, SMALL).missing_rights

    assert missing is not None
    assert f" lacks INSERT on {table}: GRANT INSERT ON {table} TO limited_" in missing


def test_who_may_not_read_the_revision(limited: Callable[..., str]) -> None:
    """One line says which statement helps."""
    url = limited("REVOKE SELECT ON alembic_version FROM ROLE")

    for ask in (migrate, current):
        with pytest.raises(Unavailable, match="may not read alembic_version: GRANT SELECT ON alembic_version TO"):
            ask(url)


def test_every_table_has_its_rights() -> None:
    """No table is forgotten, and every release's tables are among those of this one."""
    assert {*metadata.tables, REVISIONS} == RIGHTS.keys()
    assert OURS <= RIGHTS.keys()


def test_who_may_not_make_tables(empty_database: str) -> None:
    """The usual GRANT ALL ON DATABASE is not enough since PostgreSQL 15: the line has the statement that is."""
    name = f"maker_{empty_database.rpartition('test_')[2][:12]}"
    with psycopg.connect(empty_database, autocommit=True) as admin:
        database = admin.info.dbname
        for statement in (f"CREATE ROLE {name} LOGIN", f"GRANT ALL ON DATABASE {database} TO {name}"):
            admin.execute(statement.encode())
        url = empty_database.replace("todo@", f"{name}@")
        remedy = f"ALTER DATABASE {database} OWNER TO {name}"

        with pytest.raises(Unavailable) as refused:
            migrate(url)
        assert str(refused.value).endswith(f"may not make tables in the schema public: {remedy}")

        admin.execute(remedy.encode())
        assert State.CURRENT is migrate(url).state
        admin.execute(f"ALTER DATABASE {database} OWNER TO todo".encode())
