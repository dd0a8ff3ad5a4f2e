"""`python -m bench.compare REVISION`: measure this tree and another version, interleaved, and print ratios."""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import attrs

from adapters.embedded import cluster
from bench import check, processes, usage, versions, workloads
from bench.environment import System
from bench.measure import Bench, Figure, Series
from bench.versions import PRESENT, Unusable, Version
from bench.workloads import Workload

OUTPUT = Path("build/compare.json")
COMPARED: dict[str, Callable[[System], Workload]] = {
    "R": lambda system: workloads.read(system.accounts),
    "L": lambda system: workloads.list_first(system.accounts),
    "N": lambda system: workloads.list_anew(system.accounts),
    "W": lambda system: workloads.create(system.accounts),
    "P": lambda system: workloads.patch(system.accounts),
    "F": lambda system: workloads.list_filtered(system.accounts),
    "C": lambda system: workloads.changes(system.accounts, system.running.port),
}
FIGURES: dict[str, Figure] = {
    "req/s": lambda sample: sample.rate,
    "server time": lambda sample: sample.server,
    "database time": lambda sample: sample.database,
    "p99": lambda sample: sample.result.p99,
}
WIDTH = 22
UNUSABLE = 2


def main() -> int:
    """Return 0 when every response had the status it should have, 2 when a version cannot be measured."""
    arguments = _arguments()
    processes.unwind_on_sigterm()
    try:
        pairs = _measured(versions.earlier(arguments.revision), arguments)
    except Unusable as reason:
        sys.stderr.write(f"{reason}\n")
        return UNUSABLE
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(_data(pairs), indent=1) + "\n")
    sys.stdout.write("\n".join([*_lines(arguments.revision, pairs), f"all figures: {arguments.output}", ""]))
    return 1 if _errors(pairs) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("revision", help="a commit, a branch or a tag")
    parser.add_argument("--rounds", type=int, default=7, help="how often everything has its turn (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is (%(default)s)")
    parser.add_argument("--users", type=int, default=100, help="how many users there are (%(default)s)")
    parser.add_argument("--tasks", type=int, default=300, help="how many tasks each of them has (%(default)s)")
    parser.add_argument(
        "--workloads", nargs="+", choices=[*COMPARED], default=[*COMPARED], help="which are measured (all of them)"
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the figures go (%(default)s)")
    arguments = parser.parse_args()
    if arguments.tasks < workloads.PAGE * 2:
        parser.error(f"--tasks: at least {workloads.PAGE * 2}, or pages are not full")
    return arguments


Pair = tuple[Series, Series]


def _measured(other: Version, arguments: argparse.Namespace) -> list[Pair]:
    """Return the series of both versions for each workload, the present one first."""
    with ExitStack() as ending:
        directory = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-")))
        directory.chmod(0o755)  # as root, the database runs as somebody else
        url = ending.enter_context(cluster(directory / "database")).url
        systems = []
        for version in (PRESENT, other):
            processes.say(f"{version.name}: {arguments.users} users with {arguments.tasks} tasks each")
            running = ending.enter_context(versions.serving(version, url, directory))
            systems.append(versions.populate(version, running, arguments.users, arguments.tasks))
            check.check(systems[-1])
            versions.settle(version, url)
        pairs = [_pair(systems, COMPARED[name]) for name in arguments.workloads]
        every = [one for pair in pairs for one in pair]
        processes.say(f"measuring: {len(every) * (arguments.rounds + 1) * arguments.seconds:.0f} s")
        Bench(usage.postmaster(url), systems).measure(every, arguments.rounds, arguments.seconds)
    return pairs


def _pair(systems: Sequence[System], asked: Callable[[System], Workload]) -> Pair:
    mine, its = (Series(system, asked(system)) for system in systems)
    return mine, its


def _errors(pairs: Sequence[Pair]) -> int:
    return sum(sample.result.errors for pair in pairs for series in pair for sample in series.samples)


def _lines(revision: str, pairs: Sequence[Pair]) -> Iterator[str]:
    yield f"this tree relative to {revision}: median (least-greatest) of {len(pairs[0][0].samples)} rounds"
    yield "   " + "".join(name.rjust(WIDTH) for name in FIGURES)
    for mine, its in pairs:
        ratios = [mine.ratio(its, figure) for figure in FIGURES.values()]
        cells = [f"{one.median:.2f} ({one.min:.2f}-{one.max:.2f})" for one in ratios]
        yield mine.workload.name.ljust(3) + "".join(cell.rjust(WIDTH) for cell in cells)
    samples = [sample for pair in pairs for series in pair for sample in series.samples]
    others = statistics.median(sample.others for sample in samples)
    yield f"{_errors(pairs)} errors; other programs took {others:.2f} cores meanwhile"


def _data(pairs: Sequence[Pair]) -> dict[str, object]:
    """Return everything as plain JSON values."""
    return {
        mine.workload.name: {
            "ratios": {name: attrs.asdict(mine.ratio(its, figure)) for name, figure in FIGURES.items()},
            "samples": {one.system.title: [attrs.asdict(sample) for sample in one.samples] for one in (mine, its)},
        }
        for mine, its in pairs
    }


if __name__ == "__main__":
    sys.exit(main())
