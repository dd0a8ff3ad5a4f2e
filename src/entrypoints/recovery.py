"""Backups of an installation: finds the database, PostgreSQL's programs that fit it, and the generated keys."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded import Binaries, EmbeddedError
from adapters.postgres import backup as backups
from adapters.postgres.backup import Backup, BackupError, Manifest
from adapters.tokens import WrongPassphrase, decrypt, differing, encrypt, parse_all, read_all, write_all
from entrypoints.databases import direct_url, running_database
from entrypoints.failures import Failure
from entrypoints.settings import Settings
from todo_core import __version__
from todo_core.errors import Unavailable

KEYS = "keys.json"
"""The member of a backup with the generated keys, encrypted."""

Tell = Callable[[str], None]


def back_up(settings: Settings, file: Path, *, passphrase: str | None, tell: Tell) -> Manifest:
    """Write a backup to a new file; with a passphrase the generated keys are in it, encrypted. Raises Failure."""
    with _in_words(), _database(settings) as (url, programs):
        extras = {} if passphrase is None else {KEYS: _sealed_keys(settings, passphrase)}
        return backups.back_up(url, programs, file, release=__version__, extras=extras, tell=tell)


def restore(settings: Settings, file: Path, *, replace: bool, passphrase: str | None, tell: Tell) -> Manifest:
    """Restore a backup, with a passphrase its keys too; then the database has the newest schema.

    Raises Failure; unless it says otherwise, nothing has changed then.
    """
    with _in_words(), Backup.open(file) as backup:
        keys = {} if passphrase is None else _keys_of(backup, passphrase, generated_keys(settings))
        _check_keys(settings, keys, replace=replace)
        with _database(settings) as (url, programs):
            backups.restore(url, programs, backup, replace=replace, tell=tell)
        write_all(keys_directory(settings), keys)
        return backup.manifest


def keys_directory(settings: Settings) -> Path:
    """Return where keys are generated."""
    return settings.data_directory / "keys"


def generated_keys(settings: Settings) -> frozenset[str]:
    """Return the names of the generated key files that no setting replaces."""
    given = {"signing.json": settings.keys.signing, "secret": settings.keys.secrets}
    return frozenset(name for name, value in given.items() if not value)


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the URL of the database, past any pooler, and the directory of the programs that fit its server."""
    with running_database(settings) as pooled:
        url = direct_url(settings, pooled)
        server = backups.server(url)
        yield url, Binaries.clients(server.major, settings.database.programs, tls=server.tls).bindir


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (BackupError, EmbeddedError) as error:
        raise Failure(str(error)) from error
    except Unavailable as error:
        raise Failure.of(error) from error


def _sealed_keys(settings: Settings, passphrase: str) -> bytes:
    names = generated_keys(settings)
    if not names:
        raise Failure(
            "no keys are generated here: TODO_SIGNING_KEYS and TODO_SECRET_KEYS say where yours are; keep them"
        )
    try:
        return encrypt(read_all(keys_directory(settings), names), passphrase)
    except OSError as error:
        raise Failure(f"keys: {error.filename}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Failure(f"keys: a file in {keys_directory(settings)} is not UTF-8 text") from None


def _keys_of(backup: Backup, passphrase: str, names: frozenset[str]) -> Mapping[str, str]:
    sealed = backup.small(KEYS)
    if sealed is None:
        raise Failure(f"{backup.path} has no keys: leave --with-keys out")
    try:
        return parse_all(decrypt(sealed, passphrase), names)
    except (WrongPassphrase, ValueError):
        raise Failure("the passphrase is not the one of this backup's keys") from None


def _check_keys(settings: Settings, keys: Mapping[str, str], *, replace: bool) -> None:
    try:
        others = differing(keys_directory(settings), keys)
    except OSError as error:
        raise Failure(f"keys: {error.filename}: {error.strerror}") from error
    if others and not replace:
        raise Failure(f"{others[0]} holds other keys: --replace gives them up for those of the backup")
