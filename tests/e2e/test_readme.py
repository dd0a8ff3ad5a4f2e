"""The README's first minutes: the server starts on nothing, its lines to try work, and a restart keeps the tasks."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import directory_for_all

REPOSITORY = Path(__file__).parents[2]
TODO = (sys.executable, "-c", "from entrypoints.cli import main; main()")
PATIENCE_SECONDS = 60
ANN = {"email": "ann@example.org", "password": "a quiet harbour at dawn"}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_ready(url: str) -> bool:
    """Say whether a server takes requests there."""
    try:
        return httpx.get(f"{url}/health/ready").is_success
    except httpx.TransportError:
        return False


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """Run `todo serve` on these data, yield its URL, and stop it with Ctrl-C."""
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", data.with_name("serve.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [*TODO, "serve"],
            stdout=output,
            stderr=output,
            cwd=data.parent,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(REPOSITORY / "src"),
                "TODO_PORT": str(port),
                "TODO_DATA_DIR": str(data),
            },
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server is not ready: {log.read_text()}")
            time.sleep(0.05)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    assert url in log.read_text()
    assert "Traceback" not in log.read_text()


def lines_to_try(url: str) -> str:
    """Return the README's shell lines, for a server at `url`; an answer that is an error ends them."""
    [lines] = re.findall(r"## Try\n+```sh\n(.+?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    return str(lines).replace("http://127.0.0.1:8000", url).replace("curl ", "curl --fail-with-body ")


@pytest.mark.skipif(shutil.which("curl") is None and not os.environ.get("CI"), reason="the README's lines need curl")
def test_lines_to_try() -> None:
    """The README's curl lines register, log in, add, list, toggle and delete, as they stand."""
    with directory_for_all("todo-") as root, serving(root / "data") as url:
        run = subprocess.run(["/bin/sh", "-eu", "-c", lines_to_try(url)], capture_output=True, text=True, check=False)

        assert (run.returncode, re.findall(r'"code": ?"[^"]+"', run.stdout)) == (0, [])
        assert re.findall(r'"completed": ?(\w+)', run.stdout) == ["false", "false", "true"]


def test_a_task_survives_a_restart() -> None:
    """After Ctrl-C and another start, the account, the session and the task are there."""
    with directory_for_all("todo-") as root:
        with serving(root / "data") as url, httpx.Client(base_url=url) as client:
            assert client.post("/api/auth/register", json=ANN).status_code == 201
            bearer = {"Authorization": f"Bearer {client.post('/api/auth/login', json=ANN).json()['access_token']}"}
            made = client.post("/api/tasks", json={"title": "Buy milk"}, headers=bearer).json()
        with serving(root / "data") as url, httpx.Client(base_url=url) as client:
            bearer = {"Authorization": f"Bearer {client.post('/api/auth/login', json=ANN).json()['access_token']}"}

            assert client.get("/api/tasks", headers=bearer).json()["items"] == [made]
