"""What the database says of itself."""

import asyncio

import psycopg
import pytest

from adapters.postgres import Database, DatabaseReadiness
from adapters.postgres.migrate import migrate
from adapters.postgres.scripts import head
from tests.connections import small_pool
from tests.postgres.conftest import SMALL


async def test_healthy_database(opened: Database) -> None:
    """It answers, after some milliseconds, and has the newest schema."""
    checks = await DatabaseReadiness(opened).check()

    assert {"status": "ok", "current": head(), "head": head()} == checks["migrations"]
    assert "ok" == checks["database"]["status"]
    latency = checks["database"]["latency_ms"]
    assert isinstance(latency, float)
    assert latency > 0


async def test_who_asks_at_the_same_time_shares_the_answer(opened: Database) -> None:
    """However many strangers ask, they hold one connection."""
    readiness = DatabaseReadiness(opened)
    opened.used()

    answers = await asyncio.gather(*(readiness.check() for _ in range(20)))

    assert {"ok"} == {checks["database"]["status"] for checks in answers}
    assert 1 == opened.used()["requests"]


async def test_no_server() -> None:
    """It does not answer, and nobody knows of its schema."""
    async with Database.open("postgresql://127.0.0.1:1/todo", small_pool(0, 1, timeout=0.1)) as nowhere:
        checks = await DatabaseReadiness(nowhere).check()

    assert {
        "database": {"status": "unavailable", "latency_ms": None, "writable": False},
        "migrations": {"status": "unknown", "current": None, "head": head()},
    } == checks


async def test_empty_database(empty_database: str) -> None:
    """It answers, and lacks every migration."""
    async with Database.open(empty_database, SMALL) as empty:
        checks = await DatabaseReadiness(empty).check()

    assert "ok" == checks["database"]["status"]
    assert {"status": "behind", "current": None, "head": head()} == checks["migrations"]


@pytest.mark.parametrize(("revision", "status"), [("of tomorrow", "ok"), (None, "behind")])
async def test_other_schema(empty_database: str, revision: str | None, status: str) -> None:
    """A newer schema is fine while releases change; one that was taken down is not."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as admin:
        admin.execute("DELETE FROM alembic_version")
        if revision is not None:
            admin.execute("INSERT INTO alembic_version VALUES (%s)", (revision,))
    async with Database.open(empty_database, SMALL) as database:
        checks = await DatabaseReadiness(database).check()

    assert {"status": status, "current": revision, "head": head()} == checks["migrations"]


async def test_database_that_cannot_be_written(empty_database: str) -> None:
    """It is not ready while it is read-only, as a standby is, and is again afterwards."""
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        async with Database.open(empty_database, SMALL) as database:
            during = await DatabaseReadiness(database).check()
        admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
        async with Database.open(empty_database, SMALL) as database:
            after = await DatabaseReadiness(database).check()

    assert [("read-only", False), ("ok", True)] == [
        (checks["database"]["status"], checks["database"]["writable"]) for checks in (during, after)
    ]
