"""Whose tables a database has, and of which release: judged by what is there, not only by what it says of itself."""

from collections.abc import Mapping
from enum import Enum

import attrs
import psycopg

from adapters.postgres import scripts
from adapters.postgres.remedies import MAKE_DATABASE
from adapters.postgres.tables import metadata
from todo_core.errors import Unavailable

REVISIONS = "alembic_version"
OURS = frozenset({REVISIONS, "audit_events", "idempotency_keys", "rate_limits", "sessions", "tasks", "users"})
"""Tables that every release has had: a database with all of them is one of ours."""
SHOWN = 5
"""How many names an error lists."""
_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text) FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND pg_catalog.pg_table_is_visible(c.oid)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.relname"""
_MAY_READ = "SELECT pg_catalog.has_table_privilege(to_regclass(%s), 'SELECT'), current_user"


class State(Enum):
    """How the schema of a database stands to the program."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


@attrs.frozen
class Schema:
    """The schema of a database. `revision` None: nothing was made yet."""

    state: State
    revision: str | None

    @property
    def is_usable(self) -> bool:
        """Say whether this program can work with it: migrations never take away what the release before needs."""
        return self.state in {State.CURRENT, State.NEWER}

    @property
    def age(self) -> str:
        """How a usable schema stands to the program, in words."""
        return "a newer" if self.state is State.NEWER else "the newest"


def judge(connection: psycopg.Connection) -> Schema:
    """Look into a database, on its role's search path.

    Raises Unavailable, in words: it is another program's, it contradicts itself, or it may not be looked into.
    """
    columns = {str(table): frozenset(map(str, names)) for table, names in connection.execute(_COLUMNS)}
    if not columns:
        _check_search_path(connection)
    recorded = _recorded(connection) if REVISIONS in columns else None
    if recorded is None and not columns.keys() - {REVISIONS}:
        return Schema(State.EMPTY, None)
    if not columns.keys() >= OURS - {REVISIONS}:
        raise _not_ours(columns, recorded)
    if recorded is None:
        raise Unavailable(
            "the database has tables of this program, but does not say of which release (alembic_version):"
            " it was not restored as a whole; `todo restore --replace` does that"
        )
    if recorded in scripts.revisions()[1:]:
        return Schema(State.BEHIND, recorded)
    _check_columns(columns, recorded)
    return Schema(State.CURRENT if recorded == scripts.head() else State.NEWER, recorded)


def _check_search_path(connection: psycopg.Connection) -> None:
    """Raise Unavailable when no table can be seen, or made, because there is no schema to look into."""
    row = connection.execute("SELECT pg_catalog.current_schema(), current_user").fetchone()
    if row is not None and row[0] is None:
        raise Unavailable(
            f"the search_path of {row[1]} leads to no schema: ALTER ROLE {row[1]} SET search_path = public"
        )


def _recorded(connection: psycopg.Connection) -> str | None:
    """Return what the database says of itself. Raises Unavailable."""
    row = connection.execute(_MAY_READ, (REVISIONS,)).fetchone()
    if row is not None and not row[0]:
        raise Unavailable(f"the role {row[1]} may not read {REVISIONS}: GRANT SELECT ON {REVISIONS} TO {row[1]}")
    found = sorted(str(name) for (name,) in connection.execute(f"SELECT version_num FROM {REVISIONS}"))  # noqa: S608
    if len(found) > 1:
        raise Unavailable(
            f"the database says that it has the schema of {len(found)} releases ({', '.join(found)}): a backup was put"
            " over it; `todo restore --replace` restores one as a whole"
        )
    return found[0] if found else None


def _not_ours(columns: Mapping[str, object], recorded: str | None) -> Unavailable:
    if recorded in scripts.revisions() and len(OURS & columns.keys()) > len(OURS) / 2:
        missing = sorted(OURS - columns.keys())
        return Unavailable(
            f"the database says that it has the schema {recorded}, but lacks the tables {_some(missing)}:"
            " restore a backup with `todo restore --replace`"
        )
    return Unavailable(
        f"the database has tables of another program ({_some(sorted(columns))}): name one of this program's own in"
        f" TODO_DATABASE_URL; {MAKE_DATABASE}"
    )


def _check_columns(columns: Mapping[str, frozenset[str]], recorded: str) -> None:
    """Raise Unavailable unless there is everything that this program reads and writes."""
    missing = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in columns.get(table.name, frozenset())
    ]
    if not missing:
        return
    if recorded == scripts.head():
        raise Unavailable(
            f"the database says that it has the schema {recorded}, but lacks {_some(missing)}: it was not restored as"
            " a whole; `todo restore --replace` does that"
        )
    raise Unavailable(
        f"the database has the schema {recorded} of a later release, which this one cannot work with: it lacks"
        f" {_some(missing)}; install that release"
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
