"""What processes cost, from /proc. Linux only."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import psycopg

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@attrs.frozen
class Processes:
    """The processes of a moment: their children, and the processor time of each."""

    children: dict[int, list[int]]
    used: dict[int, float]

    @classmethod
    def now(cls) -> "Processes":
        """Return all that are there now."""
        children: dict[int, list[int]] = {}
        used: dict[int, float] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    parent, seconds = _stat(int(entry.name))
                except (FileNotFoundError, ProcessLookupError):
                    continue
                children.setdefault(parent, []).append(int(entry.name))
                used[int(entry.name)] = seconds
        return cls(children, used)

    def tree(self, ancestor: int) -> Iterator[int]:
        """Yield a process and all that descend from it."""
        waiting = [ancestor]
        while waiting:
            pid = waiting.pop()
            yield pid
            waiting += self.children.get(pid, [])


def cpu_seconds(ancestors: Iterable[int]) -> list[float]:
    """Return the processor time of each of these and of all that descend from it, those that have ended included."""
    processes = Processes.now()
    return [sum(processes.used.get(pid, 0.0) for pid in processes.tree(ancestor)) for ancestor in ancestors]


def worker_bytes(ancestor: int) -> int:
    """Return the resident memory of a server's worker: the largest process of its tree."""
    return max(map(_resident, Processes.now().tree(ancestor)))


def machine_seconds() -> float:
    """Return the processor time that everything on this machine has used."""
    user, nice, system, _idle, _waiting, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / TICKS


def postmaster(database_url: str) -> int:
    """Return the process that all of PostgreSQL's descend from."""
    with psycopg.connect(database_url) as connection:
        return _stat(connection.info.backend_pid)[0]


def _stat(pid: int) -> tuple[int, float]:
    """Return a process's parent, and the processor time that it and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (FileNotFoundError, ProcessLookupError):
        return 0
