"""The API below a path of another site, behind either proxy."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from uuid import uuid4

import httpx
import pytest

from tests.conftest import directory_for_all
from tests.neighbours.conftest import behind_a_proxy
from tests.neighbours.proxies import BELOW_A_PATH, SITE, Proxy
from tests.serving import Server
from tests.support import PASSWORD


@pytest.fixture(scope="module")
def server(shared_database: str) -> Iterator[Server]:
    """A server that knows its path."""
    with (
        directory_for_all("todo-") as directory,
        behind_a_proxy(shared_database, directory, url=f"https://{SITE}/todo") as server,
    ):
        yield server


@pytest.fixture(scope="module", params=BELOW_A_PATH)
def below(request: pytest.FixtureRequest, server: Server) -> Iterator[Proxy]:
    """Each proxy in turn, with the API below a path."""
    with (
        directory_for_all("todo-proxy-") as directory,
        BELOW_A_PATH[request.param](directory, [server.port]) as proxy,
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


def test_what_clients_are_told_can_be_followed(below: Proxy) -> None:
    """From the start page to the next page of a list, and to each file of the reference: all is below the path."""
    with below.client() as client:
        here = httpx.URL(str(client.base_url)).copy_with(raw_path=b"/")
        who = {"email": f"{uuid4()}@example.org", "password": PASSWORD}
        registered = client.post("/api/auth/register", json=who)
        client.headers["Authorization"] = f"Bearer {client.post('/api/auth/login', json=who).json()['access_token']}"
        made = [client.post("/api/tasks", json={"title": "Buy milk"}) for _ in range(2)]
        page = client.get("/api/tasks", params={"limit": 1})
        start = client.get("/")
        links = [
            registered.headers["location"],
            made[0].headers["location"],
            page.links["next"]["url"],
            start.headers["location"],
        ]
        followed = [client.get(here.join(link)) for link in links]
        reference = followed[-1]
        parts = [
            client.get(reference.url.join(name)) for name in re.findall(r'(?:src|href)="(\w[^":]+)"', reference.text)
        ]
        document = client.get("/schema/openapi.json").json()

    assert {HTTPStatus.OK} == {response.status_code for response in (*followed, *parts)}
    assert (4, 1) == (len(parts), len(followed[2].json()["items"]))
    assert ["/todo"] == [server["url"] for server in document["servers"]]


def test_the_site_above_stays_as_it_is(below: Proxy) -> None:
    """Other paths are the other site's."""
    request = f"GET /api/tasks HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\n\r\n"

    assert below.exchange(request.encode()).endswith(b"another site")
