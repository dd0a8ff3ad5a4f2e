"""What each route is about, and what it answers whom. A route without a line in `RIGHTS` fails every test of it."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs
import pytest

from entrypoints.http.routing import Route
from tests.http.api import PASSWORD
from tests.security.route_table import ROUTES
from tests.security.scene import COMPLETED, ERASED, FORGOTTEN, LIVE, REQUEST_ID, TRASHED, UNKNOWN

ProblemType = Literal["public", "own", "task", "list", "session", "token"]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@attrs.frozen
class Right:
    """What a route is about, a body that is right for it, and how it answers the owner of the object, by its state."""

    kind: ProblemType
    body: Any = None
    owner: Mapping[str, int] = attrs.field(factory=dict)
    variants: tuple[dict[str, str], ...] = ({},)


def _only_live(status: int) -> dict[str, int]:
    return {LIVE: status, COMPLETED: status, TRASHED: 404, ERASED: 404, FORGOTTEN: 404, UNKNOWN: 404}


def _lists(live: int, inbox: int) -> dict[str, int]:
    return {"live": live, "inbox": inbox, "deleted": 404, "never made": 404}


IF_MATCH: dict[str, str] = {"If-Match": '"1"'}
KEY = {"Idempotency-Key": "k"}
CREATE = {"If-None-Match": "*"}
NEW_PASSWORD = {"current_password": PASSWORD, "new_password": "a lantern on the quiet pier"}

RIGHTS: Mapping[str, Right] = {
    # anybody
    "register": Right("public"),
    "logIn": Right("public"),
    "refresh": Right("public"),
    "logOut": Right("public"),
    "getHealth": Right("public"),
    "getReadiness": Right("public"),
    "getConfiguration": Right("public"),
    "getMetrics": Right("public"),
    "getKeys": Right("public"),
    "getOpenApi": Right("public"),
    "getStart": Right("public"),
    "getReference": Right("public"),
    "getReferenceStart": Right("public"),
    "getReferenceScript": Right("public"),
    "getReferenceStyle": Right("public"),
    # everybody for themselves
    "getAccount": Right("own"),
    "editAccount": Right("own", {"display_name": "Bob"}),
    "deleteAccount": Right("own", {"current_password": PASSWORD}),
    "changePassword": Right("own", NEW_PASSWORD),
    "listSessions": Right("own"),
    "listTokens": Right("own"),
    "createToken": Right("own", {"name": "of Bob", "scopes": ["tasks:read"], "current_password": PASSWORD}),
    "logOutEverywhere": Right("own"),
    "listTasks": Right("own"),
    "listChanges": Right("own"),
    "listTags": Right("own"),
    "createTask": Right("own", {"title": "of Bob"}, variants=({}, KEY)),
    "listLists": Right("own"),
    "createList": Right("own", {"name": "of Bob"}, variants=({}, KEY)),
    # the owner of the object
    "getTask": Right("task", None, _only_live(200), ({}, {"If-None-Match": "*"})),
    "replaceTask": Right("task", {"title": "t"}, _only_live(200), ({}, IF_MATCH, CREATE)),
    "editTask": Right("task", {"title": "t"}, _only_live(200), ({}, IF_MATCH)),
    "toggleTask": Right("task", None, _only_live(200), ({}, IF_MATCH, KEY)),
    "deleteTask": Right("task", None, _only_live(204), ({}, IF_MATCH)),
    "restoreTask": Right("task", None, {**_only_live(200), TRASHED: 200}, ({}, IF_MATCH, KEY)),
    "moveTask": Right("task", {"after": None}, _only_live(200), ({}, IF_MATCH, KEY)),
    "skipOccurrence": Right("task", None, _only_live(409), (IF_MATCH, KEY)),
    "reopenOccurrence": Right("task", None, _only_live(428), (IF_MATCH, KEY)),
    "listOccurrences": Right("task", None, _only_live(200)),
    "getList": Right("list", None, _lists(200, 200), ({}, {"If-None-Match": "*"})),
    "replaceList": Right("list", {"name": "n"}, _lists(200, 200), ({}, IF_MATCH, CREATE)),
    "editList": Right("list", {"name": "n"}, _lists(200, 200), ({}, IF_MATCH)),
    "moveList": Right("list", {"after": None}, _lists(200, 200), ({}, IF_MATCH, KEY)),
    "deleteList": Right("list", None, _lists(204, 409), ({}, IF_MATCH)),
    "revokeToken": Right("token", None, {"live": 204, "expired": 204, "revoked": 404, "never made": 404}),
    "endSession": Right("session", None, {"current": 204, "another": 204, "ended": 404, "never made": 404}),
}

IDS = ("task_id", "list_id", "session_id", "token_id")
"""What paths have ids of."""

BY_NAME = {route.name: route for route in ROUTES}


def routes_for(*kinds: ProblemType) -> pytest.MarkDecorator:
    """Parametrise a test with the routes of some kinds; one that has no right yet counts as all of them."""
    chosen = [route for route in ROUTES if route.name not in RIGHTS or RIGHTS[route.name].kind in kinds]
    return pytest.mark.parametrize("route", chosen, ids=[route.name for route in chosen])


def path_of(route: Route, **ids: str) -> str:
    """Return the path of a route for an object."""
    return route.path.replace(":str}", "}").format(**ids)


def request_of(right: Right, variant: Mapping[str, str]) -> dict[str, Any]:
    """Return what httpx needs to make the request of a route."""
    body = {} if right.body is None else {"json": right.body}
    return {"headers": {"X-Request-Id": REQUEST_ID, **variant}, **body}
