"""Properties of all routes at once, read from the application's own table: a new route is concerned at once."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import attrs
import pytest

from entrypoints.http import errors as http_errors
from entrypoints.http.problems import PROBLEM_TYPES, problem_type_of
from entrypoints.http.routing import Body
from tests.http.api import User, World, problem
from tests.http.conformance import served
from todo_core import errors, preconditions


def filled(path: str) -> str:
    """Return a path with ids in it."""
    return re.sub(r"{\w+:str}", lambda _: str(uuid4()), path)


@pytest.mark.parametrize("token", [None, "Bearer nonsense"])
async def test_401_is_the_default(world: World, token: str | None) -> None:
    """Every route that is not public (`tests.security.rights` has those) answers 401, whatever else is wrong."""
    headers = {"Authorization": token} if token else {}
    closed = [route for route in served(world.app) if not route.public]
    assert closed
    for route in closed:
        response = await world.client.request(route.method, filled(route.path), headers=headers, content=b"x")
        problem(response, 401, "not-authenticated")
        assert "Bearer" == response.headers["www-authenticate"]


async def test_ended_sessions_are_refused_everywhere(world: World) -> None:
    """A good signature is not enough: the session has to live."""
    ada = await world.user()
    await ada("POST", "/api/auth/logout-all")
    for route in served(world.app):
        if not route.public:
            body: dict[str, Any] = {} if route.body is Body.NONE else {"json": {}}
            problem(await ada(route.method, filled(route.path), **body), 401, "not-authenticated")


async def test_foreign_tasks_are_refused_everywhere(ada: User, bob: User, world: World) -> None:
    """Every route with a task in its path refuses another user's, live, completed or deleted."""
    states = [await ada.add(), await ada.add(completed=True), await ada.add()]
    await ada("DELETE", f"/api/tasks/{states[2]['id']}")
    routes = [route for route in served(world.app) if "{task_id:str}" in route.path]
    assert len(routes) >= 6
    for route in routes:
        for task in states:
            body = {} if route.body is Body.NONE else {"json": {"title": "x"}}
            path = route.path.replace("{task_id:str}", task["id"])
            problem(await bob(route.method, path, **body), 403, "forbidden")
    live = (await ada("GET", "/api/tasks?sort=created_at")).json()["items"]
    assert states[:2] == live


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_get_only_reads(world: World, method: str) -> None:
    """Whatever a user asks for, with expired sessions and a trash about, leaves everything as it was (ASVS 3.5.3)."""
    ada = await world.user()
    world.clock.advance(dt.timedelta(days=40))
    ada = attrs.evolve(ada, tokens=await world.log_in())
    task, trashed = await ada.add(), await ada.add()
    await ada("PATCH", f"/api/tasks/{task['id']}/toggle", headers={"Idempotency-Key": "k"})
    await ada("DELETE", f"/api/tasks/{trashed['id']}")
    world.clock.advance(dt.timedelta(minutes=5))
    before = attrs.asdict(world.store)
    readable = [route for route in served(world.app) if route.method == "GET"]

    for route in readable:
        path = route.path.replace("{task_id:str}", task["id"]).replace("{list_id:str}", ada.id)
        found = await ada(method, path)
        missed = await ada(method, filled(route.path))
        good = route.responses[0].status
        assert (good, 404 if "{" in route.path else good) == (found.status_code, missed.status_code)
    await ada(method, "/api/tasks?deleted=true&count=true")
    await ada(method, f"/api/tasks/{trashed['id']}")

    assert before == attrs.asdict(world.store)


@pytest.mark.parametrize("text", ["x", "%00", "%FF", "..%2F..", "'; DROP TABLE tasks", "\N{GRINNING FACE}", "0" * 5000])
async def test_ids_that_are_none(world: World, text: str) -> None:
    """Every route with an id in its path answers 404 to what is no UUID, with or without credentials."""
    ada = await world.user()
    for route in served(world.app):
        if "{" in route.path:
            path = re.sub(r"{\w+:str}", lambda _: text, route.path)
            for client in (ada, world.client.request):
                response = await client(route.method, path)
                assert response.status_code in {404, 405}, response.text


def subclasses(root: type[Any]) -> set[type[Any]]:
    """Return all classes below `root`."""
    direct = set(root.__subclasses__())
    return direct.union(*map(subclasses, direct)) if direct else set()


def test_every_error_is_in_the_table() -> None:
    """Each error of the core and of this layer has a status and words; a new one fails here."""
    known = {cls for cls in subclasses(errors.TodoError) if cls.__module__.startswith("todo_core")}

    assert preconditions.VersionMismatch in known
    assert known | subclasses(http_errors.HttpError) == set(PROBLEM_TYPES)


def test_codes_and_statuses_are_those_of_the_contract() -> None:
    """Code by code."""
    contract = {
        400: {"malformed-request", "invalid-cursor", "invalid-sync-token"},
        401: {"not-authenticated", "invalid-credentials", "invalid-refresh-token", "refresh-token-reused"},
        403: {"cross-origin-request", "forbidden", "insufficient-scope", "registration-closed"},
        404: {"not-found"},
        405: {"method-not-allowed"},
        409: {
            *("email-taken", "id-taken", "list-not-empty", "inbox", "parent-in-trash", "sibling-gone", "too-deep"),
            *("not-repeating", "nothing-to-reopen"),
        },
        410: {"sync-token-expired"},
        412: {"version-mismatch"},
        413: {"body-too-large"},
        415: {"unsupported-media-type"},
        422: {"validation-failed", "idempotency-key-reused", "quota-exceeded", "no-password", "no-session"},
        428: {"precondition-required"},
        429: {"rate-limited"},
        500: {"internal-error"},
        503: {"unavailable"},
    }

    found: dict[int, set[str]] = {}
    for error, kind in PROBLEM_TYPES.items():
        found.setdefault(kind.status, set()).add(vars(error)["code"])
    assert contract == found


def test_unknown_errors_are_nobodys() -> None:
    """What is not in the table has no words of its own."""
    assert problem_type_of(ValueError("secret")) is None
