"""The spans: one for each request, and below it one for each call that waits for the database.

Names and attributes follow OpenTelemetry's semantic conventions. They hold templates, names, codes and ids: no path, no
query, no value of a statement, nothing that users wrote.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar, cast
from uuid import uuid4

import attrs
import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.tracing import Receiver
from adapters.tracing.calls import TracedCalls
from todo_core.errors import TodoError, Unavailable

T = TypeVar("T")

SEND_SECONDS = 3.0
"""For how long one sending is repeated, before its spans are dropped."""
CLOSE_SECONDS = 3.0
"""How long a server that stops waits for the last spans to be sent: less than for requests under way."""
EVERY_SECONDS = 5.0
MAX_WAITING = 2048
MAX_SENT_TOGETHER = 512
METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""The known ones; any other is `_OTHER`, so that nobody makes up names of spans."""
SERVER_ERROR = 500
PROPAGATOR = TraceContextTextMapPropagator()


@attrs.frozen
class RequestSpan:
    """The span of a request that is being answered."""

    _span: trace.Span
    _method: str

    @property
    def trace_id(self) -> str:
        """The id of its trace, in hexadecimal."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def complete(self, *, route: str | None, status: int, request_id: str) -> None:
        """Note how it was answered; `route` is the template of the path, None when no route was found."""
        name = "HTTP" if self._method not in METHODS else self._method
        self._span.update_name(name if route is None else f"{name} {route}")
        if route is not None:
            self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        self._span.set_attribute("http.response.header.x-request-id", [request_id])
        if status >= SERVER_ERROR:
            self._span.set_attribute("error.type", str(status))
            self._span.set_status(trace.StatusCode.ERROR)


@attrs.frozen
class Tracing:
    """Records spans of requests and of calls, and sends them in batches, in a thread of its own."""

    _provider: TracerProvider
    _tracer: trace.Tracer

    @classmethod
    def to(cls, receiver: Receiver, *, ratio: float, resource: Mapping[str, str]) -> "Tracing":
        """Return what sends to a receiver."""
        session = requests.Session()
        session.trust_env = False  # no proxy, no .netrc, no certificates that no setting of ours names
        return cls.with_exporter(
            OTLPSpanExporter(
                receiver.url,
                headers=dict(receiver.headers),
                timeout=SEND_SECONDS,
                compression=Compression.Gzip,
                session=session,
            ),
            ratio=ratio,
            resource=resource,
        )

    @classmethod
    def with_exporter(cls, exporter: SpanExporter, *, ratio: float, resource: Mapping[str, str]) -> "Tracing":
        """Return what hands spans to an exporter of the SDK."""
        provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            resource=Resource.create({**resource, "service.instance.id": str(uuid4())}),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                max_queue_size=MAX_WAITING,
                schedule_delay_millis=EVERY_SECONDS * 1000,
                max_export_batch_size=MAX_SENT_TOGETHER,
            )
        )
        return cls(provider, provider.get_tracer("todo-core"))

    @contextmanager
    def request(self, method: str, parent: Mapping[str, str]) -> Iterator[RequestSpan]:
        """Record a request, below the span that `traceparent` and `tracestate` in `parent` name (W3C Trace Context)."""
        known = method if method in METHODS else "_OTHER"
        with self._tracer.start_as_current_span(
            known,
            PROPAGATOR.extract(parent),
            kind=trace.SpanKind.SERVER,
            attributes={"http.request.method": known},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield RequestSpan(span, method)

    def calls(self, part: T, name: str) -> T:
        """Return a stand-in for a part that speaks to the database, which records each of its calls."""
        return cast("T", TracedCalls(part, name, self.call))

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Record a call of the database, if a request is being recorded. Of an error its class is kept alone."""
        if not trace.get_current_span().is_recording():
            yield
            return
        with self._tracer.start_as_current_span(
            name,
            kind=trace.SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.operation.name": name},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                if isinstance(error, Unavailable) or not isinstance(error, TodoError):  # others are answers
                    span.set_attribute("error.type", type(error).__name__)
                    span.set_status(trace.StatusCode.ERROR)
                raise

    async def close(self) -> None:
        """Send what has not been sent, for `CLOSE_SECONDS` at most."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        await asyncio.to_thread(sending.join, CLOSE_SECONDS)
