"""Where values come from: the environment before `.env` before `settings.toml`. Nothing else reads them.

dynaconf lays the sources over each other. It is kept from reading values as instructions (any text that begins
with `@` would be one) and from guessing types: what is a number is decided where its rule is known.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

import attrs
from dynaconf import Dynaconf  # type: ignore[attr-defined] # an alias that it does not declare
from dynaconf.vendor.dotenv.parser import parse_stream

PREFIX = "TODO_"
SHARED = frozenset({"DATABASE_URL", "BETTER_AUTH_SECRET"})  # names that other programs use too, without a prefix

# Kubernetes describes every service of the namespace in every container: a service `todo` gives TODO_PORT=tcp://…
SERVICE_NAME = re.compile(
    r"TODO_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
SERVICE_PORT = re.compile(r"TODO_(\w+_)?PORT")
SERVICE_URL = re.compile(r"(tcp|udp|sctp)://")


def variable(key: str) -> str:
    """Return the name of the variable that people know a key by."""
    return key if key == "BETTER_AUTH_SECRET" else PREFIX + key


@attrs.frozen
class Sources:
    """The raw values by key, and what was wrong with the sources themselves."""

    values: Mapping[str, object]
    problems: tuple[str, ...]


def read_sources(environ: Mapping[str, str], directory: Path, known: frozenset[str]) -> Sources:
    """Return the values of all sources; `known` are the keys that there are: names in capitals, without prefix."""
    problems: list[str] = []
    variables = {**_dotenv(directory / ".env", problems), **_present(environ)}
    problems.extend(_unknown(_own_keys(variables), known, show=lambda key: PREFIX + key))
    file = directory / "settings.toml"
    layers = Dynaconf(
        auto_cast=False,
        core_loaders=["TOML"],
        environments=False,
        envvar_prefix=None,
        loaders=[],
        nested_separator=None,
        root_path=str(directory),
        settings_files=[str(file)] if _usable_toml(file, problems) else [],
    )
    problems.extend(f"settings.toml: {line}" for line in _unknown(layers.to_dict(), known, show=str.lower))
    layers.update(_values(variables, known))
    return Sources({key: layers[key] for key in known if key in layers}, tuple(problems))


def _present(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Return what is set, of what is ours; an empty value is none (Compose files pass `NAME=` on)."""
    return {
        name: value.strip()
        for name, value in variables.items()
        if value and value.strip() and (name.startswith(PREFIX) or name in SHARED) and not _service_link(name, value)
    }


def _service_link(name: str, value: str) -> bool:
    return bool(SERVICE_NAME.fullmatch(name) or (SERVICE_PORT.fullmatch(name) and SERVICE_URL.match(value)))


def _own_keys(variables: Iterable[str]) -> list[str]:
    return [name.removeprefix(PREFIX) for name in variables if name.startswith(PREFIX)]


def _values(variables: Mapping[str, str], known: frozenset[str]) -> dict[str, str]:
    """Return the known ones by key; the name with the prefix wins over the shared one."""
    shared = {name: value for name, value in variables.items() if name in SHARED}
    own = {key: variables[PREFIX + key] for key in _own_keys(variables) if key in known}
    return {**shared, **own}


def _dotenv(file: Path, problems: list[str]) -> dict[str, str]:
    """Return the variables of `.env` as they stand there: nothing is put in for `${NAME}`."""
    text = _text(file, problems)
    lines = list(parse_stream(StringIO(text or "")))  # type: ignore[no-untyped-call] # has no types
    problems.extend(f".env: line {line.original.line} is not NAME=value" for line in lines if line.error)
    return _present({line.key: line.value for line in lines if line.key})


def _usable_toml(file: Path, problems: list[str]) -> bool:
    text = _text(file, problems)
    try:
        tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"settings.toml: {error}")
        return False
    return text is not None


def _text(file: Path, problems: list[str]) -> str | None:
    """Return what is in `file`; None when it is not there, or, which is a problem, cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    except OSError as error:
        problems.append(f"{file.name}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        problems.append(f"{file.name}: not UTF-8 text")
    return None


def _unknown(keys: Iterable[str], known: frozenset[str], show: Callable[[str], str]) -> Iterator[str]:
    """Yield a line for each key that is not known, with the nearest one that is."""
    for key in sorted(set(keys) - known):
        nearest = get_close_matches(key.upper(), sorted(known), n=1)
        yield f"{show(key)}: there is no such setting" + "".join(f"; did you mean {show(one)}?" for one in nearest)
