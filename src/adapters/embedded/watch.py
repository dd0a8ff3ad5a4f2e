"""Keeps a server alive: one that ends unasked is started again, as long as that helps."""

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
    """Who is told what befalls a server; not in the main thread."""

    def died(self, status: int, log: Path) -> None:
        """Hear that it ended unasked: its exit status, or less than 0 the signal, and the file with its own words."""

    def restarted(self) -> None:
        """Hear that it takes connections again."""

    def given_up(self) -> None:
        """Hear that it will not come back: the block should end, and then raises EmbeddedError with the reason."""


@attrs.frozen
class Watch:
    """Looks after one server.

    Attributes:
        restart: starts it again; raises Stopping once the event it is given is set.
        log: the file it writes to.
        observer: is told of each death, each return, and of giving up.
    """

    restart: Callable[[threading.Event], Process]
    log: Path
    observer: Observer
    _stopping: threading.Event = attrs.field(factory=threading.Event, init=False)
    _deaths: deque[float] = attrs.field(factory=lambda: deque(maxlen=MAX_DEATHS), init=False)

    @contextmanager
    def over(self, process: Process) -> Iterator[None]:
        """Start the server again whenever it ends during the block, and stop it at the end of the block.

        Raises:
            EmbeddedError: at the end of a block that has no error of its own: the server could not be started
                again, or died `MAX_DEATHS` times within `DEATHS_SECONDS`.
        """
        # A thread, because the block needs the main one. It stops the server too: where one thread starts and stops,
        # the two cannot cross. It lasts until then: Linux takes the end of the thread that started the server for its
        # owner's death.
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
