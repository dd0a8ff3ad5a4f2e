"""What `todo doctor` looks at, and in which order. It creates, changes and migrates nothing.

It starts the embedded database for this, unless that runs already or does not exist yet.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from adapters.system import SystemClock, time_zone_release
from entrypoints import machine_checks as checks
from entrypoints.bootstrap.keys import open_keys, seal_secrets, signing_keys_path
from entrypoints.bootstrap.tracing import check_tracing
from entrypoints.checks import check_database, check_settings
from entrypoints.databases import look_into
from entrypoints.failures import Failure
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.probe import look_at_server
from entrypoints.recovery import keys_directory
from entrypoints.settings import Settings


def examine(settings: Settings) -> Iterator[ConfigurationCheck]:
    """Yield the results for an installation, each as soon as it is there."""
    yield from check_settings(settings)
    for name, look in (
        ("opentelemetry", _opentelemetry),
        ("signing_keys", _signing_keys),
        ("secret_keys", _secret_keys),
        ("data_directory", _data_directory),
        ("disk", _disk),
        ("time_zones", _time_zones),
        ("connection", _database),
        ("server", look_at_server),
    ):
        yield from _guarded(name, look, settings)


def _guarded(
    name: str, look: Callable[[Settings], Iterable[ConfigurationCheck]], settings: Settings
) -> Iterator[ConfigurationCheck]:
    """Yield the results; a Failure becomes an error of that name."""
    try:
        yield from look(settings)
    except Failure as failure:
        yield ConfigurationCheck(name, "error", str(failure))
    except OSError as error:
        yield ConfigurationCheck(name, "error", f"{error.filename}: {error.strerror}")


def _opentelemetry(settings: Settings) -> Iterator[ConfigurationCheck]:
    check_tracing(settings)
    yield ConfigurationCheck("opentelemetry", "ok", "installed" if settings.tracing.endpoint else "not needed")


def _signing_keys(settings: Settings) -> Iterator[ConfigurationCheck]:
    file = signing_keys_path(settings)
    if not settings.keys.signing and not file.exists():
        yield checks.not_made_yet("signing_keys")
        return
    now = SystemClock().now()
    keys, found = open_keys(settings).keys().status(now), file.stat()
    made_at = datetime.fromtimestamp(found.st_mtime, UTC)
    yield checks.check_signing_keys(file, found.st_mode, made_at, keys, now)


def _secret_keys(settings: Settings) -> Iterator[ConfigurationCheck]:
    file = keys_directory(settings) / "secret"
    if settings.keys.secrets:
        yield ConfigurationCheck("secret_keys", "ok", f"{len(settings.keys.secrets)} set")
    elif not file.exists():
        yield checks.not_made_yet("secret_keys")
    else:
        seal_secrets(settings)
        yield checks.check_key_file("secret_keys", file, file.stat().st_mode)


def _data_directory(settings: Settings) -> Iterator[ConfigurationCheck]:
    directory = settings.data_directory
    place = _existing(directory)
    if not os.access(place, os.W_OK | os.X_OK):
        detail = f"nothing can be written into {place}: make {directory} for this user, or set TODO_DATA_DIR"
        yield ConfigurationCheck("data_directory", "error", detail)
    elif place != directory:
        yield checks.not_made_yet("data_directory")
    else:
        yield ConfigurationCheck("data_directory", "ok", str(directory))


def _disk(settings: Settings) -> Iterator[ConfigurationCheck]:
    """Look at the disk of the data directory, and at that of the embedded database, which may be another."""
    found = _existing(settings.data_directory)
    places = {found, *(data.resolve() for data in found.glob("pg*/data"))} if settings.database.url is None else {found}
    by_disk = {place.stat().st_dev: place for place in sorted(places, reverse=True)}
    usage = [(place, shutil.disk_usage(place)) for place in by_disk.values()]
    yield checks.check_disks([(place, one.free, one.total) for place, one in usage])


def _existing(directory: Path) -> Path:
    """Return the directory, or the nearest above it that exists."""
    return next(place for place in (directory, *directory.parents) if place.exists())


def _time_zones(_: Settings) -> Iterator[ConfigurationCheck]:
    yield checks.check_time_zones(time_zone_release(), SystemClock().now())


def _database(settings: Settings) -> Iterator[ConfigurationCheck]:
    found = look_into(settings)
    if found is None:
        yield checks.not_made_yet("connection")
    else:
        yield from check_database(found, embedded=settings.database.url is None)
