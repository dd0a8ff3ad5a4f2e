"""How every connection is made: as the URL says and nothing else, in UTF-8, and without waiting for ever."""

import os
from collections.abc import Mapping
from typing import Any

import attrs
import psycopg

from adapters.postgres.conversions import ADAPTERS, POOLED
from adapters.postgres.remedies import MAKE_DATABASE, explain
from adapters.postgres.urls import parameters
from todo_core.errors import Unavailable

VARIABLES = "PG"
"""How the variables begin that libpq reads in place of what a URL does not say."""
ENCODING = "UTF8"
CONNECT_SECONDS = 3
UNLESS_GIVEN: Mapping[str, object] = {
    "application_name": "todo-core",
    "connect_timeout": CONNECT_SECONDS,  # for each address
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds without a sign that what was sent has arrived
}
"""Parameters of libpq that a URL may have in another way, also in its `options`."""
TIME_LIMITS: Mapping[str, str] = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}
"""How long the server lets one statement, a wait for a lock, and a transaction without a statement last."""
IN_UTC = "-c timezone=UTC"


@attrs.frozen
class PoolSettings:
    """How many connections there are, how many seconds a request may wait for one, and what each may do.

    `prepare`: whether statements are prepared; a pooler has to know of that. `limit`: whether the time limits are sent
    when connecting, in `options`; else they are the role's own, and so is the time zone.
    """

    min_size: int
    max_size: int
    timeout: float
    prepare: bool = True
    limit: bool = True


def arguments(url: str) -> dict[str, Any]:
    """Return what psycopg is told beside the URL. Raises Unavailable when that cannot be read.

    libpq's environment variables go, for good: it reads them itself, and some of them whatever it is told.
    """
    for name in [name for name in os.environ if name.startswith(VARIABLES)]:
        del os.environ[name]
    given = parameters(url)
    options = str(given.get("options", ""))
    defaults = {name: value for name, value in UNLESS_GIVEN.items() if name not in given and name not in options}
    return {**defaults, "client_encoding": ENCODING}


def session_arguments(url: str, settings: PoolSettings) -> dict[str, Any]:
    """Return the same for a connection that serves requests. Raises Unavailable when the URL cannot be read."""
    told = {**arguments(url), "autocommit": True}
    if not settings.prepare:
        told["prepare_threshold"] = None
    if not settings.limit:
        return {**told, "context": POOLED}
    limits = " ".join(f"-c {name}={value}" for name, value in TIME_LIMITS.items())
    return {**told, "context": ADAPTERS, "options": f"{limits} {parameters(url).get('options') or ''} {IN_UTC}"}


def connect(url: str, **more: Any) -> psycopg.Connection:  # noqa: ANN401 - psycopg's own arguments
    """Connect, outside any event loop. Raises Unavailable, in words with a remedy."""
    try:
        connection = psycopg.connect(url, **{**arguments(url), **more})
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database cannot be reached: {explain(error)}") from error
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != ENCODING:
        connection.close()
        raise Unavailable(f"the encoding of the database is {encoding}, it must be {ENCODING}: {MAKE_DATABASE}")
    return connection
