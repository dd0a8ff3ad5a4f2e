"""`settings.toml` and `.secrets.toml`: sections of settings, with the line of each setting."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from entrypoints.settings.entries import DEFAULT, Entry, Sections, located, read_text
from entrypoints.settings.names import Names
from entrypoints.settings.tree import Environment

SECTIONS = (DEFAULT, *Environment)


def read_toml(file: Path, names: Names, problems: list[str]) -> Sections:
    """Return the sections of a file by name, in lower case. Settings above the first one belong to `default`."""
    text = read_text(file, problems)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file.name}: {error}")
        return {}
    reader = _File(file.name, _lines(text), names, problems)
    for name, value in document.items():
        reader.read(name, value)
    return reader.sections


@attrs.frozen
class _File:
    """Sorts the values of one file into sections, and notes what is wrong with their names."""

    name: str
    lines: Mapping[tuple[str, str], int]
    names: Names
    problems: list[str]
    sections: dict[str, dict[str, Entry]] = attrs.field(init=False, factory=dict)

    def read(self, name: str, value: object) -> None:
        """Take a value of the file's top level: a section, or a setting above the first section."""
        if not isinstance(value, dict):
            self._add(DEFAULT, "", name, value)
        elif name.lower() in SECTIONS:
            for key, inner in value.items():
                self._add(name.lower(), name, key, inner)
        else:
            known = ", ".join(f"[{section}]" for section in SECTIONS)
            self._refuse("", name, f"there is no such section; there are {known}")

    def _add(self, section: str, header: str, name: str, value: object) -> None:
        key = name.upper()
        entries = self.sections.setdefault(section, {})
        if key not in self.names.keys:
            self._refuse(header, name, self.names.unknown(name, str.lower))
        elif key in entries:
            self._refuse(header, name, f"is set a second time: {entries[key].place} sets it too: keep one")
        elif key == "ENVIRONMENT" and section != DEFAULT:
            self._refuse(header, name, f"decides which section counts: it must stand in [{DEFAULT}]")
        else:
            entries[key] = Entry(name, as_text(value), self._place(header, name))

    def _refuse(self, header: str, name: str, rule: str) -> None:
        self.problems.append(located(self._place(header, name), f"{name}: {rule}"))

    def _place(self, header: str, name: str) -> str:
        return f"{self.name}:{self.lines[header, name]}"


def as_text(value: object) -> str | None:
    """Return a TOML value as a variable would have it, or None when it has no text form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return str(value)
    if isinstance(value, list):
        texts = [text for item in value if (text := as_text(item)) is not None]
        return ",".join(texts) if len(texts) == len(value) else None
    return None


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line on which each section and value begins, by section ("" for none) and name.

    tomllib gives no line numbers, but it shows where a statement ends: there the text so far can be parsed.
    """
    lines: dict[tuple[str, str], int] = {}
    header, statement, first = "", "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        is_header = statement.lstrip().startswith("[")
        try:
            found = tomllib.loads(statement if is_header else header + statement)
        except tomllib.TOMLDecodeError:
            continue  # the statement continues on the next line
        for place in _places(found):
            lines.setdefault(place, first)
        header, statement, first = statement if is_header else header, "", number + 1
    return lines


def _places(found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        yield "", name
        if isinstance(value, dict):
            yield from ((name, key) for key in value)
