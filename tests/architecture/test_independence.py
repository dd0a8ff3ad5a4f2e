"""Each outer part is swapped for a second implementation, and nothing else is touched.

The same scenario, told once, runs over every combination of two token verifiers, two stores and two fronts.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import httpx
import pytest

from adapters.postgres import Database, PostgresStore
from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens
from entrypoints.http.app import create_app
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators
from tests.connections import small_pool
from tests.http.api import Ready
from tests.http.over import use_cases_of
from tests.support import PASSWORD, World
from todo_core.errors import Forbidden, TodoError
from todo_core.ports import Store, Tokens
from todo_core.tasks import Draft, TaskId
from todo_core.testing import HmacTokens, ManualClock, MemoryStore
from todo_core.use_cases import NewTask, Registration

Ask = Callable[..., Awaitable[tuple[int, Any]]]
"""Asks a front: `await ask(verb, path, body, token)` gives a status and what was answered."""


def signed_tokens(clock: ManualClock, directory: Path) -> Tokens:
    """Ed25519 signatures and a keyed MAC."""
    access = AccessTokens("http://todo.test", clock, KeyFile.open_or_create(directory / "keys.json"))
    return SignedTokens(access, Sealer([b"a secret of thirty-two bytes, yes"]))


def hmac_tokens(clock: ManualClock, directory: Path) -> Tokens:
    """HMAC from the standard library, in a format of its own."""
    return HmacTokens(clock)


@asynccontextmanager
async def in_memory(clock: ManualClock, url: str) -> AsyncIterator[Store]:
    """Dictionaries."""
    yield MemoryStore(clock)


@asynccontextmanager
async def in_postgres(clock: ManualClock, url: str) -> AsyncIterator[Store]:
    """A real server."""
    async with Database.open(url, small_pool()) as database:
        yield PostgresStore(database, clock)


@asynccontextmanager
async def http_front(world: World) -> AsyncIterator[Ask]:
    """The HTTP API."""
    collaborators = Collaborators(Sealer([b"another secret of 32 bytes, also"]), LocalRateLimiter(), Ready(), dict)
    app = create_app(use_cases_of(world), collaborators)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type] # ASGI is ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://todo.test") as client:

        async def ask(
            verb: str, path: str, body: Mapping[str, object] | None = None, token: str = ""
        ) -> tuple[int, Any]:
            response = await client.request(verb, path, json=body, headers={"Authorization": f"Bearer {token}"})
            return response.status_code, response.json()

        yield ask


@attrs.frozen
class LineFront:
    """A second front: one JSON object per line over TCP, written for this test against the use cases alone."""

    world: World

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Response line by line until the client goes."""
        while line := await reader.readline():
            writer.write(json.dumps(await self.answer(**json.loads(line))).encode() + b"\n")
        writer.close()

    async def answer(self, verb: str, path: str, body: dict[str, str], token: str) -> tuple[int, object]:
        """Carry one request out; the statuses are those of HTTP, for the scenario's sake."""
        try:
            return HTTPStatus.OK, await self.carry_out(verb, path, body, token)
        except TodoError as error:
            return (HTTPStatus.FORBIDDEN if isinstance(error, Forbidden) else HTTPStatus.UNAUTHORIZED), error.code

    async def carry_out(self, verb: str, path: str, body: dict[str, str], token: str) -> object:
        """Say in use cases what the request wants."""
        world, last = self.world, path.rpartition("/")[2]
        if last == "register":
            return str((await world.accounts.register(Registration(**body))).id)
        if last == "login":
            return {"access_token": (await world.sessions.log_in(body["email"], body["password"])).access_token}
        actor = await world.sessions.authenticate(token)
        if verb == "POST":
            task = (await world.tasks.create(actor, lambda: NewTask(Draft(body["title"])))).task
        else:
            task = await world.tasks.get(actor, TaskId(UUID(last)))
        return {"id": str(task.id), "title": task.title, "version": task.version}


@asynccontextmanager
async def line_front(world: World) -> AsyncIterator[Ask]:
    """The front above, on a real socket."""
    server = await asyncio.start_server(LineFront(world).serve, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

        async def ask(
            verb: str, path: str, body: Mapping[str, object] | None = None, token: str = ""
        ) -> tuple[int, Any]:
            request = {"verb": verb, "path": path, "body": body, "token": token}
            writer.write(json.dumps(request).encode() + b"\n")
            status, answer = json.loads(await reader.readline())
            return status, answer

        yield ask
        writer.close()
        await writer.wait_closed()


async def scenario(ask: Ask) -> None:
    """Two users; a task that its owner sees and the other does not; a forged token."""
    tokens = []
    for email in ("ann@example.org", "bob@example.org"):
        await ask("POST", "/api/auth/register", {"email": email, "password": PASSWORD})
        _, login = await ask("POST", "/api/auth/login", {"email": email, "password": PASSWORD})
        tokens.append(login["access_token"])
    ann, bob = tokens

    _, made = await ask("POST", "/api/tasks", {"title": "Buy milk"}, ann)
    path = f"/api/tasks/{made['id']}"
    status, seen = await ask("GET", path, None, ann)
    assert (200, "Buy milk", 2) == (status, seen["title"], seen["version"])
    assert (await ask("GET", path, None, bob))[0] == 403
    assert (await ask("GET", path, None, f"{ann}x"))[0] == 401


@pytest.mark.parametrize(
    ("make_tokens", "make_store", "front"),
    list(itertools.product((signed_tokens, hmac_tokens), (in_memory, in_postgres), (http_front, line_front))),
)
async def test_parts_are_swapped_without_touching_the_rest(
    make_tokens: Callable[[ManualClock, Path], Tokens],
    make_store: Any,  # noqa: ANN401 - a context manager's factory
    front: Any,  # noqa: ANN401 - the same
    database: str,
    tmp_path: Path,
) -> None:
    """Token verifier, store and front, in every combination."""
    clock = ManualClock()
    async with make_store(clock, database) as store:
        world = World.over(lambda _: store, clock=clock, tokens=make_tokens(clock, tmp_path))
        async with front(world) as ask:
            await scenario(ask)
