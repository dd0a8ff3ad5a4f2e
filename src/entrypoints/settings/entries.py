"""What is read from a source of settings: entries, and problems of the source itself."""

from collections.abc import Mapping
from pathlib import Path

import attrs

DEFAULT = "default"
"""The section that counts in every environment."""

BYTE_ORDER_MARK = "\ufeff"


def _bare(text: str) -> str:
    """Return a value without white space around it, and without the byte order mark that `$(cat file)` may bring."""
    return text.strip().removeprefix(BYTE_ORDER_MARK).strip()


@attrs.frozen
class Entry:
    """A setting as it was written. `name` is what the source calls it, `place` its file and line ("" for a variable).

    `text` is "" for an empty value, which counts as not set, and None for a value without a text form: a TOML table.
    """

    name: str
    text: str | None = attrs.field(converter=attrs.converters.optional(_bare))
    place: str = ""

    def problem(self, rule: str) -> str:
        """Return the line that says which rule is broken, by what, and where."""
        return located(self.place, f"{self.name}: {rule}")


Section = Mapping[str, Entry]
"""Entries by key (`entrypoints.settings.names`)."""

Sections = Mapping[str, Section]
"""The sections of one source: `default`, and one for each environment."""


def located(place: str, problem: str) -> str:
    """Return a problem as one line, with its place before it."""
    line = f"{place}: {problem}" if place else problem
    return line if line.isprintable() else line.encode("unicode_escape").decode()


def read_text(file: Path, problems: list[str]) -> str:
    """Return the content of a file, without a byte order mark; "" when it is missing or cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        if not isinstance(error, FileNotFoundError) or file.is_symlink():
            problems.append(f"{file.name}: cannot be read: {error.strerror}")
        return ""
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(f"{file.name}:{line}: not UTF-8 text")
        return ""
    if "\0" in text:
        problems.append(f"{file.name}: holds NUL: save it as UTF-8 text")
        return ""
    return text
