"""`python -m bench`: measure this version beside its peers, print the tables, and leave all figures in a file."""

import argparse
import json
import sys
import time
from pathlib import Path

from bench import check, credentials, data, environment, machine, measure, processes, usage, workloads
from bench.environment import Database, System
from bench.measure import Bench, Series
from bench.peers.catalog import PEERS
from bench.report import Report

OUTPUT = Path("build/bench.json")


def main() -> int:
    """Return 0 when every response had the status it should have."""
    arguments = _arguments()
    processes.unwind_on_sigterm()
    processes.say(f"loading {data.MILLION.tasks:,} tasks")
    names = [name for name in arguments.peers.split(",") if name]
    with (
        environment.database(data.MILLION) as stored,
        environment.api(stored) as api,
        environment.bare(stored) as bare,
        environment.peers(stored, names) as peers,
    ):
        bench = Bench(stored.postmaster, [api, bare, *peers])
        for system in (api, *peers):
            check.check(system)
        report = _measured(stored, bench, _series(api, bare, peers), arguments)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report.data(), indent=1) + "\n")
    sys.stdout.write("\n".join([*report.lines(), f"all figures: {arguments.output}", ""]))
    return 1 if report.errors else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything has its turn (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is (%(default)s)")
    every = ",".join(peer.name for peer in PEERS)
    parser.add_argument("--peers", default=every, help="which to compare with, comma-separated (%(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the figures go (%(default)s)")
    return parser.parse_args()


def _series(api: System, bare: System, peers: list[System]) -> list[Series]:
    """Return what is measured: the bare framework first, then all of ours, then what peers can do, too."""
    accounts = api.accounts[1:]  # the first user has too many tasks to be one of many
    ours = [*(make(accounts) for make in workloads.OURS), workloads.changes(accounts, api.running.port)]
    return [
        Series(bare, measure.hello(bare.accounts)),
        *(Series(api, workload) for workload in ours),
        *(Series(api, workload) for workload in credentials.reads(api.running.port)),
        *(Series(peer, make(peer.accounts[1:])) for peer in peers for make in workloads.COMMON),
    ]


def _measured(stored: Database, bench: Bench, every: list[Series], arguments: argparse.Namespace) -> Report:
    api, turn = bench.systems[0], (arguments.rounds, arguments.seconds)
    began, memory = time.monotonic(), usage.worker_bytes(api.running.pid)
    facts = machine.describe()
    processes.say(f"measuring: {len(every) * (arguments.rounds + 1) * arguments.seconds:.0f} s, and log-ins and pages")
    bench.measure(every, *turn)
    return Report(
        machine=facts,
        database=stored,
        every=every,
        log_ins=measure.log_ins(bench, api, *turn),
        pages=measure.pages(api, api.accounts[0], *turn),
        memory=(memory, usage.worker_bytes(api.running.pid)),
        seconds=time.monotonic() - began,
    )


if __name__ == "__main__":
    sys.exit(main())
