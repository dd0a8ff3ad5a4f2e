"""The program as its users run it: `todo` in a process of its own, and servers that take requests."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from tests.support import PASSWORD

REPOSITORY = Path(__file__).parents[1]
PATIENCE_SECONDS = 60
UNLIMITED = {f"LIMIT_{name}": "1000000000/60" for name in ("LOGIN", "REGISTER", "REFRESH", "PASSWORD", "API")}


def eventually(condition: Callable[[], bool], otherwise: Callable[[], str] = str) -> None:
    """Poll until the condition holds; if it never does, fail with what `otherwise` tells."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not so after {PATIENCE_SECONDS} seconds: {otherwise()}")
        time.sleep(0.05)


def working_in(directory: Path) -> set[int]:
    """Return the processes whose working directory is this or below, as every process of a database has. Linux only."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if process.joinpath("cwd").readlink().is_relative_to(directory):
                found.add(int(process.name))
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, *, modules: str | int = "", **settings: str | int) -> dict[str, str]:
    """Return these settings as variables, and where programs and modules are: nothing else is set for `todo`.

    `modules`: a directory whose modules come before those that are installed.
    """
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, [str(modules), str(REPOSITORY / "src")])),
        **{f"TODO_{name}": str(value) for name, value in {"DATA_DIR": data, **settings}.items()},
    }


def start(data: Path, output: int, *command: str, **settings: str | int) -> "subprocess.Popen[str]":
    """Start `todo` with this sub-command on these data, which may not exist yet, beside which it runs."""
    return subprocess.Popen(
        [sys.executable, "-c", "from entrypoints.cli import main; main()", *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data.parent,
        env=environment(data, **settings),
        process_group=0,  # a terminal signals a group
    )


def todo(data: Path, *command: str, **settings: str | int) -> str:
    """Run `todo`, which must succeed, as an operator would beside a server; return what it says."""
    process = start(data, subprocess.PIPE, *command, **settings)
    said, _ = process.communicate()
    assert 0 == process.returncode, said
    return said


@attrs.frozen
class Server:
    """A server that takes requests: its process, its port, and the file that has everything it says."""

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

    def client(self, token: str | None = None) -> httpx.Client:
        """Return a client, with an access token or without."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def register(self, email: str, **more: str) -> None:
        """Make an account."""
        with self.client() as client:
            client.post("/api/auth/register", json={"email": email, "password": PASSWORD, **more}).raise_for_status()

    def log_in(self, email: str) -> dict[str, Any]:
        """Return the tokens of a new session."""
        with self.client() as client:
            answer = client.post("/api/auth/login", json={"email": email, "password": PASSWORD}).raise_for_status()
        return dict(answer.json())

    def lines(self) -> list[dict[str, Any]]:
        """Return the log, line by line; each is one JSON object, apart from the greeting and what is being written."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1] if line.startswith(b"{")]


@contextmanager
def serving(data: Path, **settings: str | int) -> Iterator[Server]:
    """Run a server for as long as the block, and stop it as an operator would. Without DATABASE_URL it has its own."""
    port = int(settings.setdefault("PORT", free_port()))
    settings.setdefault("DRAIN_SECONDS", 0)
    log = data.with_name(f"serve-{port}.log")
    with log.open("w") as output:
        server = Server(start(data, output.fileno(), "serve", **settings), port, log)
    try:
        eventually(server.is_ready, log.read_text)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(PATIENCE_SECONDS)
    said = log.read_text()
    assert "Traceback" not in said, said
