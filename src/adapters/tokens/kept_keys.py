"""The generated keys of a data directory, as a backup carries them: all in one text, and back into their files."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from adapters.tokens.files import change


def read_all(directory: Path, names: frozenset[str]) -> bytes:
    """Return the texts of these files, by name, as JSON. Raises OSError when one is missing, and UnicodeDecodeError."""
    texts = {name: directory.joinpath(name).read_text(encoding="utf-8") for name in sorted(names)}
    return json.dumps(texts).encode()


def parse_all(kept: bytes, names: frozenset[str]) -> Mapping[str, str]:
    """Return the texts by name, of these files only. Raises ValueError for what `read_all` does not make."""
    texts = json.loads(kept)
    if not isinstance(texts, dict):
        raise ValueError("no keys")  # noqa: TRY004 - of the content, not of an argument
    return {name: str(text) for name, text in texts.items() if name in names}


def differing(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Return those files that are there and say something else. Raises OSError."""
    files = [directory / name for name in texts]
    return [file for file in files if file.exists() and file.read_text(encoding="utf-8") != texts[file.name]]


def write_all(directory: Path, texts: Mapping[str, str]) -> None:
    """Write the files, each whole. Raises OSError."""
    for name, text in texts.items():
        change(directory / name, partial(_instead, text))


def _instead(text: str, _old: str | None) -> str:
    """Return the text that takes the place of another."""
    return text
