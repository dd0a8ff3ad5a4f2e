"""What the routes of tasks and of lists have in common."""

from urllib.parse import urlencode

from entrypoints.http.responses import Header, Response, json_response
from entrypoints.http.routing import Call
from entrypoints.http.wire import encode
from entrypoints.http.wire.conditions import idempotency_key
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import TaskList
from todo_core.tasks import Task

REVALIDATE = (b"cache-control", b"private, no-cache")
"""A client may store what has an ETag, and must revalidate it before use."""
CONDITIONS = ("If-Match", "If-None-Match")
KEY = "Idempotency-Key"
OF_ONE_ITEM = ("forbidden", "not-found")
OF_A_BODY = ("validation-failed",)
OF_A_KEY = ("idempotency-key-reused", "quota-exceeded")


def key(call: Call) -> IdempotencyKey | None:
    """Return the idempotency key of a request; its fingerprint covers the method, the path with its query, the body."""
    path = "/".join((call.asgi_scope["path_template"], *map(str, call.ids.values())))
    query = urlencode(sorted(call.query_texts.items()), doseq=True)
    return idempotency_key(call.context, call.method, f"{path}?{query}" if query else path, call.body)


def etag(item: Task | TaskList) -> Header:
    """Return the ETag of a task or list."""
    return b"etag", encode.etag(item)


def location(path: str, item: Task | TaskList) -> Header:
    """Return the Location of a new task or list."""
    return b"location", f"{path}/{item.id}".encode()


def item_response(status: int, item: Task | TaskList, *headers: Header, replayed: bool = False) -> Response:
    """Return the response that shows a task or list."""
    repeated = [(b"idempotency-replayed", b"true")] if replayed else []
    return json_response(status, encode.item(item), etag(item), REVALIDATE, *repeated, *headers)
