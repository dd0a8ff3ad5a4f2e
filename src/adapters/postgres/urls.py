"""URLs of databases, as libpq reads them: whatever it knows may stand in one."""

import re
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from todo_core.errors import Unavailable

UNKNOWN_PARAMETER = re.compile(r'invalid URI query parameter: "(\w{1,40})"')


def parameters(url: str) -> Mapping[str, str | int | None]:
    """Return what a URL says. Raises Unavailable.

    Of libpq's own words, which may quote a password, that repeats the name of an unknown parameter only.
    """
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        unknown = UNKNOWN_PARAMETER.match(str(error))
        reason = f": libpq knows no parameter {unknown[1]}: remove it" if unknown else ""
        raise Unavailable(f"the database URL cannot be read{reason}") from None
