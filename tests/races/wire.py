"""Requests at the same moment: connections that are kept, and volleys, all sent before any answer is read."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from itertools import cycle, islice
from typing import Any

import attrs

from tests.serving import PATIENCE_SECONDS, Server


@attrs.frozen
class Request:
    """What is asked. `json` None: no body."""

    method: str
    path: str
    token: str | None = attrs.field(default=None, kw_only=True)
    json: object = attrs.field(default=None, kw_only=True)
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)


@attrs.frozen
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        """Return the value that the body encodes."""
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The code of the problem, None for a success."""
        return None if self.status < 400 else str(self.json()["code"])


@attrs.frozen
class Line:
    """A connection to a server, kept."""

    connection: HTTPConnection

    def send(self, request: Request) -> None:
        """Send a request, and do not wait for its answer."""
        headers = dict(request.headers)
        body = None
        if request.token is not None:
            headers["Authorization"] = f"Bearer {request.token}"
        if request.json is not None:
            body = json.dumps(request.json).encode()
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(request.method, request.path, body, headers)

    def receive(self) -> Reply:
        """Wait for the answer. Raises ConnectionError and HTTPException when there is none."""
        answer = self.connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def ask(self, method: str, path: str, **more: Any) -> Reply:  # noqa: ANN401 - the members of a request
        """Send a request and return its answer."""
        self.send(Request(method, path, **more))
        return self.receive()


@contextmanager
def line_to(server: Server) -> Iterator[Line]:
    """Give a connection for as long as the block."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)) as connection:
        yield Line(connection)


@contextmanager
def lines_to(servers: Sequence[Server], number: int) -> Iterator[list[Line]]:
    """Give so many connections, to each server in turn."""
    with ExitStack() as ending:
        yield [ending.enter_context(line_to(server)) for server in islice(cycle(servers), number)]


def volley(lines: Sequence[Line], requests: Sequence[Request]) -> list[Reply]:
    """Send each request on its own line, all of them before the first answer is read; return the answers in order."""
    for line, request in zip(lines, requests, strict=True):
        line.send(request)
    return [line.receive() for line in lines]


def codes(replies: Sequence[Reply]) -> Counter[str | None]:
    """Count the problems among answers, None for successes."""
    return Counter(reply.code for reply in replies)
