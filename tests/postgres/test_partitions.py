"""The store on a database whose tasks lie in hash partitions by user (deploy/partitions.sql, docs/scaling.md)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import empty, newest_database
from tests.contract.conftest import in_postgres
from tests.serving import REPOSITORY
from todo_core.testing.contract import STORE_CHECKS, Check

SCRIPT = REPOSITORY / "deploy" / "partitions.sql"
PSQL = shutil.which("psql")


@pytest.fixture(scope="module")
def partitioned_database(postgres_server: str) -> Iterator[str]:
    """A database that the script has changed."""
    with newest_database(postgres_server) as url:
        if PSQL is None and not os.environ.get("CI"):
            pytest.skip("needs psql")
        assert PSQL is not None
        command: list[str | Path] = [PSQL, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-f", SCRIPT, url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr
        yield url


@pytest.mark.parametrize("check", STORE_CHECKS, ids=lambda check: check.name)
async def test_contract(partitioned_database: str, check: Check) -> None:
    """Every check of the store's contract holds."""
    with psycopg.connect(partitioned_database, autocommit=True) as admin:
        empty(admin)
        admin.execute("DELETE FROM task_owners")
    async with in_postgres(partitioned_database) as harness:
        await check.run(harness)
