"""A server of key sets that does what a test tells it: answers, lies, drips, floods or hangs up. Also a proxy."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs
import httpx

Behaviour = Callable[["KeySetServer", BaseHTTPRequestHandler], None]


@attrs.define
class KeySetServer:
    """What a request gets is up to `behaviour`, which may be changed at any time. Counts the requests."""

    url: str
    behaviour: Behaviour
    requests: int = 0
    closing: threading.Event = attrs.field(factory=threading.Event)


@contextmanager
def key_set_server(behaviour: Behaviour) -> Iterator[KeySetServer]:
    """Run a server for as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.requests += 1
            self.close_connection = True
            with suppress(OSError):  # the client has gone
                state.behaviour(state, self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = KeySetServer(f"http://127.0.0.1:{server.server_port}/jwks", behaviour)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answering(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Answer with a body."""

    def behave(_: KeySetServer, request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return behave


def forwarding(url: str) -> Behaviour:
    """Answer what another server answers."""

    def behave(server: KeySetServer, request: BaseHTTPRequestHandler) -> None:
        answer = httpx.get(url)
        answering(answer.content, answer.status_code)(server, request)

    return behave


def dripping(body: bytes, head: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Behaviour:
    """Send `head` at once, and then the body byte by byte, a few each second: no single read waits for long."""

    def behave(server: KeySetServer, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        for byte in body:
            if server.closing.wait(0.02):
                return
            request.wfile.write(bytes([byte]))

    return behave


def flooding(server: KeySetServer, request: BaseHTTPRequestHandler) -> None:
    """Send a body without an end."""
    request.send_response(200)
    request.end_headers()
    while not server.closing.is_set():
        request.wfile.write(b'{"keys": [' + b" " * 65_536)


def silent(server: KeySetServer, _: BaseHTTPRequestHandler) -> None:
    """Take the request, and say nothing."""
    server.closing.wait(60)


def hanging_up(_: KeySetServer, __: BaseHTTPRequestHandler) -> None:
    """Close the connection."""


def raw(answer: bytes) -> Behaviour:
    """Send these bytes, HTTP or not."""

    def behave(_: KeySetServer, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(answer)

    return behave


def slow(seconds: float, then: Behaviour) -> Behaviour:
    """Wait before the answer."""

    def behave(server: KeySetServer, request: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(server, request)

    return behave
