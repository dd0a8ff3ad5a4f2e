"""What a drill tells: a table with a line for each round, a line for each kind of fault, and the verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.drills.drill import Round
from tests.drills.findings import MAX_EXAMPLES, Findings
from tests.drills.load import Outcome

MAX_RECOVERY_SECONDS = 5.0
COLUMNS = "{:>5}  {:29}  {:>8}  {:>4}  {:>9}  {:>8}  {:>12}  {:>8}  {}"
FAILURES = (Outcome.UNAVAILABLE, Outcome.NO_ANSWER, Outcome.NOT_SENT)
HEAD = COLUMNS.format("round", "fault", "requests", *FAILURES, "availability", "recovery", "found")


def line(played: Round) -> str:
    """Return the line of a round."""
    return _columns(str(played.number), [played])


def summary(rounds: Sequence[Round]) -> Iterator[str]:
    """Yield a line for each kind of fault, one for all of them, and an example for what was found."""
    for kind in dict.fromkeys(played.kind for played in rounds):
        yield _columns("all", [played for played in rounds if played.kind == kind])
    yield _columns("all", rounds, "every fault")
    yield from [example for played in rounds for example in played.findings.examples][:MAX_EXAMPLES]
    for played in slow(rounds):
        yield f"round {played.number} took {played.recovery:.1f} s to recover: more than {MAX_RECOVERY_SECONDS:.0f} s"


def verdict(rounds: Sequence[Round]) -> str:
    """Return the last line."""
    return f"{len(rounds)} rounds, {total(rounds)}"


def total(rounds: Sequence[Round]) -> Findings:
    """Return all findings."""
    findings = Findings()
    for played in rounds:
        findings += played.findings
    return findings


def slow(rounds: Sequence[Round]) -> list[Round]:
    """Return the rounds whose recovery took too long."""
    return [played for played in rounds if played.recovery > MAX_RECOVERY_SECONDS]


def _columns(number: str, rounds: Sequence[Round], kind: str = "") -> str:
    outcomes = sum((played.outcomes for played in rounds), start=Counter[Outcome]())
    return COLUMNS.format(
        number,
        kind or rounds[0].kind,
        outcomes.total(),
        *(outcomes[failure] for failure in FAILURES),
        f"{outcomes[Outcome.ANSWERED] / outcomes.total():.2%}",
        f"{max(played.recovery for played in rounds):.1f} s",
        total(rounds) or "-",
    )
