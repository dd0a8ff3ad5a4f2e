"""The database of the settings, embedded or given: opened, examined and migrated."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import attrs

from adapters.embedded import OLDEST_MAJOR, Binaries, EmbeddedError, Home, Observer, cluster
from adapters.postgres import Inspection, PoolSettings, Schema, State
from adapters.postgres import inspect as look
from adapters.postgres import migrate as migrations
from adapters.postgres.scripts import head
from adapters.postgres.urls import parameters
from entrypoints.failures import Failure
from entrypoints.settings import DatabaseSettings, Secret, Settings, TimeLimits
from todo_core.errors import Unavailable

__all__ = [
    "OLDEST_MAJOR",
    "Inspection",
    "OpenDatabase",
    "Schema",
    "State",
    "connection_parameters",
    "direct_url",
    "failures",
    "head",
    "look_into",
    "migrate",
    "migration_script",
    "open_database",
    "pool_settings",
    "running_database",
    "unusable",
]


def pool_settings(database: DatabaseSettings) -> PoolSettings:
    """Return how the pool connects."""
    return PoolSettings(
        min_size=database.pool_min,
        max_size=database.pool_max,
        timeout=database.pool_timeout.total_seconds(),
        prepare=database.prepare_statements,
        limit=database.time_limits is TimeLimits.CONNECTION,
    )


@attrs.frozen
class OpenDatabase:
    """A database that accepts connections, and the state of its schema."""

    url: str = attrs.field(repr=False)
    found: Inspection


@contextmanager
def open_database(settings: Settings, observer: Observer | None = None) -> Iterator[OpenDatabase]:
    """Yield a database to work with: the embedded one, started and migrated, or a given one.

    Opening never migrates a given database. With an observer the embedded one is kept alive. Raises Failure.
    """
    with running_database(settings, observer) as url:
        with failures():
            if settings.database.url is None:
                migrations.migrate(url)
            found = look(url, pool_settings(settings.database))
        if problem := unusable(found.schema):
            raise Failure(problem)
        yield OpenDatabase(url, found)


def look_into(settings: Settings) -> Inspection | None:
    """Return what is found in the database as it is; None: the embedded one has not been made yet. Raises Failure."""
    if settings.database.url is None and not Home.is_below(settings.data_directory):
        _check_programs(settings.database)
        return None
    with running_database(settings) as url, failures():
        found = look(url, pool_settings(settings.database))
        if found.schema.state is not State.EMPTY:
            return found
        return attrs.evolve(found, missing_rights=_missing_to_begin(direct_url(settings, url)))


def _missing_to_begin(url: str) -> str | None:
    """Return why `migrate` could not make the first tables, and what to do."""
    try:
        migrations.check_may_begin(url)
    except Unavailable as error:
        return str(error)
    return None


def direct_url(settings: Settings, pooled: str) -> str:
    """Return the URL for migrations and backups: past a pooler, if one is set."""
    return settings.database.direct_url.reveal() if settings.database.direct_url else pooled


def migrate(settings: Settings) -> str:
    """Bring the database to the newest schema, and say in one line what it has then. Raises Failure."""
    with running_database(settings) as url, failures():
        schema = migrations.migrate(direct_url(settings, url))
    newer = f", newer than this program's {head()}: nothing to do" if schema.state is State.NEWER else ""
    return f"the database is at revision {schema.revision}{newer}"


def migration_script(settings: Settings) -> str:
    """Return the SQL that `migrate` would run on the database as it is. Raises Failure."""
    with running_database(settings) as url, failures():
        return migrations.script(migrations.current(url))


@contextmanager
def running_database(settings: Settings, observer: Observer | None = None) -> Iterator[str]:
    """Yield the URL of the database that was given, or of an embedded server that runs for as long as the block.

    Nothing is migrated. Raises Failure.
    """
    if settings.database.url is not None:
        yield settings.database.url.reveal()
        return
    try:
        with cluster(settings.data_directory, bindir=settings.database.programs, observer=observer) as server:
            yield server.url
    except EmbeddedError as error:
        raise Failure(str(error)) from error


def connection_parameters(url: Secret) -> Mapping[str, str | int | None]:
    """Return what the URL of a database says, as libpq reads it. Raises Failure, without showing any of it."""
    with failures():
        return parameters(url.reveal())


@contextmanager
def failures() -> Iterator[None]:
    """Raise Failure for a database that cannot be had."""
    try:
        yield
    except Unavailable as error:
        raise Failure.of(error) from error


def _check_programs(database: DatabaseSettings) -> None:
    try:
        Binaries.find(database.programs)
    except EmbeddedError as error:
        raise Failure(str(error)) from error


def unusable(schema: Schema) -> str | None:
    """Return why this program cannot work with a schema, and what to do; None when it can."""
    if schema.is_usable:
        return None
    state = f"at revision {schema.revision}" if schema.revision else "empty"
    return f"the database is {state}, this program needs {head()}: run `todo migrate`"
