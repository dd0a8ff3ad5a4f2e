"""The page of settings and the program know the same names, and the same defaults."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import attrs
import pytest

from entrypoints.settings import load
from entrypoints.settings.reader import Reader

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `(?:TODO_)?(\w+)`[^|]* \| ([^|]+) \|", re.MULTILINE)
IN_WORDS = {
    "BETTER_AUTH_AUDIENCE",
    "BETTER_AUTH_ISSUER",
    "DATA_DIR",
    "DATABASE_DIRECT_URL",
    "LOG_FORMAT",
    "PUBLIC_URL",
    "TIME_LIMITS",
}
"""Settings whose default depends on others, or on the machine."""

Value = TypeVar("Value")
Default = TypeVar("Default")


@attrs.frozen
class Declared(Reader):
    """Keeps the rule and the default of every setting that is read."""

    settings: dict[str, tuple[Callable[[str], object], object]] = attrs.field(init=False, factory=dict)

    def take(self, key: str, rule: Callable[[str], Value], default: Default) -> Value | Default:
        """Note a setting, and return its default."""
        self.settings[key] = (rule, default)
        return super().take(key, rule, default)


@pytest.fixture(scope="module")
def declared() -> dict[str, tuple[Callable[[str], object], object]]:
    """Return the rule and the default of every setting, by key."""
    reader = Declared({})
    load._read(reader, Path("/"))
    return reader.settings


def described() -> dict[str, str]:
    """Return what the page says of each setting's default, by key."""
    return dict(ROW.findall(PAGE.read_text()))


def test_every_setting_is_described(declared: dict[str, tuple[Callable[[str], object], object]]) -> None:
    """Each setting has a row, and each row is a setting."""
    assert set(described()) == set(declared)


def test_every_default_is_the_described_one(declared: dict[str, tuple[Callable[[str], object], object]]) -> None:
    """A default that the page shows as a value is the program's; where it has words, there is no fixed one."""
    for key, text in described().items():
        rule, default = declared[key]
        if literal := re.fullmatch("`([^`]+)`", text):
            assert (key, default) == (key, rule(literal[1]))
        else:
            assert key in IN_WORDS or default in {None, ()}, key


def test_every_mentioned_setting_exists(declared: dict[str, tuple[Callable[[str], object], object]]) -> None:
    """A setting that a message, a comment or a page names is one."""
    files = [*ROOT.glob("*.md"), *(file for part in ("src", "docs", "deploy") for file in (ROOT / part).rglob("*"))]
    texts = (file.read_text() for file in files if file.suffix in {".md", ".py", ".yml", ".yaml", ".conf", ".service"})
    mentioned = {name for text in texts for name in re.findall(r"\bTODO_([A-Z][A-Z_]*[A-Z])\b", text)}

    assert mentioned <= set(declared)
