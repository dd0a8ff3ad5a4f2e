"""What else can be done with a task: moving it, and its occurrences if it repeats."""

import attrs

from entrypoints.http.responses import Response, json_response
from entrypoints.http.routes.items import CONDITIONS, KEY, OF_A_BODY, OF_A_KEY, OF_ONE_ITEM, key
from entrypoints.http.routes.tasks import REPLAYED, TASK, task_id, task_response
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import encode, query, schemas, tasks
from entrypoints.http.wire.conditions import precondition
from entrypoints.http.wire.cursors import MAX_TOKEN_LENGTH, Cursors
from entrypoints.http.wire.query import Parameter
from todo_core.personal_tokens import Scope
from todo_core.queries import MAX_PAGE_SIZE
from todo_core.use_cases import Tasks
from todo_core.use_cases.task_queries import DEFAULT_PAGE_SIZE

OF_AN_ACTION = (*OF_ONE_ITEM, *OF_A_KEY, "version-mismatch")
HISTORY = (
    query.number("limit", "Occurrences per page", maximum=MAX_PAGE_SIZE, default=DEFAULT_PAGE_SIZE),
    Parameter("cursor", {"type": "string", "maxLength": MAX_TOKEN_LENGTH}, str, "The `next_cursor` of the page before"),
)


@attrs.frozen
class TaskActionRoutes:
    """Moving a task, and its occurrences."""

    tasks: Tasks
    cursors: Cursors

    @route(
        "POST",
        TASK + "/move",
        "moveTask",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.TaskMove,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_AN_ACTION, *OF_A_BODY, "sibling-gone"),
    )
    async def move(self, call: Call) -> Response:
        """Move a task among its siblings, or elsewhere.

        One of `after` and `before`: an id, or `null` for the first and the last place.
        """
        result = await self.tasks.move(
            call.actor,
            task_id(call),
            lambda: tasks.move(call.body),
            expected=precondition(call.context),
            idempotency_key=key(call),
        )
        return task_response(result)

    @route(
        "POST",
        TASK + "/skip",
        "skipOccurrence",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_AN_ACTION, "precondition-required", "not-repeating"),
    )
    async def skip(self, call: Call) -> Response:
        """Skip the current occurrence of a repeating task.

        It needs an `If-Match` with a tag, or an `Idempotency-Key`.
        """
        result = await self.tasks.skip(
            call.actor, task_id(call), expected=precondition(call.context), idempotency_key=key(call)
        )
        return task_response(result)

    @route(
        "POST",
        TASK + "/reopen",
        "reopenOccurrence",
        REPLAYED,
        tag="Tasks",
        scope=Scope.TASKS_WRITE,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_AN_ACTION, "precondition-required", "nothing-to-reopen"),
    )
    async def reopen(self, call: Call) -> Response:
        """Take the latest occurrence of a task back.

        It needs an `If-Match` with a tag, or an `Idempotency-Key`.
        """
        result = await self.tasks.reopen(
            call.actor, task_id(call), expected=precondition(call.context), idempotency_key=key(call)
        )
        return task_response(result)

    @route(
        "GET",
        TASK + "/occurrences",
        "listOccurrences",
        Success(200, "A page of past occurrences", schemas.OccurrencePage),
        tag="Tasks",
        scope=Scope.TASKS_READ,
        parameters=HISTORY,
        problems=(*OF_ONE_ITEM, "invalid-cursor"),
    )
    async def occurrences(self, call: Call) -> Response:
        """List the past occurrences of a task, the latest first."""
        user, task, paging = call.actor.user, task_id(call), dict(call.query)
        token = paging.pop("cursor", None)
        before = None if token is None else self.cursors.open_history(user, task, token)
        page = await self.tasks.occurrences(call.actor, task, before=before, **paging)
        following = None if page.next is None else self.cursors.seal_history(user, task, page.next)
        items = [encode.occurrence(one) for one in page.occurrences]
        return json_response(200, schemas.OccurrencePage(items, following))
