"""`python -m tests.drills`: plays faults under load and counts what was lost (docs/drills.md)."""

import argparse
import asyncio
import sys
from functools import partial

from tests.conftest import directory_for_all
from tests.drills import report
from tests.drills.drill import Plan, carry_out
from tests.drills.faults import FAULTS
from tests.drills.stage import Broken


def main() -> int:
    """Play the rounds asked for. Returns 1 when anything was lost, doubled, phantom, wrong, or slow to recover."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=Plan().rounds)
    parser.add_argument("--kind", action="append", choices=list(FAULTS), help="only this fault; may be repeated")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    arguments = parser.parse_args()
    faults = {kind: FAULTS[kind] for kind in arguments.kind or FAULTS}
    plan = Plan(faults, arguments.rounds, seed=arguments.seed)
    say = partial(print, flush=True)
    say(f"{plan.users} users, {plan.per_second} requests/s, seed {plan.seed}\n{report.HEAD}")
    with directory_for_all("todo-drill-") as directory:
        try:
            rounds = asyncio.run(carry_out(plan, directory, lambda played: say(report.line(played))))
        except Broken as error:
            say(f"the drill cannot go on: {error}")
            return 1
    for line in report.summary(rounds):
        say(line)
    say(report.verdict(rounds))
    return 1 if report.total(rounds) or report.slow(rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
