"""dynaconf lays sources over each other, and nobody but the documented sources tells it anything."""

import os
import re
import subprocess
import sys
from pathlib import Path

import dynaconf
import pytest

from entrypoints.settings import load, load_settings
from entrypoints.settings.reader import Reader

PACKAGE = Path(dynaconf.__file__).parent
OPTION = re.compile(r"\b[A-Z][A-Z_]*_FOR_DYNACONF\b|\bDYNACONF_[A-Z_]+\b|environ\.get\(\s*\"(\w+)\"")
PROGRAM = "from entrypoints.settings import load_settings; print(load_settings())"


def options() -> set[str]:
    """Return the name of every variable that dynaconf's source names, and of each that sets one of our keys."""
    source = "\n".join(file.read_text() for file in PACKAGE.rglob("*.py") if "vendor" not in file.parts)
    keys = Reader({})
    load._read(keys, Path("/"))
    renamed = set(dynaconf.utils.RENAMED_VARS)
    return (
        {match[1] or match[0] for match in OPTION.finditer(source)}
        | renamed
        | {f"DYNACONF_{key}" for key in keys.asked}
    )


def loaded(directory: Path, **variables: str) -> str:
    """Return the settings, or the errors, of a process that starts in a directory with these variables."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/", **variables},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory with settings in all three files, and others that dynaconf could be told to read."""
    (tmp_path / "settings.toml").write_text("[default]\nworkers = 2\n[production]\nworkers = 3\n")
    (tmp_path / ".secrets.toml").write_text("pool_max = 7\n")
    (tmp_path / ".env").write_text("TODO_HOST=::1\n")
    (tmp_path / "other.toml").write_text("port = 6666\n[default]\nport = 6666\n[development]\nport = 6666\n")
    return tmp_path


def test_options_are_found() -> None:
    """The list is the library's: options, old names, and names without its suffix are in it."""
    names = options()

    assert names >= {"SETTINGS_FILE_FOR_DYNACONF", "VAULT_ENABLED_FOR_DYNACONF", "ENV_FOR_DYNACONF", "DYNACONF_PORT"}
    assert names >= {"PROJECT_ROOT", "SETTINGS_MODULE", "REDIS_HOST_FOR_DYNACONF", "LOAD_DOTENV_FOR_DYNACONF"}


@pytest.mark.parametrize("value", ["{}/other.toml", "true", "false", "@int none", "production"])
def test_no_variable_reaches_it(directory: Path, value: str) -> None:
    """None of its variables has an effect, on import or later, whatever it says; nor has one of python-dotenv's."""
    hostile = dict.fromkeys(options(), value.format(directory))

    assert loaded(directory) == loaded(directory, **hostile, PYTHON_DOTENV_DISABLED="1")


def test_no_other_file_is_read(directory: Path) -> None:
    """Files that dynaconf would look for are not read, nor run."""
    expected = load_settings({}, directory)
    for name in ("settings.local.toml", ".secrets.local.toml", "settings.json", "settings.yaml", "config.toml"):
        (directory / name).write_text('{"port": 6666}' if name.endswith("json") else "port = 6666\n")
    (directory / "dynaconf_hooks.py").write_text("raise SystemExit(1)\n")
    below = directory / "below"
    below.mkdir()

    assert expected == load_settings({}, directory)
    assert load_settings({}, below).server.workers == 1


def test_a_directory_with_a_pattern_in_its_name(tmp_path: Path) -> None:
    """A directory is a name, not a pattern."""
    directory = tmp_path / "a[b]*?{c}"
    directory.mkdir()
    (directory / "settings.toml").write_text("port = 1\n")

    assert load_settings({}, directory).server.port == 1
