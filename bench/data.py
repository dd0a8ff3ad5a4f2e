"""What is in the database: a million tasks of a thousand users, one of whom has a tenth of them; and a session each.

Ids are numbers in the form of UUIDs, so that a client can name any task without having read it.
"""

import datetime as dt
from uuid import UUID

import attrs
import psycopg

from todo_core.due import KEYS_OF_DAY, MINUTES_OF_DAY, NO_DUE

USERS = 1_000
TASKS = 1_000_000
HEAVY_SHARE = 10
"""Every tenth task belongs to the first user; the others have one after the other."""
SESSION_DAYS = 1

# The bits of version and variant of a UUIDv7; the rest is the number.
_ID = "('00000000-0000-7000-8000-' || lpad(to_hex({}), 12, '0'))::uuid"

_USERS = f"""
INSERT INTO users (id, timezone, created_at)
SELECT {_ID.format("n")}, 'UTC', now() - interval '1 year' FROM generate_series(0, %(users)s - 1) AS n
"""
_SESSIONS = """
INSERT INTO sessions (user_id, id, generation, created_at, used_at, expires_at, ends_at, user_agent)
SELECT id, id, 0, now(), now(), now() + %(session)s, now() + %(session)s, 'bench' FROM users
"""
_TASKS = f"""
INSERT INTO tasks (user_id, id, version, title, description, completed_at, priority, tags, created_at, updated_at,
  due_date, due_key, title_key, search_key)
SELECT {_ID.format("owner")}, {_ID.format("n")}, version, title, description,
  CASE WHEN n %% 3 = 0 THEN made END, n %% 4, CASE WHEN n %% 5 = 0 THEN '{{home,work}}'::text[] ELSE '{{}}' END,
  made, made + n * 7919::bigint %% 1000000 * interval '1 second',
  due, coalesce((due - date '0001-01-01' + 1)::bigint * %(keys_of_day)s + %(all_day)s, %(no_due)s),
  lower(title), lower(title) || E'\\n' || lower(description)
FROM (
  SELECT n, CASE WHEN n %% %(share)s = 0 THEN 0 ELSE 1 + (n - n / %(share)s - 1) %% (%(users)s - 1) END AS owner,
    1 + CASE WHEN n %% %(share)s = 0 THEN n / %(share)s ELSE (n - n / %(share)s - 1) / (%(users)s - 1) END AS version,
    'Buy milk, for the ' || n || 'th time' AS title, 'The one in glass bottles, if there is any left.' AS description,
    now() - interval '1 year' + n * interval '20 seconds' AS made,
    CASE WHEN n %% 7 > 1 THEN date '2026-01-01' + (n / 7 %% 1000)::integer END AS due
  FROM generate_series(0, %(tasks)s - 1) AS n
) AS numbered
"""
_CLOCKS = """
INSERT INTO user_clocks (user_id, version, tasks)
SELECT users.id, count(tasks.id), count(tasks.id) FROM users LEFT JOIN tasks ON tasks.user_id = users.id GROUP BY 1
"""
_SECONDARY = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'tasks' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


@attrs.frozen
class Size:
    """How much there is."""

    users: int = USERS
    tasks: int = TASKS

    def task_of(self, user: int, number: int) -> int:
        """Return the id (as a number) of a user's task, of which `number` is the place from 0, oldest first."""
        if user == 0:
            return number * HEAVY_SHARE
        position = number * (self.users - 1) + user - 1
        return position + position // (HEAVY_SHARE - 1) + 1


def uuid(number: int) -> UUID:
    """Return the id that stands for a number."""
    return UUID(int=(0x7 << 76) | (0x8 << 60) | number)


def fill(database_url: str, size: Size) -> None:
    """Load everything, the indexes of tasks last: that takes half the time."""
    values = {
        "users": size.users,
        "tasks": size.tasks,
        "share": HEAVY_SHARE,
        "no_due": NO_DUE,
        "keys_of_day": KEYS_OF_DAY,
        "all_day": MINUTES_OF_DAY,
        "session": dt.timedelta(days=SESSION_DAYS),
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys hold by construction
            connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            indexes = connection.execute(_SECONDARY).fetchall()
            for name, _ in indexes:
                connection.execute(f"DROP INDEX {name}".encode())
            for statement in (_USERS, _SESSIONS, _TASKS, _CLOCKS):
                connection.execute(statement.encode(), values)
            for _, definition in indexes:
                connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
