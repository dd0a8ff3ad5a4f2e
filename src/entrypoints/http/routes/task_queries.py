"""Many tasks at once: by filter and order, the change feed, tags."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

import attrs
import msgspec

from entrypoints.http.errors import InvalidPart, MalformedRequest
from entrypoints.http.page_cache import PageCache
from entrypoints.http.responses import Header, Response, json_response
from entrypoints.http.routes.tasks import TASKS
from entrypoints.http.routing import Call, Success, route
from entrypoints.http.wire import encode, query, schemas
from entrypoints.http.wire.cursors import MAX_TOKEN_LENGTH, Cursors
from entrypoints.http.wire.query import Parameter, Values
from entrypoints.http.wire.scalars import parse_date, parse_id, parse_instant
from todo_core.changes import MAX_FEED_SIZE
from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.personal_tokens import Scope
from todo_core.queries import (
    MAX_PAGE_SIZE,
    MAX_SEARCH_LENGTH,
    MAX_SEARCH_WORDS,
    NO_PARENT,
    DueFilter,
    NoParent,
    Query,
    Sort,
    SortKey,
    parse_words,
)
from todo_core.tasks import MAX_TAG_LENGTH, Priority, TaskId, check_tag
from todo_core.use_cases.task_queries import DEFAULT_FEED_SIZE, DEFAULT_PAGE_SIZE, TaskQueries

SORTS = {("-" if down else "") + key.value: Sort(key, descending=down) for key in SortKey for down in (False, True)}
DEFAULT_SORT = next(name for name, sort in SORTS.items() if sort == Query().sort)
PRIORITIES = {priority.name.lower(): priority for priority in Priority}
DATE = {"type": "string", "format": "date"}
ID = {"type": "string", "format": "uuid"}
PARENT = {"anyOf": [ID, {"const": "none"}]}
TOKEN = {"type": "string", "maxLength": MAX_TOKEN_LENGTH}


def parse_list_id(text: str) -> ListId:
    """Return the id of a list. Raises InvalidInput (path empty)."""
    return ListId(parse_id(text))


def parse_parent(text: str) -> TaskId | NoParent:
    """Return the id of a task, or that there is none. Raises InvalidInput (path empty)."""
    return NO_PARENT if text == NO_PARENT.value else TaskId(parse_id(text))


FILTERS = (
    query.boolean("completed", "Only completed, or only open tasks"),
    query.choice("priority", PRIORITIES, "Any of these priorities", repeated=True, field="priorities"),
    Parameter(
        "tag",
        {"type": "string", "maxLength": MAX_TAG_LENGTH},
        check_tag,
        "All of these tags; case counts",
        repeated=True,
        field="tags",
    ),
    Parameter(
        "q",
        {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
        parse_words,
        f"Every word occurs, regardless of case; at most {MAX_SEARCH_WORDS} words",
        field="words",
    ),
    query.choice("due", {one.value: one for one in DueFilter}, "In the user's time zone"),
    Parameter("due_before", DATE, parse_date, "Due on an earlier day, in the user's time zone"),
    Parameter("due_after", DATE, parse_date, "Due on a later day, in the user's time zone"),
    Parameter("updated_after", {"type": "string", "format": "date-time"}, parse_instant, "Changed after this instant"),
    Parameter("list", ID, parse_list_id, "In any of these lists", repeated=True, field="lists"),
    Parameter("parent", PARENT, parse_parent, "Directly below this task; `none`: below no task"),
    query.boolean("deleted", "The trash instead of the live tasks", default=False),
    query.choice(
        "sort",
        SORTS,
        "`-` means descending; `position` needs exactly one `list`, or a `parent` with an id",
        default=DEFAULT_SORT,
    ),
)
PAGING = (
    query.number("limit", "Tasks per page", maximum=MAX_PAGE_SIZE, default=DEFAULT_PAGE_SIZE),
    Parameter("cursor", TOKEN, str, "The `next_cursor` of the page before, with the same filters and sort"),
    query.boolean("count", "Add `total`, the number of tasks on all pages", default=False),
)
CHANGES = (
    Parameter("since", TOKEN, str, "The `next` of the page before; absent: everything"),
    query.number("limit", "Changes per page", maximum=MAX_FEED_SIZE, default=DEFAULT_FEED_SIZE),
)


@attrs.frozen
class TaskQueryRoutes:
    """What a user sees of many tasks at once."""

    tasks: TaskQueries
    cursors: Cursors
    pages: PageCache = attrs.field(factory=PageCache)

    @route(
        "GET",
        TASKS,
        "listTasks",
        Success(200, "A page of tasks", schemas.TaskPage, ("Link",)),
        tag="Tasks",
        scope=Scope.TASKS_READ,
        parameters=FILTERS + PAGING,
        problems=("invalid-cursor",),
    )
    async def list(self, call: Call) -> Response:
        """List tasks.

        A page may be shorter than `limit`; only `next_cursor` says that it is the last.
        """
        user = call.actor.user
        request = user, call.asgi_scope["query_string"]
        current = await self.pages.current(request, partial(self.tasks.revision, call.actor))
        if current is not None:
            return current
        filters, paging = _split(call.query)
        wanted = _query(filters)
        if "cursor" in paging:
            paging["cursor"] = self.cursors.open_cursor(user, wanted, paging["cursor"])
        with self.pages.reading(request) as finish:
            page = await self.tasks.list(call.actor, wanted, **paging)
            following = None if page.next is None else self.cursors.seal_cursor(user, wanted, page.next)
            items = [encode.task(task) for task in page.tasks]
            total = msgspec.UNSET if page.total is None else page.total
            shown = schemas.TaskPage(items, following, total)
            response = json_response(200, shown, *_link(call.query_texts, following))
            if page.revision is not None:
                finish(page.revision, response)
        return response

    @route(
        "GET",
        TASKS + "/changes",
        "listChanges",
        Success(200, "A page of changes", schemas.ChangePage),
        tag="Tasks",
        scope=Scope.TASKS_READ,
        parameters=CHANGES,
        problems=("invalid-sync-token", "sync-token-expired"),
    )
    async def changes(self, call: Call) -> Response:
        """List what has changed.

        By ascending version, each task and list once, in its latest state. Only `has_more` tells the last page.
        """
        user, paging = call.actor.user, dict(call.query)
        since = paging.pop("since", None)
        point = None if since is None else self.cursors.open_sync_point(user, since)
        feed = await self.tasks.changes(call.actor, point, **paging)
        token = self.cursors.seal_sync_point(user, feed.next)
        return json_response(200, encode.feed(feed.changes, token, has_more=feed.has_more))

    @route(
        "GET",
        "/api/tags",
        "listTags",
        Success(200, "The tags, sorted by code point", schemas.TagCounts),
        tag="Tasks",
        scope=Scope.TASKS_READ,
    )
    async def tags(self, call: Call) -> Response:
        """List tags."""
        return json_response(200, encode.tag_counts(await self.tasks.tags(call.actor)))


def _query(filters: dict[str, Any]) -> Query:
    """Return the query. Raises MalformedRequest for parameters that do not belong together."""
    try:
        return Query(**filters)
    except InvalidInput as error:
        parts = tuple(InvalidPart(f"?{one.path[0]}", one.code, one.detail) for one in error.violations)
        raise MalformedRequest("The query parameters do not belong together", parts) from None


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of the filters, and those of the paging."""
    paging = {parameter.field for parameter in PAGING}
    filters = {name: value for name, value in values.items() if name not in paging}
    return filters, {name: value for name, value in values.items() if name in paging}


def _link(texts: Values, cursor: str | None) -> list[Header]:
    """Return the Link to the next page (RFC 8288): this request with another cursor."""
    if cursor is None:
        return []
    pairs = [(name, value) for name, values in texts.items() for value in values if name != "cursor"]
    return [(b"link", f'<{TASKS}?{urlencode([*pairs, ("cursor", cursor)])}>; rel="next"'.encode())]
