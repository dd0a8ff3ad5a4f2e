"""Holds every answer that a test gets to the OpenAPI document."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from entrypoints.http.frame import Frame
from entrypoints.http.openapi import document
from entrypoints.http.routing import Route

ANYWHERE = re.compile(r"content-type|content-length|allow|vary|strict-transport-security|access-control-.*")
"""Headers that are HTTP's or the browser's, and not of one operation."""

Json = dict[str, Any]


class Conformance:
    """Compares answers with the document."""

    def __init__(self, routes: list[Route]) -> None:
        self.document = document(routes, "0")
        self._paths = [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in self.document["paths"]]
        self.seen: set[tuple[str, str, str]] = set()

    async def check(self, response: httpx.Response) -> None:
        """Fail when a documented operation answered in a way that is not documented."""
        operation = self._operation(response.request)
        if operation is None or response.status_code == 405:
            return
        await response.aread()
        status = str(response.status_code)
        assert status in operation["responses"], f"{operation['operationId']} answered {status}"
        self.seen.add((operation["operationId"], status, code_of(response)))
        documented = operation["responses"][status]
        names = {name.lower() for name in documented.get("headers", {})}
        undocumented = {name for name in response.headers if not ANYWHERE.fullmatch(name)} - names
        assert not undocumented, f"{operation['operationId']} {status}: {undocumented}"
        self._check_body(response, documented)

    def _operation(self, request: httpx.Request) -> Json | None:
        method = request.method.lower().replace("head", "get")
        exact: Mapping[str, Any] = self.document["paths"].get(request.url.path, {})
        if method in exact:
            return dict(exact[method])
        for pattern, path in self._paths:
            if pattern.fullmatch(request.url.path) and method in self.document["paths"][path]:
                return dict(self.document["paths"][path][method])
        return None

    def _check_body(self, response: httpx.Response, documented: Json) -> None:
        if response.request.method == "HEAD" or "content" not in documented:
            assert not response.content
            return
        media_type = response.headers["content-type"].partition(";")[0]
        schema = documented["content"][media_type]["schema"]
        if "json" in media_type:
            self.validate(schema, response.json())

    def validate(self, schema: Json, value: object) -> None:
        """Fail when the value is not what the schema says."""
        whole = {**schema, "components": self.document["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        wrong = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not wrong, wrong


def code_of(response: httpx.Response) -> str:
    """Return the code of a problem, or nothing."""
    is_problem = response.headers.get("content-type") == "application/problem+json" and response.content
    return str(response.json()["code"]) if is_problem else ""


@cache
def _of(routes: tuple[str, ...], app: Frame) -> Conformance:
    raise NotImplementedError
