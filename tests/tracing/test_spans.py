"""The spans of requests, by the SDK's own exporter in memory, over the real application and database."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_type_hints
from uuid import uuid4

import attrs
import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.tracing.spans import Tracing
from entrypoints.bootstrap import System, open_system
from entrypoints.bootstrap.api import make_api
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.settings import load_settings
from todo_core.actors import SessionActor
from todo_core.errors import Unavailable
from todo_core.ports import Store, UserReader
from todo_core.sessions import SessionId
from todo_core.users import UserId

ADA = {"email": "ada@example.org", "password": "a quiet harbour at dawn"}
PROXY = "192.0.2.7"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
OF_REQUESTS = {"http.request.method", "http.route", "http.response.status_code", "http.response.header.x-request-id"}
OF_CALLS = {"db.system.name", "db.operation.name"}


@attrs.frozen
class Traced:
    """An API whose spans are kept."""

    api: Any
    system: System
    exporter: InMemorySpanExporter
    tracing: Tracing

    def client(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        """Return a client at an address."""
        transport = httpx.ASGITransport(app=self.api, client=(address, 40_000))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    def spans(self) -> list[ReadableSpan]:
        """Return what has ended since this was asked the last time."""
        self.tracing._provider.force_flush()
        found = [*self.exporter.get_finished_spans()]
        self.exporter.clear()
        return found


Start = Callable[..., Any]


@pytest.fixture
def start(database: str, tmp_path: Path) -> Start:
    """Return what opens an API with traces."""

    @asynccontextmanager
    async def opened(ratio: float = 1.0) -> AsyncIterator[Traced]:
        settings = load_settings(
            {
                "TODO_DATABASE_URL": database,
                "TODO_DATA_DIR": str(tmp_path),
                "TODO_TRUSTED_PROXIES": PROXY,
                "TODO_LIMIT_REGISTER": "1000/60",
            },
            tmp_path,
        )
        exporter = InMemorySpanExporter()
        tracing = Tracing.with_exporter(exporter, ratio=ratio, resource={"service.name": "todo-core"})
        async with open_system(settings, database, tracing) as system:
            yield Traced(make_api(system, settings, Telemetry(), bool), system, exporter, tracing)
        await tracing.close()

    return opened


@pytest.fixture
async def traced(start: Start) -> AsyncIterator[Traced]:
    """Give an API that records everything."""
    async with start() as opened:
        yield opened


def dumped(spans: list[ReadableSpan]) -> str:
    """Return everything that spans say."""
    return "\n".join(span.to_json() for span in spans)


async def register(client: httpx.AsyncClient) -> None:
    """Make an account, and come as its user from then on."""
    await client.post("/api/auth/register", json=ADA)
    answer = (await client.post("/api/auth/login", json=ADA)).json()
    client.headers["Authorization"] = f"Bearer {answer['access_token']}"


async def test_a_request_and_its_calls(traced: Traced) -> None:
    """A span for the request, named by its route, and below it one for each call of the database, named by its port."""
    async with traced.client() as client:
        await register(client)
        traced.spans()
        made = await client.post("/api/tasks", json={"title": "secret title"}, headers={"X-Request-Id": "made-1"})
        create, request = traced.spans()
        await client.get(made.headers["Location"])
        read, second = traced.spans()
        await client.patch(
            made.headers["Location"], json={"title": "secret too"}, headers={"If-Match": made.headers["ETag"]}
        )
        *_, third = patch = traced.spans()

    assert ("POST /api/tasks", SpanKind.SERVER, None) == (request.name, request.kind, request.parent)
    assert {
        "http.request.method": "POST",
        "http.route": "/api/tasks",
        "http.response.status_code": 201,
        "http.response.header.x-request-id": ("made-1",),
    } == dict(request.attributes or {})
    assert ("store.create_task", SpanKind.CLIENT) == (create.name, create.kind)
    assert {"db.system.name": "postgresql", "db.operation.name": "store.create_task"} == dict(create.attributes or {})
    assert ("store.read.tasks.get", "GET /api/tasks/{task_id}") == (read.name, second.name)
    assert "PATCH /api/tasks/{task_id}" == third.name
    assert {"store.write_optimistically"} == {span.name for span in patch[:-1]}
    for span, parent in ((create, request), (read, second)):
        assert span.parent is not None
        assert parent.context is not None
        assert span.context is not None
        assert (parent.context.span_id, parent.context.trace_id) == (span.parent.span_id, span.context.trace_id)
    assert second.context != request.context


async def test_nothing_of_users(traced: Traced) -> None:
    """No path, query, text, address or token is in any span, whatever is asked for."""
    async with traced.client() as client:
        await register(client)
        token = client.headers["Authorization"].removeprefix("Bearer ")
        for method, path, body in (
            ("POST", "/api/tasks", {"title": "canary"}),
            ("GET", "/api/tasks?q=canary&tag=canary", None),
            ("GET", "/canary/canary?canary=canary", None),
            ("CANARY", "/api/tasks", None),
            ("POST", "/api/auth/login", {"email": "canary@example.org", "password": "canary canary"}),
            ("PATCH", "/api/auth/me", {"display_name": "canary"}),
            ("POST", "/api/auth/logout", {}),
            ("GET", "/api/tasks", None),
        ):
            await client.request(method, path, json=body, headers={"User-Agent": "canary"})
    spans = traced.spans()

    assert 20 < len(spans)
    said = dumped(spans)
    secrets = ("canary", "CANARY", token, ADA["email"], ADA["password"], "192.0.2")
    assert [] == [secret for secret in secrets if secret in said]
    assert OF_REQUESTS | OF_CALLS | {"error.type"} >= {name for span in spans for name in span.attributes or {}}
    assert {"GET", "HTTP"} <= {span.name for span in spans}
    assert {"_OTHER"} == {
        (span.attributes or {})["http.request.method"] for span in spans if span.name.startswith("HTTP")
    }
    assert {StatusCode.UNSET} == {span.status.status_code for span in spans}  # refusals are answers
    assert [] == [event for span in spans for event in span.events]


MALFORMED = ["", "00", PARENT[:-1], f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"{PARENT}, {PARENT}"]


@pytest.mark.parametrize(
    ("peer", "parent", "goes_on"),
    [
        (PROXY, PARENT, True),
        ("192.0.2.1", PARENT, False),
        *((PROXY, text, False) for text in MALFORMED),
    ],
)
async def test_whose_trace_goes_on(traced: Traced, peer: str, parent: str, *, goes_on: bool) -> None:
    """A trusted proxy's, if it is well formed; from anybody else it begins anew, and the log has its id."""
    headers = {"traceparent": parent, "tracestate": "vendor=1"}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with traced.client(peer) as client:
            await client.get("/health", headers=headers)
    [span] = traced.spans()

    assert span.context is not None
    trace_id = f"{span.context.trace_id:032x}"
    assert goes_on == (TRACE == trace_id)
    assert (SPAN if goes_on else None) == (span.parent and f"{span.parent.span_id:016x}")
    assert {trace_id} == {line["trace_id"] for line in lines if line["event"] == "request"}


async def test_how_many(start: Start) -> None:
    """Of what begins here a ratio is recorded; what a trusted proxy records is recorded, too."""
    async with start(ratio=0) as opened:
        async with opened.client() as client:
            await register(client)
        async with opened.client(PROXY) as client:
            await client.get("/health", headers={"traceparent": PARENT})
        [span] = opened.spans()

    assert "GET /health" == span.name


async def test_errors(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that cannot be had, and a defect, are errors: of the call and of the request, by class and status."""
    async with traced.client() as client:
        await register(client)
        traced.spans()
        failures = []
        for error in (Unavailable("canary"), ZeroDivisionError("canary")):
            with monkeypatch.context() as patch:

                async def broken(*_: object, error: Exception = error) -> None:
                    raise error

                patch.setattr(type(traced.system.use_cases.tasks.store._part.database), "fetch", broken)  # type: ignore[attr-defined]
                with structlog.testing.capture_logs():
                    await client.get("/api/tasks")
            failures += [(span.name, (span.attributes or {})["error.type"]) for span in traced.spans()]

    assert [
        ("store.read.tasks.page", "Unavailable"),
        ("GET /api/tasks", "503"),
        ("store.read.tasks.page", "ZeroDivisionError"),
        ("GET /api/tasks", "500"),
    ] == failures


async def test_every_line_of_the_log(traced: Traced, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is logged for a request has the id of its trace; afterwards nothing has."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with traced.client() as client:
            await client.get("/health", headers={"X-Forwarded-For": "192.0.2.9"})
        structlog.get_logger("test").warning("afterwards")
    [span] = traced.spans()

    assert span.context is not None
    ids = {line["event"]: line.get("trace_id") for line in lines}
    here = f"{span.context.trace_id:032x}"
    assert {"forwarding_header_ignored": here, "request": here, "afterwards": None} == ids


async def test_no_call_is_left_out(traced: Traced) -> None:
    """Whatever is awaited of the store, and of what reads for a user, is recorded: every method of the ports."""
    store: Any = traced.system.use_cases.tasks.store
    actor = SessionActor(UserId(uuid4()), SessionId(uuid4()))
    reader: Any = store.read(actor)
    parts = {"store": (store, Store)} | {
        f"store.read.{name}": (getattr(reader, name), port) for name, port in parts_of(UserReader).items()
    }

    left_out = [
        f"{name}.{method}"
        for name, (part, port) in parts.items()
        for method in dir(port)
        if inspect.iscoroutinefunction(getattr(port, method)) and not hasattr(getattr(part, method), "__wrapped__")
    ]

    assert [] == left_out
    assert 7 <= len(parts)


def parts_of(port: type) -> dict[str, type]:
    """Return the parts of a port that are properties, and the ports that they are."""
    return {name: get_type_hints(one.fget)["return"] for name, one in vars(port).items() if isinstance(one, property)}


async def test_off(database: str, tmp_path: Path) -> None:
    """Without an endpoint nothing stands between: the application and the store are the ones that there are."""
    settings = load_settings({"TODO_DATABASE_URL": database, "TODO_DATA_DIR": str(tmp_path)}, tmp_path)
    async with open_system(settings, database) as system:
        api = make_api(system, settings, Telemetry(), bool)

    assert isinstance(api, RequestMiddleware)
    assert "adapters.postgres.store" == type(system.use_cases.tasks.store).__module__
