"""How the organiser machine asks a world: by its use cases, or over HTTP. Both answer in the JSON of the API."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

import attrs
import httpx
import msgspec
from typing_extensions import override

from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators, Options
from entrypoints.http.responses import encode as to_json
from entrypoints.http.wire import encode
from tests.http.api import Ready
from tests.http.over import use_cases_of
from tests.stateful.http_tasks import UNLIMITED
from tests.stateful.organiser_model import FINE, Codes, Same, Where
from tests.support import PASSWORD, World
from todo_core.actors import SessionActor
from todo_core.changes import SyncPoint
from todo_core.cycles import NthWeekday
from todo_core.due import Due
from todo_core.errors import InvalidInput, TodoError
from todo_core.lists import ListDraft, ListId
from todo_core.preconditions import UNCONDITIONAL, Precondition
from todo_core.queries import Query
from todo_core.recurrence import Recurrence
from todo_core.tasks import Draft, Task, TaskId
from todo_core.trees import Destination
from todo_core.use_cases import After, Before, Contents, Edit, Move, NewList, NewTask
from todo_core.users import UNCHANGED, Unchanged

Json = dict[str, Any]
EMAIL = "ann@example.org"
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
PAGE = 200


@attrs.frozen
class Beside:
    """Next to which sibling something is put; None: first or last."""

    sibling: UUID | None
    after: bool


class Front(Protocol):
    """The requests of the machine. Each returns the codes of what is wrong. `version`: the task has to be in it."""

    async def create_list(self, list_id: ListId, name: str) -> Codes:
        """Add a list."""

    async def move_list(self, list_id: ListId, beside: Beside) -> Codes:
        """Put a list beside another one."""

    async def delete_list(self, list_id: ListId, contents: str | None) -> Codes:
        """Remove a list; `contents`: what becomes of its tasks."""

    async def create(self, task_id: TaskId, where: Where, due: dt.date | None, rule: Recurrence | None) -> Codes:
        """Add a task."""

    async def send(self, task_id: TaskId, where: Where) -> Codes:
        """Change list or parent."""

    async def move(self, task_id: TaskId, where: Where, beside: Beside) -> Codes:
        """Put a task beside another one."""

    async def edit(self, task_id: TaskId, due: dt.date | Same, rule: Recurrence | Same | None) -> Codes:
        """Change the due date or the rule."""

    async def toggle(self, task_id: TaskId, *, subtasks: bool, version: int | None) -> Codes:
        """Complete or open a task."""

    async def skip(self, task_id: TaskId, version: int | None) -> Codes:
        """Skip the current occurrence."""

    async def reopen(self, task_id: TaskId, version: int | None) -> Codes:
        """Take the latest occurrence back."""

    async def delete(self, task_id: TaskId) -> Codes:
        """Put a task into the trash."""

    async def restore(self, task_id: TaskId) -> Codes:
        """Take a task out of it."""

    async def lists(self) -> list[Json]:
        """Return all lists."""

    async def tasks(self, *, deleted: bool) -> list[Json]:
        """Return all live tasks, or the trash."""

    async def occurrences(self, task_id: TaskId) -> list[Json] | None:
        """Return the past occurrences; None if the task is not there."""

    async def changes(self, since: object, limit: int) -> tuple[list[Json], Any, bool]:
        """Return a page of changes, the next point, and whether there are more."""


@attrs.frozen
class CoreFront(Front):
    """Asks the use cases."""

    world: World
    actor: SessionActor

    @classmethod
    async def open(cls, world: World, timezone: str) -> "CoreFront":
        """Register and log in."""
        return cls(world, await world.join(EMAIL, timezone=timezone))

    @override
    async def create_list(self, list_id: ListId, name: str) -> Codes:
        return await _codes(self.world.lists.create(self.actor, NewList(ListDraft(name), list_id)))

    @override
    async def move_list(self, list_id: ListId, beside: Beside) -> Codes:
        return await _codes(self.world.lists.move(self.actor, list_id, _beside(beside)))

    @override
    async def delete_list(self, list_id: ListId, contents: str | None) -> Codes:
        return await _codes(
            self.world.lists.delete(self.actor, list_id, contents=Contents(contents) if contents else None)
        )

    @override
    async def create(self, task_id: TaskId, where: Where, due: dt.date | None, rule: Recurrence | None) -> Codes:
        def new() -> NewTask:
            return NewTask(Draft("x", due=None if due is None else Due.all_day(due), recurrence=rule), task_id)

        return await _codes(self.world.tasks.create(self.actor, new, destination=_destination(where, None)))

    @override
    async def send(self, task_id: TaskId, where: Where) -> Codes:
        edit = Edit(lambda task: task.draft, _destination(where, UNCHANGED))
        return await _codes(self.world.tasks.change(self.actor, task_id, edit))

    @override
    async def move(self, task_id: TaskId, where: Where, beside: Beside) -> Codes:
        move = Move(_beside(beside), _destination(where, UNCHANGED))
        return await _codes(self.world.tasks.move(self.actor, task_id, move))

    @override
    async def edit(self, task_id: TaskId, due: dt.date | Same, rule: Recurrence | Same | None) -> Codes:
        def edited(task: Task) -> Draft:
            changes: dict[str, Any] = {} if isinstance(due, Same) else {"due": Due.all_day(due)}
            changes |= {} if isinstance(rule, Same) else {"recurrence": rule}
            return attrs.evolve(task.draft, **changes)

        return await _codes(self.world.tasks.change(self.actor, task_id, edited))

    @override
    async def toggle(self, task_id: TaskId, *, subtasks: bool, version: int | None) -> Codes:
        expected = _expected(version)
        return await _codes(self.world.tasks.toggle(self.actor, task_id, subtasks=subtasks, expected=expected))

    @override
    async def skip(self, task_id: TaskId, version: int | None) -> Codes:
        return await _codes(self.world.tasks.skip(self.actor, task_id, expected=_expected(version)))

    @override
    async def reopen(self, task_id: TaskId, version: int | None) -> Codes:
        return await _codes(self.world.tasks.reopen(self.actor, task_id, expected=_expected(version)))

    @override
    async def delete(self, task_id: TaskId) -> Codes:
        return await _codes(self.world.tasks.delete(self.actor, task_id))

    @override
    async def restore(self, task_id: TaskId) -> Codes:
        return await _codes(self.world.tasks.restore(self.actor, task_id))

    @override
    async def lists(self) -> list[Json]:
        return [_shown(encode.task_list(one)) for one in await self.world.lists.all(self.actor)]

    @override
    async def tasks(self, *, deleted: bool) -> list[Json]:
        page = await self.world.tasks.list(self.actor, Query(deleted=deleted), limit=PAGE)
        return [_shown(encode.task(task)) for task in page.tasks]

    @override
    async def occurrences(self, task_id: TaskId) -> list[Json] | None:
        try:
            page = await self.world.tasks.occurrences(self.actor, task_id, limit=PAGE)
        except TodoError:
            return None
        return [_shown(encode.occurrence(one)) for one in page.occurrences]

    @override
    async def changes(self, since: object, limit: int) -> tuple[list[Json], Any, bool]:
        assert since is None or isinstance(since, SyncPoint)
        feed = await self.world.tasks.changes(self.actor, since, limit=limit)
        return [_shown(encode.change(one)) for one in feed.changes], feed.next, feed.has_more


@attrs.frozen
class HttpFront(Front):
    """Sends requests."""

    client: httpx.AsyncClient

    @classmethod
    async def open(cls, world: World, timezone: str) -> "HttpFront":
        """Register and log in."""
        await world.join(EMAIL, timezone=timezone)
        sealer = Sealer([b"a secret of thirty-two bytes, yes"])
        collaborators = Collaborators(sealer, LocalRateLimiter(), Ready(), dict)
        app = create_app(use_cases_of(world), collaborators, Options(limits=UNLIMITED))
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type] # ASGI is ASGI
        client = httpx.AsyncClient(transport=transport, base_url="http://todo.test/api")
        answer = await client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return cls(client)

    @override
    async def create_list(self, list_id: ListId, name: str) -> Codes:
        return await self._ask("POST", "/lists", {"name": name, "id": str(list_id)})

    @override
    async def move_list(self, list_id: ListId, beside: Beside) -> Codes:
        return await self._ask("POST", f"/lists/{list_id}/move", _beside_json(beside))

    @override
    async def delete_list(self, list_id: ListId, contents: str | None) -> Codes:
        return await self._ask("DELETE", f"/lists/{list_id}" + (f"?tasks={contents}" if contents else ""))

    @override
    async def create(self, task_id: TaskId, where: Where, due: dt.date | None, rule: Recurrence | None) -> Codes:
        body = {"title": "x", "id": str(task_id), "due": _due(due), "recurrence": rule and _rule(rule)}
        return await self._ask("POST", "/tasks", body | _where(where))

    @override
    async def send(self, task_id: TaskId, where: Where) -> Codes:
        return await self._ask("PATCH", f"/tasks/{task_id}", _where(where))

    @override
    async def move(self, task_id: TaskId, where: Where, beside: Beside) -> Codes:
        return await self._ask("POST", f"/tasks/{task_id}/move", _where(where) | _beside_json(beside))

    @override
    async def edit(self, task_id: TaskId, due: dt.date | Same, rule: Recurrence | Same | None) -> Codes:
        body: Json = {} if isinstance(due, Same) else {"due": _due(due)}
        body |= {} if isinstance(rule, Same) else {"recurrence": rule and _rule(rule)}
        return await self._ask("PATCH", f"/tasks/{task_id}", body)

    @override
    async def toggle(self, task_id: TaskId, *, subtasks: bool, version: int | None) -> Codes:
        path = f"/tasks/{task_id}/toggle" + ("?subtasks=true" if subtasks else "")
        return await self._ask("PATCH", path, None, version)

    @override
    async def skip(self, task_id: TaskId, version: int | None) -> Codes:
        return await self._ask("POST", f"/tasks/{task_id}/skip", None, version)

    @override
    async def reopen(self, task_id: TaskId, version: int | None) -> Codes:
        return await self._ask("POST", f"/tasks/{task_id}/reopen", None, version)

    @override
    async def delete(self, task_id: TaskId) -> Codes:
        return await self._ask("DELETE", f"/tasks/{task_id}")

    @override
    async def restore(self, task_id: TaskId) -> Codes:
        return await self._ask("POST", f"/tasks/{task_id}/restore")

    @override
    async def lists(self) -> list[Json]:
        return await self._items("/lists")

    @override
    async def tasks(self, *, deleted: bool) -> list[Json]:
        return await self._items(f"/tasks?limit={PAGE}" + ("&deleted=true" if deleted else ""))

    @override
    async def occurrences(self, task_id: TaskId) -> list[Json] | None:
        answer = await self.client.get(f"/tasks/{task_id}/occurrences?limit={PAGE}")
        return answer.json()["items"] if answer.is_success else None

    @override
    async def changes(self, since: object, limit: int) -> tuple[list[Json], Any, bool]:
        parameters = {"limit": str(limit)} | ({} if since is None else {"since": str(since)})
        page = (await self.client.get("/tasks/changes", params=parameters)).json()
        return page["items"], page["next"], page["has_more"]

    async def _ask(self, method: str, path: str, body: Json | None = None, version: int | None = None) -> Codes:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = await self.client.request(method, path, json=body, headers=headers)
        if answer.is_success:
            return FINE
        problem = answer.json()
        if problem["code"] == "validation-failed":
            return frozenset(error["code"] for error in problem["errors"])
        return frozenset({problem["code"]})

    async def _items(self, path: str) -> list[Json]:
        items: list[Json] = (await self.client.get(path)).json()["items"]
        return items


FRONTS: dict[str, Callable[[World, str], Awaitable[Front]]] = {"core": CoreFront.open, "http": HttpFront.open}


async def _codes(request: Awaitable[object]) -> Codes:
    try:
        await request
    except InvalidInput as error:
        return frozenset(one.code for one in error.violations)
    except TodoError as error:
        return frozenset({error.code})
    return FINE


def _shown(value: object) -> Json:
    shown: Json = msgspec.json.decode(to_json(value))
    return shown


def _beside(beside: Beside) -> Any:  # noqa: ANN401 - of tasks or of lists
    return After(beside.sibling) if beside.after else Before(beside.sibling)


def _destination(where: Where, unless_named: Unchanged | None) -> Destination:
    return Destination(
        unless_named if isinstance(where.list_id, Same) else where.list_id,
        unless_named if isinstance(where.parent_id, Same) else where.parent_id,
    )


def _expected(version: int | None) -> Precondition:
    return UNCONDITIONAL if version is None else Precondition(match=frozenset({version}))


def _beside_json(beside: Beside) -> Json:
    return {"after" if beside.after else "before": beside.sibling and str(beside.sibling)}


def _where(where: Where) -> Json:
    named = {"list_id": where.list_id, "parent_id": where.parent_id}
    return {name: value and str(value) for name, value in named.items() if not isinstance(value, Same)}


def _due(due: dt.date | None) -> Json | None:
    return None if due is None else {"date": due.isoformat()}


def _rule(rule: Recurrence) -> Json:
    """Return a rule with every member, so that a patch leaves nothing of an earlier one."""
    assert not isinstance(rule.on, NthWeekday)
    return {
        "frequency": rule.frequency.value,
        "interval": rule.interval,
        "weekdays": None if rule.weekdays is None else [WEEKDAYS[one] for one in rule.weekdays],
        "on": None if rule.on is None else {"day": rule.on},
        "anchor": rule.anchor.value,
        "until": rule.until and rule.until.isoformat(),
        "count": rule.count,
    }
