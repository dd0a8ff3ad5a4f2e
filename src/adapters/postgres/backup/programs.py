"""Runs pg_dump and pg_restore, which must be of the server's own major version; passwords never are arguments."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from typing import IO

import attrs
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.backup.errors import BackupError

LOCK_MILLISECONDS = 10_000
_KEPT = ("HOME", "PATH", "SYSTEMROOT", "TMPDIR")
"""What the programs get of our environment: a PGPORT or PGOPTIONS of the caller would lead them elsewhere."""


@attrs.frozen
class Programs:
    """The directory of pg_dump and pg_restore."""

    bindir: Path

    @contextmanager
    def dumping(self, url: str, schema: str, snapshot: str) -> Iterator[IO[bytes]]:
        """Yield what pg_dump writes of one schema, as the snapshot sees it. Raises BackupError at the end."""
        arguments, variables = _without_password(url)
        command: list[Path | str] = [
            self.bindir / "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges", f"--schema={_pattern(schema)}"),
            *(f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_MILLISECONDS}", f"--dbname={arguments}"),
        ]
        with _running(command, variables, subprocess.DEVNULL) as process:
            assert process.stdout is not None  # noqa: S101 - mypy does not know what a pipe gives
            yield process.stdout

    @contextmanager
    def script(self, dump: IO[bytes], schema: str) -> Iterator[IO[bytes]]:
        """Yield a dump as SQL, with its rows as text. Raises BackupError at the end, when it could not be read."""
        command: list[Path | str] = [
            self.bindir / "pg_restore",
            "--file=-",
            "--no-owner",
            "--no-privileges",
            f"--schema={schema}",
        ]
        with _running(command, {}, subprocess.PIPE) as process:
            assert process.stdin is not None  # noqa: S101 - the same
            assert process.stdout is not None  # noqa: S101 - the same
            feeding = threading.Thread(target=_feed, args=(dump, process.stdin))
            feeding.start()
            try:
                yield process.stdout
            finally:
                process.stdout.close()
                feeding.join()


def _feed(source: IO[bytes], target: IO[bytes]) -> None:
    with suppress(BrokenPipeError), target:  # a program that fails says why itself
        copyfileobj(source, target)


@contextmanager
def _running(
    command: list[Path | str], variables: Mapping[str, str], stdin: int
) -> Iterator["subprocess.Popen[bytes]"]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**kept, "LC_ALL": "C", **variables},
        )
        try:
            with process:
                yield process
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            said.seek(0)
            raise BackupError(f"{Path(command[0]).name} failed: {_reason(said.read())}")


def _reason(said: bytes) -> str:
    """Return the first thing that PostgreSQL's program complains of, without its own name before it."""
    lines = said.decode(errors="replace").strip().splitlines() or ["it ended without a word"]
    return lines[0].partition("error: ")[2] or lines[0]


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """Return a connection string that everybody on the machine may read, and the variable with the password.

    Raises BackupError for the password of a client certificate's key, for which libpq knows no variable.
    """
    said = conninfo_to_dict(url)
    if "sslpassword" in said:
        raise BackupError("sslpassword in the database URL cannot be handed to pg_dump: use a key without a password")
    password = said.pop("password", None)
    return make_conninfo(**{name: str(value) for name, value in said.items()}), {} if password is None else {
        "PGPASSWORD": str(password)
    }


def _pattern(name: str) -> str:
    """Return a name as psql's patterns write one that means itself."""
    return '"' + name.replace('"', '""') + '"'
