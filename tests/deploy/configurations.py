"""The files of `deploy/` as values."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are one more dependency

from entrypoints.settings import load_settings
from entrypoints.settings.load import _read
from entrypoints.settings.reader import Reader
from entrypoints.settings.tree import Settings
from tests.programs import program
from tests.serving import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
IMAGE = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9]+)*(@sha256:[0-9a-f]{64})?")
"""The name of an image with the whole version: no tag that gets a new content with the next release."""


def run(name: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a program that judges a file, and return what it says and its exit code."""
    return subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False, cwd=DEPLOY)


def document(name: str) -> Any:  # noqa: ANN401 - any YAML
    """Return a YAML file of `deploy/`."""
    return yaml.safe_load((DEPLOY / name).read_text())


def known_settings() -> set[str]:
    """Return the names of all settings, as variables."""
    reader = Reader({})
    _read(reader, Path("/"))
    return {f"TODO_{name}" for name in reader.asked}


def settings_of(variables: Mapping[str, object], directory: Path) -> Settings:
    """Return the settings that these variables are, in an empty directory. Raises ConfigurationError."""
    return load_settings({name: str(value) for name, value in variables.items()}, directory)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile: their names, and what follows on the same line and continued ones."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line)]


def health_check(dockerfile: Path) -> list[str]:
    """Return the command of the HEALTHCHECK."""
    [check] = [rest for name, rest in instructions(dockerfile) if name == "HEALTHCHECK"]
    command: list[str] = json.loads(check.partition("CMD ")[2])
    return command
