"""Private files that several processes make, replace and read: never half written, never made twice."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

DIRECTORY_MODE = 0o700


def read(file: Path) -> str:
    """Return the text of a file; the byte order mark that some editors put before it is no part of it."""
    return file.read_text(encoding="utf-8-sig")


def read_or_create(file: Path, make: Callable[[], str]) -> str:
    """Return the text of `file`; when it is not there, put `make()` there first. Of many processes one makes it."""
    try:
        return read(file)
    except FileNotFoundError:
        return change(file, lambda text: make() if text is None else text)


def change(file: Path, edit: Callable[[str | None], str]) -> str:
    """Replace the text of `file` by `edit(text)` and return it; `text` is None when there is no file yet.

    Waits until nobody else changes it. The new file is readable by its owner only, who stays the same when root makes
    the change. Raises OSError.
    """
    file.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    with _alone(file.parent):
        old = read(file) if file.exists() else None
        new = edit(old)
        if new != old:
            _replace(file, new)
        return new


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold the lock that belongs to the directory itself; it ends with the process, however that ends."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(file: Path, text: str) -> None:
    """Put a whole new file in place of the old one, on the disk before it gets the name."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            if os.geteuid() == 0 and file.exists():
                os.fchown(new.fileno(), file.stat().st_uid, file.stat().st_gid)
            os.fsync(new.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
