"""One task: creating, reading, changing, deleting and restoring it."""

import attrs

from entrypoints.http.responses import Header, Response, json_response, no_content
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import encode, schemas, tasks
from entrypoints.http.wire.conditions import idempotency_key, precondition
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.personal_tokens import Scope
from todo_core.tasks import ANY_VERSION, Task, TaskId, is_among
from todo_core.use_cases.tasks import Tasks

TASKS = "/api/tasks"
TASK = TASKS + "/{task_id:str}"
REVALIDATE = (b"cache-control", b"private, no-cache")
"""A client may store a task that has an ETag, and must revalidate it before use."""
CONDITIONS = ("If-Match", "If-None-Match")
KEY = "Idempotency-Key"
OF_ONE_TASK = ("forbidden", "not-found")
OF_A_BODY = ("validation-failed",)
OF_A_KEY = ("idempotency-key-reused", "quota-exceeded")
SHOWN = Success(200, "The task", schemas.Task, ("ETag",))
REPLAYED = Success(200, "The task", schemas.Task, ("ETag", "Idempotency-Replayed"))


@attrs.frozen
class TaskRoutes:
    """What a user does with one task."""

    tasks: Tasks

    @route(
        "POST",
        TASKS,
        "createTask",
        Success(201, "The task", schemas.Task, ("Location", "ETag", "Idempotency-Replayed")),
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.NewTask,
        headers=(KEY,),
        problems=(*OF_A_BODY, *OF_A_KEY, "id-taken"),
    )
    async def create(self, call: Call) -> Response:
        """Create a task."""
        result = await self.tasks.create(
            call.actor, lambda: tasks.new_task(call.body, self.tasks.zones), idempotency_key=_key(call)
        )
        return _response(201, result, _location(result.task))

    @route(
        "GET",
        TASK,
        "getTask",
        SHOWN,
        Success(304, "The client's copy is still good", headers=("ETag",)),
        tag="Tasks",
        scope=Scope.TASKS_READ,
        headers=("If-None-Match",),
        problems=OF_ONE_TASK,
    )
    async def get(self, call: Call) -> Response:
        """Get a task."""
        known = precondition(call.context).none_match
        task = await self.tasks.get(call.actor, _task_id(call))
        if known is not None and is_among(task, known):
            return Response(304, headers=[_etag(task), REVALIDATE])
        return _response(200, Result(task))

    @route(
        "PUT",
        TASK,
        "replaceTask",
        SHOWN,
        Success(201, "The new task", schemas.Task, ("Location", "ETag")),
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.TaskInput,
        headers=CONDITIONS,
        problems=(*OF_ONE_TASK, *OF_A_BODY, "version-mismatch", "quota-exceeded", "id-taken"),
    )
    async def put(self, call: Call) -> Response:
        """Replace a task, or create it.

        Absent members take their default. With `If-None-Match: *` it creates the task.
        """
        expected = precondition(call.context)
        if expected.none_match == ANY_VERSION and expected.match is None:
            task = await self.tasks.put_new(
                call.actor, _task_id(call), lambda: tasks.replacement(call.body, self.tasks.zones)
            )
            return _response(201, Result(task), _location(task))
        result = await self.tasks.change(
            call.actor, _task_id(call), lambda _: tasks.replacement(call.body, self.tasks.zones), expected=expected
        )
        return _response(200, result)

    @route(
        "PATCH",
        TASK,
        "editTask",
        SHOWN,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.TaskPatch,
        headers=CONDITIONS,
        problems=(*OF_ONE_TASK, *OF_A_BODY, "version-mismatch"),
    )
    async def patch(self, call: Call) -> Response:
        """Change a task.

        RFC 7396: absent members stay, `null` means the default, arrays are replaced.
        """
        result = await self.tasks.change(
            call.actor,
            _task_id(call),
            lambda task: tasks.patched(call.body, task.draft, self.tasks.zones),
            expected=precondition(call.context),
        )
        return _response(200, result)

    @route(
        "PATCH",
        TASK + "/toggle",
        "toggleTask",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_ONE_TASK, *OF_A_KEY, "version-mismatch"),
    )
    async def toggle(self, call: Call) -> Response:
        """Complete a task, or reopen it."""
        result = await self.tasks.toggle(
            call.actor, _task_id(call), expected=precondition(call.context), idempotency_key=_key(call)
        )
        return _response(200, result)

    @route(
        "DELETE",
        TASK,
        "deleteTask",
        Success(204, "The task is in the trash"),
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=CONDITIONS,
        problems=(*OF_ONE_TASK, "version-mismatch"),
    )
    async def delete(self, call: Call) -> Response:
        """Move a task to the trash."""
        await self.tasks.delete(call.actor, _task_id(call), expected=precondition(call.context))
        return no_content()

    @route(
        "POST",
        TASK + "/restore",
        "restoreTask",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_ONE_TASK, *OF_A_KEY, "version-mismatch"),
    )
    async def restore(self, call: Call) -> Response:
        """Take a task out of the trash."""
        result = await self.tasks.restore(
            call.actor, _task_id(call), expected=precondition(call.context), idempotency_key=_key(call)
        )
        return _response(200, result)


def _task_id(call: Call) -> TaskId:
    return TaskId(call.ids["task_id"])


def _key(call: Call) -> IdempotencyKey | None:
    """Return the idempotency key of a request; its fingerprint covers the method, the path and the body."""
    path = "/".join((call.scope["path_template"], *map(str, call.ids.values())))
    return idempotency_key(call.context, call.method, path, call.body)


def _etag(task: Task) -> Header:
    return b"etag", encode.etag(task)


def _location(task: Task) -> Header:
    return b"location", f"{TASKS}/{task.id}".encode()


def _response(status: int, result: Result, *headers: Header) -> Response:
    replayed = [(b"idempotency-replayed", b"true")] if result.replayed else []
    return json_response(status, encode.task(result.task), _etag(result.task), REVALIDATE, *replayed, *headers)
