"""`todo backup` and `todo restore`: everything comes back, and nothing is lost by mistake."""

import json
import resource
import threading
import zipfile
from pathlib import Path

import psycopg
import pytest
from alembic import command

from adapters.postgres.backup import Backup
from adapters.postgres.backup.programs import _without_password
from adapters.postgres.migrate import connected, migrate
from adapters.postgres.schema import OURS, REVISIONS
from adapters.postgres.scripts import configuration, head, revisions
from adapters.postgres.tables import metadata
from tests.cli.conftest import Todo
from tests.cli.databases import fill, flipped, lines, rows, without_revisions
from tests.migrations.catalog import catalog

POSITIONS = 24
"""How many bytes of a backup are damaged, one at a time."""
ADVANCED = "SELECT count(*) FROM revisions WHERE horizon < 2^31"


def test_every_row_comes_back(
    todo: Todo, settings: dict[str, str], database: str, empty_database: str, backed_up: Path
) -> None:
    """In an empty database every row is there again, and the schema; only the counters have moved on, all of them."""
    settings["TODO_DATABASE_URL"] = empty_database

    result = todo("restore", str(backed_up))

    assert (result.exit_code, lines(result.output)) == (0, [])
    assert without_revisions(rows(database)) == without_revisions(rows(empty_database))
    assert catalog(database) == catalog(empty_database)
    with psycopg.connect(empty_database) as connection:
        assert [(0,)] == connection.execute(ADVANCED).fetchall()


def test_progress_and_summary(todo: Todo, settings: dict[str, str], empty_database: str, backed_up: Path) -> None:
    """Standard error tells how far it is, table by table; standard output what was done."""
    with Backup.open(backed_up) as backup:
        number = sum(backup.manifest.rows.values())
    settings["TODO_DATABASE_URL"] = empty_database

    result = todo("restore", str(backed_up))

    assert result.stdout.startswith(f"restored {number} rows as of ")
    assert {f"restored public.{table}" for table in (*metadata.tables, REVISIONS)} <= {*result.stderr.splitlines()}


def test_file_is_private_and_documented(backed_up: Path) -> None:
    """Only its owner may read it, and any unzip finds a manifest and what pg_restore reads."""
    assert backed_up.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(backed_up) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("database.dump").startswith(b"PGDMP")
    assert (manifest["format"], manifest["revision"]) == ("todo-core backup 1", head())


def test_file_is_not_overwritten(todo: Todo, file: Path) -> None:
    """A file that is there stays as it is."""
    file.write_text("mine")

    result = todo("backup", str(file))

    assert (result.exit_code, result.output) == (1, f"todo: {file} exists already: name another file\n")
    assert file.read_text() == "mine"


def test_failed_backup_leaves_no_file(todo: Todo, settings: dict[str, str], empty_database: str, file: Path) -> None:
    """Where there is nothing to back up, nothing is left behind either."""
    settings["TODO_DATABASE_URL"] = empty_database

    result = todo("backup", str(file))

    assert (result.exit_code, len(lines(result.output))) == (1, 1)
    assert [] == list(file.parent.glob("*backup*"))


def test_full_disk_leaves_no_file(todo: Todo, database: str, file: Path) -> None:
    """What cannot be written to its end is one line, and nothing is left behind."""
    fill(database)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        result = todo("backup", str(file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (result.exit_code, list(file.parent.glob("*backup*"))) == (1, [])
    assert [f"todo: {file} cannot be written: File too large"] == lines(result.output)


def test_backup_is_of_one_moment(
    todo: Todo, settings: dict[str, str], database: str, empty_database: str, file: Path
) -> None:
    """While somebody goes on writing, rows and their numbers fit each other: the restore checks every table's."""
    fill(database)
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(
                    "INSERT INTO rate_limits SELECT uuid_send(gen_random_uuid()), now(), 1 FROM generate_series(1, 100)"
                )

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert todo("backup", str(file)).exit_code == 0
    finally:
        stop.set()
        writing.join()
    settings["TODO_DATABASE_URL"] = empty_database
    assert todo("restore", str(file)).exit_code == 0


def test_rows_are_replaced_on_request_only(todo: Todo, database: str, backed_up: Path) -> None:
    """A database with rows stays as it is, unless they are given up."""
    before = rows(database)
    assert todo("users", "delete", "--yes", "user-0@example.org").exit_code == 0
    changed = rows(database)

    refused = todo("restore", str(backed_up))
    assert (refused.exit_code, rows(database)) == (1, changed)
    assert ["todo: the database has rows already: --replace gives them up for those of the backup"] == lines(
        refused.output
    )

    assert todo("restore", str(backed_up), "--replace").exit_code == 0
    assert without_revisions(before) == without_revisions(rows(database))


def test_migrated_database_without_rows_is_filled(
    todo: Todo, settings: dict[str, str], database: str, empty_database: str, backed_up: Path
) -> None:
    """`todo migrate` before `todo restore` does no harm."""
    migrate(empty_database)
    settings["TODO_DATABASE_URL"] = empty_database

    assert todo("restore", str(backed_up)).exit_code == 0
    assert without_revisions(rows(database)) == without_revisions(rows(empty_database))


def test_tables_of_something_else_are_refused(
    todo: Todo, settings: dict[str, str], empty_database: str, backed_up: Path
) -> None:
    """A database of another program is not touched, not even with --replace."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE users (name text)")
        connection.execute("INSERT INTO users VALUES ('theirs')")
    settings["TODO_DATABASE_URL"] = empty_database

    result = todo("restore", str(backed_up), "--replace")

    assert (result.exit_code, rows(empty_database)) == (1, {"users": ["(theirs)"]})
    assert ["todo: the database has tables of something else (users): name an empty one"] == lines(result.output)


def test_running_servers_are_in_the_way(todo: Todo, database: str, backed_up: Path) -> None:
    """They would answer with the old counters over the restored rows."""
    before = rows(database)
    with psycopg.connect(database):
        result = todo("restore", str(backed_up), "--replace")

    assert (result.exit_code, before) == (1, rows(database))
    assert ["todo: 1 other connections use this database: stop the servers first"] == lines(result.output)


def test_servers_that_are_stopping_are_waited_for(todo: Todo, database: str, backed_up: Path) -> None:
    """A connection ends a moment after its program has."""
    with psycopg.connect(database) as last:
        closing = threading.Timer(0.5, last.close)
        closing.start()
        result = todo("restore", str(backed_up), "--replace")
        closing.join()

    assert (result.exit_code, lines(result.output)) == (0, [])


def change_manifest(file: Path, **members: object) -> None:
    """Write other things into the manifest of a backup, as nobody but a forger does."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **members}).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"revision": "9999"}, "has the schema 9999, which is newer than this program's"),
        ({"postgresql": 99}, "the backup is of PostgreSQL 99, the server is"),
        ({"schema": "elsewhere"}, "the backup is of the schema elsewhere, the database's role works in public"),
        ({"rows": {"users": 4}}, "the backup does not hold what it says: users"),
        ({"format": "todo-core backup 2"}, "is damaged, or no file that `todo backup` made"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    todo: Todo, database: str, backed_up: Path, members: dict[str, object], words: str
) -> None:
    """A backup that cannot be restored here is refused in one line, the last moment before the commit included."""
    before = rows(database)
    change_manifest(backed_up, **members)

    result = todo("restore", str(backed_up), "--replace")

    assert (result.exit_code, before) == (1, rows(database))
    [line] = lines(result.output)
    assert words in line


def test_what_depends_on_our_tables_stops_a_restore(todo: Todo, database: str, backed_up: Path) -> None:
    """Somebody's view on our tables is not dropped with them: nothing changes, and the line names it."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE VIEW report AS SELECT count(*) FROM tasks")
        try:
            before = rows(database)
            connection.close()
            result = todo("restore", str(backed_up), "--replace")
        finally:
            with psycopg.connect(database) as again:
                again.execute("DROP VIEW report")

    assert (result.exit_code, before) == (1, rows(database))
    [line] = lines(result.output)
    assert "other objects depend on" in line


def test_damage_is_noticed(todo: Todo, database: str, backed_up: Path, tmp_path: Path) -> None:
    """With a changed byte anywhere nothing is restored and nothing changes, or the byte meant nothing."""
    before, length = rows(database), backed_up.stat().st_size
    outcomes = set()
    for position in range(0, length, length // POSITIONS):
        damaged = flipped(backed_up, tmp_path / f"{position}.todo", position)
        result = todo("restore", str(damaged), "--replace")
        outcomes.add(result.exit_code)
        assert without_revisions(before) == without_revisions(rows(database)), position
        assert len(lines(result.output)) == result.exit_code, position

    assert 1 in outcomes


@pytest.mark.parametrize(("source", "missing"), [(b"", 0), (b"PGDMP not a backup", 0), (None, 100)])
def test_other_files_are_refused(
    todo: Todo, database: str, backed_up: Path, tmp_path: Path, source: bytes | None, missing: int
) -> None:
    """An empty file, what pg_dump alone wrote, and half a backup are none."""
    before, wrong = rows(database), tmp_path / "wrong"
    whole = backed_up.read_bytes() if source is None else source
    wrong.write_bytes(whole[: len(whole) - missing])

    result = todo("restore", str(wrong), "--replace")

    assert (result.exit_code, before) == (1, rows(database))
    assert [f"todo: {wrong} is damaged, or no file that `todo backup` made"] == lines(result.output)


@pytest.mark.parametrize("revision", revisions()[1:])
def test_older_schema_is_brought_forward(
    todo: Todo, settings: dict[str, str], database: str, empty_database: str, file: Path, revision: str
) -> None:
    """A backup that an earlier release has made is restored and migrated."""
    migrate(empty_database)
    fill(empty_database)
    with connected(empty_database) as connection:
        command.downgrade(configuration(connection), revision)
    settings["TODO_DATABASE_URL"] = empty_database
    assert todo("backup", str(file)).exit_code == 0

    settings["TODO_DATABASE_URL"] = database
    result = todo("restore", str(file))

    assert (result.exit_code, lines(result.output)) == (0, [])
    assert rows(database)[REVISIONS] == [f"({head()})"]


def test_no_password_in_arguments() -> None:
    """Everybody on the machine can read what a program was started with."""
    shown, variables = _without_password("postgresql://ann:hunter2@db.example/todo?sslmode=require")

    assert ("hunter2" in shown, variables) == (False, {"PGPASSWORD": "hunter2"})


def test_our_tables_are_known() -> None:
    """What tells our databases from others is a part of what the tables are."""
    assert OURS <= {*metadata.tables, REVISIONS}
