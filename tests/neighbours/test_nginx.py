"""What nginx alone does: it refuses what is hardly HTTP as the API would."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import directory_for_all
from tests.neighbours.proxies import Proxy, nginx
from tests.serving import Server

HOST = b"Host: todo.example.org\r\nConnection: close\r\n"
BAD_REQUESTS = {
    "garbage": (b"\x16\x03garbage\r\n\r\n", 400, "malformed-request"),
    "no host": (b"GET /api/tasks HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "malformed-request"),
    "long path": (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400, "malformed-request"),
    "long header": (b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n", 400, "malformed-request"),
    "odd coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: x\r\n\r\n", 400, "malformed-request"),
    "trace": (b"TRACE /api/tasks HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    "own page": (b"GET /_todo_core_problem HTTP/1.1\r\n" + HOST + b"\r\n", 404, "not-found"),
}


@pytest.fixture(scope="module")
def site(workers: list[Server]) -> Iterator[Proxy]:
    """Nginx with a host name of its own for the API."""
    with directory_for_all("todo-nginx-") as directory, nginx(directory, [server.port for server in workers]) as proxy:
        yield proxy


@pytest.mark.parametrize(("request_bytes", "status", "code"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_what_is_hardly_http_gets_a_problem(site: Proxy, request_bytes: bytes, status: int, code: str) -> None:
    """A body and headers like the API's, also for requests that no server ever sees."""
    head, _, body = site.exchange(request_bytes).partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    assert (str(status), "application/problem+json") == (status_line.split()[1], headers["content-type"])
    assert (status, code, headers["x-request-id"]) == tuple(
        json.loads(body)[name] for name in ("status", "code", "request_id")
    )
    assert {"strict-transport-security", "x-content-type-options"} <= headers.keys()
    assert (status == 405) == ("allow" in headers)
