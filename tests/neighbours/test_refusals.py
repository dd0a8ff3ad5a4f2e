"""Requests that are refused before their bodies were read, and what comes after them on the same connections."""

import http.client
import random
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import attrs
import httpx
import pytest

from tests.conftest import directory_for_all
from tests.neighbours.proxies import PROXIES, SITE
from tests.programs import program
from tests.serving import Server

THREADS = 8
PAIRS = 25
"""How many refused requests each thread sends, each with a good one after it."""
SIZES = (30_000, 120_000)
TOO_LARGE = 400_000
CURL_PAIRS = 6
CREATE = b'{"title": "Buy milk"}'


@attrs.frozen
class Way:
    """How clients reach the servers: directly, or through a proxy."""

    port: int
    certificate: Path | None

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection of the standard library's client, which never opens another by itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.auto_open = 0
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        if self.certificate is not None:
            context = ssl.create_default_context(cafile=self.certificate)
            connection.sock = context.wrap_socket(plain, server_hostname=SITE)
        else:
            connection.sock = plain
        return connection

    @property
    def url(self) -> str:
        """Where curl calls."""
        return f"http://127.0.0.1:{self.port}" if self.certificate is None else f"https://{SITE}:{self.port}"


@pytest.fixture(scope="module")
def token(workers: list[Server]) -> str:
    """Return a user's access token."""
    email = f"{uuid4()}@example.org"
    workers[0].register(email)
    return str(workers[0].log_in(email)["access_token"])


@pytest.fixture(scope="module", params=["direct", *PROXIES])
def way(request: pytest.FixtureRequest, workers: list[Server]) -> Iterator[Way]:
    """Each way in turn."""
    if request.param == "direct":
        yield Way(workers[0].port, None)
        return
    ports = [server.port for server in workers]
    with directory_for_all("todo-proxy-") as directory, PROXIES[request.param](directory, ports) as proxy:
        yield Way(proxy.https, proxy.certificate)


@attrs.frozen
class Refused:
    """A request that is answered before its body is read."""

    status: int
    method: str
    path: str
    size: int
    token: str


def refused(chance: random.Random, token: str) -> Refused:
    """Return one of each kind."""
    size = chance.choice(SIZES)
    return chance.choice(
        [
            Refused(HTTPStatus.UNAUTHORIZED, "POST", "/api/tasks", size, "wrong"),
            Refused(HTTPStatus.NOT_FOUND, "POST", "/api/nothing", size, token),
            Refused(HTTPStatus.METHOD_NOT_ALLOWED, "PUT", "/api/tasks", size, token),
            Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "POST", "/api/tasks", TOO_LARGE, token),
        ]
    )


def headers(token: str) -> dict[str, str]:
    """Return the headers of each request."""
    return {"Host": SITE, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def pairs(way: Way, token: str, seed: int) -> Counter[str]:
    """Send refused requests and good ones in turn, on one connection for as long as the server keeps it."""
    chance, counts, connection = random.Random(seed), Counter[str](), way.connection()  # noqa: S311 - repeatable
    for _ in range(PAIRS):
        bad = refused(chance, token)
        answers = []
        for method, path, body, key in (
            (bad.method, bad.path, b" " * bad.size, bad.token),
            ("POST", "/api/tasks", CREATE, token),
        ):
            connection.request(method, path, body, headers(key))
            response = connection.getresponse()
            response.read()
            answers.append(response.status)
            if response.getheader("connection") == "close":
                connection = way.connection()
        counts["as they should be" if answers == [bad.status, HTTPStatus.CREATED] else str((bad, answers))] += 1
    connection.close()
    return counts


@contextmanager
def somebody_else(way: Way, token: str) -> Iterator[Counter[int]]:
    """Have another client make tasks meanwhile, and count what is answered."""
    statuses, over = Counter[int](), threading.Event()
    certificate = way.certificate
    context: ssl.SSLContext | bool = certificate is None or ssl.create_default_context(cafile=certificate)

    def work() -> None:
        base = f"{'http' if certificate is None else 'https'}://127.0.0.1:{way.port}"
        with httpx.Client(base_url=base, headers=headers(token), verify=context, timeout=30) as client:
            while not over.is_set():
                named = {"sni_hostname": SITE} if certificate else {}
                statuses[client.post("/api/tasks", content=CREATE, extensions=named).status_code] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield statuses
    finally:
        over.set()
        thread.join()


def test_the_next_request_is_answered(way: Way, token: str) -> None:
    """Under eight threads every refusal comes, every good request after it succeeds, and nobody else is hurt."""
    with somebody_else(way, token) as others, ThreadPoolExecutor(THREADS) as pool:
        counts = sum(pool.map(lambda seed: pairs(way, token, seed), range(THREADS)), Counter[str]())

    assert {"as they should be": THREADS * PAIRS} == counts
    assert {HTTPStatus.CREATED} == set(others)


def test_curl_keeps_its_connection(way: Way, token: str, tmp_path: Path) -> None:
    """It sends the good request on the connection of the refused one."""
    body = tmp_path / "body"
    secure = (
        [] if way.certificate is None else ["--cacert", way.certificate, "--resolve", f"{SITE}:{way.port}:127.0.0.1"]
    )
    for seed in range(CURL_PAIRS):
        bad = refused(random.Random(seed), token)  # noqa: S311 - repeatable
        body.write_bytes(b" " * bad.size)

        def transfer(path: str, key: str, *more: object) -> list[object]:
            fields = [word for name, value in headers(key).items() for word in ("--header", f"{name}: {value}")]
            said = ["--write-out", "%{http_code} %{num_connects}\n"]
            return [
                "--silent",
                "--http1.1",
                "--output",
                tmp_path / "out",
                *said,
                *secure,
                *fields,
                *more,
                way.url + path,
            ]

        first = transfer(bad.path, bad.token, "--request", bad.method, "--data-binary", f"@{body}")
        second = transfer("/api/tasks", token, "--data-binary", CREATE.decode())
        done = subprocess.run(
            [program("curl"), *map(str, [*first, "--next", *second])], capture_output=True, text=True, check=False
        )

        assert (f"{bad.status} 1\n{HTTPStatus.CREATED} 0\n", "") == (done.stdout, done.stderr)
