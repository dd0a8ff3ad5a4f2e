"""The ASGI application of a worker: it opens the system when the server starts, and closes it when that stops."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import repeat
from secrets import SystemRandom
from typing import Any

import attrs
import structlog

from entrypoints.asgi import Asgi, Receive, Send
from entrypoints.bootstrap import System, open_system
from entrypoints.bootstrap.api import make_api
from entrypoints.bootstrap.tracing import opened_tracing
from entrypoints.failures import Failure
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.settings import Settings
from todo_core.errors import Unavailable

PURGE_EVERY_SECONDS = 600.0
COUNT_EVERY_SECONDS = 5.0
NEW_OBJECTS_COLLECTED = 10_000
"""How many objects are made before the garbage collector looks at them: a request makes some hundred, in no cycles."""

_log = structlog.get_logger("server")


@attrs.define
class Application:
    """The application of one worker.

    `started` runs once it is open, and is cancelled when the server stops; `is_draining` says that it soon will.
    `forwarding` is where the workers note a forwarding header that did not count.
    """

    settings: Settings
    database_url: str = attrs.field(repr=False)
    started: Callable[[], Awaitable[None]]
    is_draining: Callable[[], bool]
    forwarding: ctypes.c_int
    _api: Asgi | None = attrs.field(default=None, init=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one connection, or handle the lifespan protocol."""
        if self._api is not None:
            await self._api(scope, receive, send)
        else:
            await self._run_lifespan(receive, send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as ending:
            try:
                self._api = await self._open(ending)
            except Exception as error:  # noqa: BLE001 - whatever it is, the server must hear of it
                _log.exception("start_failed")
                reason = str(error) if isinstance(error, Failure) else type(error).__name__
                await send({"type": "lifespan.startup.failed", "message": reason})
                return
            gc.collect()
            gc.freeze()  # what lives as long as the process is not collected again: that takes a tenth of a second
            gc.set_threshold(NEW_OBJECTS_COLLECTED, *gc.get_threshold()[1:])
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, ending: AsyncExitStack) -> Asgi:
        tracing = await ending.enter_async_context(opened_tracing(self.settings))
        system = await ending.enter_async_context(open_system(self.settings, self.database_url, tracing))
        telemetry = Telemetry(forwarding=self.forwarding)
        await ending.enter_async_context(_running(_follow_zone_rules(system)))
        await ending.enter_async_context(_running(purge_regularly(system.purge, purge_pauses())))
        await ending.enter_async_context(_running(_update_connection_metrics(system, telemetry)))
        await ending.enter_async_context(_running(self.started()))
        return make_api(system, self.settings, telemetry, self.is_draining)


@asynccontextmanager
async def _running(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run `work` during the block, and cancel it at the end."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_log_failure)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _log_failure(task: asyncio.Future[None]) -> None:
    """Log the exception that ended background work."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("background_work_failed", exc_info=error)


async def _follow_zone_rules(system: System) -> None:
    """Compute due dates anew after an upgrade. What cannot be done now, the next purge does."""
    try:
        await system.follow_zone_rules()
    except Unavailable as error:
        _log.warning("due_dates_not_recomputed", reason=str(error))


async def _update_connection_metrics(system: System, telemetry: Telemetry) -> None:
    """Add the use of database connections to the metrics, every few seconds."""
    while True:
        telemetry.connections_used(system.connections_used())
        await asyncio.sleep(COUNT_EVERY_SECONDS)


def purge_pauses() -> Iterator[float]:
    """Yield the pauses before each purge. The first is random, because all workers start at the same time."""
    yield SystemRandom().uniform(0, PURGE_EVERY_SECONDS)
    yield from repeat(PURGE_EVERY_SECONDS)


async def purge_regularly(purge: Callable[[], Awaitable[object]], pauses: Iterable[float]) -> None:
    """Purge after each pause. A purge that fails is repeated the next time."""
    for pause in pauses:
        await asyncio.sleep(pause)
        try:
            await purge()
        except Exception:  # noqa: BLE001 - one failure must not end all purging to come
            _log.exception("purge_failed")
