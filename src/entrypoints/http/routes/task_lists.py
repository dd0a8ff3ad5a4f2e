"""Lists: tasks by filter and order, the change feed, tags."""

from typing import TypeVar
from urllib.parse import urlencode

import attrs
import msgspec

from entrypoints.http.responses import Header, Response, json_response
from entrypoints.http.routes import documentation as doc
from entrypoints.http.routes.tasks import TASKS
from entrypoints.http.routing import Call, Route, Success
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire import query as read
from entrypoints.http.wire.cursors import Cursors
from entrypoints.http.wire.query import Parameters
from entrypoints.http.wire.scalars import parse_date, parse_instant
from entrypoints.http.wire.tasks import PRIORITIES
from todo_core.changes import MAX_FEED_SIZE
from todo_core.queries import MAX_PAGE_SIZE, DueFilter, Query, Sort, SortKey, parse_words
from todo_core.tasks import check_tag
from todo_core.use_cases.tasks import Tasks

Value = TypeVar("Value")

LIMIT = 50
CHANGES_LIMIT = 500

SORTS = {("-" if down else "") + key.value: Sort(key, descending=down) for key in SortKey for down in (False, True)}
DUES = {one.value: one for one in DueFilter}


@attrs.frozen
class ListRoutes:
    """What a user sees of many tasks at once."""

    tasks: Tasks
    cursors: Cursors

    async def list(self, call: Call) -> Response:
        """List tasks."""
        parameters = call.parameters
        query = read_query(parameters)
        limit = parameters.one("limit", read.number(MAX_PAGE_SIZE), LIMIT)
        count = parameters.one("count", read.boolean, default=False)
        cursor = parameters.one("cursor", str, None)
        parameters.finish()
        user = call.actor.user
        start = None if cursor is None else self.cursors.open_cursor(user, query, cursor)
        page = await self.tasks.list(call.actor, query, limit=limit, cursor=start, count=count)
        following = None if page.next is None else self.cursors.cursor(user, query, page.next)
        items = [encode.task(task) for task in page.tasks]
        total = msgspec.UNSET if page.total is None else page.total
        return json_response(200, schemas.TaskPage(items, following, total), *_link(parameters, following))

    async def changes(self, call: Call) -> Response:
        """Show what changed since a point, or everything."""
        parameters = call.parameters
        since = parameters.one("since", str, None)
        limit = parameters.one("limit", read.number(MAX_FEED_SIZE), CHANGES_LIMIT)
        parameters.finish()
        user = call.actor.user
        point = None if since is None else self.cursors.sync_point(user, since)
        feed = await self.tasks.changes(call.actor, point, limit=limit)
        token = self.cursors.sync_token(user, feed.next)
        return json_response(200, encode.feed(feed.changes, token, has_more=feed.has_more))

    async def tags(self, call: Call) -> Response:
        """List the tags of live tasks."""
        return json_response(200, encode.tag_counts(await self.tasks.tags(call.actor)))

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        return (
            Route(
                "GET",
                TASKS,
                self.list,
                name="listTasks",
                summary="List tasks",
                description="A page may be shorter than `limit`; only `next_cursor` says that it is the last.",
                answers=(Success(200, "A page of tasks", schemas.TaskPage, ("Link",)),),
                tag="Tasks",
                parameters=doc.listing(sorts=tuple(SORTS), dues=tuple(DUES)),
                problems=("invalid-cursor",),
            ),
            Route(
                "GET",
                TASKS + "/changes",
                self.changes,
                name="listChanges",
                summary="Follow the changes",
                description="By ascending version, each task once, as it is now. Only `has_more` tells the last page.",
                answers=(Success(200, "A page of changes", schemas.ChangePage),),
                tag="Tasks",
                parameters=doc.CHANGES,
                problems=("invalid-sync-token", "sync-token-expired"),
            ),
            Route(
                "GET",
                "/api/tags",
                self.tags,
                name="listTags",
                summary="List tags",
                answers=(Success(200, "The tags, sorted by code point", schemas.TagCounts),),
                tag="Tasks",
            ),
        )


def read_query(parameters: Parameters) -> Query:
    """Return the filters and the sort; what is bad is noted in `parameters` and stays out."""
    return Query(
        completed=parameters.one("completed", read.boolean, None),
        priorities=frozenset(parameters.many("priority", read.one_of(PRIORITIES))),
        tags=frozenset(parameters.many("tag", check_tag)),
        words=parameters.one("q", parse_words, ()),
        due=parameters.one("due", read.one_of(DUES), None),
        due_before=parameters.one("due_before", parse_date, None),
        due_after=parameters.one("due_after", parse_date, None),
        updated_after=parameters.one("updated_after", parse_instant, None),
        deleted=parameters.one("deleted", read.boolean, default=False),
        sort=parameters.one("sort", read.one_of(SORTS), Sort()),
    )


def _link(parameters: Parameters, cursor: str | None) -> list[Header]:
    """Return the Link to the next page (RFC 8288): this request with another cursor."""
    if cursor is None:
        return []
    pairs = [(name, value) for name, values in parameters.values.items() for value in values if name != "cursor"]
    return [(b"link", f'<{TASKS}?{urlencode([*pairs, ("cursor", cursor)])}>; rel="next"'.encode())]
