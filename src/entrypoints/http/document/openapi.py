"""The OpenAPI 3.1 document, made from the routes: every status, header and problem that can occur."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import msgspec

from entrypoints.http.document.examples import example_of
from entrypoints.http.problems import PROBLEM_TYPES, URN, ProblemType
from entrypoints.http.routing import Body, Route, Success
from entrypoints.http.wire import schemas
from entrypoints.http.wire.query import Parameter
from todo_core.personal_tokens import Scope

Json = dict[str, Any]

PROBLEM_JSON = "application/problem+json"

CODES: dict[str, ProblemType] = {}
for _error, _kind in reversed([*PROBLEM_TYPES.items()]):
    CODES[vars(_error)["code"]] = _kind


def _header(description: str, example: str) -> Json:
    return {"description": description, "schema": {"type": "string"}, "example": example}


COMMON: dict[str, Json] = {
    "X-Request-Id": _header("The client's, or a new one", "0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f"),
    "Cache-Control": _header("Whether the answer may be kept", "no-store"),
    "Content-Security-Policy": _header("Nothing may be loaded", "default-src 'none'; frame-ancestors 'none'"),
    "Cross-Origin-Resource-Policy": _header("Only pages of the same origin may embed it", "same-origin"),
    "Referrer-Policy": _header("No address is passed on", "no-referrer"),
    "X-Content-Type-Options": _header("The type is what it says", "nosniff"),
    "Server": _header("This product, in whatever version", "todo-core"),
    "Strict-Transport-Security": _header("Over TLS only: stay there", "max-age=31536000; includeSubDomains"),
    "Vary": _header("Where origins are allowed: answers differ by it", "Origin"),
    "Access-Control-Allow-Origin": _header("To an allowed origin: that it may read this", "https://todo.example.org"),
    "Access-Control-Allow-Credentials": _header("To an allowed origin: that cookies may be sent", "true"),
    "Access-Control-Expose-Headers": _header(
        "To an allowed origin: the headers that it may read", "ETag, Location, Link"
    ),
}
HEADERS: dict[str, Json] = COMMON | {
    "RateLimit-Policy": _header("The limits that were counted (IETF draft)", '"api";q=600;w=60'),
    "RateLimit": _header("What is left of them, and for how many seconds", '"api";r=599;t=60'),
    "Retry-After": _header("In how many seconds to try again", "17"),
    "WWW-Authenticate": _header(
        "The scheme of authentication; for a token without the scope also what is missing", "Bearer"
    ),
    "ETag": _header("The version of the task", '"12"'),
    "Location": _header("Where it is, relative to this API", "/api/tasks/0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f"),
    "Link": _header("The next page (RFC 8288)", '</api/tasks?cursor=AbC>; rel="next"'),
    "Set-Cookie": _header(
        "The refresh token, with delivery by cookie; or its end",
        "__Host-refresh=…; Path=/; Secure; HttpOnly; SameSite=Strict",
    ),
    "Allow": _header("The methods of the path", "GET, HEAD, OPTIONS, POST"),
    "Idempotency-Replayed": _header("There, and `true`, when the request had been carried out before", "true"),
}
ON_LIMITED = ("RateLimit-Policy", "RateLimit")
EVERYWHERE = (*COMMON, *ON_LIMITED)
"""Headers that are named once, and not under each answer: two thirds of the document would be them."""
ON_EVERY_ANSWER = "x-headers-of-every-answer"
WITH_STATUS = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    412: ("ETag",),
    405: ("Allow",),
    429: (*ON_LIMITED, "Retry-After"),
    503: ("Retry-After",),
}

PRIORITIES = {priority.value for priority in schemas.Priority}
PRIORITY: Json = {"$ref": "#/components/schemas/Priority"}
"""In a query too, or generators would make a second type of the same words."""

IN_PERSON: list[Json] = [{"bearer": []}, {"externalToken": []}]
"""The users themselves, by their own credentials."""

_TAG = r'(W/)?"[\x21\x23-\x7e]*"'
ENTITY_TAGS = rf"^(\*|{_TAG}( *, *{_TAG})*)$"
"""RFC 9110, 13.1.1 and 13.1.2, in ASCII."""

# They have no examples: the reference page would send those, and be refused.
REQUEST_HEADERS: dict[str, Json] = {
    "If-Match": {
        "description": "Entity tags, or `*`: only if the task is in one of these versions",
        "schema": {"type": "string", "pattern": ENTITY_TAGS},
    },
    "If-None-Match": {
        "description": "Entity tags, or `*`: only if the task is in none of these versions",
        "schema": {"type": "string", "pattern": ENTITY_TAGS},
    },
    "Idempotency-Key": {
        "description": "The same key and request are carried out once; kept for 24 hours at least",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    },
}


def document(routes: Sequence[Route], version: str, prefix: str = "") -> Json:
    """Return the whole document. `prefix` is the path of the public URL."""
    paths: dict[str, Json] = {}
    problems = Problems()
    for route in routes:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, problems)
    problems.reference(["not-found"], "RouteNotFound")
    problems.reference(["method-not-allowed"], "MethodNotAllowed")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "todo-core",
            "version": version,
            "description": (
                "Accounts, sessions and tasks. Every error is a problem (RFC 9457). HEAD answers as GET, OPTIONS names "
                "the methods of a path. Another method is `MethodNotAllowed`, another path `RouteNotFound` (see the "
                f"components' responses). Each answer has the headers of `{ON_EVERY_ANSWER}`, those for rate limits "
                "and other origins only where they apply."
            ),
        },
        ON_EVERY_ANSWER: EVERYWHERE,
        "servers": [{"url": prefix or "/"}],
        "security": IN_PERSON,
        "tags": [{"name": name} for name in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "headers": HEADERS,
            "parameters": {
                name: {"name": name, "in": "header", "required": False, **about}
                for name, about in REQUEST_HEADERS.items()
            },
            "responses": problems.responses,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT (RFC 9068)",
                    "description": "The `access_token` of an answer to log-in or refresh",
                },
                "externalToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT (RFC 7519)",
                    "description": "The token of an external issuer, such as a Better Auth server, where one is set",
                },
                "personalToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "todo_pat_…",
                    "description": "A personal access token that has the scope",
                },
                "metrics": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "For `/metrics` only: the token of the server's settings",
                },
            },
        },
    }


def _schemas(routes: Sequence[Route]) -> Json:
    contents = [success.content for route in routes for success in route.responses]
    documented = [content for content in (*contents, *(route.request for route in routes)) if isinstance(content, type)]
    _, components = msgspec.json.schema_components(
        [*documented, schemas.Problem], ref_template="#/components/schemas/{name}"
    )
    for component in components.values():
        component.setdefault("type", "string")  # msgspec leaves it out of enumerations
    for schema in documented:
        components[schema.__name__]["examples"] = [example_of(schema)]
    return components | _variants(components, "Change", schemas.CHANGES)


def _variants(components: Json, name: str, only: Mapping[str, Mapping[str, Sequence[str]]]) -> Json:
    """Return a schema of several shapes as one schema for each, so that generated types tell them apart.

    `only` has, for each, the members that the others do not have, with the kinds that go with them.
    """
    whole = components[name]
    special = {member for members in only.values() for member in members}
    shapes = {
        title: {
            **whole,
            "title": title,
            "properties": {
                member: {"type": "string", "enum": [*kinds]} if member == "kind" else about
                for member, about in whole["properties"].items()
                if member not in special or member == own
            },
            "required": [*whole["required"], own],
        }
        for title, members in only.items()
        for own, kinds in members.items()
    }
    references = [{"$ref": f"#/components/schemas/{title}"} for title in shapes]
    return {**shapes, name: {"title": name, "description": whole["description"], "oneOf": references}}


def _operation(route: Route, problems: "Problems") -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": _responses(route, problems),
    }
    if route.description:
        operation["description"] = route.description
    if route.public:
        operation["security"] = _public_security(route)
    elif route.scope is not None:
        operation["security"] = [*IN_PERSON, {"personalToken": [route.scope.value]}]
    if route.request is not None:
        operation["requestBody"] = _request_body(route)
    return operation


def _public_security(route: Route) -> list[Json]:
    """Return that no token is needed, apart from routes that judge one themselves."""
    if "not-authenticated" not in route.problems:
        return []
    return [{}, *(IN_PERSON if route.is_api else [{"metrics": []}])]


def _parameters(route: Route) -> list[Json]:
    ids = re.findall(r"{(\w+):", route.path)
    return [
        *(
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
            for name in ids
        ),
        *(_query_parameter(parameter) for parameter in route.parameters),
        *({"$ref": f"#/components/parameters/{name}"} for name in route.headers),
    ]


def _query_parameter(parameter: Parameter) -> Json:
    one = PRIORITY if {*parameter.schema.get("enum", ())} == PRIORITIES else parameter.schema
    schema = {"type": "array", "items": one} if parameter.repeated else one
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.description,
        "schema": schema,
    }


def _request_body(route: Route) -> Json:
    assert route.request is not None  # noqa: S101 - the caller looked
    content = {"schema": _ref(route.request), "example": example_of(route.request)}
    body: Json = {"required": route.body is Body.REQUIRED, "content": {"application/json": content}}
    if route.method == "PATCH":  # with both in `content`, generators make two of everything
        body["description"] = "`application/merge-patch+json` is taken as well"
    return body


def _responses(route: Route, problems: "Problems") -> Json:
    responses = {str(answer.status): _success(route, answer) for answer in route.responses}
    by_status: dict[int, list[str]] = {}
    for code in codes(route):
        by_status.setdefault(CODES[code].status, []).append(code)
    for status, names in sorted(by_status.items()):
        responses.setdefault(str(status), problems.reference(names))
    return responses


def codes(route: Route) -> list[str]:
    """Return the codes of all problems that a route can answer with."""
    found = [*route.problems, "malformed-request", "internal-error"]  # even a bad Host is malformed
    if not route.public:
        found.append("not-authenticated")
        if route.scope is not Scope.TASKS_READ:  # which every token has
            found.append("insufficient-scope")
    if route.is_api:
        found += ["rate-limited", "unavailable"]
    if "{" in route.path:
        found.append("not-found")
    if route.method != "GET":
        found += ["body-too-large", "unsupported-media-type"]
    return list(dict.fromkeys(found))


def _success(route: Route, answer: Success) -> Json:
    headers = [*(ON_LIMITED if route.is_api else ()), *answer.headers]
    response: Json = {"description": answer.description, "headers": _references(headers)}
    if isinstance(answer.content, str):
        kind = "object" if "json" in answer.content else "string"
        response["content"] = {answer.content: {"schema": {"type": kind}}}
    elif answer.content is not None:
        response["content"] = {
            "application/json": {"schema": _ref(answer.content), "example": example_of(answer.content)}
        }
    return response


@attrs.frozen
class Problems:
    """The answers with problems: the same ones stand in the document once."""

    responses: dict[str, Json] = attrs.field(factory=dict)

    def reference(self, codes: Sequence[str], name: str = "") -> Json:
        """Return a reference to the answer with one of these problems, which have one status."""
        name = name or "Or".join(code.title().replace("-", "") for code in sorted(codes))
        self.responses.setdefault(name, _problem(codes, WITH_STATUS.get(CODES[codes[0]].status, ())))
        return {"$ref": f"#/components/responses/{name}"}


def _problem(names: Sequence[str], headers: Iterable[str]) -> Json:
    return {
        "description": "; ".join(dict.fromkeys(CODES[name].title for name in names)),
        "headers": _references(headers),
        "content": {
            PROBLEM_JSON: {
                "schema": {
                    "allOf": [_ref(schemas.Problem)],
                    "properties": {"code": {"enum": sorted(names)}, "status": {"const": CODES[names[0]].status}},
                },
                "examples": {name: {"value": _problem_example(name)} for name in names},
            }
        },
    }


def _problem_example(code: str) -> Json:
    kind = CODES[code]
    example: Json = {
        "type": URN + code,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or "1 field is not valid",
        "code": code,
        "request_id": HEADERS["X-Request-Id"]["example"],
    }
    if code == "validation-failed":
        example["errors"] = [{"pointer": "/title", "code": "too-long", "detail": "at most 500 characters"}]
    if code == "version-mismatch":
        example["current"] = example_of(schemas.Task)
    return example


def _references(headers: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}


def _ref(schema: type) -> Json:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}
