"""Lists: listing, creating, reading, changing, moving and deleting them."""

import attrs

from entrypoints.http.responses import Response, json_response, no_content
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
from entrypoints.http.wire import encode, lists, query, schemas
from entrypoints.http.wire.conditions import precondition
from todo_core.lists import ListId
from todo_core.personal_tokens import Scope
from todo_core.preconditions import ANY_VERSION, is_among
from todo_core.use_cases import Contents, Lists

LISTS = "/api/lists"
LIST = LISTS + "/{list_id:str}"
SHOWN = Success(200, "The list", schemas.List, ("ETag",))


@attrs.frozen
class ListRoutes:
    """What a user does with lists."""

    lists: Lists

    @route(
        "GET",
        LISTS,
        "listLists",
        Success(200, "All lists, in their order", schemas.Lists),
        tag="Lists",
        scope=Scope.TASKS_READ,
    )
    async def all(self, call: Call) -> Response:
        """List the lists, by position."""
        return json_response(200, schemas.Lists([encode.task_list(one) for one in await self.lists.all(call.actor)]))

    @route(
        "POST",
        LISTS,
        "createList",
        Success(201, "The list", schemas.List, ("Location", "ETag", "Idempotency-Replayed")),
        tag="Lists",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.NewList,
        headers=(KEY,),
        problems=(*OF_A_BODY, *OF_A_KEY, "id-taken"),
    )
    async def create(self, call: Call) -> Response:
        """Create a list, which comes last."""
        result = await self.lists.create(call.actor, lambda: lists.new_list(call.body), idempotency_key=key(call))
        return item_response(201, result.list, location(LISTS, result.list), replayed=result.replayed)

    @route(
        "GET",
        LIST,
        "getList",
        SHOWN,
        Success(304, "The client's copy is still good", headers=("ETag",)),
        tag="Lists",
        scope=Scope.TASKS_READ,
        headers=("If-None-Match",),
        problems=OF_ONE_ITEM,
    )
    async def get(self, call: Call) -> Response:
        """Get a list."""
        known = precondition(call.context).none_match
        found = await self.lists.get(call.actor, _list_id(call))
        if known is not None and is_among(found, known):
            return Response(304, headers=[etag(found), REVALIDATE])
        return item_response(200, found)

    @route(
        "PUT",
        LIST,
        "replaceList",
        SHOWN,
        Success(201, "The new list", schemas.List, ("Location", "ETag")),
        tag="Lists",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.ListInput,
        headers=CONDITIONS,
        problems=(*OF_ONE_ITEM, *OF_A_BODY, "version-mismatch", "quota-exceeded", "id-taken"),
    )
    async def put(self, call: Call) -> Response:
        """Replace a list, or create it.

        Absent members take their default. With `If-None-Match: *` it creates the list.
        """
        expected = precondition(call.context)
        if expected.none_match == ANY_VERSION and expected.match is None:
            made = await self.lists.put_new(call.actor, _list_id(call), lambda: lists.replacement(call.body))
            return item_response(201, made, location(LISTS, made))
        changed = await self.lists.change(
            call.actor, _list_id(call), lambda _: lists.replacement(call.body), expected=expected
        )
        return item_response(200, changed)

    @route(
        "PATCH",
        LIST,
        "editList",
        SHOWN,
        tag="Lists",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.ListPatch,
        headers=CONDITIONS,
        problems=(*OF_ONE_ITEM, *OF_A_BODY, "version-mismatch"),
    )
    async def patch(self, call: Call) -> Response:
        """Change a list.

        RFC 7396: absent members stay, `null` means the default.
        """
        changed = await self.lists.change(
            call.actor,
            _list_id(call),
            lambda one: lists.patched(call.body, one.draft),
            expected=precondition(call.context),
        )
        return item_response(200, changed)

    @route(
        "DELETE",
        LIST,
        "deleteList",
        Success(204, "The list is gone"),
        tag="Lists",
        scope=Scope.TASKS_WRITE,
        parameters=(
            query.choice("tasks", {one.value: one for one in Contents}, "What becomes of its tasks", field="contents"),
        ),
        headers=CONDITIONS,
        problems=(*OF_ONE_ITEM, "version-mismatch", "list-not-empty", "inbox"),
    )
    async def delete(self, call: Call) -> Response:
        """Delete a list.

        Its tasks go to the trash or to the inbox; without `tasks` there may be none.
        """
        await self.lists.delete(call.actor, _list_id(call), expected=precondition(call.context), **call.query)
        return no_content()

    @route(
        "POST",
        LIST + "/move",
        "moveList",
        Success(200, "The list", schemas.List, ("ETag", "Idempotency-Replayed")),
        tag="Lists",
        scope=Scope.TASKS_WRITE,
        body=Body.REQUIRED,
        request=schemas.ListMove,
        headers=(*CONDITIONS, KEY),
        problems=(*OF_ONE_ITEM, *OF_A_KEY, *OF_A_BODY, "version-mismatch", "sibling-gone"),
    )
    async def move(self, call: Call) -> Response:
        """Move a list among the others.

        One of `after` and `before`: an id, or `null` for the first and the last place.
        """
        result = await self.lists.move(
            call.actor,
            _list_id(call),
            lambda: lists.move(call.body),
            expected=precondition(call.context),
            idempotency_key=key(call),
        )
        return item_response(200, result.list, replayed=result.replayed)


def _list_id(call: Call) -> ListId:
    return ListId(call.ids["list_id"])
