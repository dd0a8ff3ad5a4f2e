"""Traces, from their settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.tracing import Receiver, is_installed, open_tracing
from entrypoints.failures import CONFIGURATION, Failure
from entrypoints.settings import Settings
from todo_core import __version__

if TYPE_CHECKING:
    from adapters.tracing.spans import Tracing


def check_tracing(settings: Settings) -> None:
    """Raise Failure when traces are wanted and OpenTelemetry is not there."""
    if settings.tracing.endpoint is not None and not is_installed():
        raise Failure(
            "TODO_TRACING_ENDPOINT: OpenTelemetry is not installed: install requirements/opentelemetry.lock,"
            " or todo-core-server[opentelemetry]",
            CONFIGURATION,
        )


@asynccontextmanager
async def opened_tracing(settings: Settings) -> AsyncIterator["Tracing | None"]:
    """Yield what records spans, or None when tracing is off: OpenTelemetry is not imported then. Raises Failure."""
    wanted = settings.tracing
    if wanted.endpoint is None:
        yield None
        return
    check_tracing(settings)
    receiver = Receiver(wanted.endpoint, {name: value.reveal() for name, value in wanted.headers})
    resource = {
        "service.name": "todo-core",
        "service.version": __version__,
        "deployment.environment.name": settings.environment.value,
    }
    async with open_tracing(receiver, ratio=wanted.ratio, resource=resource) as tracing:
        yield tracing
