"""nginx and Caddy as `deploy/` configures them, before two servers: what clients see, and what servers are told."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

import httpx
import pytest

from tests.neighbours.proxies import SITE, Proxy
from tests.programs import program
from tests.serving import Server, eventually
from tests.support import PASSWORD

HSTS = "max-age=31536000; includeSubDomains"
EVERYWHERE = (
    "cache-control",
    "content-security-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
)
"""The headers that every refusal of the API has."""
MORE_THAN_THE_PROXY_TAKES = b" " * 500_000


def account(server: Server) -> dict[str, str]:
    """Register somebody, past the proxy, and return what logs them in."""
    email = f"{uuid4()}@example.org"
    server.register(email)
    return {"email": email, "password": PASSWORD}


@pytest.fixture(scope="module")
def ann(workers: list[Server]) -> dict[str, str]:
    """Somebody."""
    return account(workers[0])


@pytest.fixture
def client(proxy: Proxy, workers: list[Server], ann: dict[str, str]) -> Iterator[httpx.Client]:
    """Ann's client, which calls the proxy with an access token."""
    with proxy.client(token=workers[0].log_in(ann["email"])["access_token"]) as client:
        yield client


def problem(response: httpx.Response) -> tuple[object, ...]:
    """Return what a client acts on, of a refusal, and what every refusal has."""
    body = response.json()
    headers = tuple(response.headers.get_list(name) for name in EVERYWHERE)
    assert response.headers["x-request-id"] == body["request_id"]
    members = tuple(body[name] for name in ("type", "title", "status", "code"))
    return response.status_code, response.headers["content-type"], *members, *headers


def test_servers_see_the_client(proxy: Proxy, ann: dict[str, str]) -> None:
    """A session shows the address that the proxy saw, whatever the client says of itself."""
    lies = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
    with proxy.client(source="127.0.0.2") as client:
        tokens = client.post("/api/auth/login", json=ann, headers=lies).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        sessions = client.get("/api/auth/sessions").json()["items"]

    assert ["127.0.0.2"] == [session["ip"] for session in sessions if session["current"]]


def test_clients_do_not_choose_the_trace(proxy: Proxy, workers: list[Server]) -> None:
    """The proxy is trusted, so what a client says of a trace must not reach the server."""
    trace, request_id = uuid4().hex, uuid4().hex
    lies = {"traceparent": f"00-{trace}-{trace[:16]}-01", "tracestate": "a=1", "X-Request-Id": request_id}
    with proxy.client() as client:
        assert HTTPStatus.OK == client.get("/health", headers=lies).status_code

    def traces() -> list[str]:
        lines = [line for server in workers for line in server.lines()]
        return [line["trace_id"] for line in lines if line.get("request_id") == request_id]

    eventually(lambda: bool(traces()))
    assert trace not in traces()


def test_the_cookie_travels_over_tls_only(proxy: Proxy, ann: dict[str, str]) -> None:
    """The refresh token comes in a secure cookie, and the cookie alone refreshes the session."""
    with proxy.client() as client:
        login = client.post("/api/auth/login", json={**ann, "delivery": "cookie"})
        cookie = login.headers["set-cookie"]
        token = cookie.partition(";")[0]
        refreshed = client.post("/api/auth/refresh", headers={"Cookie": token, "Sec-Fetch-Site": "same-origin"})

    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert HTTPStatus.OK == refreshed.status_code


def test_refusals_of_the_proxy_are_the_servers(proxy: Proxy) -> None:
    """What the proxy refuses by itself looks as if the server had: a body that is too large, a path that is closed."""
    json = {"Content-Type": "application/json"}
    with proxy.client() as client:
        too_large = client.post("/api/auth/login", content=b" " * 393_217, headers=json)
        unknown = client.get("/nowhere")
        by_proxy = client.post("/api/auth/login", content=MORE_THAN_THE_PROXY_TAKES, headers=json)
        chunked = client.post("/api/auth/login", content=iter([MORE_THAN_THE_PROXY_TAKES]), headers=json)
        closed = client.get("/metrics")

    assert [problem(too_large)] * 2 == [problem(by_proxy), problem(chunked)]
    assert problem(unknown) == problem(closed)


@pytest.mark.parametrize("size", [100, 393_216, 393_217])
def test_bodies_up_to_the_servers_limit_are_the_servers_business(
    proxy: Proxy, workers: list[Server], size: int
) -> None:
    """What the server takes passes the proxy, and just above its limit it is the server that refuses."""
    body, json = b" " * size, {"Content-Type": "application/json"}
    with workers[0].client() as direct, proxy.client() as client:
        expected = direct.post("/api/auth/login", content=body, headers=json)
        actual = client.post("/api/auth/login", content=body, headers=json)

    assert expected.status_code == actual.status_code


@pytest.mark.parametrize(
    "target", ["/metrics", "/health/config", "//metrics", "/%6detrics", "/x/../metrics", "/metrics?x"]
)
def test_what_is_the_operators_is_closed(proxy: Proxy, target: str) -> None:
    """Figures and the judgement of the settings are not for the world, however their paths are written."""
    request = f"GET {target} HTTP/1.1\r\nHost: todo.example.org\r\nConnection: close\r\n\r\n"

    assert proxy.exchange(request.encode()).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/ready", HTTPStatus.OK),
        ("GET", "/docs", HTTPStatus.OK),
        ("GET", "/api/tasks", HTTPStatus.UNAUTHORIZED),
        ("GET", "/nowhere", HTTPStatus.NOT_FOUND),
        ("GET", "/metrics", HTTPStatus.NOT_FOUND),
        ("POST", "/health", HTTPStatus.METHOD_NOT_ALLOWED),
    ],
)
def test_hsts_is_on_every_answer_once(proxy: Proxy, method: str, path: str, status: HTTPStatus) -> None:
    """Successes and refusals, of the server and of the proxy."""
    with proxy.client() as client:
        response = client.request(method, path)

    assert (status, [HSTS]) == (response.status_code, response.headers.get_list("strict-transport-security"))


def test_one_request_has_one_id(proxy: Proxy, workers: list[Server]) -> None:
    """The client's, if it may be one, else a new one: in the answer, in the server's log and in the proxy's."""
    with proxy.client() as client:
        given = client.get("/nowhere", headers={"X-Request-Id": "chosen-by.the_client"})
        made = client.get("/nowhere", headers={"X-Request-Id": "may not be one"})
        own = client.get("/metrics", headers={"X-Request-Id": "chosen-too"})

    ids = [response.headers["x-request-id"] for response in (given, made, own)]
    assert ("chosen-by.the_client", "chosen-too") == (ids[0], ids[2])
    assert "may not be one" != ids[1]
    logged = [line.get("request_id") for server in workers for line in server.lines()]
    assert all(identity in logged for identity in ids[:2])


def test_tags_come_back_as_they_went(client: httpx.Client) -> None:
    """A client that takes compressed answers gets strong tags all the same, and may change a task by them."""
    text = "a long description " * 200
    made = client.post("/api/tasks", json={"title": "Buy milk", "description": text})
    read = client.get(f"/api/tasks/{made.json()['id']}")
    changed = client.patch(
        made.headers["location"], json={"completed": True}, headers={"If-Match": read.headers["etag"]}
    )

    assert [f'"{made.json()["version"]}"'] * 2 == [made.headers["etag"], read.headers["etag"]]
    assert HTTPStatus.OK == changed.status_code


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/changes", "/schema/openapi.json"])
def test_lists_are_compressed(client: httpx.Client, path: str) -> None:
    """Pages of tasks and the reference travel compressed, and say so to caches."""
    client.post("/api/tasks", json={"title": "Buy milk", "description": "a long description " * 200})
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        response.read()

    assert ("gzip", True) == (response.headers["content-encoding"], "Accept-Encoding" in response.headers["vary"])


def test_tokens_are_not_compressed(proxy: Proxy, ann: dict[str, str]) -> None:
    """The length of an answer with secrets says nothing of them."""
    with proxy.client() as client:
        response = client.post("/api/auth/login", json=ann, headers={"Accept-Encoding": "gzip, zstd, br"})

    assert (HTTPStatus.OK, None) == (response.status_code, response.headers.get("content-encoding"))


def test_without_tls_there_is_a_way_to_it(proxy: Proxy) -> None:
    """A browser is sent to https; a program is refused before it gets used to sending its token in the clear."""
    with proxy.plain_client() as client:
        page = client.get("/docs?to=me")
        program = client.get("/api/tasks", headers={"Authorization": "Bearer secret"})

    assert (HTTPStatus.PERMANENT_REDIRECT, f"https://{SITE}/docs?to=me") == (page.status_code, page.headers["location"])
    assert (HTTPStatus.BAD_REQUEST, "malformed-request") == (program.status_code, program.json()["code"])
    assert "strict-transport-security" not in {*page.headers, *program.headers}


def test_other_names_get_no_answer(proxy: Proxy) -> None:
    """Who calls the address by another name does not even finish the handshake."""
    with proxy.client(host="other.example.org") as client, pytest.raises(httpx.ConnectError):
        client.get("/health")


def test_http_2(proxy: Proxy) -> None:
    """Clients that know HTTP/2 get it, and the API's answers are the same over it."""
    command = [program("curl"), "--silent", "--http2", "--cacert", str(proxy.certificate), "-w", "%{http_version}"]
    place = ["--resolve", f"{SITE}:{proxy.https}:127.0.0.1", f"https://{SITE}:{proxy.https}/health"]
    done = subprocess.run([*command, *place], capture_output=True, text=True, check=True)

    assert ('"status":"ok"', "2") == (done.stdout[1:14], done.stdout[-1])


def test_the_log_has_neither_queries_nor_tokens(proxy: Proxy) -> None:
    """What somebody looks for is private, and a token is secret; the path is there."""
    with proxy.client(token="a-secret-token") as client:
        client.get("/api/tasks?q=private-words")
        client.get("/api/tasks/changes?since=private-words")
    eventually(lambda: "/api/tasks/changes" in proxy.log.read_text())
    logged = proxy.log.read_text()

    assert [False] * 2 == [words in logged for words in ("private-words", "a-secret-token")]


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_versions_of_tls(proxy: Proxy, version: ssl.TLSVersion, *, taken: bool) -> None:
    """The two that are sound, and none before them."""
    context = ssl.create_default_context(cafile=proxy.certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")  # with which OpenSSL itself would offer the old one
    context.minimum_version, context.maximum_version = version, version
    with socket.create_connection(("127.0.0.1", proxy.https)) as plain:
        if taken:
            context.wrap_socket(plain, server_hostname=SITE).close()
        else:
            with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
                context.wrap_socket(plain, server_hostname=SITE)
