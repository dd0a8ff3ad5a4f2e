"""A small drill of two faults, and whether drills would notice what must not be."""

import sys
from pathlib import Path

import pytest

from tests.conftest import directory_for_all
from tests.drills.drill import Plan, Round, carry_out
from tests.drills.faults import kill_a_worker, restart_of_postgresql
from tests.drills.findings import Findings, compare
from tests.drills.load import Outcome
from tests.drills.report import line, summary, verdict
from tests.drills.stage import Stage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers of a server in /proc")


async def forget_a_user(stage: Stage) -> None:
    """Lose everything that one user was told of."""
    with stage.primary.administrator() as admin:
        admin.execute("DELETE FROM tasks WHERE user_id = (SELECT user_id FROM tasks LIMIT 1)")


async def play(directory: Path) -> list[Round]:
    """Play two faults that nothing survives but what was acknowledged, and one that loses just that."""
    faults = {"worker": kill_a_worker, "database": restart_of_postgresql, "loss": forget_a_user}
    plan = Plan(faults, rounds=3, users=8, calm=0.5)
    return await carry_out(plan, directory, lambda _: None)


async def test_nothing_is_lost_and_a_loss_is_noticed() -> None:
    """Under load a killed worker and a restarted database lose nothing; rows that are deleted are counted as lost."""
    with directory_for_all("todo-drill-") as directory:
        worker, database, loss = await play(directory)

    assert [Findings(), Findings()] == [worker.findings, database.findings], [worker, database]
    assert min(worker.outcomes[Outcome.ANSWERED], database.outcomes[Outcome.ANSWERED]) > 0
    assert loss.findings.lost > 0
    assert [] == [played.findings for played in (worker, database, loss) if played.findings.doubled]
    assert verdict([worker, database]) == "2 rounds, 0 lost, 0 doubled, 0 phantom, 0 wrong"
    told = [line(worker), *summary([worker, database])]
    assert ["1 worker", "all worker", "all database", "all every"] == [" ".join(each.split()[:2]) for each in told[:4]]


KNOWN = ("made", 3)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"a": KNOWN}, Findings()),
        ({}, Findings(lost=1)),
        ({"a": ("made before", 2)}, Findings(lost=1)),
        ({"a": KNOWN, "b": ("made", 4)}, Findings(doubled=1)),
        ({"a": ("made", 4)}, Findings(doubled=1)),
        ({"a": KNOWN, "b": ("never made", 4)}, Findings(phantom=1)),
        ({"a": ("never made", 4)}, Findings(phantom=1)),
    ],
)
def test_differences_are_named(there: dict[str, tuple[str, int]], found: Findings) -> None:
    """A task that is gone or as before is lost; one there twice or changed again is doubled; else it is a phantom."""
    findings = compare({"a": KNOWN}, there)

    findings.examples = []
    assert found == findings
