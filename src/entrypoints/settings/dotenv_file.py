"""`.env`: a NAME=value on each line, read as python-dotenv documents it, and with every mistake reported.

The documented functions of python-dotenv give no line numbers, hide repeated names and skip what they cannot read, so
they get one statement at a time.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from entrypoints.settings.entries import Entry, located, read_text
from entrypoints.settings.names import Names

NOTHING = re.compile(r"\s*(#.*)?")
QUOTED = re.compile(r"""\s*(?:export\s+)?(?P<name>[^\s=#]+)\s*=\s*["']""")
MAX_LINES = 100
"""How many lines a quoted value may have: other programs keep keys in `.env`."""

logging.getLogger("dotenv").setLevel(logging.ERROR)  # python-dotenv would warn of what is reported as an error here


def read_dotenv(file: Path, names: Names, problems: list[str]) -> dict[str, Entry]:
    """Return our variables by name, as written: `${NAME}` is not expanded. Those of other programs are ignored."""
    entries: dict[str, Entry] = {}
    for line, variables in _statements(read_text(file, problems).split("\n")):
        place = f"{file.name}:{line}"
        if not variables:
            problems.append(f"{place}: is not NAME=value")
        for name, value in variables.items():
            if problem := _problem(name, value, names, entries):
                problems.append(located(place, f"{name}: {problem}"))
            elif names.key_of(name):
                entries[name] = Entry(name, value or "", place)
    return entries


def _problem(name: str, value: str | None, names: Names, before: Mapping[str, Entry]) -> str | None:
    if names.key_of(name) is None:
        return names.unknown(name) if names.is_ours(name) or names.is_slip(name) else None
    if name in before:
        return f"is set a second time: {before[name].place} sets it too: keep one"
    if value is None:
        return "has no value: write = and the value after it, or remove the line"
    return None


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Yield each statement's first line, counted from 1, and what it sets: nothing if it cannot be read."""
    start = 0
    while start < len(lines):
        if NOTHING.fullmatch(lines[start]):
            start += 1
            continue
        end, variables = _statement(lines, start)
        yield start + 1, variables
        start = end


def _statement(lines: Sequence[str], start: int) -> tuple[int, Mapping[str, str | None]]:
    """Return the statement that begins on the line `start`, and the line after it. A quoted value may be longer."""
    quoted = QUOTED.match(lines[start])
    longest = min(len(lines), start + MAX_LINES) if quoted else start + 1
    for end in range(start + 1, longest + 1):
        variables = dotenv_values(stream=StringIO("\n".join(lines[start:end])), interpolate=False)
        if variables and (quoted is None or list(variables) == [quoted["name"]]):
            return end, variables
    return start + 1, {}
