"""The client: a process of its own that keeps some connections busy and writes down how long each request took.

Each connection sends its next request when the last one is answered (a closed loop). Plain sockets and one selector,
because a client that takes longer than the server would measure itself.
"""

import gc
import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import attrs

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STATUS = slice(9, 12)
CHUNK = 1 << 18
PATIENCE_SECONDS = 60


@attrs.frozen
class Plan:
    """What to send to a port of this machine: `requests` in turn, for so many seconds, and what a good status is.

    `kinds`: requests whose numbers are equal modulo this are timed together.
    """

    port: int
    requests: list[str]
    seconds: float
    connections: int
    status: int = 200
    kinds: int = 1


@attrs.frozen
class Outcome:
    """What came of it: requests answered and badly answered, seconds, and the client's own processor time.

    `p50` and `p99` are seconds; `medians` has one for each kind.
    """

    requests: int
    errors: int
    seconds: float
    p50: float
    p99: float
    medians: list[float]
    cpu: float


@attrs.define
class Connection:
    """One connection and the request that is under way on it."""

    socket: socket.socket
    turn: int
    began: float = 0.0
    received: bytes = b""

    def ask(self, requests: list[bytes]) -> None:
        """Send the request whose turn it is."""
        self.began = time.perf_counter()
        self.socket.sendall(requests[self.turn])

    def answer(self) -> bytes | None:
        """Return the status of the answer once it is there as a whole."""
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise ConnectionError("the server has closed the connection")
        self.received += chunk
        head = self.received.find(HEAD_END)
        if head < 0:
            return None
        length = LENGTH.search(self.received, 0, head + 2)
        if len(self.received) < head + len(HEAD_END) + (int(length[1]) if length else 0):
            return None
        status, self.received = self.received[STATUS], b""
        return status


@contextmanager
def loading(plan: Plan) -> Iterator["subprocess.Popen[str]"]:
    """Carry a plan out in a process of its own, beside the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdin is not None
        json.dump(attrs.asdict(plan), process.stdin)
        process.stdin.close()
        yield process


def outcome_of(process: "subprocess.Popen[str]") -> Outcome:
    """Wait for a load to end, and return its outcome."""
    assert process.stdout is not None
    return Outcome(**json.loads(process.stdout.read()))


def run(plan: Plan) -> Outcome:
    """Carry a plan out in a process of its own."""
    with loading(plan) as process:
        return outcome_of(process)


def carry_out(plan: Plan) -> Outcome:
    """Carry a plan out here."""
    timed: list[list[float]] = [[] for _ in range(plan.kinds)]
    errors = 0
    with _connected(plan) as connections:
        cpu, started = time.process_time(), time.perf_counter()
        for number, status, latency in _answers(plan, connections, started + plan.seconds):
            timed[number % plan.kinds].append(latency)
            errors += status != b"%d" % plan.status
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    together = sorted(latency for kind in timed for latency in kind)
    return Outcome(
        requests=len(together),
        errors=errors,
        seconds=seconds,
        p50=statistics.median(together),
        p99=together[int(len(together) * 0.99)],
        medians=[statistics.median(kind) for kind in timed],
        cpu=cpu,
    )


def _answers(plan: Plan, connections: list[Connection], ends: float) -> Iterator[tuple[int, bytes, float]]:
    """Ask until it `ends`; yield each answered request's number, the status, and how long it took."""
    requests = [request.encode("latin-1") for request in plan.requests]
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(requests)
        busy = len(connections)
        while busy:
            for connection, status in _ready(selector):
                answered = time.perf_counter()
                yield connection.turn, status, answered - connection.began
                if answered < ends:
                    connection.turn = (connection.turn + 1) % len(requests)
                    connection.ask(requests)
                else:
                    busy -= 1


def _ready(selector: selectors.BaseSelector) -> Iterator[tuple[Connection, bytes]]:
    """Wait for something to arrive; yield the connections whose answers are complete, with the status."""
    arrived = selector.select(PATIENCE_SECONDS)
    if not arrived:
        raise TimeoutError("the server does not answer")
    for key, _ in arrived:
        status = key.data.answer()
        if status is not None:
            yield key.data, status


@contextmanager
def _connected(plan: Plan) -> Iterator[list[Connection]]:
    """Open the connections; they begin at different places of the list of requests."""
    step = len(plan.requests) / plan.connections
    with ExitStack() as ending:
        connections = []
        for number in range(plan.connections):
            opened = ending.enter_context(socket.create_connection(("127.0.0.1", plan.port), timeout=PATIENCE_SECONDS))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(Connection(opened, int(number * step)))
        yield connections


if __name__ == "__main__":
    gc.disable()
    json.dump(attrs.asdict(carry_out(Plan(**json.load(sys.stdin)))), sys.stdout)
