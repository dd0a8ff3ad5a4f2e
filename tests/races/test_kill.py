"""A process that is killed between commit and answer: whoever asks again, of another process, gets what was lost."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import psycopg
import pytest
from psycopg import sql

from tests.races.conftest import Pair, User
from tests.races.mirror import Mirror, all_tasks
from tests.races.wire import Line, Reply, Request, line_to, lines_to, volley
from tests.serving import Server, eventually, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers of a server in /proc")

POSTS = 20
ANSWERED = 5
WAITING_FOR_LOCK = "wait_event_type = 'Lock'"
WAITING_IN_COMMIT = "wait_event = 'SyncRep'"


@attrs.frozen
class Engine:
    """The database, from the operator's side."""

    url: str

    @contextmanager
    def locked(self, users: Sequence[User]) -> Iterator[None]:
        """Hold the locks of users for as long as the block."""
        ids = [user.claims["sub"] for user in users]
        with psycopg.connect(self.url) as connection, connection.transaction(force_rollback=True):
            connection.execute("SELECT FROM revisions WHERE user_id = ANY(%s::uuid[]) FOR UPDATE", [ids])
            yield

    @contextmanager
    def commits_held(self) -> Iterator[None]:
        """Let no commit of `durable` connections return: each is carried out, then waits for a standby there is not."""
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            admin.execute("SELECT pg_reload_conf()")
            eventually(lambda: self._value("SHOW synchronous_standby_names") == "nobody")
            try:
                yield
            finally:
                admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
                admin.execute("SELECT pg_reload_conf()")
                eventually(lambda: self.busy(WAITING_IN_COMMIT) == 0)

    @contextmanager
    def durable(self) -> Iterator[None]:
        """Have connections that are made in the block wait for their commits."""
        with psycopg.connect(self.url, autocommit=True) as admin:
            name = sql.Identifier(admin.info.dbname)
            admin.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(name))
            try:
                yield
            finally:
                admin.execute(sql.SQL("ALTER DATABASE {} RESET synchronous_commit").format(name))

    def busy(self, state: str) -> int:
        """Return how many connections are in this state."""
        here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        return int(self._value(here + state))

    def _value(self, query: str) -> Any:  # noqa: ANN401 - whatever is asked
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


@attrs.frozen
class Errand:
    """A request that loses its answer, of a user of its own, who keeps a mirror."""

    user: User
    mirror: Mirror
    request: Request


def new_errand(pair: Pair, line: Line, compose: Callable[[User, dict[str, Any]], Request]) -> Errand:
    """Have somebody with a task and a mirror want something."""
    user, mirror = pair.join(), Mirror(limit=10)
    task = line.ask("POST", "/api/tasks", token=user.access, json={"title": "a task"}).json()
    mirror.catch_up(line, user.access)
    return Errand(user, mirror, compose(user, task))


def posting(user: User, _task: object = None) -> Request:
    """Return the creation of a task, to be carried out once."""
    key = {"Idempotency-Key": str(uuid4())}
    return Request("POST", "/api/tasks", token=user.access, json={"title": "made once"}, headers=key)


def toggling(user: User, task: dict[str, Any]) -> Request:
    """Return a toggle, to be carried out once."""
    key = {"Idempotency-Key": str(uuid4())}
    return Request("PATCH", f"/api/tasks/{task['id']}/toggle", token=user.access, headers=key)


def patching(user: User, task: dict[str, Any]) -> Request:
    """Return a change of what the user saw."""
    seen = {"If-Match": f'"{task["version"]}"'}
    return Request("PATCH", f"/api/tasks/{task['id']}", token=user.access, json={"title": "changed"}, headers=seen)


def deleting(user: User, task: dict[str, Any]) -> Request:
    """Return a deletion of what the user saw."""
    seen = {"If-Match": f'"{task["version"]}"'}
    return Request("DELETE", f"/api/tasks/{task['id']}", token=user.access, headers=seen)


def refreshing(user: User, _task: object) -> Request:
    """Return the exchange of the refresh token."""
    return Request("POST", "/api/auth/refresh", json={"refresh_token": user.refresh})


def kill(server: Server, *, whole: bool) -> None:
    """Kill the workers of a server, after the process that would start others if it shall be the `whole`."""
    main = server.process.pid
    workers = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    assert workers
    for process in ([main] if whole else []) + [int(worker) for worker in workers]:
        os.kill(process, signal.SIGKILL)


def assert_mirrored(errand: Errand, line: Line) -> dict[str, dict[str, Any]]:
    """Look whether the user's mirror, which goes on from where it was, equals the server; return the tasks."""
    errand.mirror.catch_up(line, errand.user.access)
    tasks = all_tasks(line, errand.user.access)
    assert tasks == errand.mirror.tasks
    return tasks


def version_of(reply: Reply) -> int:
    """Return the version of the task in an answer."""
    return int(reply.json()["version"])


def lose_answers(engine: Engine, doomed: Server, committed: Sequence[Errand], uncommitted: Errand) -> None:
    """Kill a server when some errands are committed and it has not heard of it yet, and one is not committed."""
    errands = [*committed, uncommitted]
    with lines_to([doomed], len(errands)) as lines:
        with engine.locked([uncommitted.user]), ExitStack() as going_on:
            going_on.enter_context(engine.locked([errand.user for errand in committed]))
            for line, errand in zip(lines, errands, strict=True):
                line.send(errand.request)
            eventually(lambda: engine.busy(WAITING_FOR_LOCK) == len(errands))
            with engine.commits_held():
                going_on.close()
                eventually(lambda: engine.busy(WAITING_IN_COMMIT) == len(committed))
                kill(doomed, whole=True)
        for line in lines:
            with pytest.raises((ConnectionError, HTTPException)):
                line.receive()


def test_killed_between_commit_and_answer(pair: Pair) -> None:
    """Every write of a process that dies between the commit and its return is found by who asks again, once."""
    engine = Engine(pair.database)
    with (
        lines_to([pair.second], 1) as [other],
        engine.durable(),
        serving(pair.data, **pair.settings) as doomed,
    ):
        # The last one is a unit of work: a single statement that waits for the lock would be carried out all the same.
        wants = (posting, toggling, patching, deleting, refreshing, toggling)
        errands = [new_errand(pair, other, compose) for compose in wants]
        *committed, uncommitted = errands
        lose_answers(engine, doomed, committed, uncommitted)

        *_, renewed, _ = errands
        assert [2] == pair.generations(renewed.user.email)
        retries = [volley([other], [errand.request])[0] for errand in errands]
        [again] = volley([other], [renewed.request])
        assert [2] == pair.generations(renewed.user.email)
        tasks = [assert_mirrored(errand, other) for errand in errands]

    created, toggled, patched, deleted, refreshed, repeated = retries
    assert (201, "true", 2) == (created.status, created.headers["idempotency-replayed"], len(tasks[0]))
    assert (200, "true", 3) == (toggled.status, toggled.headers["idempotency-replayed"], version_of(toggled))
    assert (412, "changed", 1) == (patched.status, patched.json()["current"]["title"], len(tasks[2]))
    assert (404, {}) == (deleted.status, tasks[3])
    assert (200, 200) == (refreshed.status, again.status)
    assert refreshed.json()["refresh_token"] == again.json()["refresh_token"]
    assert (200, None, 3) == (repeated.status, repeated.headers.get("idempotency-replayed"), version_of(repeated))


def test_worker_killed_under_load(pair: Pair) -> None:
    """Of creations under way when a worker dies each is there once in the end; the server goes on with another."""
    with (
        lines_to([pair.second], POSTS) as others,
        serving(pair.data, **pair.settings) as doomed,
    ):
        errand = new_errand(pair, others[0], posting)
        posts = [posting(errand.user) for _ in range(POSTS)]
        with lines_to([doomed], POSTS) as lines:
            for line, post in zip(lines, posts, strict=True):
                line.send(post)
            answers = [line.receive() for line in lines[:ANSWERED]]
            kill(doomed, whole=False)

        again = volley(others, posts)

        assert {201} == {reply.status for reply in again}
        repeated = again[:ANSWERED]
        assert [reply.body for reply in answers] == [reply.body for reply in repeated]
        assert ["true"] * ANSWERED == [reply.headers.get("idempotency-replayed") for reply in repeated]
        assert POSTS + 1 == len(assert_mirrored(errand, others[0]))
        eventually(lambda: is_back(doomed, errand.user))


def is_back(server: Server, user: User) -> bool:
    """Say whether a server answers."""
    try:
        with line_to(server) as line:
            return line.ask("GET", "/api/auth/me", token=user.access).status == 200
    except (ConnectionError, HTTPException):
        return False
