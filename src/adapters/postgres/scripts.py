"""The migrations that this program has."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from adapters.postgres.tables import metadata


@cache
def revisions() -> tuple[str, ...]:
    """Return every revision there is, the newest first. The scripts are read once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def head() -> str:
    """Return the newest revision there is."""
    return revisions()[0]


def is_behind(revision: str | None) -> bool:
    """Return whether a database at `revision` lacks a migration. One that we do not know is newer than we are."""
    return revision is None or revision in revisions()[1:]


def configuration(connection: sa.Connection | None = None) -> Config:
    """Return what Alembic's commands need; those that look into a database need a connection to it."""
    config = Config(attributes={"connection": connection, "metadata": metadata})
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """Return the migrations: inside this package in a wheel, beside the sources in a checkout."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"
