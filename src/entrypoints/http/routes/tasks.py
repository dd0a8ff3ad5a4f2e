"""Tasks: making, reading, changing, deleting and restoring them."""

import attrs

from entrypoints.http.responses import Header, Response, json_response, no_content
from entrypoints.http.routes import documentation as doc
from entrypoints.http.routing import Body, Call, Route, Success
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire import tasks as task_input
from entrypoints.http.wire.conditions import once, precondition
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.tasks import ANY_VERSION, Task, TaskId, is_among
from todo_core.use_cases.tasks import Tasks

TASKS = "/api/tasks"
TASK = TASKS + "/{task_id:str}"
MODIFIED = (b"cache-control", b"private, no-cache")
"""A client may keep a task that has an ETag, and has to ask before it uses it again."""


@attrs.frozen
class TaskRoutes:
    """What a user does with one task."""

    tasks: Tasks

    async def create(self, call: Call) -> Response:
        """Make a task."""
        outcome = await self.tasks.create(
            call.actor,
            lambda: task_input.new_task(call.body, self.tasks.clock.zone),
            idempotency_key=_once(call),
        )
        return _answer(201, outcome, _location(outcome.task))

    async def get(self, call: Call) -> Response:
        """Show a task, or say that the client's copy is still good."""
        asked = precondition(call.context)
        task = await self.tasks.get(call.actor, _task_id(call))
        known = asked.none_match
        if known is not None and is_among(task, known):
            return Response(304, headers=[_etag(task), MODIFIED])
        return _answer(200, Result(task))

    async def put(self, call: Call) -> Response:
        """Replace a task; with `If-None-Match: *` make it."""
        asked = precondition(call.context)
        zones = self.tasks.clock.zone
        if asked.none_match == ANY_VERSION and asked.match is None:
            task = await self.tasks.put_new(
                call.actor, _task_id(call), lambda: task_input.replacement(call.body, zones)
            )
            return _answer(201, Result(task), _location(task))
        outcome = await self.tasks.change(
            call.actor, _task_id(call), lambda _: task_input.replacement(call.body, zones), expected=asked
        )
        return _answer(200, outcome)

    async def patch(self, call: Call) -> Response:
        """Change some members of a task."""
        outcome = await self.tasks.change(
            call.actor,
            _task_id(call),
            lambda task: task_input.patched(call.body, task.draft, self.tasks.clock.zone),
            expected=precondition(call.context),
        )
        return _answer(200, outcome)

    async def toggle(self, call: Call) -> Response:
        """Complete a task, or reopen it."""
        outcome = await self.tasks.toggle(
            call.actor, _task_id(call), expected=precondition(call.context), idempotency_key=_once(call)
        )
        return _answer(200, outcome)

    async def delete(self, call: Call) -> Response:
        """Move a task to the trash."""
        await self.tasks.delete(call.actor, _task_id(call), expected=precondition(call.context))
        return no_content()

    async def restore(self, call: Call) -> Response:
        """Take a task out of the trash."""
        outcome = await self.tasks.restore(
            call.actor, _task_id(call), expected=precondition(call.context), idempotency_key=_once(call)
        )
        return _answer(200, outcome)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        one = Success(200, "The task", schemas.Task, ("ETag",))
        replayed = Success(200, "The task", schemas.Task, ("ETag", "Idempotency-Replayed"))
        return (
            Route(
                "POST",
                TASKS,
                self.create,
                name="createTask",
                summary="Make a task",
                answers=(Success(201, "The task", schemas.Task, ("Location", "ETag", "Idempotency-Replayed")),),
                tag="Tasks",
                body=Body.REQUIRED,
                request=schemas.TaskDraft,
                headers=("Idempotency-Key",),
                problems=(*doc.WRITING, "idempotency-key-reused", "quota-exceeded", "id-taken"),
            ),
            Route(
                "GET",
                TASK,
                self.get,
                name="getTask",
                summary="Show a task",
                answers=(one, Success(304, "The client's copy is still good", headers=("ETag",))),
                tag="Tasks",
                headers=("If-None-Match",),
                problems=doc.ONE_TASK,
            ),
            Route(
                "PUT",
                TASK,
                self.put,
                name="replaceTask",
                summary="Replace a task, or make it",
                description="Absent members take their default. With `If-None-Match: *` it makes the task.",
                answers=(one, Success(201, "The new task", schemas.Task, ("Location", "ETag"))),
                tag="Tasks",
                body=Body.REQUIRED,
                request=schemas.TaskReplacement,
                headers=doc.CONDITIONS,
                problems=(*doc.ONE_TASK, *doc.WRITING, "version-mismatch", "quota-exceeded", "id-taken"),
            ),
            Route(
                "PATCH",
                TASK,
                self.patch,
                name="editTask",
                summary="Change a task",
                description="RFC 7396: absent members stay, `null` means the default, arrays are replaced.",
                answers=(one,),
                tag="Tasks",
                body=Body.REQUIRED,
                request=schemas.TaskPatch,
                headers=doc.CONDITIONS,
                problems=(*doc.ONE_TASK, *doc.WRITING, "version-mismatch"),
            ),
            Route(
                "PATCH",
                TASK + "/toggle",
                self.toggle,
                name="toggleTask",
                summary="Complete a task, or reopen it",
                answers=(replayed,),
                tag="Tasks",
                headers=(*doc.CONDITIONS, "Idempotency-Key"),
                problems=(*doc.ONE_TASK, "version-mismatch", "idempotency-key-reused", "quota-exceeded"),
            ),
            Route(
                "DELETE",
                TASK,
                self.delete,
                name="deleteTask",
                summary="Move a task to the trash",
                answers=(Success(204, "The task is in the trash"),),
                tag="Tasks",
                headers=doc.CONDITIONS,
                problems=(*doc.ONE_TASK, "version-mismatch"),
            ),
            Route(
                "POST",
                TASK + "/restore",
                self.restore,
                name="restoreTask",
                summary="Take a task out of the trash",
                answers=(replayed,),
                tag="Tasks",
                headers=(*doc.CONDITIONS, "Idempotency-Key"),
                problems=(*doc.ONE_TASK, "version-mismatch", "idempotency-key-reused", "quota-exceeded"),
            ),
        )


def _task_id(call: Call) -> TaskId:
    return TaskId(call.ids["task_id"])


def _once(call: Call) -> IdempotencyKey | None:
    """Return the promise of an Idempotency-Key: it stands for this method on this path with this body."""
    path = "/".join((call.scope["path_template"], *map(str, call.ids.values())))
    return once(call.context, call.method, path, call.body)


def _etag(task: Task) -> Header:
    return b"etag", encode.etag(task)


def _location(task: Task) -> Header:
    return b"location", f"{TASKS}/{task.id}".encode()


def _answer(status: int, outcome: Result, *headers: Header) -> Response:
    replayed = [(b"idempotency-replayed", b"true")] if outcome.replayed else []
    return json_response(status, encode.task(outcome.task), _etag(outcome.task), MODIFIED, *replayed, *headers)
