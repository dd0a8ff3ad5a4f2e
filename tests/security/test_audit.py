"""The audit record over HTTP: what changes an account or a session is one entry, everything else is none."""

from collections.abc import Mapping
from typing import Any

import pytest

from entrypoints.http.routing import Route
from tests.http.api import PASSWORD, User, World
from tests.security.callers import personal_token
from tests.security.rights import IDS, KEY, RIGHTS
from tests.security.route_table import ROUTES
from tests.security.scene import LIVE, Scene
from todo_core.audit import Action
from todo_core.personal_tokens import Scope

CREDENTIALS = {"email": "ada@example.org", "password": PASSWORD}
NEW_PASSWORD = {"current_password": PASSWORD, "new_password": "a lantern on the quiet pier"}

NEW_TOKEN = {"name": "script", "scopes": ["tasks:read"], "current_password": PASSWORD}

RECORDED: Mapping[str, tuple[Action, Any]] = {
    "register": (Action.USER_CREATED, {"email": "new@example.org", "password": PASSWORD}),
    "logIn": (Action.LOGGED_IN, CREDENTIALS),
    "refresh": (Action.SESSION_RENEWED, "refresh_token"),
    "logOut": (Action.LOGGED_OUT, "refresh_token"),
    "logOutEverywhere": (Action.LOGGED_OUT_EVERYWHERE, None),
    "editAccount": (Action.USER_UPDATED, {"display_name": "Ada"}),
    "deleteAccount": (Action.USER_DELETED, {"current_password": PASSWORD}),
    "changePassword": (Action.PASSWORD_CHANGED, NEW_PASSWORD),
    "createToken": (Action.PERSONAL_TOKEN_CREATED, NEW_TOKEN),
    "revokeToken": (Action.PERSONAL_TOKEN_REVOKED, None),
    "endSession": (Action.SESSION_REVOKED, None),
}
"""The routes that change accounts and sessions: the entry, and a body that is right."""

WRITES = [route for route in ROUTES if route.method != "GET"]


def body_of(ada: User, body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return what httpx needs to send a body."""
    if body is None:
        return {}
    return {"json": {"refresh_token": ada.tokens["refresh_token"]} if body == "refresh_token" else body}


async def session_of(ada: User) -> str:
    """Return the id of the session that asks."""
    sessions = (await ada("GET", "/api/auth/sessions")).json()["items"]
    return str(next(one["id"] for one in sessions if one["current"]))


async def objects_of(ada: User, task: str | None) -> dict[str, str]:
    """Return an object of each kind that paths have ids of; the task repeats and was skipped, if none is given."""
    repeating = await ada.add("r", due={"date": "2026-11-21"}, recurrence={"frequency": "daily"})
    skipped = await ada("POST", f"/api/tasks/{repeating['id']}/skip", headers={"Idempotency-Key": "skip"})
    assert 200 == skipped.status_code
    return {
        "task_id": task or repeating["id"],
        "list_id": (await ada("POST", "/api/lists", json={"name": "l"})).json()["id"],
        "session_id": await session_of(ada),
        "token_id": (await personal_token(ada, Scope.TASKS_READ)).json()["id"],
    }


def test_every_write_is_judged() -> None:
    """A route that changes something is in the list above, or is one of tasks or lists."""
    beside = {route.name for route in WRITES} - RECORDED.keys()

    assert beside == {route.name for route in WRITES if route.path.startswith(("/api/tasks", "/api/lists"))}


@pytest.mark.parametrize("route", WRITES, ids=[route.name for route in WRITES])
async def test_one_entry_for_each_change(world: World, route: Route) -> None:
    """One entry, with who, by which session and from where; nothing for tasks and lists."""
    scene = await Scene.make(world)
    action, body = RECORDED.get(route.name, (None, RIGHTS[route.name].body))
    ids = await objects_of(scene.ada, scene.tasks[LIVE] if route.name == "replaceTask" else None)
    before = len(world.store.events)

    response = await scene.ada(
        route.method,
        route.path.replace(":str}", "}").format(**ids),
        **body_of(scene.ada, body),
        headers={"X-Request-Id": "r1", "User-Agent": "a client", **KEY},
    )

    entries = world.store.events[before:]
    assert 200 <= response.status_code < 300, response.text
    assert [action] * (action is not None) == [entry.action for entry in entries]
    for entry in entries:
        assert ("127.0.0.1", "a client", "r1") == (
            entry.client.address,
            entry.client.user_agent,
            entry.client.request_id,
        )
        assert route.name == "register" or str(entry.user) == scene.ada.id


@pytest.mark.parametrize("route", WRITES, ids=[route.name for route in WRITES])
async def test_no_entry_for_what_is_refused(world: World, route: Route) -> None:
    """Refusals are lines in the log: an attacker cannot fill a table."""
    scene = await Scene.make(world)
    ids = dict.fromkeys(IDS, scene.tasks[LIVE])
    path = route.path.replace(":str}", "}").format(**ids)
    before = len(world.store.events)

    for request in ({}, {"json": {"more": 1}}, {"json": {**NEW_PASSWORD, "current_password": "a wrong one"}}):
        assert (await world.client.request(route.method, path, **request)).status_code >= 400
    if route.name in {"changePassword", "deleteAccount", "createToken"}:
        wrong = {**NEW_PASSWORD, "current_password": "a wrong one"}
        assert (await scene.ada(route.method, path, json=wrong)).status_code == 422

    assert before == len(world.store.events)


async def test_reuse_is_one_entry(world: World, ada: User) -> None:
    """The one refusal that ends a session is recorded with it."""
    first = ada.tokens["refresh_token"]
    second = (await world.client.post("/api/auth/refresh", json={"refresh_token": first})).json()
    await world.client.post("/api/auth/refresh", json={"refresh_token": second["refresh_token"]})
    before = len(world.store.events)

    await world.client.post("/api/auth/refresh", json={"refresh_token": first})
    await world.client.post("/api/auth/refresh", json={"refresh_token": first})

    assert [Action.TOKEN_REUSED] == [entry.action for entry in world.store.events[before:]]
