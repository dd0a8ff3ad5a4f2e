"""A response that is ready before all of the body was read does not break the connection for the next request."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from entrypoints.http.middleware import request_body
from entrypoints.http.middleware.request_body import MAX_DROPPED_BYTES
from tests.http.api import User, World
from tests.http.conformance import served

PART = b" " * 30_000
TASKS = "/api/tasks"


class Connection:
    """What the HTTP server knows of a request: how much of the body was taken, and what was answered."""

    def __init__(self, parts: Iterator[bytes], *, endless: bool = False) -> None:
        self.parts, self.endless = parts, endless
        self.taken = 0
        self.declared: int | None = None
        self.ended = False
        self.status = 0
        self.headers: dict[bytes, bytes] = {}

    async def receive(self) -> dict[str, object]:
        """Return the next part; when there are no more, the client is waited for, or the body has ended.

        The end comes in a part of its own, though a declared length has told the server that nothing follows.
        """
        part = next(self.parts, None)
        if part is None and self.endless:
            await asyncio.Event().wait()
        self.taken += len(part or b"")
        self.ended = part is None or self.taken == self.declared
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(self, message: dict[str, Any]) -> None:
        """Note what is answered; a server would go on to the next request after the end of the body."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])

    async def answer(self, world: World, method: str, path: str, **headers: str) -> "Connection":
        """Have the application answer a request with this body."""
        fields = {"host": "todo.test", "content-type": "application/json", "transfer_encoding": "chunked", **headers}
        if "content_length" in fields and not fields["transfer_encoding"]:
            self.declared = int(fields["content_length"])
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items() if value],
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "server": ("todo.test", 80),
            "http_version": "1.1",
            "asgi": {"version": "3.0"},
        }
        await world.app(scope, self.receive, self.send)  # type: ignore[arg-type]  # ASGI is ASGI
        return self

    @property
    def goes_on(self) -> bool:
        """Whether the connection is good for another request: nothing is left of this one."""
        return self.ended and b"connection" not in self.headers

    @property
    def closes(self) -> bool:
        """Whether the client is told not to send another request."""
        return self.headers.get(b"connection") == b"close"


def parts(count: int) -> Iterator[bytes]:
    """Return a body in parts."""
    return iter([PART] * count)


async def test_every_route_reads_what_it_refuses(world: World) -> None:
    """Without a good token, with another method, below an unknown path: the body is read before the answer."""
    for route in served(world.app):
        path = re.sub(r"{\w+:str}", "0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f", route.path)
        for method, target in ((route.method, path), ("BREW", path), (route.method, path + "/no")):
            connection = await Connection(parts(4)).answer(world, method, target, authorization="Bearer wrong")
            assert (route.name, True) == (route.name, connection.goes_on)


EARLY: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "an unknown host": (400, "POST", TASKS, {"host": "a b"}),
    "a path with a slash too many": (404, "POST", TASKS + "/", {}),
    "a path id that is none": (404, "PUT", TASKS + "/1", {}),
    "a body that a GET has": (200, "GET", "/health", {}),
    "another type": (415, "POST", "/api/auth/login", {"content_type": "text/plain"}),
    "another encoding": (415, "POST", "/api/auth/login", {"content_encoding": "br"}),
    "no token": (401, "POST", TASKS, {}),
    "a declared length": (401, "POST", TASKS, {"content_length": str(4 * len(PART)), "transfer_encoding": ""}),
}


@pytest.mark.parametrize("name", EARLY)
async def test_whatever_is_answered_early(world: World, name: str) -> None:
    """The rest of the body is read and dropped."""
    status, method, path, headers = EARLY[name]

    connection = await Connection(parts(4)).answer(world, method, path, **headers)

    assert (status, True) == (connection.status, connection.goes_on)


async def test_a_body_that_is_too_large(ada: User, world: World) -> None:
    """Up to 1 MiB more are dropped after a 413; what is longer than that is not waited for."""
    token = {"authorization": f"Bearer {ada.tokens['access_token']}"}

    read = await Connection(parts(30)).answer(world, "POST", TASKS, **token)
    left = await Connection(parts(100)).answer(world, "POST", TASKS, **token)
    declared = await Connection(parts(100)).answer(
        world, "POST", TASKS, **token, content_length=str(100 * len(PART)), transfer_encoding=""
    )

    assert (413, True) == (read.status, read.goes_on)
    assert (413, True) == (left.status, left.closes)
    assert left.taken < MAX_DROPPED_BYTES + 15 * len(PART)
    assert (413, True, 0) == (declared.status, declared.closes, declared.taken)


async def test_a_body_that_does_not_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends nothing more is answered after a while, and the connection ends."""
    monkeypatch.setattr(request_body, "DROP_SECONDS", 0.01)

    connection = await Connection(parts(1), endless=True).answer(world, "POST", TASKS)

    assert (401, True) == (connection.status, connection.closes)


async def test_who_waits_for_permission_is_refused_at_once(world: World) -> None:
    """With `Expect: 100-continue` the body has not been sent, and never is."""
    connection = await Connection(parts(4)).answer(world, "POST", TASKS, expect="100-continue")

    assert (401, True, 0) == (connection.status, connection.closes, connection.taken)


async def test_the_end_of_a_declared_length_is_not_waited_for(ada: User, world: World) -> None:
    """The last bytes are enough, for the handler and for what drops the rest."""
    sent = {"transfer_encoding": "", "content_length": "16"}
    for authorization, status in ((f"Bearer {ada.tokens['access_token']}", 201), ("Bearer wrong", 401)):
        body = iter([b'{"title"', b':"abcd"}'])
        connection = Connection(body, endless=True)
        await asyncio.wait_for(connection.answer(world, "POST", TASKS, authorization=authorization, **sent), 5)
        assert (status, True) == (connection.status, connection.goes_on)


async def test_chunks_end_where_they_say(ada: User, world: World) -> None:
    """Beside a Transfer-Encoding a length means nothing (RFC 9112, 6.3)."""
    token = {"authorization": f"Bearer {ada.tokens['access_token']}"}
    body = iter([b"{}        ", b" " * 10])

    connection = await Connection(body).answer(world, "POST", TASKS, content_length="10", **token)

    assert (422, True, 20) == (connection.status, connection.goes_on, connection.taken)


async def test_requests_without_a_body_cost_nothing(world: World) -> None:
    """Nobody waits for a body that was not announced."""
    for headers in ({"transfer_encoding": ""}, {"transfer_encoding": "", "content_length": "0"}):
        connection = await Connection(parts(0), endless=True).answer(world, "POST", TASKS, **headers)
        assert (401, False, 0) == (connection.status, connection.closes, connection.taken)
