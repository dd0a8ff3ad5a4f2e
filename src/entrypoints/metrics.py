"""Where several workers leave their figures, so that each can tell those of all (Prometheus' multi-process mode)."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported
PREFIX = "todo-core-figures-"


@contextmanager
def shared_figures() -> Iterator[Path]:
    """Have workers that are started inside the block share their figures, in a directory that goes when it ends.

    What servers that were killed have left behind is removed first; a lock tells the living from the dead.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix="todo-core-"))
    directory = made.with_name(f"{PREFIX}{made.name}")
    with _locked(made):
        made.rename(directory)  # only now that it is locked it looks like one
        os.environ[VARIABLE] = str(directory)
        try:
            yield directory
        finally:
            del os.environ[VARIABLE]
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory; it ends with the process, however that ends. Raises OSError when it is held."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
