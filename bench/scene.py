"""The stage: a database full of tasks, the API over it, and the bare framework beside it."""

import datetime as dt
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import attrs

from adapters.embedded import cluster
from adapters.postgres.migrate import migrate
from adapters.system import SystemClock
from adapters.tokens import AccessTokens, KeyFile
from bench import baseline, data, processes
from todo_core.sessions import AccessClaims, SessionId
from todo_core.users import UserId

TOKEN_LIFE = dt.timedelta(hours=1)
REQUESTS = 4_000
"""How many different requests of a kind there are, over all users but the first."""
NEW_TASK = {"title": "Buy milk", "description": "The one in glass bottles, if there is any left.", "priority": "low"}


@attrs.frozen
class Scene:
    """What the measurements need. `loaded` is how many seconds it took to fill the database."""

    api: processes.Running
    bare: processes.Running
    postmaster: int
    size: data.Size
    tokens: list[str]
    loaded: float

    def request(self, user: int, method: str, path: str, body: object = None) -> str:
        """Return a request of a user as it goes over the wire."""
        return request(method, path, self.tokens[user], body)

    def reads(self) -> list[str]:
        """GET one task, any of anybody's."""
        random = Random(1)  # noqa: S311 - the same requests in each run
        each = self.size.tasks // self.size.users // 2
        return [
            self.request(user, "GET", f"/api/tasks/{data.uuid(self.size.task_of(user, random.randrange(each)))}")
            for user in self._users()
        ]

    def lists(self) -> list[str]:
        """GET the first 20 tasks."""
        return [self.request(user, "GET", "/api/tasks?limit=20") for user in self._users()]

    def creates(self) -> list[str]:
        """POST a task."""
        return [self.request(user, "POST", "/api/tasks", NEW_TASK) for user in self._users()]

    def _users(self) -> list[int]:
        return [1 + turn % (self.size.users - 1) for turn in range(REQUESTS)]


def request(method: str, path: str, token: str | None, body: object = None) -> str:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    text = "" if body is None else json.dumps(body)
    if text:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return "\r\n".join([*lines, "", text])


@contextmanager
def staged(size: data.Size) -> Iterator[Scene]:
    """Set everything up in a directory of its own, and take it down."""
    with ExitStack() as ending:
        directory = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-")))
        directory.chmod(0o755)  # as root, the database runs as somebody else
        database = ending.enter_context(cluster(directory / "database"))
        began = time.monotonic()
        migrate(database.url)
        data.fill(database.url, size)
        loaded = time.monotonic() - began
        port = processes.free_port()
        tokens = _tokens(directory / "keys" / "signing.json", f"http://127.0.0.1:{port}", size.users)
        yield Scene(
            api=ending.enter_context(processes.api(database.url, directory, port)),
            bare=ending.enter_context(processes.baseline(directory)),
            postmaster=processes.postmaster(database.url),
            size=size,
            tokens=tokens,
            loaded=loaded,
        )


def _tokens(keys: Path, issuer: str, users: int) -> list[str]:
    """Return an access token of each user, as the server would have made it at a log-in."""
    clock = SystemClock()
    signer = AccessTokens(issuer, clock, KeyFile.open_or_create(keys))
    now = clock.now().replace(microsecond=0)
    ids = map(data.uuid, range(users))
    return [signer.make(AccessClaims(UserId(one), SessionId(one), uuid4(), now, now + TOKEN_LIFE)) for one in ids]


def bare_requests() -> list[str]:
    """Return what the bare framework is asked."""
    return [request("GET", "/", baseline.token())]


def cores() -> int:
    """Return how many processors there are for client, server and database together."""
    return os.cpu_count() or 1
