"""Headless Chromium, and servers of pages that report to them what they found."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest

from tests.serving import eventually

PAGES = Path(__file__).parent / "pages"
STOP_SECONDS = 30
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # as root it does not start with one; it shows our own pages only
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-popup-blocking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def program() -> str:
    """Return Chromium's program; skip the test where there is none, but on CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    return found


@attrs.frozen
class Pages:
    """Three servers of the same pages, as three origins: one that the API allows, and two strangers.

    `stranger` is of the same site as the API (`localhost`), `site` is not. Reports are of all three.
    """

    own: str
    stranger: str
    site: str
    reports: dict[str, Any]

    @classmethod
    @contextmanager
    def serve(cls) -> Iterator["Pages"]:
        """Serve the pages for as long as the block."""
        reports: dict[str, Any] = {}
        with ExitStack() as ending:
            own, stranger, site = (ending.enter_context(_serving(reports)) for _ in range(3))
            localhost = "http://localhost"
            yield cls(f"{localhost}:{own}", f"{localhost}:{stranger}", f"http://127.0.0.1:{site}", reports)

    def opened(self, api: str, last: str, directory: Path) -> dict[str, Any]:
        """Show the main page in a browser until it has reported its last step, and return all that was reported."""
        query = urlencode({"api": api, "stranger": self.stranger, "site": self.site})
        log = directory / "chromium.log"
        command = [program(), *OPTIONS, f"--user-data-dir={directory / 'profile'}", f"{self.own}/main.html?{query}"]
        with log.open("wb") as output:
            browser = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            eventually(lambda: last in self.reports, lambda: f"{self.reports} {log.read_text()[-2000:]}")
        finally:
            browser.terminate()
            browser.wait(STOP_SECONDS)
        return self.reports


class _Handler(SimpleHTTPRequestHandler):
    """Serves the pages, and keeps reports."""

    def __init__(self, reports: dict[str, Any], *arguments: Any) -> None:  # noqa: ANN401 - those of the base class
        self.reports = reports
        super().__init__(*arguments, directory=str(PAGES))

    def do_GET(self) -> None:
        """Answer with what was reported, or a page."""
        if self.path == "/reports":
            self._answer(json.dumps(self.reports).encode())
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """Keep a report under the last step of the path."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reports[self.path.rpartition("/")[2]] = json.loads(body)
        self._answer(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _serving(reports: dict[str, Any]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, reports)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
