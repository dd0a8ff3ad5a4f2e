"""The page of settings and the program know the same names."""

import re
from pathlib import Path

from entrypoints.settings import load
from entrypoints.settings.reader import Reader

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_described() -> None:
    """Each setting has a row, and each row is a setting."""
    reader = Reader({})
    load._read(reader, Path("/"))

    described = set(re.findall(r"^\| `(?:TODO_)?(\w+)`", PAGE.read_text(), re.MULTILINE))

    assert described == set(reader.asked)
