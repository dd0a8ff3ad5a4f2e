"""One task: creating, reading, changing, deleting and restoring it."""

import attrs

from entrypoints.http.responses import Response, no_content
from entrypoints.http.routes.items import (
    CONDITIONS,
    KEY,
    OF_A_BODY,
    OF_A_KEY,
    OF_ONE_ITEM,
    REVALIDATE,
    etag,
    item_response,
    key,
    location,
)
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import query, schemas, tasks
from entrypoints.http.wire.conditions import precondition
from todo_core.idempotency import Result
from todo_core.personal_tokens import Scope
from todo_core.preconditions import ANY_VERSION, is_among
from todo_core.tasks import TaskId
from todo_core.use_cases import Edit, Tasks
from todo_core.users import UNCHANGED

TASKS = "/api/tasks"
TASK = TASKS + "/{task_id:str}"
OF_AN_OCCURRENCE = ("precondition-required", "nothing-to-reopen")
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
            call.actor,
            lambda: tasks.new_task(call.body, self.tasks.zones),
            destination=tasks.destination(call.body, None),
            idempotency_key=key(call),
        )
        return item_response(201, result.task, location(TASKS, result.task), replayed=result.replayed)

    @route(
        "GET",
        TASK,
        "getTask",
        SHOWN,
        Success(304, "The client's copy is still good", headers=("ETag",)),
        tag="Tasks",
        scope=Scope.TASKS_READ,
        headers=("If-None-Match",),
        problems=OF_ONE_ITEM,
    )
    async def get(self, call: Call) -> Response:
        """Get a task."""
        known = precondition(call.context).none_match
        task = await self.tasks.get(call.actor, task_id(call))
        if known is not None and is_among(task, known):
            return Response(304, headers=[etag(task), REVALIDATE])
        return item_response(200, task)

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
        problems=(*OF_ONE_ITEM, *OF_A_BODY, *OF_AN_OCCURRENCE, "version-mismatch", "quota-exceeded", "id-taken"),
    )
    async def put(self, call: Call) -> Response:
        """Replace a task, or create it.

        Absent members take their default. With `If-None-Match: *` it creates the task.
        """
        expected = precondition(call.context)
        if expected.none_match == ANY_VERSION and expected.match is None:
            task = await self.tasks.put_new(
                call.actor,
                task_id(call),
                lambda: tasks.replacement(call.body, self.tasks.zones),
                destination=tasks.destination(call.body, None),
            )
            return item_response(201, task, location(TASKS, task))
        edit = Edit(
            lambda _: tasks.replacement(call.body, self.tasks.zones),
            tasks.destination(call.body, None),
            tasks.completed(call.body),
        )
        return task_response(await self.tasks.change(call.actor, task_id(call), edit, expected=expected))

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
        problems=(*OF_ONE_ITEM, *OF_A_BODY, *OF_AN_OCCURRENCE, "version-mismatch"),
    )
    async def patch(self, call: Call) -> Response:
        """Change a task.

        RFC 7396: absent members stay, `null` means the default, arrays are replaced.
        """
        edit = Edit(
            lambda task: tasks.patched(call.body, task.draft, self.tasks.zones),
            tasks.destination(call.body, UNCHANGED),
            tasks.completed(call.body),
        )
        expected = precondition(call.context)
        return task_response(await self.tasks.change(call.actor, task_id(call), edit, expected=expected))

    @route(
        "PATCH",
        TASK + "/toggle",
        "toggleTask",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        parameters=(query.boolean("subtasks", "Complete all open descendants too", default=False),),
        headers=(*CONDITIONS, KEY),
        problems=(*OF_ONE_ITEM, *OF_A_KEY, *OF_AN_OCCURRENCE, "version-mismatch"),
    )
    async def toggle(self, call: Call) -> Response:
        """Complete a task, or reopen it.

        Of a repeating task it completes the current occurrence, or takes the last one back: that needs an `If-Match`
        with a tag, or an `Idempotency-Key`.
        """
        result = await self.tasks.toggle(
            call.actor, task_id(call), expected=precondition(call.context), idempotency_key=key(call), **call.query
        )
        return task_response(result)

    @route(
        "DELETE",
        TASK,
        "deleteTask",
        Success(204, "The task is in the trash"),
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=CONDITIONS,
        problems=(*OF_ONE_ITEM, "version-mismatch"),
    )
    async def delete(self, call: Call) -> Response:
        """Move a task to the trash, and its descendants with it."""
        await self.tasks.delete(call.actor, task_id(call), expected=precondition(call.context))
        return no_content()

    @route(
        "POST",
        TASK + "/restore",
        "restoreTask",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_ONE_ITEM, *OF_A_KEY, "version-mismatch", "parent-in-trash", "too-deep"),
    )
    async def restore(self, call: Call) -> Response:
        """Take a task out of the trash, and what came there with it."""
        result = await self.tasks.restore(
            call.actor, task_id(call), expected=precondition(call.context), idempotency_key=key(call)
        )
        return task_response(result)


def task_id(call: Call) -> TaskId:
    """Return the id of the task in the path."""
    return TaskId(call.ids["task_id"])


def task_response(result: Result) -> Response:
    """Return the response that shows what a request has made of a task."""
    return item_response(200, result.task, replayed=result.replayed)
