"""The tables of the peers: the same tasks with the same ids, in a schema of their own."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import psycopg

ROLE = "peer"
_STATEMENTS = f"""
CREATE SCHEMA peers;
CREATE TABLE peers.users AS SELECT id, timezone, disabled_at FROM users;
ALTER TABLE peers.users ADD PRIMARY KEY (id);
CREATE TABLE peers.tasks AS
SELECT id, user_id, title, description, completed_at,
  (ARRAY['none', 'low', 'medium', 'high'])[priority + 1] AS priority, due_date, tags, created_at, updated_at, version
FROM tasks ORDER BY created_at, id;
ALTER TABLE peers.tasks ADD PRIMARY KEY (id), ADD FOREIGN KEY (user_id) REFERENCES peers.users,
  ALTER title SET NOT NULL, ALTER description SET NOT NULL, ALTER priority SET NOT NULL, ALTER tags SET NOT NULL,
  ALTER created_at SET NOT NULL, ALTER updated_at SET NOT NULL, ALTER version SET NOT NULL;
CREATE INDEX ON peers.tasks (user_id, created_at, id);
CREATE ROLE {ROLE} LOGIN;
ALTER ROLE {ROLE} SET search_path = peers;
GRANT USAGE ON SCHEMA peers TO {ROLE};
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA peers TO {ROLE}
"""


def make_tables(database_url: str) -> None:
    """Copy the tasks into tables of the peers, and make the role that peers connect as; its search path leads there."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in _STATEMENTS.split(";\n"):
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE peers.tasks, peers.users")
        connection.execute("CHECKPOINT")


def variables(database_url: str) -> Mapping[str, str]:
    """Return libpq's variables for a peer. Every driver understands them, so nobody has to convert a URL."""
    parts = urlsplit(database_url)
    (host,) = parse_qs(parts.query)["host"]
    return {"PGHOST": host, "PGPORT": "5432", "PGUSER": ROLE, "PGDATABASE": parts.path.strip("/")}
