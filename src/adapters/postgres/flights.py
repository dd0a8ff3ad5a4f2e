"""Requests of one kind that come at the same time share a statement.

A statement of few rows costs mostly what every statement costs: a round trip, and psycopg's work. While `FLIGHTS`
statements are under way, further requests wait; the waiting ones of one kind then go together.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

import attrs

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

FLIGHTS = 2
"""How many statements are under way at a time: one alone would let a slow one hold up all others."""
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
    """Counts the statements under way, and lets the requests that wait go when one of them ends.

    `fly` gets some requests of one kind, and settles each.
    """

    fly: Callable[[K, list[Request[R]]], Awaitable[None]]
    _under_way: int = attrs.field(default=0, init=False)
    _waiting: dict[K, list[Request[R]]] = attrs.field(factory=dict, init=False)
    _tasks: set["asyncio.Task[None]"] = attrs.field(factory=set, init=False)

    @property
    def are_full(self) -> bool:
        """Whether a request has to wait."""
        return self._under_way >= FLIGHTS

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
        return await request.result()

    def _land(self) -> None:
        """End a flight, and begin the next one."""
        self._under_way -= 1
        if not self._waiting:
            return
        kind = next(iter(self._waiting))
        requests = self._waiting.pop(kind)
        if len(requests) > MAX_REQUESTS:
            self._waiting[kind] = requests[MAX_REQUESTS:]
        self._under_way += 1
        # An empty context: the task serves several requests.
        flight = asyncio.get_running_loop().create_task(
            self._fly(kind, requests[:MAX_REQUESTS]), context=contextvars.Context()
        )
        self._tasks.add(flight)
        flight.add_done_callback(self._tasks.discard)

    async def _fly(self, kind: K, requests: list[Request[R]]) -> None:
        try:
            waiting = [request for request in requests if not request.is_settled]  # others were cancelled
            if waiting:
                await self.fly(kind, waiting)
        finally:
            self._land()
