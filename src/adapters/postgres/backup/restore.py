"""Puts a backup into a database, in one transaction: everything is as it was in the backup, or nothing has changed."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
import psycopg
from psycopg import sql

from adapters.postgres import migrate as migrations
from adapters.postgres.backup.errors import BackupError
from adapters.postgres.backup.file import CHUNK, Backup, Manifest
from adapters.postgres.backup.programs import Programs
from adapters.postgres.backup.schema import Contents, connected, contents, others
from adapters.postgres.schema import REVISIONS
from adapters.postgres.scripts import head, revisions
from adapters.postgres.tables import metadata
from todo_core.errors import Unavailable

LOCK_TIMEOUT = "10s"
END_OF_ROWS = b"\\.\n"
META = (b"\\restrict ", b"\\unrestrict ")
"""Lines of pg_restore that are for psql alone."""
_TRIGGER_FUNCTIONS = """
SELECT DISTINCT tgfoid::regprocedure::text FROM pg_catalog.pg_trigger
WHERE NOT tgisinternal AND tgrelid = ANY(%s::regclass[])"""


def restore(url: str, programs: Path, backup: Backup, *, replace: bool, tell: Callable[[str], None]) -> None:
    """Fill the database from a backup, then bring it to the newest schema.

    Args:
        url: the database, past any transaction pooler: empty, or with our tables.
        programs: the directory of `pg_restore`, of the server's major version.
        backup: what to restore.
        replace: whether rows that are there may go.
        tell: is told how far it is.

    Raises:
        BackupError: it cannot be restored, and nothing has changed.
        Unavailable: the database cannot be reached, and nothing has changed; or the migration failed, and the data are
            restored with the backup's schema.
    """
    manifest = backup.manifest
    _check_backup(backup)
    with connected(url) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(LOCK_TIMEOUT))
        found = contents(connection)
        _check_target(found, connection, manifest, replace=replace)
        _drop(connection, found, manifest)
        tell(f"restoring {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables")
        with (
            backup.stream() as dump,
            Programs(programs).script(dump, manifest.schema) as script,
        ):
            for table in Script(connection, script).run():
                tell(f"restored {table}")
        _verify(connection, manifest)
    try:
        migrations.migrate(url)
    except Unavailable as error:
        raise Unavailable(f"the rows are restored with the schema {manifest.revision}, but {error}") from error


def _check_backup(backup: Backup) -> None:
    revision = backup.manifest.revision
    if revision not in revisions():
        raise BackupError(
            f"{backup.path} has the schema {revision}, which is newer than this program's {head()}:"
            " restore it with a newer release"
        )


def _check_target(found: Contents, connection: psycopg.Connection, manifest: Manifest, *, replace: bool) -> None:
    """Raise BackupError when the backup does not fit, or something would be lost that nobody has given up."""
    major, needed = connection.info.server_version // 10_000, manifest.postgresql
    if major < needed:
        raise BackupError(f"the backup is of PostgreSQL {needed}, the server is {major}: take {needed} or newer")
    if found.schema != manifest.schema:
        raise BackupError(f"the backup is of the schema {manifest.schema}, the database's role works in {found.schema}")
    if found.rows and not found.is_ours:
        raise BackupError(f"the database has tables of something else ({', '.join(found.rows)}): name an empty one")
    if found.has_rows and not replace:
        raise BackupError("the database has rows already: --replace gives them up for those of the backup")
    if number := others(connection):
        raise BackupError(f"{number} other connections use this database: stop the servers first")


def _drop(connection: psycopg.Connection, found: Contents, manifest: Manifest) -> None:
    """Remove our tables, of whatever release, and the functions of their triggers; what depends on them stops it."""
    ours = found.rows.keys() & {*metadata.tables, *manifest.rows, REVISIONS}
    names = [sql.Identifier(found.schema, table) for table in sorted(ours)]
    if not names:
        return
    quoted = [name.as_string(connection) for name in names]
    functions = [function for (function,) in connection.execute(_TRIGGER_FUNCTIONS, [quoted])]
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.SQL(", ").join(names)))
    for function in functions:
        connection.execute(sql.SQL("DROP FUNCTION {}").format(sql.SQL(function)))


@attrs.frozen
class Script:
    """What pg_restore writes: statements, and rows between `COPY … FROM stdin;` and a line with a backslash and dot."""

    connection: psycopg.Connection
    lines: Iterable[bytes]

    def run(self) -> Iterator[str]:
        """Carry it out; yield each table whose rows are in."""
        lines, statements = iter(self.lines), list[bytes]()
        for line in lines:
            if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                self._execute(statements)
                self._copy(line, lines)
                yield line.split()[1].decode()
            elif not line.startswith(META):
                statements.append(line)
        self._execute(statements)

    def _execute(self, statements: list[bytes]) -> None:
        """Run what has gathered, and forget it."""
        if statements:
            self.connection.execute(b"".join(statements))
            statements.clear()

    def _copy(self, statement: bytes, lines: Iterator[bytes]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            gathered, size = list[bytes](), 0
            for line in lines:
                if line == END_OF_ROWS:
                    break
                gathered.append(line)
                size += len(line)
                if size > CHUNK:
                    copy.write(b"".join(gathered))
                    gathered, size = [], 0
            copy.write(b"".join(gathered))


def _verify(connection: psycopg.Connection, manifest: Manifest) -> None:
    """Compare what is there now with the manifest. Raises BackupError."""
    connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(manifest.schema)))
    found = contents(connection)
    wrong = [table for table, number in manifest.rows.items() if found.rows.get(table) != number]
    if wrong or found.revision != manifest.revision:
        raise BackupError(f"the backup does not hold what it says: {', '.join(wrong) or found.revision}")
