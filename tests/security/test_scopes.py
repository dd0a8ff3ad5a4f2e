"""The scope of every route is that of the contract, and every token gets exactly as far."""

import pytest

from entrypoints.http.routing import Route
from tests.security.rights import RIGHTS
from tests.security.route_table import ROUTES
from todo_core.personal_tokens import Scope

TASKS = ("/api/tasks", "/api/lists", "/api/tags")
CLOSED = [route for route in ROUTES if not route.public]


def scope_of_contract(route: Route) -> Scope | None:
    """Return what a token needs for a route, by the words of the contract."""
    below = any(route.path == place or route.path.startswith(f"{place}/") for place in TASKS)
    if below:
        return Scope.TASKS_READ if route.method == "GET" else Scope.TASKS_WRITE
    return Scope.TASKS_READ if (route.method, route.path) == ("GET", "/api/auth/me") else None


@pytest.mark.parametrize("route", CLOSED, ids=[route.name for route in CLOSED])
def test_scopes(route: Route) -> None:
    """Reading needs one scope, everything else below tasks, lists and tags the other, and no token the rest."""
    assert scope_of_contract(route) == route.scope


def test_public_routes_have_none() -> None:
    """What is open to anybody asks for no scope."""
    assert [] == [route.name for route in ROUTES if route.public and route.scope is not None]
    assert {"own", "task", "list", "session", "token"} == {RIGHTS[route.name].kind for route in CLOSED}
