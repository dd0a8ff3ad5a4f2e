"""Runs the HTTP server: the port first, then the workers, which end with the process that started them."""

import ctypes
import errno
import importlib.util
import multiprocessing
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Lock

import attrs
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

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
LOOP = Loops.uvloop if importlib.util.find_spec("uvloop") else Loops.asyncio
"""uvloop where it is installed: the distribution asks for it wherever it runs. It takes less processor time."""
QUIET = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


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
class Worker:
    """What each worker process does first. Goes to the worker by fork or pickled."""

    parent: int
    load: Callable[[Callable[[], bool]], Asgi]
    first: Lock

    def __call__(self, _target: object) -> Asgi:
        """Return the application, after arranging to end with the parent."""
        end_with(self.parent)
        return self.load(partial(self.first.acquire, block=False))


def end_with(parent: int) -> None:
    """Have this process end when `parent` has died, however it died. Linux only; elsewhere nothing is done.

    It is killed, not asked: granian's own way down sometimes waits for ever when nobody is there to hurry it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DIED, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)


def serve(server: ServerSettings, address: Address, load: Callable[[Callable[[], bool]], Asgi]) -> None:
    """Serve until SIGINT or SIGTERM, then let requests end, for `server.shutdown` at most.

    `load` makes the application, in each worker; it is handed a function that is true once, in the first that asks.
    """
    descriptors = allowed_descriptors(MAX_CONNECTIONS + OWN_DESCRIPTORS)
    granian = MPServer(
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
    worker = Worker(os.getpid(), load, multiprocessing.Lock())
    granian.serve(target_loader=worker)


def allowed_descriptors(wanted: int) -> int:
    """Return how many of the `wanted` descriptors this process and its workers may have, after asking for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
