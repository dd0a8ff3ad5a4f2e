"""Traces of requests, recorded by OpenTelemetry's SDK and sent to a receiver of OTLP over HTTP.

The SDK is an optional part of the distribution, so nothing here imports it before tracing is opened.
"""

import importlib.util
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from adapters.tracing.spans import Tracing

__all__ = ["Receiver", "is_installed", "open_tracing"]

VARIABLES = "OTEL_"
"""How the variables begin by which the SDK lets anybody change what it does and where it sends to."""


@attrs.frozen
class Receiver:
    """Where spans are sent: the URL of OTLP/HTTP for traces, and the headers that go along."""

    url: str
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)


def is_installed() -> bool:
    """Say whether the SDK is there."""
    return importlib.util.find_spec("opentelemetry") is not None


@asynccontextmanager
async def open_tracing(receiver: Receiver, *, ratio: float, resource: Mapping[str, str]) -> AsyncIterator["Tracing"]:
    """Yield what records spans for as long as the block lasts; then those that have not been sent are.

    Whether the receiver answers does not matter: spans that it does not take are dropped. `ratio` is how many of the
    traces that begin here are recorded, `resource` who they are of. The SDK's environment variables go, for good.
    """
    for name in [name for name in os.environ if name.startswith(VARIABLES)]:
        del os.environ[name]
    from adapters.tracing.spans import Tracing  # noqa: PLC0415 - see above

    tracing = Tracing.to(receiver, ratio=ratio, resource=resource)
    try:
        yield tracing
    finally:
        await tracing.close()
