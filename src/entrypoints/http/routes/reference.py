"""The OpenAPI document, and a page to read it and try it, which needs nothing from the internet."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from entrypoints.http.document.openapi import document
from entrypoints.http.responses import Header, Response, encode
from entrypoints.http.routing import Call, Handler, Route, Success

SCHEMA = "/schema/openapi.json"
MAY_BE_KEPT: Header = (b"cache-control", b"public, max-age=3600")
PAGE_POLICY: Header = (
    b"content-security-policy",
    b"; ".join(
        (
            b"default-src 'none'",
            b"script-src 'self'",
            b"style-src 'self' 'unsafe-inline'",  # Swagger UI sets styles on its elements
            b"img-src 'self' data:",
            b"connect-src 'self'",
            b"base-uri 'none'",
            b"form-action 'none'",
            b"frame-ancestors 'none'",
        )
    ),
)
HTML = b"text/html; charset=utf-8"
SCRIPT = b"text/javascript; charset=utf-8"
STYLE = b"text/css; charset=utf-8"


def reference_routes(routes: Sequence[Route], version: str, prefix: str = "") -> tuple[Route, ...]:
    """Return the routes that describe `routes`. `prefix` is the path of the public URL."""
    return (
        _route(
            SCHEMA,
            "getOpenApi",
            "The OpenAPI document",
            "application/json",
            _sent(lambda: encode(document(routes, version, prefix)), (b"content-type", b"application/json")),
        ),
        Route(
            method="GET",
            path="/",
            name="getStart",
            handler=_to_reference,
            summary="The way to the interactive reference",
            responses=(Success(307, "It is at /docs", headers=("Location",)),),
            public=True,
        ),
        _file("/docs", "getReference", "The interactive reference", "index.html", HTML, PAGE_POLICY),
        _file("/docs/start.js", "getReferenceStart", "Part of the reference", "start.js", SCRIPT, MAY_BE_KEPT),
        _file(
            "/docs/swagger-ui-bundle.js",
            "getReferenceScript",
            "Part of the reference",
            "swagger-ui-bundle.js",
            SCRIPT,
            MAY_BE_KEPT,
        ),
        _file(
            "/docs/swagger-ui.css", "getReferenceStyle", "Part of the reference", "swagger-ui.css", STYLE, MAY_BE_KEPT
        ),
    )


def _file(path: str, name: str, summary: str, file: str, media_type: bytes, *headers: Header) -> Route:
    """Return the route of a file beside this module; it is read when it is first asked for."""
    content = files("entrypoints.http.document").joinpath("swagger_ui", file).read_bytes
    shown = media_type.decode().partition(";")[0]
    return _route(path, name, summary, shown, _sent(content, (b"content-type", media_type), *headers))


def _route(path: str, name: str, summary: str, media_type: str, handler: Handler) -> Route:
    return Route(
        method="GET",
        path=path,
        name=name,
        handler=handler,
        summary=summary,
        responses=(Success(200, summary, media_type),),
        public=True,
    )


async def _to_reference(_: Call) -> Response:
    return Response(307, headers=[(b"location", b"/docs")])


def _sent(content: Callable[[], bytes], *headers: Header) -> Handler:
    """Return a handler that sends `content()`, which is called once."""
    kept = cache(content)

    async def handler(_: Call) -> Response:
        return Response(200, kept(), headers)

    return handler
