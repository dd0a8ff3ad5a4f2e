"""Runs the HTTP server: the port first, then the workers, which end with the process that started them."""

import ctypes
import errno
import importlib.util
import multiprocessing
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from multiprocessing.synchronize import Lock
from types import FrameType
from typing import Any

import attrs
import structlog
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from entrypoints.asgi import Asgi
from entrypoints.failures import Failure
from entrypoints.settings import ServerSettings

PARENT_DIED = 1  # PR_SET_PDEATHSIG of prctl(2)
MAX_CONNECTIONS = 10_000
"""How many connections a worker keeps open; more wait until one ends. An idle one costs 18 KB and a descriptor."""
OWN_DESCRIPTORS = 200
"""How many files and connections to the database a worker has open beside them, at most."""
IDLE_SECONDS = 75
"""Idle limit of a connection, also within a request. Longer than a proxy's 60 s: the proxy closes idle ones first."""
MAX_DEATHS = 5
DEATHS_SECONDS = 60
"""How many workers may die in how many seconds before the server ends: what is wrong is not mended by going on."""
SO_ATTACH_FILTER = 26  # of Linux, which Python does not name
DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
"""A program for the packets of a socket, one instruction long: keep 0 bytes. See `struct sock_filter` in bpf(2)."""
LAST_REQUESTS_SECONDS = 0.2
"""How long the connections that were made before that have to send their request."""
LOOP = Loops.uvloop if importlib.util.find_spec("uvloop") else Loops.asyncio
"""uvloop where it is installed: the distribution asks for it wherever it runs. It takes less processor time."""
QUIET = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}

_log = structlog.get_logger("server")


@attrs.frozen
class Address:
    """Where to listen: an IP address, and a port that nobody else listens on."""

    ip: str
    port: int
    family: socket.AddressFamily

    @classmethod
    def resolve(cls, host: str, port: int) -> "Address":
        """Return the first address of a host name, or the address itself. Raises Failure."""
        try:
            family, _, _, _, (ip, *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        except socket.gaierror:
            raise Failure(f"TODO_HOST: {host!r} is no address of this machine") from None
        return cls(str(ip), port, family)

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep the port, so that a second server is told at once that it is taken. Raises Failure when it is.

        The workers bind it with SO_REUSEPORT, which would let a second server of the same user in, to share the
        requests. So it is first bound without, as a strict stranger would, and then held, without listening.
        """
        self._bound(reuse=socket.SO_REUSEADDR).close()
        holder = self._bound(reuse=socket.SO_REUSEPORT) if sys.platform == "linux" else None
        try:
            yield
        finally:
            if holder is not None:
                holder.close()

    def _bound(self, *, reuse: int) -> socket.socket:
        bound = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, reuse, 1)
            bound.bind((self.ip, self.port))
        except OSError as error:
            bound.close()
            raise Failure(self._why(error)) from None
        return bound

    def _why(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"port {self.port} on {self.ip} is in use: stop what listens there, or set TODO_PORT to another"
        if error.errno == errno.EACCES:
            return f"port {self.port} may not be used by this user: set TODO_PORT to 1024 or above"
        return f"cannot listen on {self.ip}: {error.strerror}: set TODO_HOST to an address of this machine"


@attrs.frozen
class Shared:
    """What the workers of a server and the process that started them have in common. Passed on by fork or pickled."""

    _first: Lock = attrs.field(factory=multiprocessing.Lock)
    _draining: ctypes.c_bool = attrs.field(factory=lambda: multiprocessing.RawValue(ctypes.c_bool))
    forwarding: ctypes.c_int = attrs.field(factory=lambda: multiprocessing.RawValue(ctypes.c_int))
    """Whether a forwarding header did not count, as `Telemetry` notes it."""

    def is_first(self) -> bool:
        """Return True once, in the first worker that asks."""
        return self._first.acquire(block=False)

    def is_draining(self) -> bool:
        """Say whether the server is about to stop."""
        return self._draining.value

    def drain(self) -> None:
        """Say from now on that the server is about to stop."""
        self._draining.value = True


@attrs.frozen
class Worker:
    """What each worker process does first. Goes to the worker by fork or pickled."""

    parent: int
    load: Callable[[Shared], Asgi]
    shared: Shared

    def __call__(self, _target: object) -> Asgi:
        """Return the application, after arranging to end with the parent, and to leave Ctrl-C to it.

        A terminal sends SIGINT to every process. The parent passes it on, and granian can block on a second signal.
        SIGTERM ends a worker that does not listen yet; a fork has the parent's handler, which would swallow it.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with(self.parent)
        return self.load(self.shared)


class Server(MPServer):
    """granian's server, which drains before it stops when SIGTERM asks it to.

    It goes on answering for `drain_for`, while readiness says that it is stopping and each response ends its
    connection: proxies and clients with open connections go elsewhere, and no request is lost on one that is closed.
    A second signal ends the draining at once, and a third one the requests under way.
    """

    shared: Shared
    drain_for: timedelta
    _asked_by: signal.Signals | None = None
    _deaths: deque[float]
    _listening: list[tuple[Any, socket.socket]]
    """On Linux a socket for each worker, in granian's form and in Python's. Elsewhere all share one of granian's."""
    _ssp: Any
    _shd: Any
    _sso: Any

    def _init_shared_socket(self) -> None:
        """Listen for every worker. On Linux granian leaves that to the workers: what waits for one dies with it."""
        super()._init_shared_socket()  # type: ignore[no-untyped-call] # granian has not typed it
        if self._ssp is not None:
            holders = [self._ssp.build() for _ in range(self.workers)]
            self._listening = [(holder, socket.socket(fileno=holder.get_fd())) for holder in holders]
            self._ssp = None

    def _spawn_worker(self, idx: int, *arguments: Any, **more: Any) -> WorkerProcess:  # noqa: ANN401 - granian's
        """Give a worker its socket, and one that replaces it the same."""
        if self._listening:
            self._shd, self._sso = self._listening[idx]
        return super()._spawn_worker(idx, *arguments, **more)

    def _respawn_workers(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - granian's
        """Start workers again. granian gives up at a second death within 5.5 s; here it takes `MAX_DEATHS` in a minute.

        What kills a worker now and then (the system, short of memory) is no reason to end the others.
        """
        super()._respawn_workers(*arguments, **more)
        self._deaths.append(time.monotonic())
        if len(self._deaths) < MAX_DEATHS or self._deaths[-1] - self._deaths[0] > DEATHS_SECONDS:
            self.respawned_wrks.clear()

    def signal_handler_interrupt(self, number: int, frame: FrameType | None) -> None:
        """Note who asks to stop, and do it."""
        self._asked_by = signal.Signals(number)
        super().signal_handler_interrupt(number, frame)  # type: ignore[no-untyped-call] # granian has not typed it

    def shutdown(self, exit_code: int = 0) -> None:
        """Drain, let requests under way end, and stop the workers."""
        began = time.monotonic()
        _log.info("stopping", signal=self._asked_by.name if self._asked_by else None)
        if self._asked_by == signal.SIGTERM:
            self.shared.drain()
            self.main_loop_interrupt.clear()
            self.main_loop_interrupt.wait(self.drain_for.total_seconds())
            self._refuse_connections()
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self._end_workers)
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call] # the same
        finally:
            _log.info("stopped", seconds=round(time.monotonic() - began, 2))

    def _refuse_connections(self) -> None:
        """Take no more connections, and wait for the requests of those that there are; granian would cut them off.

        Linux alone can do so without closing a socket, which would break the connections that wait to be accepted.
        """
        program = struct.pack("HP", 1, ctypes.addressof(DROP_ALL))
        for _, listening in self._listening:
            with suppress(OSError):  # a sandbox may forbid it
                listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        time.sleep(LAST_REQUESTS_SECONDS)

    def _end_workers(self, _number: int, _frame: FrameType | None) -> None:
        for worker in self.wrks:
            worker.kill()  # type: ignore[no-untyped-call] # the same


def end_with(parent: int) -> None:
    """Have this process end when `parent` has died, however it died. Linux only; elsewhere nothing is done.

    It is killed, not asked: granian's own way down sometimes waits for ever when nobody is there to hurry it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)


def serve(server: ServerSettings, address: Address, load: Callable[[Shared], Asgi]) -> None:
    """Serve until SIGINT or SIGTERM, then let requests end, for `server.shutdown` at most.

    `load` makes the application, in each worker.
    """
    descriptors = allowed_descriptors(MAX_CONNECTIONS + OWN_DESCRIPTORS)
    granian = Server(
        "todo-core",
        address.ip,
        address.port,
        interface=Interfaces.ASGI,
        workers=server.workers,
        loop=LOOP,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000),
        backpressure=max(descriptors - OWN_DESCRIPTORS, 1),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=QUIET,
        respawn_failed_workers=True,
        workers_kill_timeout=int(server.shutdown.total_seconds()),
    )
    granian.shared, granian.drain_for = Shared(), server.drain
    granian._deaths, granian._listening = deque(maxlen=MAX_DEATHS), []  # noqa: SLF001 - granian's initialiser takes no more
    granian.serve(target_loader=Worker(os.getpid(), load, granian.shared))


def allowed_descriptors(wanted: int) -> int:
    """Return how many of the `wanted` descriptors this process and its workers may have, after asking for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
