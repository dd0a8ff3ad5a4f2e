"""The client: a process of its own that keeps some connections busy and records how long each request took.

Each connection sends its next request when the last one is answered (a closed loop). Plain sockets and one epoll
object, because a client that takes longer than the server would measure itself. Linux only.
"""

import gc
import json
import re
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import attrs

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TAG = re.compile(rb'\r\netag: *("(\d+)")', re.IGNORECASE)
STATUS = slice(9, 12)
CHUNK = 1 << 18
PATIENCE_SECONDS = 60
READY = "ready\n"
ETAG, VERSION = "{etag}", "{version of the task}"
VERSION_DIGITS = len(VERSION)
"""The version is written with as many digits as its place has characters, so that the length of the body is fixed."""


@attrs.frozen
class Request:
    """A request as it goes over the wire, and the status that it has to get."""

    text: str
    status: int = 200


@attrs.frozen
class Plan:
    """What to send to a port of this machine: `requests` in turn, for so many seconds.

    Every connection has a part of the requests for itself. `kinds`: requests whose numbers are equal modulo this are
    timed together. `reads`: for conditional requests, which contain `ETAG` and `VERSION`, one request for each that
    reads its target. It is sent before the load begins, to learn the ETag; after that each response brings the next.
    `once`: no request is sent twice, so that the load may end sooner.
    """

    port: int
    requests: list[Request]
    seconds: float
    connections: int
    kinds: int = 1
    reads: list[Request] = attrs.field(factory=list)
    once: bool = False


@attrs.frozen
class Result:
    """What was measured: requests answered, those with another status than expected, and seconds.

    `cpu` is the client's own processor time; `p50`, `p95` and `p99` are seconds; `medians` has one for each kind.
    """

    requests: int
    errors: int
    seconds: float
    p50: float
    p95: float
    p99: float
    medians: list[float]
    cpu: float


@attrs.define
class Connection:
    """One connection, its part of the requests, whose first has the number `first`, and the one that is under way."""

    socket: socket.socket
    first: int
    requests: list[bytes]
    statuses: list[bytes]
    turn: int = 0
    began: float = 0.0
    received: bytes = b""
    tags: list[tuple[bytes, bytes]] = attrs.field(factory=list)

    def ask(self) -> None:
        """Send the request whose turn it is."""
        request = self.requests[self.turn]
        if self.tags:
            tag, version = self.tags[self.turn]
            request = request.replace(ETAG.encode(), tag).replace(VERSION.encode(), version.zfill(VERSION_DIGITS))
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has arrived; return whether the whole response is there. Raises ConnectionError, ValueError."""
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise ConnectionError("the server has closed the connection")
        self.received = self.received + chunk if self.received else chunk
        head = self.received.find(HEAD_END)
        if head < 0:
            return False
        length = LENGTH.search(self.received, 0, head + 2)
        if length is None:
            raise ValueError("a response without Content-Length")
        return len(self.received) >= head + len(HEAD_END) + int(length[1])

    def finish(self) -> bool:
        """Go on to the next request; return whether the response that was received has the expected status."""
        good = self.received[STATUS] == self.statuses[self.turn]
        if self.tags and good:
            self.tags[self.turn] = self.tag()
        self.received = b""
        self.turn = (self.turn + 1) % len(self.requests)
        return good

    def tag(self) -> tuple[bytes, bytes]:
        """Return the ETag of the response, and the version in it."""
        found = TAG.search(self.received)
        if found is None:
            raise ValueError(f"a response without an ETag: {self.received[:200]!r}")
        return found[1], found[2]


@attrs.frozen
class Client:
    """A client process that is connected and waits for its start."""

    process: "subprocess.Popen[str]"

    def start(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self) -> Result:
        """Wait for its end, and return its result. Raises RuntimeError when it failed."""
        assert self.process.stdout is not None
        written = self.process.stdout.readline()
        if self.process.wait() != 0:
            raise RuntimeError("the client failed; its error is above")
        return Result(**json.loads(written))


@contextmanager
def client(plan: Plan) -> Iterator[Client]:
    """Start a process that is to carry a plan out, and wait until it is ready. Raises RuntimeError when it fails."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(attrs.asdict(plan)) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != READY:
            raise RuntimeError("the client failed; its error is above")
        yield Client(process)


def run(plan: Plan) -> Result:
    """Carry a plan out in a process of its own."""
    with client(plan) as ready:
        ready.start()
        return ready.result()


def carry_out(plan: Plan, wait: Callable[[], object]) -> Result:
    """Carry a plan out here: connect, `wait`, begin."""
    timed: list[list[float]] = [[] for _ in range(plan.kinds)]
    errors = 0
    with _connected(plan) as connections:
        wait()
        cpu, started = time.process_time(), time.perf_counter()
        for number, good, latency in _answers(connections, started + plan.seconds, once=plan.once):
            timed[number % plan.kinds].append(latency)
            errors += not good
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    together = sorted(latency for kind in timed for latency in kind)
    return Result(
        requests=len(together),
        errors=errors,
        seconds=seconds,
        p50=statistics.median(together),
        p95=together[int(len(together) * 0.95)],
        p99=together[int(len(together) * 0.99)],
        medians=[statistics.median(kind) if kind else 0.0 for kind in timed],
        cpu=cpu,
    )


def _answers(connections: list[Connection], ends: float, *, once: bool) -> Iterator[tuple[int, bool, float]]:
    """Ask until it `ends`; yield each request's number, whether its status was right, and how long it took."""
    by_descriptor = {connection.socket.fileno(): connection for connection in connections}
    with select.epoll() as poll:
        for descriptor, connection in by_descriptor.items():
            poll.register(descriptor, select.EPOLLIN)
            connection.ask()
        busy = len(connections)
        while busy:
            for descriptor in _arrived(poll):
                connection = by_descriptor[descriptor]
                if not connection.receive():
                    continue
                answered = time.perf_counter()
                latency, number = answered - connection.began, connection.first + connection.turn
                good = connection.finish()
                if answered < ends and (connection.turn or not once):
                    connection.ask()
                else:
                    busy -= 1
                yield number, good, latency


def _arrived(poll: select.epoll) -> list[int]:
    """Wait for something to arrive, and return where. Raises TimeoutError."""
    arrived = [descriptor for descriptor, _ in poll.poll(PATIENCE_SECONDS)]
    if not arrived:
        raise TimeoutError("the server does not answer")
    return arrived


@contextmanager
def _connected(plan: Plan) -> Iterator[list[Connection]]:
    """Open the connections, and give each its part of the requests."""
    repeated = plan.requests * -(-plan.connections // len(plan.requests))
    share = len(repeated) / plan.connections
    with ExitStack() as ending:
        connections = []
        for number in range(plan.connections):
            opened = ending.enter_context(socket.create_connection(("127.0.0.1", plan.port), timeout=PATIENCE_SECONDS))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            part = slice(int(number * share), int((number + 1) * share))
            mine = repeated[part]
            texts, statuses = [one.text.encode() for one in mine], [b"%d" % one.status for one in mine]
            connection = Connection(opened, part.start, texts, statuses)
            connection.tags = _tags(opened, plan.reads[part])
            connections.append(connection)
        yield connections


def _tags(opened: socket.socket, reads: list[Request]) -> list[tuple[bytes, bytes]]:
    """Return the ETag, and the version in it, of what each of the requests reads."""
    found = []
    for read in reads:
        reader = Connection(opened, 0, [read.text.encode()], [b"%d" % read.status])
        reader.ask()
        while not reader.receive():
            pass
        found.append(reader.tag())
    return found


def main() -> None:
    """Read a plan from the standard input; when another line arrives, carry it out; write the result."""
    given = json.loads(sys.stdin.readline())
    for member in ("requests", "reads"):
        given[member] = [Request(**one) for one in given[member]]
    sys.stdout.write(json.dumps(attrs.asdict(carry_out(Plan(**given), _told))) + "\n")


def _told() -> None:
    """Say that everything is ready, and wait to be told to begin."""
    sys.stdout.write(READY)
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    gc.disable()
    main()
