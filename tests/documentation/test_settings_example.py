"""The example of a file of settings, and the page and the program that it is for."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from entrypoints.settings import Settings, load_settings

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "settings.md"
EXAMPLE = REPOSITORY / "deploy" / "todo-core.env.example"

OfFile = Callable[[str], Settings]


@pytest.fixture
def of_a_file(tmp_path: Path) -> OfFile:
    """Returns the settings of a file that lies where the server starts."""

    def read(text: str) -> Settings:
        (tmp_path / ".env").write_text(text)
        return load_settings({}, tmp_path)

    return read


def test_the_example_has_every_setting_once() -> None:
    """Each row of the page has a line in the example, set or with its default."""
    described = re.findall(r"^\| `(\w+)`(?:, or `(\w+)`)?", PAGE.read_text(), re.MULTILINE)
    lines = re.findall(r"^#?(\w+)=", EXAMPLE.read_text(), re.MULTILINE)

    assert sorted(name for names in described for name in names if name) == sorted(lines)


def test_the_example_shows_the_defaults(of_a_file: OfFile) -> None:
    """With a secret filled in it is good for production, and the lines that are commented out change nothing."""
    filled = EXAMPLE.read_text().replace("TODO_SECRET_KEYS=", f"TODO_SECRET_KEYS={'a1b2c3d4' * 8}")

    assert of_a_file(filled) == of_a_file(re.sub(r"^#(\w+=)", r"\1", filled, flags=re.MULTILINE))
