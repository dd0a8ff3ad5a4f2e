"""The measurements. Each repeats short rounds in which everything that is compared has its turn.

So what slows the machine down for a while slows both sides of a ratio down. Ratios are made within a round; what is
told is their median.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote

import attrs

from bench import load, usage
from bench.client import ask
from bench.environment import System
from bench.load import Plan, Request, Result
from bench.processes import Running
from bench.workloads import FIRST, REQUESTS, Account, Workload, message, read, spelled

READERS = 8
LOGGING_IN = 8
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - of accounts that live as long as the measurement
DEEP = 1_000
MICRO = 1_000_000


@attrs.frozen
class Range:
    """A figure of several rounds: the median, the least and the greatest."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Range":
        """Return the range of some values."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found))


@attrs.frozen
class Sample:
    """One load, and the processor time it took: of the server and of PostgreSQL, in microseconds for each request.

    `others`: how many cores anything else on the machine took meanwhile, the client and the other servers aside.
    """

    result: Result
    server: float
    database: float
    others: float

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.result.requests / self.result.seconds

    @property
    def tail(self) -> float:
        """The p99 relative to the p50."""
        return self.result.p99 / self.result.p50


Figure = Callable[[Sample], float]


@attrs.frozen
class Series:
    """The samples of a workload on a system, one for each round."""

    system: System
    workload: Workload
    samples: list[Sample] = attrs.field(factory=list)

    def range(self, figure: Figure) -> Range:
        """Return a figure of all rounds."""
        return Range.of(map(figure, self.samples))

    def ratio(self, other: "Series", figure: Figure) -> Range:
        """Return how a figure relates to what `other` had in the same round."""
        pairs = zip(self.samples, other.samples, strict=True)
        return Range.of(figure(mine) / figure(its) for mine, its in pairs)


@attrs.frozen
class Bench:
    """What every measurement needs: the database server's first process, and all systems that run.

    What these do is no disturbance by strangers.
    """

    postmaster: int
    systems: Sequence[System]

    def sample(self, running: Running, plan: Plan) -> Sample:
        """Carry out a plan and return what it took."""
        pids = [running.pid, self.postmaster, *(one.running.pid for one in self.systems)]
        with load.client(plan) as ready:
            before, machine, began = usage.cpu_seconds(pids), usage.machine_seconds(), time.monotonic()
            ready.start()
            result = ready.result()
            after, seconds = usage.cpu_seconds(pids), time.monotonic() - began
            machine = usage.machine_seconds() - machine
        used = [later - earlier for earlier, later in zip(before, after, strict=True)]
        others = (machine - sum(used[1:]) - result.cpu) / seconds
        each = MICRO / result.requests
        return Sample(result, used[0] * each, used[1] * each, others)

    def measure(self, every: Sequence[Series], rounds: int, seconds: float) -> None:
        """Add a sample to each series in every round, there and back by turns. A round before warms everything up."""
        for turn in range(-1, rounds):
            for one in every if turn % 2 else reversed(every):
                sample = self.sample(one.system.running, one.workload.plan(one.system.running.port, seconds))
                if turn >= 0:
                    one.samples.append(sample)


def hello(accounts: Sequence[Account]) -> Workload:
    """Return what the bare framework is asked."""
    return Workload("hello", [Request(message("GET", "/", one.token)) for one in accounts])


@attrs.frozen
class LogIns:
    """Reads in quiet and while people log in, round by round, and what log-ins do meanwhile; `alone`: one at a time."""

    quiet: list[Result]
    disturbed: list[Result]
    meanwhile: list[Result]
    alone: Sample

    @property
    def slowdown(self) -> Range:
        """How much longer the slowest hundredth of the reads takes while people log in."""
        pairs = zip(self.disturbed, self.quiet, strict=True)
        return Range.of(during.p99 / before.p99 for during, before in pairs)


def log_ins(bench: Bench, system: System, rounds: int, seconds: float) -> LogIns:
    """Return what log-ins cost, and what they do to others."""
    port = system.running.port
    credentials = [{"email": f"user{number}@example.org", "password": PASSWORD} for number in range(LOGGING_IN)]
    for one in credentials:
        ask(port, "POST", "/api/auth/register", body=one)
    requests = [Request(message("POST", "/api/auth/login", None, one)) for one in credentials]
    reading = attrs.evolve(read(system.accounts), connections=READERS).plan(port, seconds)
    logging_in = Plan(port, requests, seconds, LOGGING_IN)
    alone = bench.sample(system.running, attrs.evolve(logging_in, connections=1))
    found = LogIns([], [], [], alone)
    for _ in range(rounds):
        found.quiet.append(load.run(reading))
        with load.client(logging_in) as storm, load.client(reading) as reader:
            storm.start()
            reader.start()
            found.disturbed.append(reader.result())
            found.meanwhile.append(storm.result())
    return found


@attrs.frozen
class Pages:
    """How long the first page of a list takes, and a deep one, asked for in turn and read anew, in seconds."""

    first: list[float]
    deep: list[float]
    errors: int

    @property
    def ratio(self) -> Range:
        """How much longer the deep one takes."""
        return Range.of(deep / first for first, deep in zip(self.first, self.deep, strict=True))


def pages(system: System, account: Account, rounds: int, seconds: float) -> Pages:
    """Walk to page `DEEP` of a user's tasks, and compare it with page 1."""
    cursor = _cursor(system.running.port, f"/api/tasks?{FIRST}", account.token)
    queries = (FIRST, f"{FIRST}&cursor={quote(cursor)}")
    results = []
    for turn in range(rounds):
        numbers = range(turn * REQUESTS, (turn + 1) * REQUESTS)
        paths = [f"/api/tasks?{spelled(query, number)}" for number in numbers for query in queries]
        requests = [Request(message("GET", path, account.token)) for path in paths]
        results.append(load.run(Plan(system.running.port, requests, seconds, 1, kinds=2)))
    return Pages(
        [one.medians[0] for one in results], [one.medians[1] for one in results], sum(one.errors for one in results)
    )


def _cursor(port: int, path: str, token: str) -> str:
    """Return the cursor of page `DEEP`, come by as any client would."""
    response = ask(port, "GET", path, token)
    for _ in range(DEEP - 2):
        response = ask(port, "GET", f"{path}&cursor={quote(response['next_cursor'])}", token)
    return str(response["next_cursor"])
