"""Twenty thousand requests that nobody should send, as raw bytes, to the real server."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException, HTTPResponse

import attrs
import pytest

from tests.security.hostile import ENDS_SESSIONS, Attacker, Hostile
from tests.security.route_table import ROUTES
from tests.serving import Server

CASES = 20_000
EVE = "eve@example.org"
PATIENCE_SECONDS = 30


@attrs.define
class Wire:
    """One connection to the server, made anew when the server has closed it.

    `unframed` has the statuses of answers that did not come from the application.
    """

    port: int
    unframed: set[int] = attrs.field(factory=set, init=False)
    _socket: socket.socket | None = attrs.field(default=None, init=False)

    def send(self, request: Hostile) -> int | None:
        """Return the status of the answer, or None when the server just hung up.

        A kept connection may be closed at any time, after a body that was not read say; so it is tried once more.
        """
        kept = self._socket is not None
        status = self._try(request)
        return self._try(request) if status is None and kept else status

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _try(self, request: Hostile) -> int | None:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        with suppress(ConnectionError):  # it may answer before it has read everything, and hang up
            self._socket.sendall(request.raw)
        response = HTTPResponse(self._socket, method=request.method.decode())
        try:
            response.begin()
            response.read()
        except (HTTPException, ConnectionError):
            self.close()
            return None
        if response.getheader("x-content-type-options") != "nosniff":
            self.unframed.add(response.status)
        if response.will_close:
            self.close()
        return response.status


@contextmanager
def wire_to(server: Server) -> Iterator[Wire]:
    """Give a connection for as long as the block."""
    wire = Wire(server.port)
    try:
        yield wire
    finally:
        wire.close()


def attack(server: Server, wire: Wire) -> Counter[int | None]:
    """Send all of it, and return how often each status was the answer; None, or a 5xx, ends it by its number."""
    server.register(EVE)
    token = server.log_in(EVE)["access_token"]
    with server.client(token) as client:
        ids = [client.post("/api/tasks", json={"title": "a target"}).json()["id"] for _ in range(5)]
    attacker = Attacker(ROUTES, ids, lambda: token)
    statuses: Counter[int | None] = Counter()
    for number in range(CASES):
        request = attacker.request(number)
        status = wire.send(request)
        statuses[status] += 1
        if status is None or status >= 500:
            pytest.fail(f"request {number} to {request.route}: {status}")
        if request.route in ENDS_SESSIONS and status == 204:
            token = server.log_in(EVE)["access_token"]
    return statuses


def test_no_input_is_a_server_error(server: Server) -> None:
    """Whatever comes, the answer is a success or the client's fault, and requests get through to the rules.

    What is not even HTTP the server refuses by itself; the log knows of no defect, and no line of it is an attacker's.
    """
    with wire_to(server) as wire:
        statuses = attack(server, wire)
    text = server.log.read_text()
    events = Counter(line["event"] for line in server.lines())

    assert {200, 201, 204, 400, 401, 404, 405, 412, 413, 415, 422} <= statuses.keys()
    assert wire.unframed <= {400, 414, 431}
    assert "Traceback" not in text
    assert "X-Injected" not in text
    assert {"started", "request", "forwarding_header_ignored"} >= events.keys()
    assert CASES <= events["request"] + statuses[400]
