"""Looks whether a database can be worked with, before anybody asks for it: over connections like those of the pool."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import attrs
import psycopg

from adapters.postgres.connecting import TIME_LIMITS, PoolSettings, connect, session_arguments
from adapters.postgres.remedies import explain
from adapters.postgres.schema import REVISIONS, Schema, judge
from adapters.postgres.tables import metadata
from todo_core.errors import Unavailable

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
RIGHTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(metadata.tables, ALL),
    "audit_events": ("SELECT", "INSERT", "DELETE"),
    REVISIONS: ("SELECT",),
}
"""What the role needs of each table to serve requests."""
EXCHANGES = 3
"""How often two connections take turns, so that a pooler mixes them up if it does."""
_MISSING = """
SELECT r.name, string_agg(r.may, ', ') FROM unnest(%s::text[], %s::text[]) AS r(name, may)
WHERE NOT pg_catalog.has_table_privilege(to_regclass(r.name), r.may) GROUP BY r.name ORDER BY r.name"""
_STATE = """
SELECT current_user, pg_catalog.current_schema(), pg_catalog.pg_is_in_recovery(),
  pg_catalog.current_setting('transaction_read_only') = 'on'"""


@attrs.frozen
class Inspection:
    """What was found in a database that can be reached.

    Attributes:
        schema: whose tables there are, and of which release.
        server: PostgreSQL's version, such as "18.1".
        clock_ahead: by how much the server's clock is ahead of this machine's.
        unwritable: None, or why nothing can be written.
        missing_rights: None, or which are missing and how they are given.
        unlimited: the time limits that a connection does not have.
        role: who is connected.
        place: the schema that its `search_path` leads to.
        tls: whether the connection is encrypted.
    """

    schema: Schema
    server: str
    clock_ahead: timedelta
    unwritable: str | None
    missing_rights: str | None
    unlimited: tuple[str, ...]
    role: str
    place: str
    tls: bool

    @property
    def limiting(self) -> tuple[str, ...]:
        """The statements that set the missing time limits for good."""
        return tuple(f"ALTER ROLE {self.role} SET {name} = '{TIME_LIMITS[name]}'" for name in self.unlimited)


def _now() -> datetime:
    return datetime.now(UTC)


def inspect(url: str, settings: PoolSettings, now: Callable[[], datetime] = _now) -> Inspection:
    """Look into a database. Raises Unavailable, in words: no server could work with it."""
    with _words(), closing(connect(url, **session_arguments(url, settings))) as connection:
        unlimited = tuple(_unlimited(connection))
        if settings.limit and len(unlimited) == len(TIME_LIMITS):
            raise Unavailable(
                "a pooler before the database drops the time limits of connections: set"
                " TODO_TIME_LIMITS=role (docs/database.md)"
            )
        if settings.prepare:
            with closing(connect(url, **session_arguments(url, settings))) as other:
                _check_prepared(connection, other)
        schema = judge(connection)
        (role, place, standby, read_only), *_ = connection.execute(_STATE).fetchall()
        return Inspection(
            schema=schema,
            server=_version(connection.info.server_version),
            clock_ahead=_clock_ahead(connection, now),
            unwritable=_unwritable(role, standby=standby, read_only=read_only),
            missing_rights=_missing_rights(connection, role) if schema.is_usable else None,
            unlimited=unlimited,
            role=role,
            place=place,
            tls=bool(connection.pgconn.ssl_in_use),
        )


@contextmanager
def _words() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Unavailable(f"the database cannot be worked with: {explain(error)}") from error


def _clock_ahead(connection: psycopg.Connection, now: Callable[[], datetime]) -> timedelta:
    """Return by how much the server's clock is ahead: as it was asked half a round trip ago, at an even pace."""
    sent = now()
    [(there,)] = connection.execute("SELECT pg_catalog.clock_timestamp()").fetchall()
    difference: timedelta = there - (sent + (now() - sent) / 2)
    return difference


def _unlimited(connection: psycopg.Connection) -> Iterator[str]:
    for name in TIME_LIMITS:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row == ("0",):
            yield name


def _check_prepared(*connections: psycopg.Connection) -> None:
    """Use prepared statements on two connections in turn: one pooler gives both the same, another each time another.

    psycopg's names of statements begin anew with each connection, so they meet.
    """
    for _ in range(EXCHANGES):
        for number, connection in enumerate(connections):
            connection.execute(f"SELECT {number}", prepare=True)  # each its own text


def _unwritable(role: str, *, standby: bool, read_only: bool) -> str | None:
    if standby:
        return "it is a standby: name the primary, or all hosts with target_session_attrs=read-write"
    if read_only:
        return f"it was made read-only: ALTER ROLE {role} RESET default_transaction_read_only, or the same of DATABASE"
    return None


def _missing_rights(connection: psycopg.Connection, role: str) -> str | None:
    """Return which rights the role lacks, with the statement that gives the first of them."""
    asked = [(table, right) for table, rights in RIGHTS.items() for right in rights]
    names, rights = zip(*asked, strict=True)
    missing = connection.execute(_MISSING, ([*names], [*rights])).fetchall()
    if not missing:
        return None
    found = "; ".join(f"{rights} on {table}" for table, rights in missing)
    table, rights = missing[0]
    return f"the role {role} lacks {found}: GRANT {rights} ON {table} TO {role}"


def _version(number: int) -> str:
    return f"{number // 10_000}.{number % 10_000}"
