"""The servers: started with a clean environment, waited for, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

START_SECONDS = 60
STOP_SECONDS = 30
UNLIMITED = {f"LIMIT_{name}": "1000000000/60" for name in ("LOGIN", "REGISTER", "REFRESH", "PASSWORD", "API")}
MAX_TASKS = 10_000_000
TODO = Path(sys.executable).with_name("todo")
"""The program of the present tree."""


@attrs.frozen
class Running:
    """A server process that takes connections."""

    pid: int
    port: int


@attrs.frozen
class Command:
    """A program to run: its arguments, where, and the variables it needs beside those that every program has."""

    arguments: Sequence[str]
    directory: Path
    variables: Mapping[str, str] = attrs.field(factory=dict)


def todo(program: Path, directory: Path, *arguments: str, **settings: str | int) -> Command:
    """Return a call of `todo` with these settings, beside its data, and with limits that nobody reaches."""
    given = {"DATA_DIR": directory, "MAX_TASKS": MAX_TASKS, **UNLIMITED, **settings}
    return Command((str(program), *arguments), directory, {f"TODO_{name}": str(value) for name, value in given.items()})


def call(command: Command) -> None:
    """Run a program to its end. Raises CalledProcessError when it fails; what it said is shown."""
    subprocess.run(command.arguments, cwd=command.directory, env=environment(command.variables), check=True)


@contextmanager
def serving(command: Command, port: int, log: Path) -> Iterator[Running]:
    """Run a server until the end of the block; what it says goes to a file. Raises TimeoutError if it never starts."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.arguments, cwd=command.directory, env=environment(command.variables), stdout=output, stderr=output
        )
    try:
        _wait(process, port, log)
        yield Running(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables over this process's own, without settings of a server or a database that its user may have."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TODO_", "PG", "DATABASE_URL"))}
    return own | dict(variables)


def unwind_on_sigterm() -> None:
    """Have SIGTERM end this process as Ctrl-C does: its servers are stopped, and its directories removed."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


def say(words: str) -> None:
    """Tell whoever waits what is being done."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
