"""Upgrade and rollback: no row is lost on the way, and the release before keeps answering."""

import asyncio
import random
import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from adapters.postgres.migrate import connected, migrate
from adapters.postgres.scripts import configuration, head, revisions
from tests.cli.databases import Rows, fill, rows
from tests.conftest import new_database
from tests.drills.drill import Plan, join_all
from tests.drills.findings import Findings, look
from tests.drills.load import Balancer, Load, Outcome
from tests.migrations.previous import last_commit_without, serving_previous, unpack
from tests.serving import UNLIMITED

SETTLING_SECONDS = 10
ALEMBIC = "alembic_version"
COUNTERS = re.compile(r",\d+,\d+(?=,)")


def move(url: str, revision: str, *, down: bool = False) -> None:
    """Bring a database up or down to a revision."""
    with connected(url) as connection:
        (command.downgrade if down else command.upgrade)(configuration(connection), revision)


def contents(url: str) -> Rows:
    """Return all rows but the number of the schema; without the revisions, as migrations may change what is kept."""
    found = {table: lines for table, lines in rows(url).items() if table != ALEMBIC}
    return {**found, "revisions": [COUNTERS.sub("", line) for line in found["revisions"]]}


def test_no_row_is_lost_up_and_down(empty_database: str) -> None:
    """What a revision knows is the same after the next one and back, and what the first knows after all of them."""
    migrate(empty_database)
    fill(empty_database)
    assert [] == [table for table, found in contents(empty_database).items() if not found]
    first = revisions()[-1]
    move(empty_database, first, down=True)
    known = contents(empty_database)
    assert [] == [table for table, found in known.items() if not found]

    for before, after in pairwise(reversed(revisions())):
        kept = contents(empty_database)
        move(empty_database, after)
        move(empty_database, before, down=True)
        assert kept == contents(empty_database)
        move(empty_database, after)
    move(empty_database, first, down=True)

    assert known == contents(empty_database)


async def test_release_before_keeps_answering(postgres_server: str, tmp_path: Path) -> None:
    """Under load its server goes through the newest migration and back: every answer is right, and none is missing."""
    newest, *before = revisions()
    if not before:
        pytest.skip("there is one migration")
    scripts = ScriptDirectory.from_config(configuration())
    commit = last_commit_without(Path(scripts.get_revision(newest).path))
    if commit is None:
        pytest.skip("no commit has the migrations before the newest alone")
    program = unpack(commit, tmp_path)
    with new_database(postgres_server) as url:
        move(url, before[0])
        with serving_previous(program, tmp_path / "data", DATABASE_URL=url, **UNLIMITED) as server:
            findings, outcomes = await upgraded_under_load(server, url, before[0])

    failures = outcomes.keys() & {Outcome.UNAVAILABLE, Outcome.NO_ANSWER}
    assert (Findings(), set(), True) == (findings, failures, outcomes[Outcome.ANSWERED] > 0)


async def upgraded_under_load(server: str, url: str, before: str) -> tuple[Findings, dict[Outcome, int]]:
    """Bring a database to the newest schema and back below a server, and return what its users have noticed."""
    plan = Plan(users=6, per_second=20, calm=0.5)
    async with Balancer.open([server]) as balancer:
        users = await join_all(balancer, range(plan.users))
        load = Load(users, balancer, plan.per_second, random.Random(plan.seed))  # noqa: S311 - no secret
        for destination, down in ((head(), False), (before, True), (head(), False)):
            async with load.running():
                await asyncio.sleep(plan.calm)
                await asyncio.to_thread(move, url, destination, down=down)
                await asyncio.sleep(plan.calm)
        with suppress(TimeoutError):  # what is refused again and again is among the findings
            await load.settle(SETTLING_SECONDS)
        return await look(load, url), load.counted()
