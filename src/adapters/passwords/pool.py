"""A pool of threads for heavy work, with a bounded queue."""

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Semaphore
from typing import ParamSpec, TypeVar

import attrs

from todo_core.errors import Busy

NICENESS = 5
"""Niceness of the threads: they get a third of the time of another thread that wants the same processor."""

IDLE_SECONDS = 5.0
"""After how long without work the memory of the last hash goes back to the system."""
ARENA_MAX = -8
"""The parameter M_ARENA_MAX of mallopt(3). All threads share one arena: of no other is the end given back."""

Arguments = ParamSpec("Arguments")
T = TypeVar("T")


@attrs.define(init=False, eq=False)
class BoundedPool:
    """Runs `workers` calls at a time and lets `queue` more wait; the next one is refused at once with Busy.

    Threads are enough, because argon2 releases the interpreter lock. Every worker may take the memory of one hash.
    """

    _threads: ThreadPoolExecutor
    _places: Semaphore
    _idle: asyncio.TimerHandle | None = attrs.field(default=None, init=False)

    def __init__(self, workers: int, queue: int) -> None:
        _call_allocator("mallopt", ARENA_MAX, 1)  # before there are threads
        threads = ThreadPoolExecutor(workers, thread_name_prefix="passwords", initializer=_step_back)
        self.__attrs_init__(threads, Semaphore(workers + queue))

    async def run(self, work: Callable[Arguments, T], *args: Arguments.args, **kwargs: Arguments.kwargs) -> T:
        """Return `work(…)`, done in a thread. Raises Busy. A caller that is cancelled takes waiting work back."""
        if not self._places.acquire(blocking=False):
            raise Busy("too many passwords wait to be hashed")
        future = self._threads.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wrap_future(future)
        finally:
            self._watch_for_idleness()

    def close(self) -> None:
        """Let running work end and drop what waits."""
        if self._idle is not None:
            self._idle.cancel()
        self._threads.shutdown(cancel_futures=True)

    def _watch_for_idleness(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._threads.submit, _give_memory_back)


def _give_memory_back() -> None:
    """Give back what the allocator keeps: it expects that as much is wanted again (mallopt(3), M_MMAP_THRESHOLD).

    To give it back after each hash would make hashes half as fast again: new memory comes page by page.
    """
    _call_allocator("malloc_trim", 0)


def _call_allocator(function: str, *arguments: int) -> None:
    """Call a function that glibc has, and other C libraries do without."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            getattr(ctypes.CDLL(None), function)(*arguments)


def _step_back() -> None:
    """Let other work go first when there are not processors enough: on Linux each thread has a niceness of its own.

    Where a filter of system calls refuses that (in a hardened unit or container), hashing goes on without it.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.nice(NICENESS)
