"""The servers, and what processes cost. Linux: processor time is read from /proc."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import psycopg

START_SECONDS = 60
STOP_SECONDS = 30
TICKS = os.sysconf("SC_CLK_TCK")
UNLIMITED = {f"TODO_LIMIT_{name}": "1000000000/60" for name in ("LOGIN", "REGISTER", "REFRESH", "PASSWORD", "API")}


@attrs.frozen
class Running:
    """A server process that takes connections."""

    pid: int
    port: int


@contextmanager
def api(database_url: str, directory: Path, port: int) -> Iterator[Running]:
    """Run `todo serve` as it is shipped, with limits that nobody reaches; its log goes to a file."""
    command = (sys.executable, "-c", "from entrypoints.cli import main; main()", "serve")
    settings = {"DATABASE_URL": database_url, "DATA_DIR": str(directory), "PORT": str(port)}
    variables = {f"TODO_{name}": value for name, value in settings.items()} | UNLIMITED
    with _serving(command, port, directory / "serve.log", variables) as running:
        yield running


@contextmanager
def baseline(directory: Path) -> Iterator[Running]:
    """Run the bare framework."""
    port = free_port()
    command = (sys.executable, "-m", "bench.baseline", str(port))
    with _serving(command, port, directory / "baseline.log", {}) as running:
        yield running


@contextmanager
def _serving(command: Sequence[str], port: int, log: Path, variables: dict[str, str]) -> Iterator[Running]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=_environment() | variables)
    try:
        _wait(process, port, log)
        yield Running(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _environment() -> dict[str, str]:
    """Return this process's environment without the settings of a server that its user may have."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    own.pop("DATABASE_URL", None)
    return own


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"no server on port {port}: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postmaster(database_url: str) -> int:
    """Return the process that all of PostgreSQL's descend from."""
    with psycopg.connect(database_url) as connection:
        return _stat(connection.info.backend_pid)[0]


def cpu_seconds(ancestor: int) -> float:
    """Return the processor time of a process and all that descend from it, those that have ended included."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent, seconds = _stat(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
            used[int(entry.name)] = seconds
    total, waiting = 0.0, [ancestor]
    while waiting:
        pid = waiting.pop()
        total += used.get(pid, 0.0)
        waiting += parents.get(pid, [])
    return total


def machine_seconds() -> float:
    """Return the processor time that everything on this machine has used."""
    user, nice, system, _idle, _waiting, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / TICKS


def _stat(pid: int) -> tuple[int, float]:
    """Return a process's parent, and the processor time that it and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS
