"""The command in this process, over a real database and an empty directory."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from entrypoints.cli import main
from tests.cli.databases import fill

Todo = Callable[..., Result]


@pytest.fixture
def settings(database: str, tmp_path: Path) -> dict[str, str]:
    """Return the settings of the command; tests may change them."""
    return {"TODO_DATABASE_URL": database, "TODO_DATA_DIR": str(tmp_path / "data"), "TODO_LOG_FORMAT": "json"}


@contextmanager
def command_line(settings: Mapping[str, str], directory: Path) -> Iterator[Todo]:
    """Give a function that runs `todo` in this process, in a directory, with arguments and standard input."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, env=settings, prog_name="todo")

    with chdir(directory):
        yield run
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def todo(settings: dict[str, str], tmp_path: Path) -> Iterator[Todo]:
    """Return a function that runs `todo` with these arguments and this standard input."""
    with command_line(settings, tmp_path) as run:
        yield run


@pytest.fixture
def ann(todo: Todo) -> str:
    """Return the e-mail address of an account."""
    assert todo("users", "add", "ann@example.org", stdin="a quiet harbour at dawn\n").exit_code == 0
    return "ann@example.org"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a backup may be written."""
    return tmp_path / "backup.todo"


@pytest.fixture
def backed_up(todo: Todo, database: str, file: Path) -> Path:
    """Return a backup of a database with rows."""
    fill(database)
    assert todo("backup", str(file)).exit_code == 0
    return file
