"""A drill: users, a load, one fault in each round, and a look at everything when all is quiet again."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from uuid import UUID

import attrs
import httpx

from tests.drills.faults import FAULTS, Fault
from tests.drills.findings import Findings, look
from tests.drills.load import Balancer, Load, Outcome
from tests.drills.operations import Answer, Request, User
from tests.drills.stage import SERVERS, Broken, Stage
from tests.support import PASSWORD

FAULT_SECONDS = 90
"""A fault that was not put right by then ends the drill."""


@attrs.frozen
class Plan:
    """How large a drill is. `calm`: seconds of undisturbed load before each fault, and without a failure after it."""

    faults: Mapping[str, Fault] = FAULTS
    rounds: int = 20
    users: int = 60
    per_second: int = 50
    calm: float = 2.0
    recovery: float = 15.0
    """Seconds after which the drill stops waiting for failures to end."""
    seed: int = 1


@attrs.frozen
class Round:
    """What came of one fault: requests by outcome, seconds until the last failure was over, and what must not be."""

    number: int
    kind: str
    outcomes: Counter[Outcome]
    recovery: float
    findings: Findings


async def carry_out(plan: Plan, directory: Path, tell: Callable[[Round], None]) -> list[Round]:
    """Play every round and return what came of each, after telling it at once. Raises Broken."""
    rounds = []
    async with Stage.open(directory) as stage, _loaded(plan, stage) as load:
        for number in range(1, plan.rounds + 1):
            done = await _play(number, plan, stage, load)
            tell(done)
            rounds.append(done)
    return rounds


async def _play(number: int, plan: Plan, stage: Stage, load: Load) -> Round:
    kind = list(plan.faults)[(number - 1) % len(plan.faults)]
    load.samples.clear()
    async with load.running():
        await asyncio.sleep(plan.calm)
        stage.strike()
        await _cause(kind, plan.faults[kind], stage)
        await _calm(load, plan)
    recovery, outcomes = max(load.last_failure() - stage.struck_at, 0.0), load.counted()
    try:
        await load.settle(plan.recovery)
        findings = await look(load, stage.primary.url())
    except (TimeoutError, httpx.TransportError) as error:
        raise Broken(f"round {number}, {kind}: no answer when all is over ({type(error).__name__})") from error
    return Round(number, kind, outcomes, recovery, findings)


async def _cause(kind: str, fault: Fault, stage: Stage) -> None:
    """Cause a fault and put it right. Raises Broken."""
    try:
        async with asyncio.timeout(FAULT_SECONDS):
            await fault(stage)
            await stage.until_ready()
    except TimeoutError:
        raise Broken(f"{kind}: not put right after {FAULT_SECONDS} seconds") from None


async def _calm(load: Load, plan: Plan) -> None:
    """Wait until nothing has failed for a while, but not for ever."""
    began = time.monotonic()
    while (now := time.monotonic()) < began + plan.recovery:
        quiet_until = max(load.last_failure(), began) + plan.calm
        if now >= quiet_until:
            return
        await asyncio.sleep(quiet_until - now)


@asynccontextmanager
async def _loaded(plan: Plan, stage: Stage) -> AsyncIterator[Load]:
    async with Balancer.open([server.url for server in stage.servers]) as balancer:
        halves = [range(first, plan.users, SERVERS) for first in range(SERVERS)]
        joined = await asyncio.gather(*(join_all(balancer, numbers) for numbers in halves))
        yield Load([*chain(*joined)], balancer, plan.per_second, random.Random(plan.seed))  # noqa: S311 - the same drill again


async def join_all(balancer: Balancer, numbers: Iterable[int]) -> list[User]:
    """Register users and log them in. Raises Broken."""
    return [await _join(balancer, number) for number in numbers]


async def _join(balancer: Balancer, number: int) -> User:
    """Register a user and log in."""
    credentials = {"email": f"user-{number}@example.org", "password": PASSWORD}
    made = await _expect(201, balancer, Request("POST", "/api/auth/register", credentials))
    tokens = await _expect(200, balancer, Request("POST", "/api/auth/login", credentials))
    return User(UUID(made.body["id"]), tokens.body["access_token"], tokens.body["refresh_token"])


async def _expect(status: int, balancer: Balancer, request: Request) -> Answer:
    try:
        answer = await balancer.send(request)
    except httpx.TransportError as error:
        raise Broken(f"{request.path}: {type(error).__name__}") from error
    if answer.status != status:
        raise Broken(f"{request.path}: {answer.status} {answer.body}")
    return answer
