"""The keys that sign access tokens, and the secrets that seal refresh tokens, cursors and sync tokens."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from adapters.system import SystemClock
from adapters.tokens import InvalidKeySet, KeyFile, KeySet, read_or_create, rotate
from entrypoints.failures import CONFIGURATION, Failure
from entrypoints.settings import Settings, rules

LATE = timedelta(minutes=1)
"""How long a rotated key is accepted after its last token: for requests under way and clocks that differ."""

UNREADABLE_KEYS: Mapping[type[OSError], str] = {
    FileNotFoundError: "`todo keys rotate` makes it",
    PermissionError: "the user that runs this must own it, or be allowed to read it",
}
"""What to do about a file of signing keys that cannot be read."""

RESTORE = "restore it from a backup, or remove it to have another made, which ends every session"
"""What to do about a secret that is damaged. Refresh tokens, cursors and sync tokens are sealed with it."""


def open_keys(settings: Settings) -> KeyFile:
    """Return the signing keys, generated in the data directory when none are set. Raises Failure."""
    file = signing_keys_path(settings)
    try:
        return KeyFile.open(file) if settings.keys.signing else KeyFile.open_or_create(file)
    except OSError as error:
        remedy = UNREADABLE_KEYS.get(type(error), "it must be a file that can be read")
        raise Failure(f"signing keys: {_unread(settings)}: {error.strerror}: {remedy}", CONFIGURATION) from error
    except InvalidKeySet as error:
        raise Failure(f"signing keys: {file}: {error}", CONFIGURATION) from error


def rotate_keys(settings: Settings, *, delay: timedelta, keep: timedelta) -> KeySet:
    """Add a key that signs after `delay`, have the others end `keep` later, and return them all. Raises Failure."""
    file = signing_keys_path(settings)
    try:
        return rotate(file, SystemClock().now(), delay=delay, keep=keep)
    except OSError as error:
        raise Failure(f"signing keys: {_unread(settings)}: {error.strerror}") from error
    except InvalidKeySet as error:
        raise Failure(f"signing keys: {file}: {error}") from error


def signing_keys_path(settings: Settings) -> Path:
    """Return the path of the file of signing keys."""
    return settings.keys.signing or settings.data_directory / "keys" / "signing.json"


def _unread(settings: Settings) -> str:
    """Return how an error names the file of signing keys that cannot be had: what was set may be a key, by mistake."""
    return "the file that TODO_SIGNING_KEYS names" if settings.keys.signing else str(signing_keys_path(settings))


def seal_secrets(settings: Settings) -> list[bytes]:
    """Return the secrets of seals, the first makes; one is generated in the data directory when none are set.

    A file has to keep the rule of the setting. Raises Failure.
    """
    if settings.keys.secrets:
        return [secret.reveal().encode() for secret in settings.keys.secrets]
    file = settings.data_directory / "keys" / "secret"
    try:
        return [_generated(read_or_create(file, lambda: token_hex(32)).strip())]
    except OSError as error:
        raise Failure(f"secret keys: {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Failure(f"secret keys: {file}: not UTF-8 text; {RESTORE}", CONFIGURATION) from None
    except ValueError as error:
        raise Failure(f"secret keys: {file}: {error}; {RESTORE}", CONFIGURATION) from error


def _generated(secret: str) -> bytes:
    if not secret:
        raise ValueError("is empty")
    return rules.key(secret).reveal().encode()
