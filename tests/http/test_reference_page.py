"""Every operation sent as the reference page fills it in from the document: with its examples, and real ids."""

import re
from typing import Any

import httpx
import pytest

from entrypoints.http.document.examples import example_of
from entrypoints.http.document.openapi import document
from entrypoints.http.routing import Route
from entrypoints.http.wire.schemas import Registration
from tests.http.api import World
from tests.security.route_table import ROUTES

Json = dict[str, Any]

WHO = example_of(Registration)
EXCEPT = {
    "refresh": 401,  # the token of the example is nobody's
    "logOut": 401,
    "skipOccurrence": 409,  # a task with a title alone does not repeat
    "reopenOccurrence": 428,
    "getMetrics": 401,
}
"""What does not succeed so, and how it is answered."""
CALLED = {route.name: route for route in ROUTES if route.path.startswith(("/api", "/health", "/.well-known"))}
DOCUMENT = document(ROUTES, "0")


def filled_in(route: Route) -> Json:
    """Return what the page sends beside the path: a body from its example, and parameters that have one."""
    operation = DOCUMENT["paths"][route.template][route.method.lower()]
    parameters = {
        one["name"]: one["schema"]["default"] for one in operation["parameters"] if "default" in one.get("schema", {})
    }
    content = operation.get("requestBody", {}).get("content", {})
    assert len(content) <= 1  # the page would have to ask which
    body = {"json": content["application/json"]["example"]} if content else {}
    return {"params": parameters, **body}


async def made(client: httpx.AsyncClient, name: str) -> str:
    """Make what a path names, with as little as it takes, and return its id."""
    bodies: dict[str, tuple[str, Json]] = {
        "task_id": ("/api/tasks", {"title": "Buy milk"}),
        "list_id": ("/api/lists", {"name": "Garden"}),
        "token_id": (
            "/api/auth/tokens",
            {"name": "a", "scopes": ["tasks:read"], "current_password": WHO["password"]},
        ),
    }
    if name == "session_id":
        return str((await client.get("/api/auth/sessions")).json()["items"][0]["id"])
    path, body = bodies[name]
    return str((await client.post(path, json=body)).raise_for_status().json()["id"])


@pytest.mark.parametrize("name", sorted(CALLED))
async def test_operation_succeeds(world: World, client: httpx.AsyncClient, name: str) -> None:
    """It does on a task with a title alone, too; what cannot is answered as the list above says."""
    route = CALLED[name]
    if name != "register":
        (await client.post("/api/auth/register", json=WHO)).raise_for_status()
        login = {"email": WHO["email"], "password": WHO["password"]}
        tokens = (await client.post("/api/auth/login", json=login)).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    path = route.template
    for found in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{found}}}", await made(client, found))

    response = await client.request(route.method, path, **filled_in(route))

    assert EXCEPT.get(name, response.status_code) == response.status_code, response.text
    assert response.is_success or name in EXCEPT, response.text
