"""What PostgreSQL and the poolers before it say when they refuse, and what to do about it."""

import re
from collections.abc import Mapping

import psycopg

MAKE_DATABASE = "CREATE DATABASE todo ENCODING 'UTF8' TEMPLATE template0 OWNER todo"

REMEDIES: Mapping[str, str] = {
    # where it is
    "Connection refused": "is PostgreSQL running there? TODO_DATABASE_URL says host and port",
    "No such file or directory": "is PostgreSQL running there? TODO_DATABASE_URL says the directory of its socket",
    "resolve host|translate host": "the host of TODO_DATABASE_URL has no address",
    "timeout expired": "nothing answers there: look at host, port and firewalls",
    "No route to host|unreachable": "look at the host of TODO_DATABASE_URL, and at firewalls",
    "starting up|shutting down|recovery mode|not yet accepting": "wait until it takes connections, then try again",
    "session is (not )?read-only|in hot standby": "no host of TODO_DATABASE_URL is as target_session_attrs asks",
    # who may
    "password authentication failed|SASL authentication failed": "look at user and password in TODO_DATABASE_URL",
    "no password supplied": "put the password into TODO_DATABASE_URL, or name a file with passfile=",
    'role "[^"]*" does not exist|no such user': "CREATE ROLE todo LOGIN PASSWORD '…' makes a role",
    "not permitted to log in": "ALTER ROLE todo LOGIN lets it in",
    "no pg_hba.conf entry": "let this address in by the server's pg_hba.conf, or change sslmode in the URL",
    "permission denied for database": "GRANT CONNECT ON DATABASE lets the role in",
    'database "[^"]*" does not exist|no such database': f"{MAKE_DATABASE} makes one",
    "too many clients|connection slots|too many connections|max_client_conn": (
        "raise the server's max_connections, or lower TODO_POOL_MAX or TODO_WORKERS"
    ),
    # how
    "does not support SSL": "change sslmode in TODO_DATABASE_URL, or switch TLS on in the server",
    "certificate verify failed": "name the server's certificate authority with sslrootcert= in TODO_DATABASE_URL",
    "does not match host name": "use the host name that is in the server's certificate",
    "root certificate file": "name the server's certificate authority with sslrootcert=, or sslrootcert=system",
    "channel binding": "remove channel_binding from TODO_DATABASE_URL, or connect with TLS and SCRAM",
    "unsupported startup parameter": (
        "a pooler is in between, which takes no time limits: set TODO_TIME_LIMITS=role (docs/database.md)"
    ),
    "query_wait_timeout": "the pooler has no free connection to PostgreSQL: raise its pool size",
    "server_login_retry|login failed": "the pooler cannot reach PostgreSQL: look at its log",
    "invalid value for parameter|unrecognized configuration parameter|requires a value|invalid command-line": (
        "look at options= in TODO_DATABASE_URL"
    ),
    "definition of service|service file": ("put host, user and database into TODO_DATABASE_URL, in place of service="),
    "conversion between UTF8 and": MAKE_DATABASE,
    # what there is
    "read-only transaction": (
        "it is a standby, or was made read-only: name the primary, or all hosts with target_session_attrs=read-write"
    ),
    "No space left on device|could not extend file|could not write": "make room on the server's disk",
    "permission denied for|must be owner": (
        "run it as the role that owns the tables, or GRANT the right (docs/database.md)"
    ),
    "no schema has been selected": "ALTER ROLE todo SET search_path = public leads it to a schema",
    "prepared statement": "a pooler is in between, which does not know them: set TODO_PREPARE_STATEMENTS=false",
    "statement timeout": "the role's statement_timeout is too short for this",
}
"""What to do, by a pattern of the words that the error has; the first that fits counts."""

HINT = re.compile(r"^\s*Is the server running .*\?$", re.MULTILINE)
"""What libpq asks after a refusal; the remedies have it with the setting's name."""


def explain(error: BaseException) -> str:
    """Return the words of an error on one line, with a remedy if one is known.

    Details are left out: they may quote rows. libpq's own words name host, port, user and database, never a password.
    """
    words = _words(error)
    for pattern, remedy in REMEDIES.items():
        if re.search(pattern, words):
            return f"{words}: {remedy}"
    return words


def _words(error: BaseException) -> str:
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return " ".join(HINT.sub("", said or str(error)).split()) or type(error).__name__
