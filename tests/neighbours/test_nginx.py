"""What nginx alone can do: refuse what is hardly HTTP as the API would, speak HTTP/2, serve the API below a path."""

import json
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

import pytest

from tests.conftest import directory_for_all
from tests.neighbours.conftest import behind_a_proxy
from tests.neighbours.proxies import SITE, Proxy, nginx, nginx_below_a_path
from tests.programs import program
from tests.serving import Server
from tests.support import PASSWORD

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


def test_http_2(site: Proxy) -> None:
    """Clients that know HTTP/2 get it, and the API's answers are the same over it."""
    command = [program("curl"), "--silent", "--http2", "--cacert", str(site.certificate), "-w", "%{http_version}"]
    place = ["--resolve", f"{SITE}:{site.https}:127.0.0.1", f"https://{SITE}:{site.https}/health"]
    done = subprocess.run([*command, *place], capture_output=True, text=True, check=True)

    assert ('"status":"ok"', "2") == (done.stdout[1:14], done.stdout[-1])


def test_the_log_has_neither_queries_nor_tokens(site: Proxy, workers: list[Server]) -> None:
    """What somebody looks for is private; the id finds the request in the server's log."""
    with site.client(token="a-secret-token") as client:
        client.get("/api/tasks?q=private", headers={"X-Request-Id": "searched"})
    [line] = [one for one in map(json.loads, site.log.read_text().splitlines()) if one["request_id"] == "searched"]

    assert ("/api/tasks", 401, "GET") == (line["path"], line["status"], line["method"])
    assert "private" not in site.log.read_text()
    assert "a-secret-token" not in site.log.read_text()


@pytest.fixture(scope="module")
def below(shared_database: str) -> Iterator[Proxy]:
    """Nginx with the API below a path of another site."""
    with (
        directory_for_all("todo-") as servers,
        behind_a_proxy(shared_database, servers, url=f"https://{SITE}/todo") as server,
        directory_for_all("todo-nginx-") as directory,
        nginx_below_a_path(directory, [server.port]) as proxy,
    ):
        yield proxy


def test_below_a_path(below: Proxy) -> None:
    """Everything is there, below the path alone; what is the operator's is closed there, too."""
    with below.client() as client:
        who = {"email": f"{uuid4()}@example.org", "password": PASSWORD}
        registered = client.post("/api/auth/register", json=who)
        tokens = client.post("/api/auth/login", json=who).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        client.post("/api/tasks", json={"title": "Buy milk & <bread>"})
        found = client.get("/api/tasks", params={"q": "milk &"}).json()["items"]
        closed = [client.get(path).json()["code"] for path in ("/metrics", "/health/config", "/nowhere")]

    assert HTTPStatus.CREATED == registered.status_code
    assert ["Buy milk & <bread>"] == [task["title"] for task in found]
    assert ["not-found"] * 3 == closed


def test_the_site_above_stays_as_it_is(below: Proxy) -> None:
    """Other paths are the other site's."""
    assert below.exchange(b"GET /api/tasks HTTP/1.0\r\n\r\n").endswith(b"another site")
