"""Requests of one kind that come at the same time share a statement.

A statement of few rows costs mostly what every statement costs: a round trip, and psycopg's work. While one is under
way, further requests wait; when it has landed, those of one kind go together. `QUIET_FLIGHTS` are under way at a time
while they carry few: waiting would cost more than it saves. None waits long for a slow one: after `MAX_WAIT_SECONDS`
the next flight goes, too, as long as fewer than `MAX_FLIGHTS` are under way.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

import attrs

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

QUIET_FLIGHTS = 2
"""How many statements are under way before requests wait, while there are few requests."""
MAX_FLIGHTS = 4
"""How many statements are under way at a time, at most."""
MAX_WAIT_SECONDS = 0.003
"""After how long waiting requests go, whatever is under way."""
BUSY_SIZE = 3
"""If the last flight carried as many requests, the next ones wait for any that is under way."""
MAX_REQUESTS = 64
"""How many requests one statement carries."""

Values = Mapping[str, object]


@attrs.define(eq=False)
class Request(Generic[R]):
    """A request that waits for a flight."""

    values: Values
    _result: "asyncio.Future[R]" = attrs.field(factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_settled(self) -> bool:
        """Whether the caller has its result, or was cancelled."""
        return self._result.done()

    def succeed(self, result: R) -> None:
        """Hand the result to the caller, unless it was cancelled."""
        if not self.is_settled:
            self._result.set_result(result)

    def fail(self, error: Exception) -> None:
        """Raise the error in the caller, unless it was cancelled."""
        if not self.is_settled:
            self._result.set_exception(error)

    async def result(self) -> R:
        """Wait for the result."""
        return await self._result


@attrs.define
class Flights(Generic[K, R]):
    """Counts the statements under way, and lets the requests that wait go.

    `fly` gets some requests of one kind, and settles each.
    """

    fly: Callable[[K, list[Request[R]]], Awaitable[None]]
    _under_way: int = attrs.field(default=0, init=False)
    _last_size: int = attrs.field(default=0, init=False)
    _waiting: dict[K, list[Request[R]]] = attrs.field(factory=dict, init=False)
    _timer: asyncio.TimerHandle | None = attrs.field(default=None, init=False)
    _tasks: set["asyncio.Task[None]"] = attrs.field(factory=set, init=False)

    @property
    def must_wait(self) -> bool:
        """Whether a request has to wait."""
        return self._under_way >= (1 if self._last_size >= BUSY_SIZE else QUIET_FLIGHTS)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a statement that the caller runs for itself."""
        self._under_way += 1
        try:
            yield
        finally:
            self._land()

    async def join(self, kind: K, values: Values) -> R:
        """Wait for a flight, and return this request's result."""
        request: Request[R] = Request(values)
        self._waiting.setdefault(kind, []).append(request)
        self._start_timer()
        return await request.result()

    def _start_timer(self) -> None:
        """Let waiting requests go after `MAX_WAIT_SECONDS`."""
        if self._waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MAX_WAIT_SECONDS, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        if self._under_way < MAX_FLIGHTS:
            self._depart()
        else:
            self._start_timer()

    def _land(self) -> None:
        """End a flight, and begin the next one if there is need for it."""
        self._under_way -= 1
        if self._waiting and not self.must_wait:
            self._depart()

    def _depart(self) -> None:
        """Begin a flight, with the kind that has waited longest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        kind = next(iter(self._waiting))
        requests = self._waiting.pop(kind)
        self._last_size = len(requests)
        if len(requests) > MAX_REQUESTS:
            self._waiting[kind] = requests[MAX_REQUESTS:]
        self._under_way += 1
        # An empty context: the task serves several requests.
        flight = asyncio.get_running_loop().create_task(
            self._fly(kind, requests[:MAX_REQUESTS]), context=contextvars.Context()
        )
        self._tasks.add(flight)
        flight.add_done_callback(self._tasks.discard)
        self._start_timer()

    async def _fly(self, kind: K, requests: list[Request[R]]) -> None:
        try:
            waiting = [request for request in requests if not request.is_settled]  # others were cancelled
            if waiting:
                await self.fly(kind, waiting)
        finally:
            self._land()
