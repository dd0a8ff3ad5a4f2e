"""The frame of `todo`, its upkeep commands, and what it says when something is wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.cli import main
from tests.cli.conftest import Todo
from todo_core.audit import Action


def test_help(todo: Todo) -> None:
    """Every command explains itself."""
    for command in (
        [],
        *([name] for name in main.commands),
        ["users", "add"],
        ["keys", "rotate"],
        ["revisions", "advance"],
    ):
        result = todo(*command, "--help")

        assert result.exit_code == 0
        assert result.output.startswith(f"Usage: todo {' '.join(command)}".rstrip())


def test_page() -> None:
    """The page on the command names every sub-command."""
    page = (Path(__file__).parents[2] / "docs" / "command.md").read_text()

    for name, command in main.commands.items():
        for part in getattr(command, "commands", {"": None}):
            assert f"`todo {name} {part}".rstrip() in page or f"`{part}`" in page


def test_page_on_the_audit_record() -> None:
    """The page says what each action of the record means."""
    page = (Path(__file__).parents[2] / "docs" / "command.md").read_text()

    assert [] == [action.value for action in Action if f"`{action.value}`" not in page]


def test_version(todo: Todo) -> None:
    """`--version` tells the release."""
    assert todo("--version").output.startswith("todo-core, version ")


def test_wrong_settings(todo: Todo, settings: dict[str, str]) -> None:
    """Every wrong setting is one line, and the exit code is that of a wrong configuration."""
    settings |= {"TODO_PROT": "1", "TODO_WORKERS": "many", "TODO_SECRET_KEYS": "hunter2"}

    result = todo("check")

    assert result.exit_code == 78
    assert result.output.splitlines() == [
        "todo: TODO_PROT: there is no such setting; did you mean TODO_PORT?",
        "todo: TODO_WORKERS: must be a whole number from 1 to 64, not 'many'",
        "todo: TODO_SECRET_KEYS: must be at least 32 bytes long, each; `openssl rand -hex 32` makes one",
    ]


@pytest.mark.parametrize("command", [("migrate",), ("check",), ("users", "list"), ("serve",)])
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://ann:hunter2@127.0.0.1:1/todo", "Connection refused"),
        ("postgresql://ann:hunter2@/todo?host=/nonexistent", "No such file or directory"),
        (
            "postgresql://ann:hunter2@127.0.0.1/todo?nonsense=1",
            "cannot be read: libpq knows no parameter nonsense: remove it",
        ),
    ],
)
def test_database_out_of_reach(
    todo: Todo, settings: dict[str, str], command: tuple[str, ...], url: str, reason: str, unused_tcp_port: int
) -> None:
    """A database that cannot be reached is one line, without the password."""
    settings |= {"TODO_DATABASE_URL": url, "TODO_PORT": str(unused_tcp_port)}

    result = todo(*command)

    last = result.output.splitlines()[-1]
    assert result.exit_code == 1
    assert last.startswith("todo: the database ")
    assert reason in last
    assert "hunter2" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_migrate(todo: Todo, settings: dict[str, str], empty_database: str) -> None:
    """A database of one's own is migrated by the command only; until then everything else asks for it."""
    settings["TODO_DATABASE_URL"] = empty_database

    before = todo("users", "list")
    migrations = [todo("migrate") for _ in range(2)]
    after = todo("users", "list")

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert re.fullmatch(r"todo: the database is empty, this program needs \w+: run `todo migrate`\n", before.output)
    assert [re.sub(r"\w+$", "N", result.output.strip()) for result in migrations] == [
        "the database is at revision N"
    ] * 2


def test_check(todo: Todo) -> None:
    """`todo check` says how things are, and that keys and database can be used."""
    result = todo("check")

    assert result.exit_code == 0
    assert {line.split()[0] for line in result.output.splitlines()} == {"ok"}
    assert "postgresql" not in result.output


def test_check_fails(todo: Todo, settings: dict[str, str]) -> None:
    """`todo check` fails when a setting cannot work."""
    settings |= {"TODO_PUBLIC_URL": "https://todo.example.com", "TODO_ALLOWED_HOSTS": "example.com"}

    result = todo("check")

    assert result.exit_code == 1
    assert "error    allowed_hosts: todo.example.com is missing" in result.output
    assert result.output.endswith("todo: some settings are wrong\n")


def test_keys(todo: Todo, tmp_path: Path) -> None:
    """Keys are listed and rotated: first one, then one that waits for its time, then one that takes over at once."""

    def states() -> list[str]:
        lines = todo("keys", "list").output.splitlines()
        return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "T", line.split("  ")[1]) for line in lines]

    file = tmp_path / "data" / "keys" / "signing.json"
    assert states() == ["signs"]
    assert todo("keys", "rotate").output.endswith(f" added to {file}\n")
    assert states() == ["signs from T", "signs, until T"]
    assert todo("keys", "rotate", "--at-once").exit_code == 0
    assert states() == ["signs", "has ended", "has ended"]
    assert todo("audit", "--action", "key_rotated").output.count("key_rotated") == 2
    assert "d" in json.loads(file.read_text())["keys"][0]


@pytest.mark.parametrize("content", [b"{}", b'{"keys": [{"kid": "a"}]}', b"\xff"])
def test_unusable_keys(todo: Todo, settings: dict[str, str], tmp_path: Path, content: bytes) -> None:
    """A file of keys that is not usable is a wrong configuration, in one line."""
    file = tmp_path / "keys.json"
    settings["TODO_SIGNING_KEYS"] = str(file)
    file.write_bytes(content)

    result = todo("keys", "list")

    assert result.exit_code == 78
    assert result.output.startswith(f"todo: signing keys: {file}: ")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "key", "code"),
    [
        ("list", "hunter2", 78),
        ("list", "hunter2/hunter2+hunter2=", 78),
        ("list", "/hunter2/hunter2+hunter2=", 78),
        ("list", "hunter2" * 40, 78),
        ("rotate", "hunter2" * 40, 1),
    ],
)
def test_a_key_for_a_path(todo: Todo, settings: dict[str, str], command: str, key: str, code: int) -> None:
    """What names no file may be a key that somebody took for the value: it is not shown."""
    settings["TODO_SIGNING_KEYS"] = key

    result = todo("keys", command)

    assert result.exit_code == code
    assert re.fullmatch(
        r"todo: signing keys: the file that TODO_SIGNING_KEYS names: [A-Za-z -]+(: .+)?\n", result.output
    )
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("keys.json", "No such file or directory: `todo keys rotate` makes it"),
        (".", "Is a directory: it must be a file that can be read"),
    ],
)
def test_no_file_of_keys(todo: Todo, settings: dict[str, str], tmp_path: Path, name: str, remedy: str) -> None:
    """A file of keys that is not there is one line with the command that makes it, which does."""
    settings["TODO_SIGNING_KEYS"] = str(tmp_path / name)

    for command in (("keys", "list"), ("users", "list")):
        result = todo(*command)
        assert (result.exit_code, result.output) == (
            78,
            f"todo: signing keys: the file that TODO_SIGNING_KEYS names: {remedy}\n",
        )
    if "rotate" in remedy:
        assert (todo("keys", "rotate").exit_code, todo("keys", "list").exit_code) == (0, 0)


def test_rotation_of_what_is_no_text(todo: Todo, tmp_path: Path) -> None:
    """A file of keys that is no text is not rotated, and stays as it was."""
    file = tmp_path / "data" / "keys" / "signing.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\xff")

    result = todo("keys", "rotate")

    assert (result.exit_code, file.read_bytes()) == (1, b"\xff")
    assert result.output == f"todo: signing keys: {file}: not UTF-8 text\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty; restore it from a backup, "),
        (b"\n", "is empty; restore it from a backup, "),
        (b"hunter2\n", "must be at least 32 bytes long, each"),
        (b"hunter2" * 5, "must be random: this one can be guessed"),
        (b"hunter2\xff" * 5, "not UTF-8 text"),
    ],
    ids=["empty", "blank", "short", "a placeholder", "binary"],  # which become part of the path
)
def test_unusable_secret(todo: Todo, tmp_path: Path, content: bytes, problem: str) -> None:
    """A secret in the data directory keeps the rule of the setting; one that does not is not used, and not shown."""
    file = tmp_path / "data" / "keys" / "secret"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    result = todo("users", "list")

    assert result.exit_code == 78
    assert result.output.startswith(f"todo: secret keys: {file}: {problem}")
    assert "; restore it from a backup, or remove it to have another made" in result.output
    assert "hunter2" not in result.output


def test_unusable_data_directory(todo: Todo, settings: dict[str, str], tmp_path: Path) -> None:
    """A data directory that cannot be made is one line, with a database of one's own and with the embedded one."""
    (tmp_path / "file").write_text("")
    settings["TODO_DATA_DIR"] = str(tmp_path / "file" / "data")

    for url in (settings["TODO_DATABASE_URL"], "embedded"):
        settings["TODO_DATABASE_URL"] = url
        result = todo("users", "list")

        assert result.exit_code != 0
        assert re.fullmatch(r"todo: .*Not a directory.*\n", result.output)
        assert isinstance(result.exception, SystemExit)


def test_purge_and_revisions(todo: Todo, ann: str) -> None:
    """The upkeep commands say what they did."""
    assert todo("purge").output == ("erased 0 tasks; removed 0 tombstones, 0 idempotency keys, 0 sessions\n")
    assert (
        todo("revisions", "advance").output == "all revisions advanced; clients will synchronise from the beginning\n"
    )


def test_interrupted_while_loading() -> None:
    """Ctrl-C before the command has begun ends it without a traceback."""
    program = (
        "import sys, builtins\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'entrypoints.cli.root': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "import entrypoints.cli\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
