"""`--json`: every command that lists something prints one array of objects, for programs."""

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import psycopg
import pytest

from entrypoints.cli import main
from entrypoints.cli.listing import json_text
from tests.cli.conftest import Todo
from tests.cli.test_tokens import make_token
from todo_core.audit import Action

ACTS = {
    "backup",
    "check",
    "keys rotate",
    "migrate",
    "purge",
    "restore",
    "revisions advance",
    "serve",
    "token",
    "tokens revoke",
    "users add",
    "users delete",
    "users disable",
    "users enable",
    "users reset-password",
}
"""Commands that do something, and say so in a line or two. All others list something, the doctor as one object."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
HOSTILE = "\x1b[2Jno\x9b\u202e\x7f\r\ntoken"


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield " ".join((*before, name)), command


LISTINGS = {name: command for name, command in commands(main) if name not in {*ACTS, "doctor"}}


def test_every_listing_has_json() -> None:
    """A command acts, or it has `--json`."""
    assert ACTS < {name for name, _ in commands(main)}
    assert dict.fromkeys(LISTINGS, True) == {
        name: any("--json" in option.opts for option in command.params) for name, command in LISTINGS.items()
    }


@pytest.fixture
def hostile_token(todo: Todo, ann: str, settings: dict[str, str], database: str) -> str:
    """Have a token whose name would move a terminal's cursor; return its text."""
    assert todo("keys", "rotate").exit_code == 0
    _, text = make_token(settings, ann)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE personal_tokens SET name = %s", [HOSTILE])
    return text


@pytest.mark.parametrize("name", LISTINGS)
def test_json(todo: Todo, hostile_token: str, settings: dict[str, str], name: str) -> None:
    """It is an array of objects with ids, instants in RFC 3339 in UTC, and nothing that moves a cursor or is secret."""
    result = todo(*name.split(), "--json")

    assert (0, True) == (result.exit_code, result.output.isascii())
    assert [] == [one for line in result.output.splitlines() for one in line if not one.isprintable()]
    items = json.loads(result.output)
    assert len(result.output.splitlines()) == len(items) + 2
    assert len({item["id"] for item in items}) == len(items) > 0
    for member, value in ((member, value) for item in items for member, value in item.items()):
        if value is not None and (member.endswith(("_at", "_from")) or member == "at"):
            assert INSTANT.fullmatch(value), member
    assert hostile_token not in result.output
    assert "digest" not in result.output
    assert "password_hash" not in result.output


def test_members(todo: Todo, hostile_token: str, ann: str) -> None:
    """Programs find what people read, under the names of the API."""

    def listed(*arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(todo(*arguments, "--json").output)
        return found

    [user] = listed("users", "list")
    [token] = listed("tokens", "list", "--user", ann)
    [event] = listed("audit", "--action", Action.USER_CREATED.value)
    waiting, signing = listed("keys", "list")

    assert (ann, "active", None) == (user["email"], user["state"], user["disabled_at"])
    assert (user["id"], HOSTILE, ["tasks:read"]) == (token["user_id"], token["name"], token["scopes"])
    assert hostile_token.endswith(token["hint"])
    assert (user["id"], "user_created", None) == (event["user_id"], event["action"], event["session_id"])
    assert ("waits", "signs") == (waiting["state"], signing["state"])
    assert signing["ends_at"] > waiting["signs_from"]


def test_nothing_to_list(todo: Todo) -> None:
    """An empty list is an empty array."""
    assert "[]\n" == todo("users", "list", "--json").output


def test_json_text() -> None:
    """Every control character is escaped, and comes back as it was."""
    text = "".join(map(chr, range(0x250))) + "\u2028\U0001f600"

    written = json_text({"text": text})

    assert written.isascii()
    assert written.isprintable()
    assert {"text": text} == json.loads(written)
