"""The measurements. Each repeats short rounds in which everything that is compared has its turn, and takes medians.

So what slows the machine down for a while slows both sides of a ratio down.
"""

import http.client
import json
import statistics
from collections.abc import Callable, Sequence
from urllib.parse import quote

import attrs

from bench import load, processes
from bench.data import HEAVY_SHARE
from bench.load import Outcome, Plan
from bench.processes import Running
from bench.scene import Scene, bare_requests, request

CONNECTIONS = 32
READERS = 8
LOGGING_IN = 8
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - of accounts that live as long as the measurement
DEEP = 1_000
PAGE = 50
TASKS_LEAST = (DEEP * PAGE + 1) * HEAVY_SHARE
MICRO = 1_000_000
BAD = 400


@attrs.frozen
class Sample:
    """One load, and the processor time it took: of the server and of PostgreSQL, in microseconds for each request.

    `others` is how many cores anything else on the machine took meanwhile, apart from the client.
    """

    outcome: Outcome
    server: float
    database: float
    others: float

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.outcome.requests / self.outcome.seconds


@attrs.frozen
class Workload:
    """What is asked of which server, and the least that its rate should be, relative to the bare framework's."""

    name: str
    server: Running
    requests: list[str]
    status: int = 200
    floor: float | None = None


@attrs.frozen
class Series:
    """The samples of one workload, one for each round."""

    workload: Workload
    samples: list[Sample] = attrs.field(factory=list)

    def median(self, figure: Callable[[Sample], float]) -> float:
        """Return the median over the rounds."""
        return statistics.median(map(figure, self.samples))

    def ratio(self, other: "Series", figure: Callable[[Sample], float]) -> float:
        """Return the median of the ratios to what `other` had in the same round."""
        pairs = zip(self.samples, other.samples, strict=True)
        return statistics.median(figure(mine) / figure(its) for mine, its in pairs)


def measured(scene: Scene, server: Running, plan: Plan) -> Sample:
    """Carry out a plan and return what it took."""
    roots = (server.pid, scene.postmaster, scene.api.pid, scene.bare.pid)
    before, machine = [processes.cpu_seconds(pid) for pid in roots], processes.machine_seconds()
    outcome = load.run(plan)
    used = [processes.cpu_seconds(pid) - earlier for pid, earlier in zip(roots, before, strict=True)]
    others = processes.machine_seconds() - machine - sum(used[1:]) - outcome.cpu
    each = MICRO / outcome.requests
    return Sample(outcome, used[0] * each, used[1] * each, others / outcome.seconds)


def throughput(scene: Scene, rounds: int, seconds: float) -> list[Series]:
    """Return how the API answers `CONNECTIONS` clients; the bare framework comes first."""
    series = [
        Series(Workload("bare Litestar + JWT", scene.bare, bare_requests())),
        Series(Workload("R  GET one task", scene.api, scene.reads(), floor=0.30)),
        Series(Workload("L  GET a list of 20", scene.api, scene.lists(), floor=0.25)),
        Series(Workload("W  POST a task", scene.api, scene.creates(), 201, floor=0.27)),
    ]
    for turn in range(-1, rounds):
        for one in series:
            work = one.workload
            plan = Plan(work.server.port, work.requests, seconds, CONNECTIONS, work.status)
            sample = measured(scene, work.server, plan)
            if turn >= 0:  # the round before the first warms everything up
                one.samples.append(sample)
    return series


@attrs.frozen
class LogIns:
    """Reads in quiet and while people log in, round by round, and what log-ins do meanwhile; `alone`: one at a time."""

    quiet: list[Outcome]
    disturbed: list[Outcome]
    meanwhile: list[Outcome]
    alone: Sample

    @property
    def slowdown(self) -> float:
        """How much longer the slowest hundredth of the reads takes while people log in."""
        pairs = zip(self.disturbed, self.quiet, strict=True)
        return statistics.median(during.p99 / before.p99 for during, before in pairs)


def log_ins(scene: Scene, rounds: int, seconds: float) -> LogIns:
    """Return what log-ins cost, and what they do to others."""
    accounts = [{"email": f"user{number}@example.org", "password": PASSWORD} for number in range(LOGGING_IN)]
    for account in accounts:
        _ask(scene.api, "POST", "/api/auth/register", body=account)
    requests = [request("POST", "/api/auth/login", None, account) for account in accounts]
    reading = Plan(scene.api.port, scene.reads(), seconds, READERS)
    logging_in = Plan(scene.api.port, requests, seconds, LOGGING_IN)
    alone = measured(scene, scene.api, Plan(scene.api.port, requests, seconds, 1))
    found = LogIns([], [], [], alone)
    for _ in range(rounds):
        found.quiet.append(load.run(reading))
        with load.loading(logging_in) as process:
            found.disturbed.append(load.run(reading))
            found.meanwhile.append(load.outcome_of(process))
    return found


@attrs.frozen
class Pages:
    """How long the first page of the longest list takes, and a deep one, asked for in turn, in seconds."""

    first: list[float]
    deep: list[float]
    errors: int

    @property
    def ratio(self) -> float:
        """How much longer the deep one takes."""
        return statistics.median(deep / first for first, deep in zip(self.first, self.deep, strict=True))


def pages(scene: Scene, rounds: int, seconds: float) -> Pages:
    """Walk to page `DEEP` of the user with the most tasks, and compare it with page 1."""
    path = f"/api/tasks?limit={PAGE}"
    deep = f"{path}&cursor={quote(_cursor(scene, path))}"
    requests = [scene.request(0, "GET", path), scene.request(0, "GET", deep)]
    outcomes = [load.run(Plan(scene.api.port, requests, seconds, 1, kinds=2)) for _ in range(rounds)]
    return Pages(
        [one.medians[0] for one in outcomes],
        [one.medians[1] for one in outcomes],
        sum(one.errors for one in outcomes),
    )


def _cursor(scene: Scene, path: str) -> str:
    """Return the cursor of page `DEEP`, come by as any client would."""
    headers = {"Authorization": f"Bearer {scene.tokens[0]}"}
    answer = _ask(scene.api, "GET", path, headers)
    for _ in range(DEEP - 2):
        answer = _ask(scene.api, "GET", f"{path}&cursor={quote(answer['next_cursor'])}", headers)
    return str(answer["next_cursor"])


def _ask(
    server: Running, method: str, path: str, headers: dict[str, str] | None = None, body: object = None
) -> dict[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=load.PATIENCE_SECONDS)
    try:
        typed = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), (headers or {}) | typed)
        response = connection.getresponse()
        answer: dict[str, str] = json.loads(response.read())
        if response.status >= BAD:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer
    finally:
        connection.close()


def rates(outcomes: Sequence[Outcome]) -> float:
    """Return the median rate, in requests a second."""
    return statistics.median(one.requests / one.seconds for one in outcomes)
