"""Holds every answer that a test gets to the OpenAPI document."""

import re
from typing import Any

import httpx
import jsonschema_rs
from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from entrypoints.http.document.openapi import ON_EVERY_ANSWER, document
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.routing import Route

Json = dict[str, Any]

ANYWHERE = re.compile(r"content-type|content-length")
"""Headers that OpenAPI has elsewhere."""

SHARED: "list[Conformance]" = []
"""One is enough: every application of these tests describes itself in the same words."""


def handlers_of(app: RequestMiddleware) -> list[BaseRouteHandler]:
    """Return everything that answers below some path, apart from the framework's own OPTIONS."""
    assert isinstance(app.app, Litestar)
    handlers: list[BaseRouteHandler] = []
    for route in app.app.routes:
        if isinstance(route, HTTPRoute):
            handlers += (handler for handler in route.route_handlers if handler.http_methods != {"OPTIONS"})
        else:
            handlers.append(route.route_handler)
    return handlers


def served(app: RequestMiddleware) -> list[Route]:
    """Return every route that the framework serves, by path and method."""
    routes: list[Route] = [handler.opt["route"] for handler in handlers_of(app)]
    return sorted(routes, key=lambda route: (route.path, route.method))


class Conformance:
    """Compares answers with the document of an application."""

    @classmethod
    def of(cls, app: RequestMiddleware) -> "Conformance":
        """Return the comparison for an application of these tests."""
        if not SHARED:
            SHARED.append(cls(app))
        return SHARED[0]

    def __init__(self, app: RequestMiddleware) -> None:
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self.document = document(served(app), "0")
        self._components = self.document["components"]
        self._paths = [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in self.document["paths"]]

    async def check(self, response: httpx.Response) -> None:
        """Fail when a documented operation answered in a way that is not documented."""
        operation = self._operation(response.request)
        if operation is None or response.status_code == 405:
            return
        await response.aread()
        name, status = operation["operationId"], str(response.status_code)
        assert status in operation["responses"], f"{name} answered {status}"
        self.check_answer(f"{name} {status}", self._resolved(operation["responses"][status]), response)

    def check_answer(self, name: str, documented: Json, response: httpx.Response) -> None:
        """Fail unless a response, which has been read, is what the document says of it."""
        named = [*documented.get("headers", {}), *self.document[ON_EVERY_ANSWER]]
        names = {header.lower() for header in named}
        unknown = {header for header in response.headers if not ANYWHERE.fullmatch(header)} - names
        assert not unknown, f"{name} has undocumented headers: {unknown}"
        self._check_body(name, response, documented.get("content", {}))

    def _resolved(self, response: Json) -> Json:
        reference = response.get("$ref")
        shared: Json = self._components["responses"]
        return response if reference is None else shared[reference.rpartition("/")[2]]

    def _operation(self, request: httpx.Request) -> Json | None:
        """Return the operation of a request; the paths without ids come first."""
        method = "get" if request.method == "HEAD" else request.method.lower()
        asked = request.url.raw_path.partition(b"?")[0].decode()
        matching = [path for pattern, path in self._paths if pattern.fullmatch(asked)]
        for path in sorted(matching, key=lambda path: path.count("{")):
            operation: Json | None = self.document["paths"][path].get(method)
            return operation
        return None

    def _check_body(self, name: str, response: httpx.Response, content: Json) -> None:
        if response.request.method == "HEAD" or not content:
            assert not response.content
            return
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in content, f"{name} is {media_type}"
        if "json" in media_type:
            validator = self.validator(content[media_type]["schema"], name)
            wrong = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(response.json())]
            assert not wrong, f"{name}: {wrong}"

    def validator(self, schema: Json, name: str) -> jsonschema_rs.Draft202012Validator:
        """Return what validates by a schema of the document; `name` finds it again."""
        if name not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[name]
