"""Whatever an operator got wrong is one line with the cause and the remedy, and the documented exit code."""

import ast
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.causes import CAUSES, WRONG_ARGUMENTS, Cause, Scene
from tests.cli.conftest import Todo
from tests.serving import REPOSITORY

PAGE = (REPOSITORY / "docs" / "messages.md").read_text(encoding="utf-8")
OF_COMMANDS, OF_THE_LOG = (part.partition("\n")[2] for part in PAGE.split("\n## ")[1:])
LEVELS = {"debug", "info", "warning", "error", "exception"}


def messages(table: str) -> list[str]:
    """Return what stands in the first column of a table, in code."""
    return [text for row in table.splitlines() if row.startswith("| `") for text in _codes(row.split(" | ")[0])]


def _codes(cell: str) -> list[str]:
    return [str(text) for text in re.findall(r"`([^`]+)`", cell)]


def is_like(message: str, line: str) -> bool:
    """Say whether a line is an instance of a message, in which an ellipsis stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, message.split("…"))), line) is not None


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_cause(todo: Todo, settings: dict[str, str], database: str, tmp_path: Path, cause: Cause) -> None:
    """The command says what is wrong and what to do, shows no secret, and ends as the page on it says."""
    with ExitStack() as ending:
        cause.prepare(Scene(settings, tmp_path, database, ending))
        result = todo(*cause.command, stdin=cause.stdin)

    *before, last = result.output.splitlines()
    assert isinstance(result.exception, SystemExit)
    assert cause.code == result.exit_code
    assert [] == [words for words in cause.words if words not in last]
    assert "hunter2" not in result.output
    if cause.code == WRONG_ARGUMENTS:
        assert (before[0].partition(" ")[0], last.partition(" ")[0]) == ("Usage:", "Error:")
    else:
        assert [] == before
        assert any(is_like(f"todo: {message}", last) for message in messages(OF_COMMANDS)), last


def test_every_event_of_the_log_is_explained() -> None:
    """The page on messages has each event that the program logs."""
    explained = [message.partition("…")[0] for message in messages(OF_THE_LOG)]
    events = ["request"] + [
        str(ast.literal_eval(call.args[0]))
        for file in (REPOSITORY / "src").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _is_logging(call.func)
    ]

    assert len(events) > 10
    assert [] == [event for event in events if not any(event.startswith(message) for message in explained)]


def _is_logging(function: ast.expr) -> bool:
    return ast.unparse(function).endswith(tuple(f"_log.{level}" for level in LEVELS))
