"""The file of signing keys as a running process sees it: read again when it has changed."""

import datetime as dt
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from adapters.tokens.files import change, read, read_or_create
from adapters.tokens.keys import MAX_KEYS, InvalidKeySet, KeySet

LOOK_AGAIN_SECONDS = 1.0

_log = logging.getLogger(__name__)
Signature = tuple[int, int, int]


@attrs.define
class KeyFile:
    """Keeps the keys of one file at hand. A change that cannot be used is logged, and the keys from before stay."""

    path: Path
    _keys: KeySet
    _signature: Signature | None
    _looked_at: float = attrs.field(factory=time.monotonic)

    @classmethod
    def open(cls, path: Path) -> "KeyFile":
        """Return the keys of an existing file. Raises OSError and InvalidKeySet."""
        signature = _signature(path)
        with _reading_text():
            return cls(path, KeySet.parse(read(path)), signature)

    @classmethod
    def open_or_create(cls, path: Path) -> "KeyFile":
        """Do the same, after making a file with one key when there is none. Raises OSError and InvalidKeySet."""
        with _reading_text():
            read_or_create(path, lambda: KeySet.generate().dump())
        return cls.open(path)

    def keys(self) -> KeySet:
        """Return the keys, as they were a second ago at the latest: often enough to see one that was withdrawn."""
        if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
            return self.latest()
        return self._keys

    def latest(self) -> KeySet:
        """Return the keys as they are now: before signing, and when a token names a key that is not known."""
        self._looked_at = time.monotonic()
        signature = _signature(self.path)
        if signature != self._signature:
            self._signature = signature
            self._read()
        return self._keys

    def _read(self) -> None:
        try:
            with _reading_text():
                self._keys = KeySet.parse(read(self.path))
        except (OSError, ValueError) as error:
            _log.error("signing keys: the changed file cannot be used, the keys from before stay: %s", error)
        else:
            _log.info("signing keys: read again")


def rotate(path: Path, now: dt.datetime, *, delay: dt.timedelta, keep: dt.timedelta) -> KeySet:
    """Add a key that signs after `delay` to the file, or make the file with one that signs at once; return its keys.

    The others verify for `keep` longer. Raises OSError and InvalidKeySet, and then the file is as it was.
    """

    def edit(text: str | None) -> str:
        keys = KeySet.generate() if text is None else KeySet.parse(text).rotated(now, delay=delay, keep=keep)
        if len(keys.keys) > MAX_KEYS:
            raise InvalidKeySet(f"there are {MAX_KEYS} keys already; wait until some have ended")
        return keys.dump()

    with _reading_text():
        return KeySet.parse(change(path, edit))


@contextmanager
def _reading_text() -> Iterator[None]:
    """Raise InvalidKeySet for a file that is not text. The error shows none of its bytes."""
    try:
        yield
    except UnicodeDecodeError:
        raise InvalidKeySet("not UTF-8 text") from None


def _signature(path: Path) -> Signature | None:
    """Return what changes whenever the file is replaced."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
