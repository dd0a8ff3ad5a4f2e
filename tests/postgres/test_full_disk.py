"""A disk without room: writes are refused, readiness says so, and it ends by itself once there is room again."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from adapters.postgres import Database, DatabaseReadiness
from adapters.postgres.migrate import migrate
from tests.conftest import directory_for_all, new_database
from tests.postgres.conftest import SMALL, harness_in
from todo_core.errors import Unavailable
from todo_core.testing.contract.harness import StoreHarness

MOUNT = ("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs")
UNMOUNT = ("umount", "--lazy")
CHUNK = bytes(65_536)
MAX_USERS = 20_000
REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER refusing BEFORE INSERT ON users EXECUTE FUNCTION refuse();
"""


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A small file system of its own."""
    with directory_for_all("todo-disk-") as directory:
        if subprocess.run((*MOUNT, directory), capture_output=True, check=False).returncode:
            pytest.skip("this machine lets nobody mount a file system")
        try:
            yield directory
        finally:
            subprocess.run((*UNMOUNT, directory), check=True)


@pytest.fixture
def database_on_disk(postgres_server: str, disk: Path) -> Iterator[str]:
    """A database whose files lie there; the log of transactions does not."""
    name, place = f"disk_{uuid4().hex}", disk / uuid4().hex
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        row = admin.execute("SHOW data_directory").fetchone()
        assert row is not None
        owner = Path(row[0]).stat()
        place.mkdir()
        shutil.chown(place, owner.st_uid, owner.st_gid)
        create = sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(name), sql.Literal(str(place)))
        admin.execute(create)
        with new_database(postgres_server, options=f"TABLESPACE {name}") as url:
            migrate(url)
            yield url
        admin.execute(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(name)))


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no room for as long as the block."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(CHUNK):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


async def write_until_refused(harness: StoreHarness) -> None:
    """Use up what room the tables have themselves."""
    for _ in range(MAX_USERS):
        await harness.user()


def verdict(checks: Mapping[str, Mapping[str, object]]) -> tuple[object, object]:
    """Return what readiness says of the database."""
    return checks["database"]["status"], checks["database"]["writable"]


async def test_while_the_disk_is_full_nothing_is_ready(database_on_disk: str, disk: Path) -> None:
    """Once there is room it is, before anybody has written; and writes succeed."""
    async with Database.open(database_on_disk, SMALL) as database:
        readiness, harness = DatabaseReadiness(database), harness_in(database)
        await harness.user()
        with filled(disk):
            with pytest.raises(Unavailable, match="DiskFull"):
                await write_until_refused(harness)
            assert [("read-only", False)] * 2 == [verdict(await readiness.check()) for _ in range(2)]

        assert ("ok", True) == verdict(await readiness.check())
        await harness.user()


@pytest.mark.parametrize(
    "right", ["GRANT TEMPORARY ON DATABASE {} TO PUBLIC", "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC"]
)
async def test_one_refused_write_locks_nobody_out(empty_database: str, right: str) -> None:
    """There may be room again: it is tried, by whoever may; a role that may not is taken at its word."""
    migrate(empty_database)
    role = f"room_{uuid4().hex}"
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute(REFUSING)
        admin.execute(f"CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}".encode())
        admin.execute(right.format(admin.info.dbname).encode())
        try:
            url = f"{empty_database}&user={role}" if "?" in empty_database else f"{empty_database}?user={role}"
            async with Database.open(url, SMALL) as database:
                with pytest.raises(Unavailable, match="DiskFull"):
                    await harness_in(database).user()
                assert database.disk_is_full

                assert ("ok", True) == verdict(await DatabaseReadiness(database).check())
        finally:
            admin.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
