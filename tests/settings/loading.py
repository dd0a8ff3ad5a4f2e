"""Loads settings from a directory and given variables, or returns what is reported of them."""

from collections.abc import Callable, Mapping

import pytest

from entrypoints.settings import ConfigurationError, Settings

KEY = "a1b2c3d4e5f6" * 4
PRODUCTION = {
    "TODO_ENVIRONMENT": "production",
    "TODO_DATABASE_URL": "postgresql://todo@db/todo",
    "TODO_PUBLIC_URL": "https://todo.example.com",
    "TODO_SECRET_KEYS": KEY,
    "TODO_SIGNING_KEYS": "keys.json",
}

Load = Callable[..., Settings]


def problems(load: Load, environ: Mapping[str, str] | None = None, **variables: str) -> tuple[str, ...]:
    """Return what is reported for these variables."""
    with pytest.raises(ConfigurationError) as caught:
        load(environ, **variables)
    return caught.value.problems
