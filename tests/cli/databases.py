"""Databases as backups see them: filled, and compared row by row."""

import asyncio
from pathlib import Path

import psycopg
from psycopg import sql

from adapters.postgres import Database, PoolSettings, PostgresStore
from tests.support import World
from todo_core.due import Due
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import ListDraft
from todo_core.preconditions import Precondition
from todo_core.recurrence import Frequency, Recurrence
from todo_core.tasks import Draft
from todo_core.testing import START
from todo_core.trees import Destination

AWKWARD = (
    "\\.",
    "COPY public.tasks (id) FROM stdin;",
    "\\N",
    "back\\slash",
    "Zoë 日本",
    "'; --",
    "\\restrict x",
)
"""Lines that would end or begin something in a script of psql."""
SETTINGS = PoolSettings(min_size=1, max_size=1, timeout=30, prepare=False, limit=False)
Rows = dict[str, list[str]]


NEEDED = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL"""
VALUES = {
    "uuid": "gen_random_uuid()",
    "text": "'\\ backslash'",
    "_int4": "ARRAY[1]",
    "_text": "ARRAY['a', '\\']",
    "bytea": "'\\x00ff'",
    "timestamptz": "now()",
    "date": "now()",
    "int2": "1",
    "int4": "1",
    "int8": "1",
    "bool": "true",
    "jsonb": "'{}'",
}
"""A value of each type, as SQL."""


def fill(url: str, users: int = 3) -> None:
    """Have some users make and change tasks whose texts are awkward, and put a row into what is empty then."""
    _use(url, users)
    with psycopg.connect(url) as connection:
        for table in [table for table, found in rows(url).items() if not found]:
            columns = {"user_id": "(SELECT min(id::text)::uuid FROM users)"}
            needed = connection.execute(NEEDED, [table]).fetchall()
            values = {str(name): columns.get(name, VALUES[kind]) for name, kind in needed}
            names = sql.SQL(", ").join(map(sql.Identifier, values))
            made = sql.SQL(", ").join(map(sql.SQL, values.values()))
            connection.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, made))


def _use(url: str, users: int) -> None:
    """Have users do what they do."""

    async def work() -> None:
        async with Database.open(url, SETTINGS) as database:
            world = World.over(lambda clock: PostgresStore(database, clock))
            for number in range(users):
                actor = await world.join(f"user-{number}@example.org")
                for text in AWKWARD:
                    await world.add(
                        actor, text.replace("\t", " "), description="\n".join((text, *AWKWARD)), tags=("a", "b")
                    )
                key = IdempotencyKey("back\\slash", b"\x00\\")
                garden = (await world.lists.create(actor, ListDraft("Garden", "#00ff7f"), idempotency_key=key)).list
                again = Draft("again", due=Due.all_day(START.date()), recurrence=Recurrence(Frequency.DAILY))
                other = IdempotencyKey("other", b"\x00\\")
                root = (
                    await world.tasks.create(
                        actor, again, destination=Destination(garden.id, None), idempotency_key=other
                    )
                ).task
                await world.tasks.create(actor, Draft("below"), destination=Destination(None, root.id))
                await world.tasks.toggle(actor, root.id, expected=Precondition(match=frozenset({root.version})))
                trashed = await world.add(actor, "to the trash")
                await world.tasks.delete(actor, trashed.id)

    asyncio.run(work())


def rows(url: str) -> Rows:
    """Return every row of every table as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {
            table: [
                str(row)
                for (row,) in connection.execute(
                    sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier("public", table))
                )
            ]
            for (table,) in tables
        }


def without_revisions(found: Rows) -> Rows:
    """Return the rows of all tables but that of the counters, which a restore moves on."""
    return {table: lines for table, lines in found.items() if table != "revisions"}


def flipped(source: Path, target: Path, position: int) -> Path:
    """Write a copy of a file with one byte changed."""
    damaged = bytearray(source.read_bytes())
    damaged[position] ^= 0x55
    target.write_bytes(damaged)
    return target


def lines(text: str) -> list[str]:
    """Return the lines that tell of an error."""
    return [line for line in text.splitlines() if line.startswith("todo: ")]
