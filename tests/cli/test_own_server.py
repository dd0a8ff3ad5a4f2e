"""A PostgreSQL server of one's own, with passwords: backup and restore, and recovery to a point in time."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.migrate import migrate
from tests.cli.conftest import Todo
from tests.cli.databases import fill, rows, without_revisions
from tests.clusters import Cluster, Programs, running
from tests.conftest import directory_for_all
from tests.serving import eventually, free_port

ARCHIVED = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Give a directory for servers."""
    with directory_for_all("todo-own-") as directory:
        yield directory


@pytest.fixture
def own(place: Path) -> Iterator[Cluster]:
    """Give a server that archives its log, as the page on backups says, with a filled database."""
    programs = Programs.find(place)
    archive = place / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    command = f"test ! -f {archive}/%f && cp %p {archive}/%f"
    cluster = Cluster.create(programs, place / "own", free_port(), archive_mode="on", archive_command=command)
    with running(cluster):
        migrate(cluster.url())
        fill(cluster.url())
        yield cluster


def test_backup_and_point_in_time(todo: Todo, settings: dict[str, str], own: Cluster, place: Path) -> None:
    """A dump with a password works; a base backup and the archived log bring back the moment before a mistake."""
    settings["TODO_DATABASE_URL"] = own.url()
    file = place / "backup.todo"
    assert todo("backup", str(file)).exit_code == 0
    base = own.copy(place / "recovered", free_port())
    fill_later(own)
    before = rows(own.url())
    mistake(own)

    settings["TODO_DATABASE_URL"] = base.url()
    with running(base):
        recover(base, place / "archive")
        assert before == rows(base.url())
        assert todo("revisions", "advance").exit_code == 0

        assert todo("restore", str(file), "--replace").exit_code == 0
        assert without_revisions(before) != without_revisions(rows(base.url()))


def fill_later(own: Cluster) -> None:
    """Change something after the base backup, and name the moment."""
    with own.administrator() as admin:
        admin.execute("UPDATE tasks SET title = 'changed later'")
        admin.execute("SELECT pg_create_restore_point('before the mistake')")


def mistake(own: Cluster) -> None:
    """Delete everything, and see that the log of it is archived before the server is destroyed."""
    with own.administrator() as admin:
        admin.execute("DELETE FROM users")
        row = admin.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    eventually(lambda: has_archived(own, row[0]))
    own.stop()


def has_archived(own: Cluster, segment: str) -> bool:
    """Say whether the log is archived up to a segment."""
    with own.administrator() as admin:
        return admin.execute(ARCHIVED, [segment]).fetchone() == (True,)


def recover(base: Cluster, archive: Path) -> None:
    """Start a base backup so that it plays the archived log up to the named moment, and takes writes then."""
    base.configure(
        restore_command=f"cp {archive}/%f %p",
        recovery_target_name="before the mistake",
        recovery_target_action="promote",
    )
    base.write("recovery.signal", "")
    base.start()
    eventually(lambda: takes_writes(base))


def takes_writes(cluster: Cluster) -> bool:
    """Say whether the recovery has ended."""
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
