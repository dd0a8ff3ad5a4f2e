"""Text of strangers on an operator's terminal, and secrets as operators paste them."""

import ast
import asyncio
import codecs
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest

from entrypoints.bootstrap import open_system
from entrypoints.cli import main
from entrypoints.cli.output import printable
from entrypoints.settings import load_settings
from tests.cli.conftest import Todo
from tests.cli.databases import fill
from tests.serving import REPOSITORY

HOSTILE = "\x9b2J\x1b[31m\u202e\u2066\u200b\x7f\x07\r\n\u2028\xa0"
"""Clears the screen, colours it, turns text around, hides, deletes, rings, and goes to other lines."""
ESCAPED = r"\x9b2J\x1b[31m\u202e\u2066\u200b\x7f\x07\r\n\u2028\xa0"
TEXTS = {
    "users": ("email", "display_name"),
    "personal_tokens": ("name", "hint"),
    "audit_events": ("address", "request_id"),
}
"""The columns with text that is not the server's own."""


def listings(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the commands that print what is in the database."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from listings(command, (*path, name))
        elif name in {"list", "audit"}:
            yield (*path, name)


@pytest.fixture
def hostile_database(database: str, todo: Todo) -> str:
    """Return a database in which all text of users is hostile, as it got in before the rules forbade it."""
    todo("users", "list")
    fill(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # audit events are not changed otherwise
        connection.execute("UPDATE personal_tokens SET scopes = '{tasks:read}'")
        for table, columns in TEXTS.items():
            for column in columns:
                connection.execute(f"UPDATE {table} SET {column} = '{HOSTILE}'".encode())  # noqa: S608 - our own names
    return database


@pytest.mark.parametrize("command", [*listings()], ids=" ".join)
def test_listings_obey_nobody(hostile_database: str, todo: Todo, command: tuple[str, ...]) -> None:
    """Each line is one line of printable characters."""
    result = todo(*command)

    assert 0 == result.exit_code, result.output
    assert all(line.isprintable() for line in result.output.split("\n"))
    assert command == ("keys", "list") or ESCAPED in result.output


def test_everything_is_printed_by_one_function() -> None:
    """No command prints by itself; SQL, which is for another program, and lines go the same way."""
    calls = [
        f"{file.stem}: {ast.unparse(node)}"
        for file in (REPOSITORY / "src" / "entrypoints" / "cli").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"click.echo", "click.secho", "print"}
    ]

    assert ["output"] == [call.partition(":")[0] for call in calls]


@pytest.mark.parametrize("text", ["Zoë 日本 😀", "a b", ""])
def test_what_can_be_seen_is_shown(text: str) -> None:
    """Letters of all scripts stay."""
    assert text == printable(text)


def test_a_terminal_that_knows_few_characters(settings: dict[str, str], todo: Todo, tmp_path: Path) -> None:
    """What its encoding lacks is escaped too, instead of a traceback."""
    assert 0 == todo("users", "add", "zoë@example.org", stdin="a quiet harbour at dawn\n").exit_code
    path = os.pathsep.join(sys.path)

    listed = subprocess.run(
        [sys.executable, "-c", "from entrypoints.cli import main; main()", "users", "list"],
        env={**os.environ, **settings, "PYTHONPATH": path, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    assert b"zo\\xeb@example.org" in listed.stdout


PASSWORD = "zoë's quiet harbour"
PASTED = {
    "from an editor with a mark": codecs.BOM_UTF8 + f"{PASSWORD}\n".encode(),
    "with ends of lines from Windows": f"{PASSWORD}\r\nmore".encode(),
    "with both": codecs.BOM_UTF8 + f"{PASSWORD}\r\n".encode(),
    "without an end": PASSWORD.encode(),
    "from PowerShell": f"{PASSWORD}\r\n".encode("utf-16"),
    "in the other byte order": codecs.BOM_UTF16_BE + f"{PASSWORD}\nmore".encode("utf-16-be"),
}


def log_in(settings: dict[str, str], password: str) -> str:
    """Return an access token for a password."""

    async def work() -> str:
        async with open_system(load_settings(settings), settings["TODO_DATABASE_URL"]) as system:
            return (await system.use_cases.sessions.log_in("ann@example.org", password)).access_token

    return asyncio.run(work())


@pytest.mark.parametrize("name", PASTED)
def test_a_password_file_is_read_as_it_was_meant(name: str, todo: Todo, settings: dict[str, str]) -> None:
    """Whatever wrote it: the account has the password that the operator typed, without a mark before it."""
    added = todo("users", "add", "ann@example.org", stdin=PASTED[name])

    assert 0 == added.exit_code, added.output
    assert log_in(settings, PASSWORD)


@pytest.mark.parametrize("raw", [PASSWORD.encode("latin-1"), codecs.BOM_UTF16_LE + b"a", b"\xff\xfe\xfd"])
def test_a_password_that_is_no_text_is_refused(todo: Todo, raw: bytes) -> None:
    """In one line, which does not show it."""
    added = todo("users", "add", "ann@example.org", stdin=raw)

    assert (1, "todo: the password on standard input is not UTF-8 text\n") == (added.exit_code, added.output)
