"""The README's first minutes: its lines to try work, and a restart keeps the tasks."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.serving import REPOSITORY, serving


def lines_to_try(url: str) -> str:
    """Return the README's shell lines, for a server at `url`; an answer that is an error ends them."""
    [lines] = re.findall(r"## Try\n+```sh\n(.+?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    return str(lines).replace("http://127.0.0.1:8000", url).replace("curl ", "curl --fail-with-body ")


def test_lines_that_any_curl_understands() -> None:
    """No option that distributions still supported lack: `--json` came with curl 7.82."""
    assert "--json" not in lines_to_try("")


@pytest.mark.skipif(shutil.which("curl") is None and not os.environ.get("CI"), reason="the README's lines need curl")
def test_lines_to_try(data: Path) -> None:
    """The README's curl lines register, log in, add, list, toggle and delete, as they stand."""
    with serving(data) as server:
        run = subprocess.run(
            ["/bin/sh", "-eu", "-c", lines_to_try(server.url)], capture_output=True, text=True, check=False
        )

    assert (run.returncode, re.findall(r'"code": ?"[^"]+"', run.stdout)) == (0, [])
    assert re.findall(r'"completed": ?(\w+)', run.stdout) == ["false", "false", "true"]


def test_a_task_survives_a_restart(data: Path) -> None:
    """After Ctrl-C and another start, the account, the session and the task are there."""
    with serving(data) as server:
        server.register("ann@example.org")
        token = server.log_in("ann@example.org")["access_token"]
        with server.client(token) as client:
            made = client.post("/api/tasks", json={"title": "Buy milk"}).raise_for_status().json()
        server.process.send_signal(signal.SIGINT)
        server.process.wait()

    with serving(data, PORT=server.port) as again, again.client(token) as client:
        assert client.get("/api/tasks").json()["items"] == [made]
