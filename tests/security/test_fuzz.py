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
from tests.security.server import Server

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


@attrs.frozen
class Outcome:
    """What came of it: how often each status was the answer, and what the application did not answer itself."""

    statuses: Counter[int | None]
    unframed: set[int]


@pytest.fixture(scope="module")
def attack(server: Server) -> Outcome:
    """Send all of it; the first answer that must not be ends it, by the number of its request."""
    server.register(EVE)
    token = server.log_in(EVE)["access_token"]
    with server.client(token) as client:
        ids = [client.post("/api/tasks", json={"title": "a target"}).json()["id"] for _ in range(5)]
    attacker = Attacker(ROUTES, ids, lambda: token)
    statuses: Counter[int | None] = Counter()
    with wire_to(server) as wire:
        for number in range(CASES):
            request = attacker.request(number)
            status = wire.send(request)
            statuses[status] += 1
            if status is None or status >= 500:
                pytest.fail(f"request {number} to {request.route}: {status}")
            if request.route in ENDS_SESSIONS and status == 204:
                token = server.log_in(EVE)["access_token"]
    return Outcome(statuses, wire.unframed)


def test_no_input_is_a_server_error(attack: Outcome) -> None:
    """Whatever comes, the answer is a success or the client's fault, and requests got through to the rules."""
    assert CASES == attack.statuses.total()
    assert {200, 201, 204, 400, 401, 404, 405, 412, 413, 415, 422} <= attack.statuses.keys()


def test_only_what_is_not_http_goes_without_headers(attack: Outcome) -> None:
    """What the server cannot even read as HTTP it refuses by itself, with nothing in the answer."""
    assert attack.unframed <= {400, 414, 431}


def test_nothing_broke_inside(attack: Outcome, server: Server) -> None:
    """The log knows of no defect, and no line of it was written by an attacker."""
    text = server.log.read_text()
    events = Counter(line["event"] for line in server.lines())

    assert "Traceback" not in text
    assert "X-Injected" not in text
    assert {"request"} >= events.keys() - {"forwarding_header_ignored"}
    assert CASES <= events["request"] + attack.statuses[400]
