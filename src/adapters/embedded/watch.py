"""Restarts a server that ends unexpectedly, up to a number of deaths in a period."""

import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

import attrs

from adapters.embedded.errors import EmbeddedError
from adapters.embedded.process import Stopping, stop

MAX_DEATHS = 10
DEATHS_SECONDS = 60
_LOOK_SECONDS = 0.1

Process: TypeAlias = "subprocess.Popen[bytes]"


class Observer(Protocol):
    """Is told of what happens to a server, in a thread other than the main one."""

    def died(self, status: int, log: Path) -> None:
        """The server ended unexpectedly. A `status` below 0 is the number of a signal; `log` is its log file."""

    def restarted(self) -> None:
        """The server accepts connections again."""

    def given_up(self) -> None:
        """The server will not be restarted. The block should end; it then raises EmbeddedError with the reason."""


@attrs.frozen
class Watch:
    """Watches one server.

    Attributes:
        restart: starts it again; raises Stopping when the event that it gets is set.
        log: the file it writes to.
        observer: is told of each death, of each restart, and when there will be no more.
    """

    restart: Callable[[threading.Event], Process]
    log: Path
    observer: Observer
    _stopping: threading.Event = attrs.field(factory=threading.Event, init=False)
    _deaths: deque[float] = attrs.field(factory=lambda: deque(maxlen=MAX_DEATHS), init=False)

    @contextmanager
    def over(self, process: Process) -> Iterator[None]:
        """Restart the server whenever it ends during the block, and stop it at the end of the block.

        Raises:
            EmbeddedError: at the end of a block without an error of its own: the server could not be restarted,
                or died `MAX_DEATHS` times within `DEATHS_SECONDS`.
        """
        # A thread, because the block needs the main one. It also stops the server, so that starting and stopping cannot
        # overlap. It lasts until then: Linux takes the end of the thread that started the server for its owner's death.
        with ThreadPoolExecutor(1, "embedded-postgresql") as executor:
            try:
                keeping = executor.submit(self._keep, process)
                yield
            finally:
                self._stopping.set()
        keeping.result()

    def _keep(self, process: Process) -> None:
        try:
            while not self._stopping.wait(_LOOK_SECONDS):
                if (status := process.poll()) is not None:
                    self.observer.died(status, self.log)
                    self._check_frequency()
                    process = self.restart(self._stopping)
                    self.observer.restarted()
        except Stopping:
            return
        except Exception:
            self.observer.given_up()
            raise
        finally:
            stop(process)

    def _check_frequency(self) -> None:
        self._deaths.append(time.monotonic())
        if len(self._deaths) == MAX_DEATHS and self._deaths[-1] - self._deaths[0] < DEATHS_SECONDS:
            raise EmbeddedError(f"the database died {MAX_DEATHS} times in {DEATHS_SECONDS} seconds (log: {self.log})")
