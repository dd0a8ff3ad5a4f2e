"""The server behind PgBouncer in transaction mode, with a pool of two connections."""

import asyncio
import json
import random
from collections.abc import Iterator

import pytest

from tests.conftest import newest_database
from tests.drills.drill import Plan, join_all
from tests.drills.findings import Findings, look
from tests.drills.load import Balancer, Load, Outcome
from tests.neighbours.pgbouncer import PgBouncer, pgbouncer
from tests.serving import PATIENCE_SECONDS, UNLIMITED, Server, serving

LOAD_SECONDS = 2.0
PLAN = Plan(users=8, per_second=50)


@pytest.fixture(scope="module", params=[False, True], ids=["older", "newer"])
def pooler(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[PgBouncer]:
    """PgBouncer before the server of the tests: without prepared statements, and with them."""
    with pgbouncer(postgres_server, prepares=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def database_url(postgres_server: str, pooler: PgBouncer) -> Iterator[str]:
    """A database of these tests' own, as a URL past the pooler."""
    with newest_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def server(pooler: PgBouncer, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose connections all lead over the pooler; it may have more of them than the pooler has."""
    settings = {
        "DATABASE_URL": pooler.url(database_url),
        "DATABASE_DIRECT_URL": database_url,
        "PREPARE_STATEMENTS": json.dumps(pooler.prepares),
        "TIME_LIMITS": "role",
        "POOL_TIMEOUT": "30",
    }
    with serving(tmp_path_factory.mktemp("pooled") / "data", **settings, **UNLIMITED) as running:
        yield running


async def test_everything_is_right_under_load(server: Server, database_url: str) -> None:
    """Creations, changes, lists and refreshes of users who ask at once are all answered, each once and rightly."""
    async with Balancer.open([server.url]) as balancer:
        users = await join_all(balancer, range(PLAN.users))
        load = Load(users, balancer, PLAN.per_second, random.Random(PLAN.seed))  # noqa: S311 - no secret
        async with load.running():
            await asyncio.sleep(LOAD_SECONDS)
        await load.settle(PATIENCE_SECONDS)
        findings = await look(load, database_url)

    assert (findings, [Outcome.NO_ANSWER, Outcome.UNAVAILABLE]) == (
        Findings(),
        [failure for failure in (Outcome.NO_ANSWER, Outcome.UNAVAILABLE) if not load.counted()[failure]],
    )
    assert load.counted()[Outcome.ANSWERED] > PLAN.users
    assert [] == [line for line in server.lines() if line["level"] in {"warning", "error"}]
