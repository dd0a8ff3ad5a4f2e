"""The OpenAPI document. That every answer is in it, `tests.http.conformance` sees in every other test."""

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from entrypoints.http.document.openapi import ON_EVERY_ANSWER, codes
from entrypoints.http.problems import PROBLEM_TYPES
from entrypoints.http.routes.reference import reference_routes
from entrypoints.http.routing import Body, Route
from tests.http.api import User, World, problem
from tests.http.conformance import Conformance, served

Json = dict[str, Any]


@pytest.fixture
async def document(client: httpx.AsyncClient) -> Json:
    """Give the document as a client gets it."""
    response = await client.get("/schema/openapi.json")
    assert (200, "application/json") == (response.status_code, response.headers["content-type"])
    whole: Json = response.json()
    return whole


def nodes(value: object) -> Iterator[Json]:
    """Return every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def operations(document: Json) -> dict[str, Json]:
    """Return the operations by id."""
    return {
        operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
    }


def described_routes(world: World) -> list[Route]:
    """Return the routes of the application without those of the document and its page."""
    own = {route.name for route in reference_routes((), "0")}
    return [route for route in served(world.app) if route.name not in own]


async def test_every_route_is_described(world: World, document: Json) -> None:
    """Each method on each path is an operation with a name of its own, words, and at least one good answer."""
    routes = described_routes(world)

    described = operations(document)
    assert "3.1.0" == document["openapi"]
    assert len(routes) == len(described)
    assert {route.name for route in routes} == described.keys()
    for operation in described.values():
        assert operation["summary"]
        assert any(status < "400" for status in operation["responses"])


async def test_references_lead_somewhere(document: Json) -> None:
    """No dangling `$ref`."""
    for node in nodes(document):
        if "$ref" in node:
            target: Any = document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            assert target


async def test_objects_are_closed(document: Json) -> None:
    """Unknown members are refused, and the document says so; a problem may have more."""
    schemas = document["components"]["schemas"]

    for name, schema in schemas.items():
        if schema.get("type") == "object":
            assert name == "Problem" or schema["additionalProperties"] is False


async def test_examples_are_good(document: Json) -> None:
    """Every example is what its schema asks for."""
    found = 0
    for node in nodes([document["paths"], document["components"]["responses"]]):
        examples = [one["value"] for one in node.get("examples", {}).values()] if "schema" in node else []
        examples += [node["example"]] if "schema" in node and "example" in node else []
        for example in examples:
            schema = {**node["schema"], "components": document["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(example)
            found += 1
    assert found > 100


async def test_security(world: World, document: Json) -> None:
    """The user in person is the default; public operations need nobody, and a token its scope."""
    in_person: list[Json] = [{"bearer": []}, {"externalToken": []}]
    assert in_person == document["security"]
    for route in described_routes(world):
        said = operations(document)[route.name].get("security", in_person)
        opened = [] if route.scope is None else [{"personalToken": [route.scope.value]}]
        assert route.public or [*in_person, *opened] == said
        assert not route.public or said in ([], [{}, *in_person], [{}, {"metrics": []}])


async def test_every_problem_of_the_contract_can_occur(world: World) -> None:
    """There is an operation for each code, apart from 405, which belongs to none: it is told of beside them."""
    occurring = {code for route in served(world.app) for code in codes(route)}

    assert {vars(error)["code"] for error in PROBLEM_TYPES} - {"method-not-allowed"} == occurring


@pytest.mark.parametrize(
    ("name", "request_"),
    [("RouteNotFound", "GET /x"), ("MethodNotAllowed", "PUT /docs"), ("MethodNotAllowed", "GET /api/auth/login")],
)
async def test_answers_beside_the_operations(world: World, client: httpx.AsyncClient, name: str, request_: str) -> None:
    """An unknown path and another method are answered as the document says."""
    conformance = Conformance.of(world.app)
    documented = conformance.document["components"]["responses"][name]

    response = await client.request(*request_.split())

    conformance.check_answer(name, documented, response)


async def test_statuses_follow_from_what_a_route_does(world: World, document: Json) -> None:
    """A few that must never be missing."""
    for route in described_routes(world):
        statuses = operations(document)[route.name]["responses"].keys()
        assert {"400", "500"} <= statuses
        assert route.public or "401" in statuses
        assert not route.is_api or {"429", "503"} <= statuses
        assert route.body is Body.NONE or {"413", "415", "422"} <= statuses
        assert "If-Match" not in route.headers or "412" in statuses


async def test_every_precondition_is_described(ada: User) -> None:
    """What can answer 412 declares both headers, and heeds both."""
    task = await ada.add()
    routes = [route for route in served(ada.app) if "version-mismatch" in codes(route)]

    one = (await ada("POST", "/api/lists", json={"name": "x"})).json()
    assert 12 == len(routes)
    for route in routes:
        assert {"If-Match", "If-None-Match"} <= {*route.headers}
        body = {} if route.body is Body.NONE else {"json": {"title": "x"}}
        item = one if "list_id" in route.path else task
        path = route.path.replace("{task_id:str}", task["id"]).replace("{list_id:str}", one["id"])
        for header in ({"If-Match": '"9"'}, {"If-None-Match": f'"{item["version"]}"'}):
            problem(await ada(route.method, path, headers=header, **body), 412, "version-mismatch")


async def test_shortest_passwords(document: Json) -> None:
    """The schema has the floor, which no server goes below; in words it says what this one may ask for beyond."""
    password = document["components"]["schemas"]["Registration"]["properties"]["password"]

    assert (8, True) == (password["minLength"], "12 by default" in password["description"])


async def test_headers_of_every_answer_are_described(document: Json) -> None:
    """They are named once, and each has a description."""
    named = document[ON_EVERY_ANSWER]

    assert {"X-Request-Id", "Cache-Control", "X-Content-Type-Options", "RateLimit"} <= {*named}
    assert [] == [name for name in named if not document["components"]["headers"][name]["description"]]


async def test_the_page_sends_no_condition_of_its_own(document: Json) -> None:
    """What has an example the reference page fills in; a made-up version or key would be refused."""
    headers = [one for one in document["components"]["parameters"].values() if one["in"] == "header"]

    assert {"If-Match", "If-None-Match", "Idempotency-Key"} == {one["name"] for one in headers}
    assert [] == [one for one in headers if "example" in one or "example" in one["schema"]]


async def test_shapes_of_a_change(document: Json) -> None:
    """Generated types tell them apart: a task, a list, or that one of them is gone."""
    schemas = document["components"]["schemas"]
    shapes = [schemas[one["$ref"].rpartition("/")[2]] for one in schemas["Change"]["oneOf"]]

    assert ["task", "list", "deleted"] == [
        ({*shape["properties"]} - {"kind", "id", "version"}).pop() for shape in shapes
    ]
    assert [4, 4, 4] == [len(shape["required"]) for shape in shapes]
    assert [["task"], ["list"], ["task", "list"]] == [shape["properties"]["kind"]["enum"] for shape in shapes]


async def test_size(client: httpx.AsyncClient) -> None:
    """What a page has to load is a fifth of what it was when each answer named each of its headers."""
    assert len((await client.get("/schema/openapi.json")).content) < 200_000
