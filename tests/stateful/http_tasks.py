"""The task use cases, asked for over HTTP: what goes out and what comes back, translated into values of the core."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

import attrs
import httpx

from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators, Limits, Options, RateLimitPolicy
from entrypoints.http.wire import encode
from entrypoints.http.wire.cursors import Cursors
from tests.http.api import Ready
from tests.http.over import use_cases_of
from tests.support import World
from todo_core import errors
from todo_core.actors import Actor
from todo_core.changes import Change, Feed, ListChange, SyncPoint, TaskChange
from todo_core.due import Due
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.lists import ListId, TaskList
from todo_core.ports import Ids
from todo_core.preconditions import Precondition, VersionMismatch
from todo_core.queries import NO_PARENT, Cursor, Page, Query, TagCount
from todo_core.tasks import Draft, Task, TaskId
from todo_core.use_cases import NewTask, Sessions, Tasks

EVERYTHING = 2**31
UNLIMITED = Limits(
    *(RateLimitPolicy(name, EVERYTHING, 60) for name in ("login", "register", "refresh", "password", "api"))
)
PRIORITY_NAMES = {priority: name.value for priority, name in encode.PRIORITIES.items()}
PRIORITIES = {name: priority for priority, name in PRIORITY_NAMES.items()}
REFUSALS: dict[str, errors.TodoError] = {
    "forbidden": errors.Forbidden(),
    "not-found": errors.NotFound("task"),
    "id-taken": errors.IdTaken(),
    "idempotency-key-reused": errors.IdempotencyKeyReused(),
    "quota-exceeded": errors.QuotaExceeded("tasks", 0),
    "sync-token-expired": errors.SyncTokenExpired(),
}


@attrs.define
class RememberingSessions:
    """The use cases of sessions; remembers the access tokens that go with actors."""

    sessions: Sessions
    tokens: dict[Actor, str] = attrs.field(factory=dict)

    async def log_in(self, *credentials: Any) -> Any:  # noqa: ANN401 - as the use case
        """Open a session."""
        return await self.sessions.log_in(*credentials)

    async def authenticate(self, access_token: str) -> Actor:
        """Return whom a token speaks for."""
        actor = await self.sessions.authenticate(access_token)
        self.tokens[actor] = access_token
        return actor


def over_http(world: World) -> World:
    """Return the same world, with its tasks asked for over HTTP."""
    sealer = Sealer([b"a secret of thirty-two bytes, yes"])
    app = create_app(
        use_cases_of(world),
        Collaborators(sealer, LocalRateLimiter(), Ready(), dict),
        Options(limits=UNLIMITED),
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type] # ASGI is ASGI
    client = httpx.AsyncClient(transport=transport, base_url="http://todo.test/api")
    sessions = RememberingSessions(world.sessions)
    tasks = HttpTasks(client, Cursors(sealer), sessions, world.clock.zone, world.tasks.ids)
    return attrs.evolve(world, sessions=cast("Sessions", sessions), tasks=cast("Tasks", tasks))


@attrs.frozen
class HttpTasks:
    """Answers like `Tasks`, after a request and a response."""

    client: httpx.AsyncClient
    cursors: Cursors
    sessions: RememberingSessions
    zones: Callable[[str], dt.tzinfo]
    ids: Ids

    async def create(
        self, actor: Actor, compose: Callable[[], NewTask], *, idempotency_key: IdempotencyKey | None = None
    ) -> Result:
        """POST a task."""
        new = compose()
        chosen = {} if new.id is None else {"id": str(new.id)}
        answer = await self.ask(actor, "POST", "/tasks", _members(new.draft) | chosen, _key(idempotency_key))
        return self.outcome(answer)

    async def put_new(self, actor: Actor, task_id: TaskId, compose: Callable[[], Draft]) -> Task:
        """PUT a task that is not there yet."""
        answer = await self.ask(actor, "PUT", f"/tasks/{task_id}", _members(compose()), {"If-None-Match": "*"})
        return self.task(answer.json())

    async def change(
        self,
        actor: Actor,
        task_id: TaskId,
        edit: Callable[[Task], Draft],
        *,
        expected: Precondition,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """PATCH what the edit changes; PATCH takes no key."""
        assert idempotency_key is None
        patch: dict[str, Any] = {}
        try:
            task = await self.get(actor, task_id)
        except errors.TodoError:
            pass  # the patch will say so
        else:
            before, after = _members(task.draft), _members(edit(task))
            patch = {name: value for name, value in after.items() if value != before[name]}
            if patch.get("due"):  # a patch reaches into `due`: what is not there any more has to be said
                patch["due"] = dict.fromkeys(before["due"] or ()) | patch["due"]
        return self.outcome(await self.ask(actor, "PATCH", f"/tasks/{task_id}", patch, _match(expected)))

    async def toggle(
        self, actor: Actor, task_id: TaskId, *, expected: Precondition, idempotency_key: IdempotencyKey | None = None
    ) -> Result:
        """PATCH …/toggle."""
        headers = _match(expected) | _key(idempotency_key)
        return self.outcome(await self.ask(actor, "PATCH", f"/tasks/{task_id}/toggle", None, headers))

    async def restore(
        self, actor: Actor, task_id: TaskId, *, expected: Precondition, idempotency_key: IdempotencyKey | None = None
    ) -> Result:
        """POST …/restore."""
        headers = _match(expected) | _key(idempotency_key)
        return self.outcome(await self.ask(actor, "POST", f"/tasks/{task_id}/restore", None, headers))

    async def delete(self, actor: Actor, task_id: TaskId, *, expected: Precondition) -> None:
        """DELETE a task."""
        await self.ask(actor, "DELETE", f"/tasks/{task_id}", None, _match(expected))

    async def get(self, actor: Actor, task_id: TaskId) -> Task:
        """GET a task."""
        return self.task((await self.ask(actor, "GET", f"/tasks/{task_id}")).json())

    async def list(self, actor: Actor, query: Query, *, limit: int, cursor: Cursor | None, count: bool) -> Page:
        """GET a page."""
        parameters = _parameters(query) | {"limit": str(limit), "count": json.dumps(count)}
        if cursor is not None:
            parameters["cursor"] = self.cursors.seal_cursor(actor.user, query, cursor)
        page = (await self.ask(actor, "GET", "/tasks", parameters=parameters)).json()
        token = page["next_cursor"]
        following = None if token is None else self.cursors.open_cursor(actor.user, query, token)
        return Page(tuple(map(self.task, page["items"])), following, page.get("total"))

    async def tags(self, actor: Actor) -> Sequence[TagCount]:
        """GET the tags."""
        items = (await self.ask(actor, "GET", "/tags")).json()["items"]
        return [TagCount(item["tag"], item["open"], item["total"]) for item in items]

    async def changes(self, actor: Actor, since: SyncPoint | None, *, limit: int = 500) -> Feed:
        """GET a page of the feed."""
        parameters: dict[str, Any] = {"limit": limit}
        if since is not None:
            parameters["since"] = self.cursors.seal_sync_point(actor.user, since)
        page = (await self.ask(actor, "GET", "/tasks/changes", parameters=parameters)).json()
        return Feed(
            tuple(map(self.change_of, page["items"])),
            self.cursors.open_sync_point(actor.user, page["next"]),
            page["has_more"],
        )

    def change_of(self, item: dict[str, Any]) -> Change:
        """Return the change that an item of the feed shows."""
        if item["kind"] == "task":
            return TaskChange(
                TaskId(UUID(item["id"])), item["version"], self.task(item["task"]) if "task" in item else None
            )
        return ListChange(
            ListId(UUID(item["id"])), item["version"], task_list(item["list"]) if "list" in item else None
        )

    async def ask(
        self,
        actor: Actor,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> httpx.Response:
        """Send a request. Raises the error of the core that a problem stands for."""
        authorization = {"Authorization": f"Bearer {self.sessions.tokens[actor]}"}
        answer = await self.client.request(
            method, path, json=body, params=parameters, headers=authorization | (headers or {})
        )
        if answer.is_success:
            return answer
        problem = answer.json()
        if problem["code"] == "version-mismatch":
            assert answer.headers["ETag"] == f'"{problem["current"]["version"]}"'
            raise VersionMismatch(self.task(problem["current"]))
        raise REFUSALS[problem["code"]]

    def outcome(self, answer: httpx.Response) -> Result:
        """Return the task of an answer, and whether it is given again."""
        task = self.task(answer.json())
        assert answer.headers["ETag"] == f'"{task.version}"'
        return Result(task, replayed=answer.headers.get("Idempotency-Replayed") == "true")

    def task(self, members: dict[str, Any]) -> Task:
        """Return the task that an answer shows."""
        due = members["due"]
        task = Task(
            id=TaskId(UUID(members["id"])),
            version=members["version"],
            title=members["title"],
            description=members["description"],
            completed_at=_instant(members["completed_at"]),
            priority=PRIORITIES[members["priority"]],
            due=None if due is None else self.due(**due),
            tags=tuple(members["tags"]),
            list_id=ListId(UUID(members["list_id"])),
            parent_id=members["parent_id"] and TaskId(UUID(members["parent_id"])),
            position=members["position"],
            series=members["recurrence"],
            created_at=dt.datetime.fromisoformat(members["created_at"]),
            updated_at=dt.datetime.fromisoformat(members["updated_at"]),
            deleted_at=_instant(members.get("deleted_at")),
        )
        assert task.completed == members["completed"]
        return task

    def due(self, date: str, time: str | None = None, timezone: str | None = None) -> Due:
        """Return the due date that an answer shows."""
        clock = None if time is None else dt.time.fromisoformat(time)
        return Due.parse(dt.date.fromisoformat(date), clock, timezone, self.zones)


def task_list(members: dict[str, Any]) -> TaskList:
    """Return the list that an answer shows."""
    instants = {name: dt.datetime.fromisoformat(members[name]) for name in ("created_at", "updated_at")}
    return TaskList(**members | instants | {"id": ListId(UUID(members["id"]))})


def _members(draft: Draft) -> dict[str, Any]:
    """Return the members of a body."""
    due = draft.due
    written = due and {
        "date": due.date.isoformat(),
        "time": due.time and due.time.isoformat("minutes"),
        "timezone": due.timezone,
    }
    return {
        "title": draft.title,
        "description": draft.description,
        "completed": draft.completed,
        "priority": PRIORITY_NAMES[draft.priority],
        "due": {name: value for name, value in written.items() if value is not None} if written else None,
        "tags": list(draft.tags),
    }


def _parameters(query: Query) -> dict[str, Any]:
    """Return the query parameters; what is not asked for is left out."""
    given = {
        "completed": None if query.completed is None else json.dumps(query.completed),
        "priority": [PRIORITY_NAMES[priority] for priority in sorted(query.priorities)],
        "tag": sorted(query.tags),
        "q": " ".join(query.words),
        "list": sorted(map(str, query.lists)),
        "parent": "none" if query.parent is NO_PARENT else query.parent and str(query.parent),
        "due": query.due and query.due.value,
        "due_before": query.due_before and query.due_before.isoformat(),
        "due_after": query.due_after and query.due_after.isoformat(),
        "updated_after": query.updated_after and query.updated_after.isoformat().replace("+00:00", "Z"),
        "deleted": json.dumps(query.deleted),
        "sort": ("-" if query.sort.descending else "") + query.sort.by.value,
    }
    return {name: value for name, value in given.items() if value}


def _match(expected: Precondition) -> dict[str, str]:
    if expected.match is None:
        return {}
    if expected.match == "*":
        return {"If-Match": "*"}
    return {"If-Match": ", ".join(f'"{version}"' for version in sorted(expected.match))}


def _key(idempotency_key: IdempotencyKey | None) -> dict[str, str]:
    return {} if idempotency_key is None else {"Idempotency-Key": idempotency_key.value}


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
