"""Makes a backup while servers go on: everything in it is of one moment."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psycopg
from psycopg import IsolationLevel

from adapters.postgres.backup.errors import BackupError
from adapters.postgres.backup.file import CHUNK, DUMP, Manifest, new_file
from adapters.postgres.backup.programs import Programs
from adapters.postgres.backup.schema import connected, contents

TELL_SECONDS = 2.0
MEGABYTE = 1e6


def back_up(
    url: str, programs: Path, path: Path, *, release: str, extras: Mapping[str, bytes], tell: Callable[[str], None]
) -> Manifest:
    """Write a backup of the database to a new file and return what is in it.

    Args:
        url: the database, past any transaction pooler.
        programs: the directory of `pg_dump`, of the server's major version.
        path: the file, which must not be there yet; it appears when it is whole.
        release: the version of this program.
        extras: small members beside the dump, by name.
        tell: is told how far it is.

    Raises:
        BackupError: it cannot be made, and there is no file.
        Unavailable: the database cannot be reached, and there is no file.
    """
    with new_file(path) as writer, connected(url) as connection:
        manifest, snapshot = _describe(connection, release)
        tell(f"backing up {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables")
        with (
            Programs(programs).dumping(url, manifest.schema, snapshot) as dump,
            writer.member(DUMP) as write,
        ):
            written, told = 0, monotonic()
            while chunk := dump.read(CHUNK):
                write(chunk)
                written += len(chunk)
                if monotonic() - told > TELL_SECONDS:
                    told = monotonic()
                    tell(f"{written / MEGABYTE:.0f} MB written")
        for name, extra in extras.items():
            with writer.member(name) as write:
                write(extra)
        return writer.finish(manifest)


def _describe(connection: psycopg.Connection, release: str) -> tuple[Manifest, str]:
    """Return what there is now, and the name of the snapshot that sees just this, for as long as the transaction."""
    connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    connection.set_read_only(True)
    found = contents(connection)
    if not found.is_ours or found.revision is None:
        raise BackupError("the database has no tables of this program: nothing to back up")
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None  # noqa: S101 - it returns one row
    manifest = Manifest(
        created_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        release=release,
        postgresql=connection.info.server_version // 10_000,
        schema=found.schema,
        revision=found.revision,
        rows=found.rows,
    )
    return manifest, str(row[0])
