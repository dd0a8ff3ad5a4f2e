"""What is in the database: users with a session each, their lists, and their tasks.

Ids are numbers in the form of UUIDs, so that a client can name any task without having read it.
"""

import datetime as dt
from uuid import UUID

import attrs
import psycopg

from todo_core.due import KEYS_OF_DAY, MINUTES_OF_DAY, NO_DUE
from todo_core.ordering import DIGITS

SESSION_DAYS = 1
LISTS = 5
"""How many lists each user has."""
FIRST_LIST = 1_000_000_000
"""More than there are tasks: the numbers of lists are multiples of it, and the users."""
SECONDS_OF_YEAR = 31_536_000

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
# The inbox, and some more. Ten tasks after the other are in one list, the last two of them below the first.
_LISTS = f"""
INSERT INTO lists (user_id, id, version, name, position, created_at, updated_at)
SELECT users.id, CASE WHEN n = 0 THEN users.id ELSE {_ID.format("%(first_list)s::bigint * n + number - 1")} END,
  %(first_list)s::bigint + n, 'List ' || n, 'W000000' || n + 1, now(), now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM users) AS users, generate_series(0, %(lists)s - 1) AS n
"""
# `place`: where a task is among those of its user, from 0, oldest first. Everybody's tasks are spread over the same
# year, and stored in the order in which they were made, so that those of one user lie scattered, as they would in time.
_TASKS = f"""
INSERT INTO tasks (user_id, id, version, list_id, parent_id, position, title, description, completed_at, priority, tags,
  created_at, updated_at, due_date, due_key, title_key, search_key)
SELECT {_ID.format("owner")}, {_ID.format("number")}, place + 1,
  CASE WHEN list = 0 THEN {_ID.format("owner")} ELSE {_ID.format("%(first_list)s::bigint * list + owner")} END,
  CASE WHEN place %% 10 > 7 THEN {_ID.format("number - place %% 10 * users")} END,
  'V000' || (SELECT string_agg(substr(%(digits)s, mod((place + 1) / power, 62)::integer + 1, 1), '' ORDER BY power DESC)
    FROM unnest('{{1,62,3844,238328}}'::bigint[]) AS power),
  title, description,
  CASE WHEN kind %% 3 = 0 THEN made END, kind %% 4,
  CASE WHEN kind %% 5 = 0 THEN '{{home,work}}'::text[] ELSE '{{}}' END,
  made, made + kind * 7919 %% 1000000 * interval '1 second',
  due, coalesce((due - date '0001-01-01' + 1)::bigint * %(keys_of_day)s + %(all_day)s, %(no_due)s),
  lower(title), lower(title) || E'\\n' || lower(description)
FROM (
  SELECT owner, number, place, made, kind, users, place / 10 %% %(lists)s AS list,
    'Buy milk, for the ' || number || 'th time' AS title,
    'The one in glass bottles, if there is any left.' AS description,
    CASE WHEN kind %% 7 > 1 THEN date '2026-01-01' + (kind / 7 %% 1000)::integer END AS due
  FROM (
    SELECT first_user + n %% users AS owner, first_task + n AS number,
      n / users AS place, users, n / users + n %% users AS kind,
      now() - interval '1 year' + n / (users * tasks)::float * %(spread)s * interval '1 second' AS made
    FROM unnest(
        %(group_users)s::bigint[], %(group_tasks)s::bigint[], %(first_users)s::bigint[], %(first_tasks)s::bigint[]
      ) AS groups (users, tasks, first_user, first_task), generate_series(0, users * tasks - 1) AS n
    ORDER BY made, number
  ) AS ordered
) AS numbered
"""
_REVISIONS = """
INSERT INTO revisions (user_id, revision, live_tasks)
SELECT users.id, %(first_list)s + %(lists)s, count(tasks.id)
FROM users LEFT JOIN tasks ON tasks.user_id = users.id GROUP BY 1
"""
_SECONDARY = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'tasks' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


@attrs.frozen
class Group:
    """Some users, each with the same number of tasks."""

    users: int
    tasks: int


@attrs.frozen
class Population:
    """Who has how much. Users and tasks are numbered from 0, group by group."""

    groups: tuple[Group, ...]

    @property
    def users(self) -> int:
        """How many users there are."""
        return sum(group.users for group in self.groups)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return sum(group.users * group.tasks for group in self.groups)

    def before(self, number: int) -> "Population":
        """Return the first groups, so many."""
        return Population(self.groups[:number])

    def tasks_of(self, user: int) -> range:
        """Return the ids, as numbers, of a user's tasks, oldest first."""
        for number, group in enumerate(self.groups):
            earlier = self.before(number)
            if user < earlier.users + group.users:
                first = earlier.tasks + user - earlier.users
                return range(first, first + group.users * group.tasks, group.users)
        raise IndexError(f"there is no user {user}")


MILLION = Population((Group(users=1, tasks=100_000), Group(users=999, tasks=901)))
"""A million tasks of a thousand users, the first of whom has a tenth of them."""


def uuid(number: int) -> UUID:
    """Return the id that stands for a number."""
    return UUID(int=(0x7 << 76) | (0x8 << 60) | number)


def list_of(user: int, number: int) -> UUID:
    """Return the id of one of a user's lists; the first is the inbox."""
    return uuid(FIRST_LIST * number + user)


def fill(database_url: str, population: Population) -> None:
    """Load everything, the indexes of tasks last: that takes half the time."""
    groups = population.groups
    earlier = [population.before(number) for number in range(len(groups))]
    values = {
        "users": population.users,
        "group_users": [group.users for group in groups],
        "group_tasks": [group.tasks for group in groups],
        "first_users": [one.users for one in earlier],
        "first_tasks": [one.tasks for one in earlier],
        "spread": SECONDS_OF_YEAR,
        "no_due": NO_DUE,
        "keys_of_day": KEYS_OF_DAY,
        "all_day": MINUTES_OF_DAY,
        "session": dt.timedelta(days=SESSION_DAYS),
        "lists": LISTS,
        "first_list": FIRST_LIST,
        "digits": DIGITS,
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys hold by construction
            connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            connection.execute("SET LOCAL work_mem = '256MB'")
            indexes = connection.execute(_SECONDARY).fetchall()
            for name, _ in indexes:
                connection.execute(f"DROP INDEX {name}".encode())
            for statement in (_USERS, _SESSIONS, _LISTS, _TASKS, _REVISIONS):
                connection.execute(statement.encode(), values)
            for _, definition in indexes:
                connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
