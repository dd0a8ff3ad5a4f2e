"""The settings of traces."""

from pathlib import Path

import pytest

from entrypoints.settings import Secret, TracingSettings, load_settings

RECEIVER = "http://127.0.0.1:4318"


def tracing(directory: Path, **variables: str) -> TracingSettings:
    """Return what these variables say of traces."""
    named = {f"TODO_TRACING_{name}": value for name, value in variables.items()}
    return load_settings(named, directory).tracing


def test_off(tmp_path: Path) -> None:
    """Nothing is sent anywhere unless that is said."""
    assert TracingSettings(None, (), 1.0) == tracing(tmp_path)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (RECEIVER, f"{RECEIVER}/v1/traces"),
        (f"{RECEIVER}/", f"{RECEIVER}/v1/traces"),
        (f"{RECEIVER}/v1/traces", f"{RECEIVER}/v1/traces"),
        ("https://otlp.example.org/otlp/v1/traces/", "https://otlp.example.org/otlp/v1/traces"),
    ],
)
def test_endpoint(tmp_path: Path, url: str, expected: str) -> None:
    """A URL without a path has that of OTLP."""
    assert expected == tracing(tmp_path, ENDPOINT=url).endpoint


def test_headers(tmp_path: Path) -> None:
    """Names and percent-encoded values, as OTEL_EXPORTER_OTLP_HEADERS has them; values are not shown."""
    found = tracing(tmp_path, ENDPOINT=RECEIVER, HEADERS="Authorization=Basic%20aGk6aG8=, x-team = a%2Cb")

    assert (("authorization", Secret("Basic aGk6aG8=")), ("x-team", Secret("a,b"))) == found.headers
    assert "aGk6aG8" not in repr(found)


@pytest.mark.parametrize(("text", "expected"), [("0", 0.0), ("1", 1.0), ("1.0", 1.0), ("0.05", 0.05), (".5", 0.5)])
def test_ratio(tmp_path: Path, text: str, expected: float) -> None:
    """Any share of all."""
    assert expected == tracing(tmp_path, RATIO=text).ratio
