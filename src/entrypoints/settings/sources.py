"""Where settings come from: the environment before `.env` before `.secrets.toml` before `settings.toml`."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from entrypoints.settings.dotenv_file import read_dotenv
from entrypoints.settings.entries import DEFAULT, Entry, Section, Sections
from entrypoints.settings.layers import lay
from entrypoints.settings.names import SHARED, Names, describes_service
from entrypoints.settings.toml_file import read_toml
from entrypoints.settings.tree import DEFAULT_ENVIRONMENT, Environment


@attrs.frozen
class Sources:
    """The settings by key, and the problems of the sources themselves."""

    entries: Section
    problems: tuple[str, ...]


def read_sources(environ: Mapping[str, str], directory: Path, keys: frozenset[str]) -> Sources:
    """Return the settings that count, from all sources; `keys` are all that exist."""
    names, problems = Names(keys), list[str]()
    dotenv = read_dotenv(directory / ".env", names, problems)
    variables = _read_variables(environ, names, problems)
    settings, secrets = (read_toml(directory / file, names, problems) for file in ("settings.toml", ".secrets.toml"))
    sources = {  # a name of our own wins over one that other programs use too
        "settings.toml": settings,
        ".secrets.toml": secrets,
        ".env, shared": _section(dotenv, names, shared=True),
        "environment, shared": _section(variables, names, shared=True),
        ".env": _section(dotenv, names, shared=False),
        "environment": _section(variables, names, shared=False),
    }
    given = {source: _without_empty(sections) for source, sections in sources.items()}
    return Sources(lay(given, _environment(given)), tuple(problems))


def _read_variables(environ: Mapping[str, str], names: Names, problems: list[str]) -> dict[str, Entry]:
    """Return our variables by name. An empty one may have an unknown name: Compose files pass `NAME=` on."""
    entries = {}
    for name, value in sorted(environ.items()):
        entry = Entry(name, value)
        if not entry.text or describes_service(name, entry.text):
            continue
        if names.key_of(name):
            entries[name] = entry
        elif names.is_ours(name):
            problems.append(entry.problem(names.unknown(name)))
    return entries


def _section(variables: Mapping[str, Entry], names: Names, *, shared: bool) -> Sections:
    keys = {names.key_of(name): entry for name, entry in variables.items() if (name in SHARED) == shared}
    return {DEFAULT: {key: entry for key, entry in keys.items() if key}}


def _without_empty(sections: Sections) -> Sections:
    return {
        name: {key: entry for key, entry in section.items() if entry.text != ""} for name, section in sections.items()
    }


def _environment(sources: Mapping[str, Sections]) -> Environment:
    """Return the environment whose sections count. An unknown name is reported when the values are read."""
    chosen = [
        section["ENVIRONMENT"] for source in sources.values() if "ENVIRONMENT" in (section := source.get(DEFAULT, {}))
    ]
    try:
        return Environment((chosen[-1].text or "").lower())
    except (IndexError, ValueError):
        return DEFAULT_ENVIRONMENT
