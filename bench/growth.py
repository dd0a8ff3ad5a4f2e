"""`python -m bench.growth`: how cost grows with tasks, users, connections, workers and time, as curves. Takes long."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import attrs

from bench import data, environment, load, machine, processes, usage, workloads
from bench.client import ask
from bench.data import Group, Population
from bench.environment import System
from bench.load import Request
from bench.measure import Bench, Sample, Series
from bench.workloads import Account, Workload, message

OUTPUT = Path("build/growth.json")
TASKS = (1_000, 10_000, 100_000, 1_000_000)
USERS = (10, 100, 1_000, 10_000)
TASKS_OF_EACH = 1_000
CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
WORKERS = (1, 2)
WIDE_PAGE = 200
MEMORY_TURN_SECONDS = 10.0
FIGURES: dict[str, Callable[[Sample], float]] = {
    "rate": lambda sample: sample.rate,
    "p50": lambda sample: sample.result.p50,
    "p95": lambda sample: sample.result.p95,
    "p99": lambda sample: sample.result.p99,
    "server_us": lambda sample: sample.server,
    "database_us": lambda sample: sample.database,
}


@attrs.frozen
class Turn:
    """How often everything is measured, how long each time, and for how long memory is watched."""

    rounds: int
    seconds: float
    memory_seconds: float


Points = list[dict[str, float | str]]


def point(series: Series, where: float) -> dict[str, float | str]:
    """Return what was measured at one place of a curve: medians, and how many responses were wrong."""
    figures = {name: series.range(figure).median for name, figure in FIGURES.items()}
    errors = sum(sample.result.errors for sample in series.samples)
    return {"workload": series.workload.name, "x": where, "errors": errors, **figures}


def tasks(turn: Turn) -> Points:
    """Return the cost of one user's requests, one at a time, against the number of their tasks.

    There are two users with each number: one of them is who makes tasks.
    """
    population = Population(tuple(Group(2, number) for number in TASKS))
    with environment.database(population) as stored, environment.api(stored) as api:
        every = [
            (Series(api, attrs.evolve(workload, connections=1)), number)
            for place, number in enumerate(TASKS)
            for workload in _alone(api, number, *api.accounts[2 * place : 2 * place + 2])
        ]
        Bench(stored.postmaster, [api]).measure([series for series, _ in every], turn.rounds, turn.seconds)
    return [point(series, number) for series, number in every]


def _alone(api: System, number: int, account: Account, maker: Account) -> list[Workload]:
    """Return every workload of a single user, and D: the page in the middle of their tasks."""
    port, path = api.running.port, f"/api/tasks?limit={WIDE_PAGE}"
    page = ask(port, "GET", path, account.token)
    for _ in range(number // WIDE_PAGE // 2 - 1):
        page = ask(port, "GET", f"{path}&cursor={quote(page['next_cursor'])}", account.token)
    middle = f"limit={workloads.PAGE}&cursor={quote(page['next_cursor'])}"
    asked = Request(message("GET", f"/api/tasks?{workloads.ANEW}", account.token))
    deep = Workload("D", [asked] * workloads.REQUESTS, anew=middle)
    others = [
        make([account]) for make in (workloads.read, workloads.list_anew, workloads.list_filtered, workloads.patch)
    ]
    return [*others, workloads.create([maker]), workloads.changes([account], port), deep]


def size(turn: Turn) -> Points:
    """Return the cost against the number of users with a thousand tasks each, and how long the table took to load."""
    points: Points = []
    for users in USERS:
        with environment.database(Population((Group(users, TASKS_OF_EACH),))) as stored, environment.api(stored) as api:
            every = [Series(api, make(api.accounts)) for make in workloads.OURS]
            Bench(stored.postmaster, [api]).measure(every, turn.rounds, turn.seconds)
            number = users * TASKS_OF_EACH
            points += [{**point(series, number), "loaded": stored.loaded} for series in every]
    return points


def connections(turn: Turn) -> Points:
    """Return rate and latency against the number of connections."""
    with environment.database(data.MILLION) as stored, environment.api(stored) as api:
        made = [make(api.accounts[1:]) for make in workloads.COMMON]
        every = [Series(api, attrs.evolve(one, connections=number)) for one in made for number in CONNECTIONS]
        Bench(stored.postmaster, [api]).measure(every, turn.rounds, turn.seconds)
    return [point(series, series.workload.connections) for series in every]


def workers(turn: Turn) -> Points:
    """Return rate and latency of one worker and of two, at 64 connections."""
    with (
        environment.database(data.MILLION) as stored,
        environment.api(stored, workers=WORKERS[0]) as one,
        environment.api(stored, workers=WORKERS[1]) as two,
    ):
        every = [
            Series(api, attrs.evolve(make(api.accounts[1:]), connections=workloads.MIX_CONNECTIONS))
            for make in (*workloads.COMMON, workloads.mix)
            for api in (one, two)
        ]
        Bench(stored.postmaster, [one, two]).measure(every, turn.rounds, turn.seconds)
    return [point(series, WORKERS[series.system is two]) for series in every]


def memory(turn: Turn) -> Points:
    """Return the resident bytes of a worker against the requests that it has answered."""
    points: Points = []
    with environment.database(data.MILLION) as stored, environment.api(stored) as api:
        plan = workloads.mix(api.accounts[1:]).plan(api.running.port, MEMORY_TURN_SECONDS)
        ends, answered, errors = time.monotonic() + turn.memory_seconds, 0, 0
        while time.monotonic() < ends:
            result = load.run(plan)
            answered, errors = answered + result.requests, errors + result.errors
            resident = usage.worker_bytes(api.running.pid)
            points.append({"workload": "X", "x": answered, "errors": errors, "bytes": resident})
    return points


CURVES: dict[str, Callable[[Turn], Points]] = {
    "tasks": tasks,
    "size": size,
    "connections": connections,
    "workers": workers,
    "memory": memory,
}


def lines(points: Points) -> Iterator[str]:
    """Return the points of one curve as a table."""
    names = [name for name in points[0] if name != "workload"]
    yield "   " + "".join(name.rjust(13) for name in names)
    for one in points:
        yield f"{one['workload']:<3}" + "".join(f"{one[name]:13.6g}" for name in names)


def main() -> int:
    """Return 0 when every response had the status it should have. What was measured before stays in the file."""
    arguments = _arguments()
    processes.unwind_on_sigterm()
    turn = Turn(arguments.rounds, arguments.seconds, arguments.memory_seconds)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    found = json.loads(arguments.output.read_text()) if arguments.output.exists() else {}
    errors = 0.0
    for name in arguments.curves:
        began = time.monotonic()
        processes.say(f"measuring: {name}")
        points = CURVES[name](turn)
        found[name] = {"machine": attrs.asdict(machine.describe()), "points": points}
        arguments.output.write_text(json.dumps(found, indent=1) + "\n")
        errors += sum(float(one["errors"]) for one in points)
        sys.stdout.write("\n".join([f"{name}: {time.monotonic() - began:.0f} s", *lines(points), ""]))
    sys.stdout.write(f"{errors:.0f} errors; all figures: {arguments.output}\n")
    return 1 if errors else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("curves", nargs="*", help=f"which of {', '.join(CURVES)}; by default all")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything has its turn (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is (%(default)s)")
    parser.add_argument("--memory-seconds", type=float, default=600.0, help="how long memory is watched (%(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the figures go (%(default)s)")
    arguments = parser.parse_args()
    arguments.curves = arguments.curves or list(CURVES)
    if unknown := set(arguments.curves) - set(CURVES):
        parser.error(f"there is no curve {', '.join(sorted(unknown))}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
