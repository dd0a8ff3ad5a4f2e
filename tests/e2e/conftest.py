"""The program itself, as a user starts and stops it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import httpx
import pytest

from tests.conftest import directory_for_all

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


def eventually(condition: Callable[[], bool], otherwise: Callable[[], str] = str) -> None:
    """Poll until the condition holds; if it never does, fail with what `otherwise` tells."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not so after {PATIENCE_SECONDS} seconds: {otherwise()}")
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, output: int, **settings: str | int) -> "subprocess.Popen[str]":
    """Start `todo serve` on these data, with these settings and nothing from this process's environment."""
    variables = {"DATA_DIR": data, "PORT": free_port(), **settings}
    return subprocess.Popen(
        [sys.executable, "-c", "from entrypoints.cli import main; main()", "serve"],
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data.parent,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY / "src"),
            **{f"TODO_{name}": str(value) for name, value in variables.items()},
        },
    )


@attrs.frozen
class Serving:
    """A server that takes requests: its process, its address, and the file it writes to."""

    process: "subprocess.Popen[str]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        """Say whether it answers. A process that has ended fails the test."""
        if self.process.poll() is not None:
            pytest.fail(f"the server has ended: {self.log.read_text()}")
        try:
            return httpx.get(f"{self.url}/health/ready").is_success
        except httpx.TransportError:
            return False


@contextmanager
def serving(data: Path, **settings: str | int) -> Iterator[Serving]:
    """Run a server on these data until it takes requests, and end it with Ctrl-C if nobody has ended it before."""
    port = int(settings.pop("PORT", 0)) or free_port()
    log = data.with_name(f"{port}.log")
    with log.open("w") as output:
        server = Serving(start(data, output.fileno(), PORT=port, **settings), port, log)
    try:
        eventually(server.is_ready, log.read_text)
        yield server
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
        server.process.wait()
    assert "Traceback" not in log.read_text()


@pytest.fixture
def data() -> Iterator[Path]:
    """A place for a server's data, which does not exist yet."""
    with directory_for_all("todo-") as directory:
        yield directory / "data"
