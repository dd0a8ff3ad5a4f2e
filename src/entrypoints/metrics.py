"""The directory in which workers share their metrics: each serves those of all (Prometheus' multiprocess mode)."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported
PREFIX = "todo-core-metrics-"


@contextmanager
def shared_metrics() -> Iterator[Path]:
    """Make workers that start in the block share their metrics, in a directory that is removed at the end.

    Directories of killed servers are removed first; a lock tells which are in use.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix="todo-core-"))
    directory = made.with_name(f"{PREFIX}{made.name}")
    with _locked(made):
        made.rename(directory)  # named once it is locked, so that no other server removes it
        os.environ[VARIABLE] = str(directory)
        try:
            yield directory
        finally:
            del os.environ[VARIABLE]
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory, at most for the life of the process. Raises OSError when another process has it."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
