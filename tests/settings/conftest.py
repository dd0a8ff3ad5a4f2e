"""The directory from which settings are loaded."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from entrypoints.settings import Settings, load_settings
from tests.settings.loading import Load


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that loads settings from an empty directory and the given variables."""

    def load_from(environ: Mapping[str, str] | None = None, **variables: str) -> Settings:
        return load_settings({**(environ or {}), **variables}, tmp_path)

    return load_from
