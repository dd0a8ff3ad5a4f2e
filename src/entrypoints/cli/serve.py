"""`todo serve`: the API, with its own PostgreSQL unless another one is set."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import FrameType

import attrs
import click
import structlog

from entrypoints.asgi import Asgi
from entrypoints.bootstrap.keys import open_keys, seal_secrets
from entrypoints.bootstrap.tracing import check_tracing
from entrypoints.cli.output import show
from entrypoints.cli.running import settings_and_logs
from entrypoints.databases import open_database
from entrypoints.failures import Failure
from entrypoints.logs import configure_logs
from entrypoints.metrics import shared_metrics
from entrypoints.serving import Address, Shared
from entrypoints.serving import serve as run_server
from entrypoints.settings import Settings
from todo_core import __version__

TERMINATED = 143  # 128 + SIGTERM
BREATH_SECONDS = 0.01

_log = structlog.get_logger("server")


@attrs.frozen
class DatabaseLog:
    """Logs what happens to the embedded database, and stops the server when it is not restarted."""

    thread: int = attrs.field(factory=threading.get_ident)
    """The main one, which signals are for."""

    def died(self, status: int, log: Path) -> None:
        """Log that it ended unexpectedly; a status below 0 is the number of a signal."""
        _log.error("database_died", status=status, log=log)

    def restarted(self) -> None:
        """Log that it accepts connections again."""
        _log.info("database_restarted")

    def given_up(self) -> None:
        """Stop the server as an operator would; the reason is printed last."""
        signal.pthread_kill(self.thread, signal.SIGTERM)  # os.kill might wake another than the one that waits


@click.command()
def serve() -> None:
    """Serve the API until Ctrl-C or SIGTERM; requests under way are answered first."""
    settings = settings_and_logs()
    check_tracing(settings)
    address = Address.resolve(settings.server.host, settings.server.port)
    signal.signal(signal.SIGTERM, _stop)  # until the server takes over, so that a database under way is stopped too
    with ExitStack() as ending:
        ending.enter_context(address.reserved())
        database = ending.enter_context(open_database(settings, DatabaseLog()))
        open_keys(settings)  # made or refused here, in one line, not in each worker
        seal_secrets(settings)
        if settings.server.workers > 1:
            ending.enter_context(shared_metrics())
        run_server(settings.server, address, partial(load, settings, database.url, address))


def load(settings: Settings, database_url: str, address: Address, shared: Shared) -> Asgi:
    """Return the application of a worker."""
    from entrypoints.application import Application  # noqa: PLC0415 - its metrics look at the environment on import

    configure_logs(settings.logs, traced=settings.tracing.endpoint is not None)
    started = partial(announce, settings, address, shared.is_first)
    return Application(settings, database_url, started, shared.is_draining, shared.forwarding)


async def announce(settings: Settings, address: Address, is_first: Callable[[], bool]) -> None:
    """Print where the API is once it answers; one worker does it for all."""
    if not is_first():
        return
    while not await _answers(address):  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(BREATH_SECONDS)
    with suppress(Failure):  # nobody reads it, and the log says that the server has started
        for line in greeting(settings):
            show(line)
    server = settings.server
    _log.info(
        "started", version=__version__, environment=settings.environment, at=server.address, workers=server.workers
    )


def greeting(settings: Settings) -> Iterator[str]:
    """Yield the lines with the URL of the API, the page to open first, and the data directory."""
    url, place = settings.server.public_url, settings.server.address
    yield f"todo-core is ready at {url} (Ctrl-C stops it)"
    if url != f"http://{place}":
        yield f"  on    {place}"
    yield f"  open  {url}/docs"
    yield f"  try   curl {url}/health/ready"
    yield f"  data  {'your database' if settings.database.url else settings.data_directory}"


async def _answers(address: Address) -> bool:
    try:
        _, writer = await asyncio.open_connection(address.ip, address.port)
    except OSError:
        return False
    writer.close()
    return True


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(TERMINATED)
