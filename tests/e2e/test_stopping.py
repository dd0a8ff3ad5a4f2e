"""How the server stops under load: nobody is cut off, and nothing holds it for ever."""

import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.serving import Server, eventually, serving

CLIENTS = 16
STOPS = 4
HALVES = {
    "a head": b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "a body": b"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{",
}


def keep_asking(server: Server, stopped: Event) -> list[str]:
    """Ask over one connection for as long as the server lets us, then over the next; return what broke."""
    broken: list[str] = []
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    while not stopped.is_set():
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except ConnectionRefusedError:
            connection.close()
        except (OSError, HTTPException) as error:
            broken.append(repr(error))
            connection.close()
    return broken


def test_no_request_is_lost(data: Path, database: str) -> None:
    """Clients with open connections are told to close them before they are closed."""
    with serving(data, DATABASE_URL=database, WORKERS=2, DRAIN_SECONDS=1) as server, ThreadPoolExecutor() as pool:
        stopped = Event()
        clients = [pool.submit(keep_asking, server, stopped) for _ in range(CLIENTS)]
        eventually(lambda: len(server.lines()) > 100 * CLIENTS)
        server.process.terminate()
        code = server.process.wait()
        stopped.set()

        assert [[]] * CLIENTS == [client.result() for client in clients]
        assert 0 == code


def test_connections_without_a_request(data: Path, database: str) -> None:
    """Who has just connected when the server stops can still ask, whichever worker has the connection."""
    with serving(data, DATABASE_URL=database, WORKERS=2) as server, ExitStack() as open_connections:
        connections = [HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(CLIENTS)]
        for connection in connections:
            open_connections.enter_context(closing(connection)).connect()
        server.process.terminate()
        eventually(lambda: any(line["event"] == "stopping" for line in server.lines()))
        for connection in connections:
            connection.request("GET", "/health")

        assert [(200, "close")] * CLIENTS == [
            (response.status, response.headers["Connection"])
            for response in map(HTTPConnection.getresponse, connections)
        ]
        assert 0 == server.process.wait()


def test_readiness_says_so_first(data: Path, database: str) -> None:
    """It is 503 while the server still answers, on a connection that ends; a second signal ends the waiting."""
    with serving(data, DATABASE_URL=database, WORKERS=2, DRAIN_SECONDS=300) as server:
        server.process.terminate()
        eventually(lambda: httpx.get(f"{server.url}/health/ready").status_code == 503)
        ready, alive = (httpx.get(f"{server.url}{path}") for path in ("/health/ready", "/health"))
        server.process.terminate()
        code = server.process.wait()

    assert ("stopping", 0) == (ready.json()["status"], code)
    assert (200, "close") == (alive.status_code, alive.headers["connection"])
    assert ["stopping", "stopped"] == [line["event"] for line in server.lines() if line["event"].startswith("stop")]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("half", [None, *HALVES])
def test_ctrl_c(data: Path, database: str, workers: int, half: str | None) -> None:
    """A terminal's Ctrl-C, which goes to every process, stops it, also beside a client that sent half a request."""
    for _ in range(1 if half else STOPS):
        with (
            serving(data, DATABASE_URL=database, WORKERS=workers, SHUTDOWN_SECONDS=1 if half else 60) as server,
            socket.create_connection(("127.0.0.1", server.port)) as client,
        ):
            if half:
                client.sendall(HALVES[half])
            os.killpg(server.process.pid, signal.SIGINT)

            assert 0 == server.process.wait(30)
