"""`todo users` and `todo token`: accounts without a mail server."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from tests.cli.conftest import Todo

PASSWORD = "a quiet harbour at dusk"


def listed(todo: Todo) -> list[list[str]]:
    """Return what `todo users list` says of each account, apart from its id."""
    return [line.split()[1:] for line in todo("users", "list").output.splitlines()]


def test_add_and_list(todo: Todo, ann: str) -> None:
    """An account that was added is listed, with its id, day, state and address."""
    added = todo(
        "users", "add", "Bob@Example.org", "--name", "Bob", "--timezone", "Europe/Berlin", stdin=f"{PASSWORD}\n"
    )

    assert re.fullmatch(r"added [0-9a-f-]{36}\n", added.output)
    assert [(state, email) for _, state, email in listed(todo)] == [("active", ann), ("active", "Bob@Example.org")]


def test_add_ignores_closed_registration(todo: Todo, settings: dict[str, str]) -> None:
    """The operator makes accounts also when registration is closed."""
    settings["TODO_REGISTRATION"] = "closed"

    assert todo("users", "add", "bob@example.org", stdin=f"{PASSWORD}\n").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (("add", "ann@example.org"), f"{PASSWORD}\n", "another account has this e-mail address"),
        (("add", "bob@example.org"), "short\n", "password: at least 12 characters"),
        (("add", "bob@example.org"), "", "no password: type it on a terminal, or send it as the first line"),
        (("add", "bob@example.org", "--timezone", "Mars/Base"), f"{PASSWORD}\n", "timezone: "),
        (("disable", "bob@example.org"), None, "nobody has this e-mail address"),
        (("delete", "bob@example.org", "--yes"), None, "nobody has this e-mail address"),
        (("reset-password", "ann@example.org"), "ann@example.org\n", "password: It contains your name"),
    ],
)
def test_refusals(todo: Todo, ann: str, arguments: tuple[str, ...], stdin: str | None, message: str) -> None:
    """What cannot be done is one line in words, and changes nothing."""
    result = todo("users", *arguments, stdin=stdin)

    assert result.exit_code == 1
    assert result.output.startswith(f"todo: {message}")
    assert result.output.count("\n") == 1
    assert [email for _, _, email in listed(todo)] == [ann]


def test_not_an_address(todo: Todo) -> None:
    """An argument that is no e-mail address is a usage error."""
    result = todo("users", "disable", "ann")

    assert result.exit_code == 2
    assert "one @ with 1 to 64 characters before it and a domain behind it" in result.output


def test_disable_and_enable(todo: Todo, ann: str) -> None:
    """A disabled account is listed as such, until it is enabled again; both can be repeated."""
    states = []
    for command in ("disable", "disable", "enable", "enable"):
        assert todo("users", command, ann).exit_code == 0
        states += [state for _, state, _ in listed(todo)]

    assert states == ["disabled", "disabled", "active", "active"]


def test_delete_asks(todo: Todo, ann: str) -> None:
    """An account is deleted after a yes only."""
    assert todo("users", "delete", ann, stdin="n\n").exit_code == 1
    assert len(listed(todo)) == 1
    assert todo("users", "delete", ann, stdin="y\n").exit_code == 0
    assert listed(todo) == []


def test_audit(todo: Todo, ann: str) -> None:
    """Each action leaves exactly one entry, found by address, by id, by kind and by time."""
    (user,) = [line.split()[0] for line in todo("users", "list").output.splitlines()]
    todo("users", "disable", ann)
    todo("users", "reset-password", ann, stdin=f"{PASSWORD}\n")

    def actions(*arguments: str) -> list[str]:
        result = todo("audit", *arguments)
        assert result.exit_code == 0, result.output
        return [line.split()[1] for line in result.output.splitlines()]

    everything = ["authn_password_reset", "user_disabled", "user_created"]
    assert actions() == actions("--user", ann) == actions("--user", user) == everything
    assert actions("--limit", "1") == everything[:1]
    assert actions("--action", "user_created", "--action", "user_disabled") == everything[1:]
    assert actions("--since", "2020-01-01") == everything
    assert actions("--since", "2999-01-01") == actions("--until", "2020-01-01") == []
    assert actions("--since", "2020-01-01", "--until", "2999-01-01T00:00:00") == everything
    newest = todo("audit").output.split()[0]
    assert newest.endswith("Z")
    assert everything[0] in actions("--since", newest)
    assert everything[0] not in actions("--until", newest)
    todo("users", "delete", ann, "--yes")
    assert actions("--user", user) == ["user_deleted", *everything]
    assert "nobody has this e-mail address" in todo("audit", "--user", ann).output


def test_token(todo: Todo, ann: str) -> None:
    """In development a token for trying things out needs no password; it is all that is printed."""
    printed = todo("token", "--user", ann).output

    assert jwt.get_unverified_header(printed.strip())["typ"] == "at+jwt"
    assert "nobody has this e-mail address" in todo("token", "--user", "bob@example.org").output


def test_token_of_a_disabled_account(todo: Todo, ann: str) -> None:
    """Nobody gets a token for a disabled account; the reason is told, and what to do."""
    todo("users", "disable", ann)

    result = todo("token", "--user", ann)

    assert (result.exit_code, result.output) == (
        1,
        "todo: the account is disabled: `todo users enable` lets it in\n",
    )


def test_token_in_production(todo: Todo, ann: str, settings: dict[str, str], tmp_path: Path) -> None:
    """In production there is no such door."""
    assert todo("keys", "rotate").exit_code == 0
    settings |= {
        "TODO_ENVIRONMENT": "production",
        "TODO_PUBLIC_URL": "https://todo.example.com",
        "TODO_SECRET_KEYS": "0123456789abcdef" * 4,
        "TODO_SIGNING_KEYS": str(tmp_path / "data" / "keys" / "signing.json"),
    }

    result = todo("token", "--user", ann)

    assert (result.exit_code, result.output) == (
        1,
        "todo: `todo token` works in development only: it needs no password\n",
    )


def test_password_on_a_terminal(settings: dict[str, str], todo: Todo, tmp_path: Path) -> None:
    """On a terminal the password is typed twice, and is not shown."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", "from entrypoints.cli import main; main()", "users", "add", "ann@example.org"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, **settings, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        for prompt in (b"Password: ", b"Repeat for confirmation: "):
            while not shown.endswith(prompt):
                shown += os.read(ours, 1024)
            os.write(ours, f"{PASSWORD}\n".encode())
        while process.poll() is None or b"added" not in shown:
            try:
                shown += os.read(ours, 1024)
            except OSError:  # the terminal is gone with the last process on it
                break
    os.close(ours)

    assert process.returncode == 0
    assert b"added" in shown
    assert PASSWORD.encode() not in shown
