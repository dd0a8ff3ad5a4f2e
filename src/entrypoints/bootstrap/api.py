"""Puts the HTTP API together over the parts of the system.

It is imported in the worker alone: the metrics library looks at the environment when it is imported.
"""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from entrypoints.asgi import Asgi
from entrypoints.bootstrap import System
from entrypoints.checks import check_settings
from entrypoints.http.app import create_app
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.middleware.tracing import TracingMiddleware
from entrypoints.http.ports import Collaborators, Options
from entrypoints.settings import Settings
from todo_core import __version__


def make_api(system: System, settings: Settings, telemetry: Telemetry, is_draining: Callable[[], bool]) -> Asgi:
    """Return the API over these parts."""
    collaborators = Collaborators(
        sealer=system.sealer,
        shared=system.limiter,
        readiness=system.readiness,
        public_keys=system.public_keys,
        configuration=partial(check_settings, settings),
        metrics=_metrics_of_all_workers if settings.server.workers > 1 else None,
        is_draining=is_draining,
    )
    options = Options(
        version=__version__,
        environment=settings.environment,
        public_origin=settings.server.public_origin,
        path_prefix=settings.server.path_prefix,
        is_public=settings.server.is_public,
        allowed_hosts=settings.network.allowed_hosts,
        cors_origins=settings.network.cors_origins,
        trusted_proxies=settings.network.trusted_proxies,
        metrics_token=settings.metrics_token.reveal() if settings.metrics_token else None,
        limits=settings.limits,
    )
    api = create_app(system.use_cases, collaborators, options, telemetry)
    return api if system.tracing is None else TracingMiddleware(api, system.tracing, options.trusted_proxies)


def _metrics_of_all_workers() -> bytes:
    """Return the metrics of all workers, who leave them in a directory (`entrypoints.metrics`)."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has not typed it
    return generate_latest(registry)
