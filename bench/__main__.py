"""`python -m bench`: measure, print the table, and leave all figures in a file."""

import argparse
import json
import sys
import time
from pathlib import Path

from bench import data, measure
from bench.report import Report
from bench.scene import staged

OUTPUT = Path("build/bench.json")


def main() -> int:
    """Return 0 when what was promised holds."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tasks", type=int, default=data.TASKS, help="how many tasks there are (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything has its turn (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn is (%(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the figures go (%(default)s)")
    given = parser.parse_args()
    if given.tasks < measure.TASKS_LEAST:
        parser.error(f"--tasks: at least {measure.TASKS_LEAST}, or there is no page {measure.DEEP}")
    began = time.monotonic()
    with staged(data.Size(tasks=given.tasks)) as scene:
        turn = given.rounds, given.seconds
        report = Report(
            scene=scene,
            throughput=measure.throughput(scene, *turn),
            log_ins=measure.log_ins(scene, *turn),
            pages=measure.pages(scene, *turn),
            seconds=time.monotonic() - began,
        )
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(report.data(), indent=1) + "\n")
    print("\n".join(report.lines()))
    print(f"all figures: {given.output}")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
