"""The real server: `todo serve` in a process of its own, over a PostgreSQL database, with its log at hand."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx

REPOSITORY = Path(__file__).parents[2]
TODO = (sys.executable, "-c", "from entrypoints.cli import main; main()")
PATIENCE_SECONDS = 60
PASSWORD = "a quiet harbour at dawn"
UNLIMITED = {f"TODO_LIMIT_{name}": "1000000000/60" for name in ("LOGIN", "REGISTER", "REFRESH", "PASSWORD", "API")}


@attrs.frozen
class Server:
    """A running server. `log` is the file that has everything it says."""

    url: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

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
        tokens: dict[str, Any] = answer.json()
        return tokens

    def lines(self) -> list[dict[str, Any]]:
        """Return the log, line by line; each is one JSON object, apart from the greeting and what is being written."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1] if line.startswith(b"{")]


@contextmanager
def serving(database_url: str, directory: Path, **settings: str) -> Iterator[Server]:
    """Run `todo serve` for as long as the block, and stop it as an operator would."""
    port = free_port()
    log = directory / f"serve-{port}.log"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY / "src"),
        "TODO_DATABASE_URL": database_url,
        "TODO_DATA_DIR": str(directory / "data"),
        "TODO_PORT": str(port),
        **settings,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*TODO, "serve"], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory, env=environment
        )
    server = Server(f"http://127.0.0.1:{port}", port, log, process)
    try:
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _wait(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_ready(server):
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(server.log.read_text())
        time.sleep(0.05)


def _is_ready(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/health/ready").is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
