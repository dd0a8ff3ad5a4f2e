"""Where one request ends and the next begins: nobody can hide a request in another (ASVS 4.2.1)."""

import socket

import pytest

from tests.security.server import Server

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


def answers(server: Server, raw: bytes) -> bytes:
    """Return everything that the server says before it hangs up."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), 30) as wire:
        wire.sendall(raw)
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


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_no_echo_and_no_tunnel(server: Server, method: str) -> None:
    """Neither TRACE nor CONNECT does anything (ASVS 13.4.4)."""
    said = answers(server, f"{method} /health HTTP/1.1\r\nHost: a\r\nX-Marked: marked\r\n\r\n".encode())

    assert not said.startswith(b"HTTP/1.1 2")
    assert b"marked" not in said
