"""Chromium, led by its own protocol (Chrome DevTools Protocol) over a pipe: no port, no library."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from tests.neighbours.browser import OPTIONS, STOP_SECONDS, program
from tests.serving import eventually

ANSWER_SECONDS = 10
PLACED = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])  # out of each other's way
os.dup2(read, 3)
os.dup2(write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Starts Chromium with the two ends of its pipe where it looks for them."""


class NoAnswerError(AssertionError):
    """The browser did not answer: a page that is being left does not."""


@attrs.define
class Tab:
    """A page in a browser: where commands are written to, and answers read from."""

    _commands: int
    _answers: int
    _session: str = ""
    _number: int = 0
    _read: bytes = b""

    def send(self, method: str, **params: object) -> dict[str, Any]:
        """Have the browser do something, and return its answer. Events in between are dropped."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._number, "method": method, "params": params, **session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        if "error" in answer:
            raise NoAnswerError(answer)
        result: dict[str, Any] = answer["result"]
        return result

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression holds in the page."""
        eventually(lambda: self._holds(expression), lambda: expression)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.send("Input.insertText", text=text)

    def attach(self, url: str) -> None:
        """Open a page, and speak to it from then on."""
        target = self.send("Target.createTarget", url=url)["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def _holds(self, expression: str) -> bool:
        with suppress(NoAnswerError):
            return bool(self.evaluate(expression))
        return False

    def _next(self) -> dict[str, Any]:
        """Return the next message."""
        while b"\0" not in self._read:
            if not select.select([self._answers], [], [], ANSWER_SECONDS)[0]:
                raise NoAnswerError
            found = os.read(self._answers, 65_536)
            assert found, "the browser has ended"
            self._read += found
        message, _, self._read = self._read.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


@contextmanager
def browsing(url: str, directory: Path) -> Iterator[Tab]:
    """Show a page for as long as the block."""
    theirs, ours_to_write = os.pipe()
    ours_to_read, theirs_to_write = os.pipe()
    profile = f"--user-data-dir={directory / 'profile'}"
    command = [program(), *OPTIONS, "--remote-debugging-pipe", profile, "about:blank"]
    with directory.joinpath("chromium.log").open("wb") as log:
        browser = subprocess.Popen(
            [sys.executable, "-c", PLACED, str(theirs), str(theirs_to_write), *command],
            stdout=log,
            stderr=log,
            pass_fds=(theirs, theirs_to_write),
        )
    os.close(theirs)
    os.close(theirs_to_write)
    try:
        tab = Tab(ours_to_write, ours_to_read)
        tab.attach(url)
        yield tab
    finally:
        os.close(ours_to_write)
        os.close(ours_to_read)
        browser.terminate()
        browser.wait(STOP_SECONDS)
