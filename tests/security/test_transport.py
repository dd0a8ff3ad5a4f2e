"""Where one request ends and the next begins: nobody can hide a request in another (ASVS 4.2.1)."""

import socket
from contextlib import ExitStack

import httpx
import pytest

from entrypoints.serving import allowed_descriptors
from tests.serving import Server

HIDDEN = b"GET /health HTTP/1.1\r\nHost: a\r\nX-Request-Id: hidden\r\n\r\n"
CHUNKED = b"0\r\n\r\n"
LINE = b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"

SMUGGLED: dict[str, bytes] = {
    "both lengths": LINE + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % (len(CHUNKED) + len(HIDDEN)),
    "two lengths": LINE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "a length with a sign": LINE + b"Content-Length: +5\r\n\r\n",
    "chunked twice": LINE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
    "a blank before the colon": LINE + b"Transfer-Encoding : chunked\r\n\r\n",
    "a folded header": LINE + b"Transfer-Encoding:\r\n chunked\r\n\r\n",
    "another coding": LINE + b"Transfer-Encoding: xchunked\r\n\r\n",
    "HTTP/1.0 in chunks": LINE.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n",
}


def answers(server: Server, raw: bytes, *, hang_up: bool = True) -> bytes:
    """Return everything that the server says before it hangs up; it does so by itself unless we do first."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), 30) as wire:
        wire.sendall(raw)
        if hang_up:
            wire.shutdown(socket.SHUT_WR)
        while more := wire.recv(65_536):
            said += more
    return said


@pytest.mark.parametrize("how", SMUGGLED)
def test_a_hidden_request_is_not_answered(server: Server, how: str) -> None:
    """Whatever the headers say of the length: one answer, and it is none to the request inside the body."""
    said = answers(server, SMUGGLED[how] + CHUNKED + HIDDEN)

    assert 1 == said.count(b"HTTP/1.")
    assert b"hidden" not in said


NOT_HTTP: dict[str, tuple[bytes, bytes]] = {
    "no request line": (b"hello\r\n\r\n", b"400"),
    "a header without a colon": (b"GET /health HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", b"400"),
    "NUL in a header": (b"GET /health HTTP/1.1\r\nHost: a\0\r\n\r\n", b"400"),
    "a control character in the path": (b"GET /hea\x01lth HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
    "a length that is none": (LINE + b"Content-Length: 1x\r\n\r\n", b"400"),
    "a path of 100 kB": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
    "101 headers": (b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 100 + b"\r\n", b"431"),
}


@pytest.mark.parametrize("what", NOT_HTTP)
def test_what_is_not_http_is_refused_in_one_line(server: Server, what: str) -> None:
    """The server hangs up with a bare status before the application hears of it, and answers the next one (ADR 21)."""
    raw, status = NOT_HTTP[what]

    said = answers(server, raw, hang_up=False)

    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert status == lines[0].split()[1]
    assert {b"connection", b"content-length", b"date"} >= {line.partition(b":")[0] for line in lines[1:]}
    assert b"" == body
    with server.client() as client:
        assert 200 == client.get("/health").status_code


def test_open_connections_keep_nobody_out(server: Server) -> None:
    """Somebody who begins 1,500 requests and ends none leaves room for others."""
    allowed_descriptors(2_000)
    with ExitStack() as begun:
        for _ in range(1_500):
            wire = begun.enter_context(socket.create_connection(("127.0.0.1", server.port), 30))
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n")

        assert 200 == httpx.get(f"{server.url}/health", timeout=10).status_code


def test_answers_do_not_say_what_the_server_is(server: Server) -> None:
    """They name the product, and no component or version (ASVS 13.4.6)."""
    with server.client() as client:
        assert "todo-core" == client.get("/health").headers["server"]


HOSTS: dict[str, tuple[bytes, bytes]] = {
    "none": (b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),
    "two": (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", b"400"),
    "with a user": (b"GET /health HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n", b"400"),
    "none, in HTTP/1.0": (b"GET /health HTTP/1.0\r\n\r\n", b"200"),
    "one, and %2f in the query": (b"GET /health?a=%2f// HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"200"),
}


@pytest.mark.parametrize("which", HOSTS)
def test_a_request_is_for_one_host(server: Server, which: str) -> None:
    """Without a host, or with two, nobody knows for whom it was (RFC 9112, 3.2): a problem, with all headers."""
    raw, status = HOSTS[which]

    said = answers(server, raw, hang_up=False)

    assert status == said.split()[1]
    assert b"x-request-id: " in said.lower()
    assert (b"urn:todo-core:problem:malformed-request" in said) == (status == b"400")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_no_echo_and_no_tunnel(server: Server, method: str) -> None:
    """Neither TRACE nor CONNECT does anything (ASVS 13.4.4)."""
    said = answers(server, f"{method} /health HTTP/1.1\r\nHost: a\r\nX-Marked: marked\r\n\r\n".encode())

    assert not said.startswith(b"HTTP/1.1 2")
    assert b"marked" not in said


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_no_upgrade(server: Server, protocol: bytes) -> None:
    """A request for another protocol is answered as if it had asked for nothing but HTTP (RFC 9110, 7.8)."""
    handshake = (
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nHTTP2-Settings: AAMAAABk\r\n"
    )
    upgrade = b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: %s\r\n" % protocol

    said = answers(server, b"GET /health HTTP/1.1\r\nHost: a\r\n" + upgrade + handshake + b"\r\n", hang_up=False)

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"status":"ok"' in said
