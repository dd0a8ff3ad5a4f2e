"""URLs of databases, as libpq reads them: whatever it knows may stand in one."""

from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from todo_core.errors import Unavailable


def parameters(url: str) -> Mapping[str, str | int | None]:
    """Return what a URL says. Raises Unavailable, without libpq's own words: they may quote a password."""
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise Unavailable("the database URL cannot be read") from None
