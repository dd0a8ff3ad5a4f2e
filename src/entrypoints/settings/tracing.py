"""The settings of traces: where they go to, with which headers, and how many."""

import re
from urllib.parse import unquote, urlsplit

from entrypoints.settings import network_rules, rules
from entrypoints.settings.reader import Reader
from entrypoints.settings.secret import Secret
from entrypoints.settings.tree import TracingSettings

PATH = "/v1/traces"
"""Where a receiver takes traces, unless the URL has a path (OTLP/HTTP 1.9)."""
HEADER = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(.+?)\s*")
"""A header as in OTEL_EXPORTER_OTLP_HEADERS: name and percent-encoded value."""


def read_tracing(reader: Reader) -> TracingSettings:
    """Return the settings; they do nothing without an endpoint."""
    return TracingSettings(
        endpoint=reader.take("TRACING_ENDPOINT", endpoint, None),
        headers=reader.take("TRACING_HEADERS", rules.several(header), ()),
        ratio=reader.take("TRACING_RATIO", rules.ratio, 1.0),
    )


def check_tracing(tracing: TracingSettings, reader: Reader) -> None:
    """Check that headers are not set for nothing."""
    needed = "is for TODO_TRACING_ENDPOINT, which is not set"
    reader.require("TRACING_HEADERS", tracing.endpoint or not tracing.headers, needed, "TRACING_ENDPOINT")


def endpoint(text: str) -> str:
    """Read the URL of a receiver."""
    url = network_rules.http_url(text)
    return url if urlsplit(url).path else f"{url}{PATH}"


def header(text: str) -> tuple[str, Secret]:
    """Read a header that is sent along; its value may be a secret."""
    found = HEADER.fullmatch(text)
    value = unquote(found[2]) if found else ""
    if found is None or not (value.isascii() and value.isprintable()):
        raise ValueError("must be name=value, with what is not ASCII, or a comma, as in a URL (%2C)")
    return found[1].lower(), Secret(value)
