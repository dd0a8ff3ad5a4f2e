"""Servers behind a proxy that end, one after the other or all at once."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from uuid import uuid4

import attrs
import httpx
import pytest

from tests.conftest import directory_for_all
from tests.neighbours.conftest import behind_a_proxy
from tests.neighbours.proxies import PROXIES, Proxy
from tests.serving import eventually, free_port


@attrs.define
class Load:
    """What a client does that keeps to docs/clients.md, one request after the other, for as long as a block."""

    proxy: Proxy
    token: str
    answers: Counter[tuple[str, int]] = attrs.field(factory=Counter)
    _over: threading.Event = attrs.field(factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Send requests meanwhile."""
        thread = threading.Thread(target=self._send)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _send(self) -> None:
        with self.proxy.client(token=self.token) as client:
            while not self._over.is_set():
                self.answers["POST", self._created(client)] += 1
                self.answers["GET", client.get("/api/tasks?limit=1").status_code] += 1

    def _created(self, client: httpx.Client) -> int:
        """Make a task; after a 503 once more, with the same key. Return the last status."""
        key = {"Idempotency-Key": str(uuid4())}
        response = client.post("/api/tasks", json={"title": "Buy milk"}, headers=key)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response = client.post("/api/tasks", json={"title": "Buy milk"}, headers=key)
        return response.status_code

    def goes_on(self) -> None:
        """Wait until some more requests have been answered."""
        seen = self.answers.total()
        eventually(lambda: self.answers.total() > seen + 20)


def test_a_rolling_restart_goes_unnoticed(shared_database: str) -> None:
    """Behind either proxy each server ends and starts again under load, and every request is answered with success."""
    ports = [free_port(), free_port()]
    with ExitStack() as ending:
        directory = ending.enter_context(directory_for_all("todo-"))
        places = [ending.enter_context(ExitStack()) for _ in ports]
        servers = [
            place.enter_context(behind_a_proxy(shared_database, directory, port=port))
            for place, port in zip(places, ports, strict=True)
        ]
        email = f"{uuid4()}@example.org"
        servers[0].register(email)
        token = servers[0].log_in(email)["access_token"]
        loads = []
        for start in PROXIES.values():
            proxy = ending.enter_context(start(ending.enter_context(directory_for_all("todo-proxy-")), ports))
            loads.append(ending.enter_context(Load(proxy, token).running()))
        for place, port in zip(places, ports, strict=True):
            place.close()
            for load in loads:
                load.goes_on()
            place.enter_context(behind_a_proxy(shared_database, directory, port=port))
            for load in loads:
                load.goes_on()

    assert [{("POST", HTTPStatus.CREATED), ("GET", HTTPStatus.OK)}] * 2 == [set(load.answers) for load in loads]


@pytest.mark.parametrize("name", PROXIES)
def test_without_servers_the_proxy_says_so(name: str) -> None:
    """The problem that the API itself answers when it cannot work, and when to come again."""
    with (
        directory_for_all("todo-proxy-") as directory,
        PROXIES[name](directory, [free_port(), free_port()]) as proxy,
        proxy.client() as client,
    ):
        response = client.get("/api/tasks", headers={"X-Request-Id": "lost"})

    assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (response.status_code, response.headers["retry-after"])
    assert ("application/problem+json", "unavailable", "lost") == (
        response.headers["content-type"],
        response.json()["code"],
        response.json()["request_id"],
    )
