"""Traces as operators have them: a server of its own, and a receiver that takes what it sends."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.test_canaries import CLIENT, MARK, live
from tests.serving import UNLIMITED, environment, serving
from tests.tracing.receiver import members, receiving

HOSTILE = {
    "OTEL_SDK_DISABLED": "true",
    "OTEL_SERVICE_NAME": "another",
    "OTEL_RESOURCE_ATTRIBUTES": "service.name=another,host.name=secret",
    "OTEL_TRACES_SAMPLER": "always_off",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-team=another",
    "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100000",
    "OTEL_ATTRIBUTE_COUNT_LIMIT": "0",
    "OTEL_PROPAGATORS": "none",
    "OTEL_PYTHON_CONTEXT": "nothing",
    "OTEL_PYTHON_TRACER_PROVIDER": "nothing",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "REQUESTS_CA_BUNDLE": "/nowhere",
}
"""What the SDK, or the library that it sends with, would read and obey."""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set variables that shall change nothing, for every server that is started then."""
    own = environment

    def with_them(data: Path, **settings: str | int) -> dict[str, str]:
        return {**own(data, **settings), **HOSTILE}

    monkeypatch.setattr("tests.serving.environment", with_them)


@pytest.mark.usefixtures("hostile")
def test_a_whole_life(database: str, tmp_path: Path) -> None:
    """Every request arrives, with the headers that are set, as the settings say; nothing secret is in it."""
    with receiving() as received:
        endpoint, headers = received.url, "x-team=todo, authorization=Basic%20aHVudGVyMg=="
        settings: dict[str, str | int] = {
            "TRACING_ENDPOINT": endpoint,
            "TRACING_HEADERS": headers,
            "WORKERS": 2,
            **UNLIMITED,
        }
        with serving(tmp_path / "data", DATABASE_URL=database, **settings) as server:
            life = live(server)
        lines = [line for line in server.lines() if line["event"] == "request"]

    paths, sent = {path for path, _, _ in received.requests}, [headers for _, headers, _ in received.requests]
    assert {"/v1/traces"} == paths
    assert {("todo", "Basic aHVudGVyMg==")} == {(one["x-team"], one["authorization"]) for one in sent}
    assert "todo-core" == received.resource["service.name"]
    assert "host.name" not in received.resource
    requests = {span.trace_id.hex(): members(span.attributes) for span in received.spans if not span.parent_span_id}
    assert {line["trace_id"]: line["status"] for line in lines} == {
        trace: found["http.response.status_code"] for trace, found in requests.items()
    }
    assert 20 < len(requests) < len(received.spans)
    said = b"".join(body for _, _, body in received.requests)
    assert [] == [secret for secret in (MARK, CLIENT["User-Agent"], *life.tokens) if secret.encode() in said]
    assert "aHVudGVyMg" not in server.log.read_text()


def test_a_receiver_that_is_away(database: str, tmp_path: Path, unused_tcp_port: int) -> None:
    """Requests are answered as ever, and the server stops in time; one line says that spans are lost."""
    endpoint = f"http://127.0.0.1:{unused_tcp_port}"
    place = tmp_path / "data"
    with (
        serving(place, DATABASE_URL=database, TRACING_ENDPOINT=endpoint, SHUTDOWN_SECONDS=8) as server,
        server.client() as client,
    ):
        statuses = {client.get("/health").status_code for _ in range(5)}

    stopped = [line for line in server.lines() if line["event"] == "stopped"]
    assert {200} == statuses
    assert [True] == [line["seconds"] < 8 for line in stopped]
    told = [line["event"] for line in server.lines() if "export" in line["event"]]
    assert 1 <= len(told)
    assert all(event.startswith(("Transient error ", "Failed to export spans batch")) for event in told), told


@pytest.mark.parametrize("status", [400, 503])
def test_a_receiver_that_refuses(database: str, tmp_path: Path, status: int) -> None:
    """The same where the receiver answers, and takes nothing."""
    with receiving(status) as received:
        endpoint = f"{received.url}/some/path"
        with (
            serving(tmp_path / "data", DATABASE_URL=database, TRACING_ENDPOINT=endpoint) as server,
            server.client() as client,
        ):
            assert 200 == client.get("/health").status_code

    assert {"/some/path"} == {path for path, _, _ in received.requests}
    assert [] == [line for line in server.lines() if line["event"] == "background_work_failed"]


def test_off(tmp_path: Path) -> None:
    """Nothing of OpenTelemetry is imported by a server that sends no traces."""
    looked = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, entrypoints.application, entrypoints.cli.serve; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env=environment(tmp_path / "data"),
    )

    imported = {name.partition(".")[0] for name in looked.stdout.split()}
    assert {"litestar"} == imported & {"litestar", "opentelemetry", "requests", "google"}
