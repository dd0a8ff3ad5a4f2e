"""A receiver of OTLP over HTTP, as a collector is one: takes what the exporter really sends, and decodes it."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import attrs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@attrs.frozen
class Received:
    """What was sent: path, headers and body of each request."""

    url: str
    requests: list[tuple[str, dict[str, str], bytes]] = attrs.field(factory=list)

    @property
    def messages(self) -> list[ExportTraceServiceRequest]:
        """What the bodies say."""
        return [ExportTraceServiceRequest.FromString(body) for _, _, body in self.requests]

    @property
    def spans(self) -> list[Span]:
        """All spans, in the order in which they ended."""
        return [
            span
            for message in self.messages
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resource(self) -> dict[str, object]:
        """Whose the spans of the last request are."""
        return members(self.messages[-1].resource_spans[-1].resource.attributes)


def members(attributes: Iterable[KeyValue]) -> dict[str, object]:
    """Return attributes by name."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value") for one in attributes}


@contextmanager
def receiving(status: int = 200) -> Iterator[Received]:
    """Listen for as long as the block, and answer everything with a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            received.requests.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Received(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
