"""The page on Better Auth: its programs and lines work as they stand, but for the ports."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.better_auth.servers import HERE, SECRET
from tests.serving import REPOSITORY, eventually, free_port, serving

PAGE = (REPOSITORY / "docs" / "better-auth.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """Return a program of the page."""
    return str(re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)[number])


@contextmanager
def issuer(place: Path, port: int) -> Iterator[str]:
    """Run the Node program of the page, and yield its URL."""
    node = shutil.which("node")
    if not os.environ.get("CI") and (node is None or not (HERE / "node_modules").is_dir()):
        pytest.skip("needs Node.js 20 and `npm ci --prefix tests/better_auth`")
    (place / "node_modules").symlink_to(HERE / "node_modules")
    (place / "auth.mjs").write_text(block("js").replace("3000", str(port)))
    url = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"], "BETTER_AUTH_SECRET": SECRET}
    with subprocess.Popen([node or "node", "auth.mjs"], cwd=place, env=environment) as process:
        try:
            eventually(lambda: answers(f"{url}/api/auth/ok"))
            yield url
        finally:
            process.terminate()


def answers(url: str) -> bool:
    """Say whether somebody answers there."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def test_programs_and_lines(database: str, tmp_path: Path) -> None:
    """Somebody signs up there and has a list of tasks here."""
    with issuer(tmp_path, free_port()) as url:
        settings = dict(re.findall(r"TODO_(BETTER_AUTH_\w+)=(\S+)", block("sh")))
        settings["BETTER_AUTH_URL"] = settings["BETTER_AUTH_URL"].replace("http://127.0.0.1:3000", url)
        with serving(tmp_path / "data", DATABASE_URL=database, **settings) as server:
            lines = block("sh", 1).replace("http://127.0.0.1:3000", url).replace("http://127.0.0.1:8000", server.url)
            shell = ["/bin/sh", "-eu", "-c", lines]
            said = subprocess.run(shell, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert said.endswith('{"items":[],"next_cursor":null}')
