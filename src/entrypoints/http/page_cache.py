"""Pages of tasks as they were last sent. While the user's revision stays, they are sent again.

Who asks for a page that is just being read waits for it instead of reading it, too.
"""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs

from entrypoints.http.responses import Header, Response
from todo_core.users import UserId

MAX_BYTES = 8 * 1024 * 1024
"""How many bytes of pages a process keeps."""
OVERHEAD = 1024
"""How many bytes a page takes beside its body, its headers and the query string."""
MAX_REMEMBERED = 4096
"""How many requests that came once are remembered: what nobody asks for again takes no room from what is kept."""
FAST = 1
"""How hard zlib tries: a page takes a quarter of its size then, or less, and trying harder gains little."""

Request = tuple[UserId, bytes]
"""Who asked, and the query string as it came."""


@attrs.frozen
class KeptPage:
    """A page as it was sent, and the user's revision that it shows."""

    revision: int
    compressed: bytes
    headers: Sequence[Header]

    @classmethod
    def of(cls, revision: int, response: Response) -> "KeptPage":
        """Return the page that a response shows."""
        headers = [header for header in response.headers if header[0] != b"content-length"]
        return cls(revision, zlib.compress(response.body, FAST), headers)

    @property
    def response(self) -> Response:
        """The response."""
        return Response(200, zlib.decompress(self.compressed), self.headers)

    @property
    def size(self) -> int:
        """How many bytes of it count."""
        return len(self.compressed) + sum(len(name) + len(value) for name, value in self.headers)


@attrs.define(eq=False)
class Reading:
    """A page that is being read for one request, and perhaps shown to others that wait for it."""

    revision: int | None = None
    response: Response | None = None
    ended: asyncio.Event = attrs.field(factory=asyncio.Event)


@attrs.define
class PageCache:
    """The pages asked for last, and more than once. Whether one is still true, and may be read, has to be asked."""

    max_bytes: int = MAX_BYTES
    _readings: dict[Request, Reading] = attrs.field(factory=dict, init=False)
    _pages: OrderedDict[Request, KeptPage] = attrs.field(factory=OrderedDict, init=False)
    _came_once: OrderedDict[int, None] = attrs.field(factory=OrderedDict, init=False)
    _bytes: int = attrs.field(default=0, init=False)

    async def current(self, request: Request, revision: Callable[[], Awaitable[int]]) -> Response | None:
        """Return the response to a request without reading the page, or None if it has to be read.

        `revision` returns the user's revision, and raises when the user may not read. A page that somebody else read
        meanwhile is as new as that, or newer.
        """
        kept = self.find(request)
        if kept is None and request not in self._readings:
            return None
        current = await revision()
        if kept is not None and kept.revision == current:
            return kept.response
        reading = self._readings.get(request)
        if reading is None:
            return None
        await reading.ended.wait()
        return reading.response if reading.revision is not None and reading.revision >= current else None

    @contextmanager
    def reading(self, request: Request) -> Iterator[Callable[[int, Response], None]]:
        """Let others wait for a page while the block reads it. Yields what takes the page, if it may be sent again."""
        reading = Reading()

        def finish(revision: int, response: Response) -> None:
            reading.revision, reading.response = revision, response
            self.keep(request, revision, response)

        self._readings.setdefault(request, reading)
        try:
            yield finish
        finally:
            reading.ended.set()
            if self._readings.get(request) is reading:
                del self._readings[request]

    def find(self, request: Request) -> KeptPage | None:
        """Return the page that was kept for a request, or None."""
        kept = self._pages.get(request)
        if kept is not None:
            self._pages.move_to_end(request)
        return kept

    def keep(self, request: Request, revision: int, response: Response) -> None:
        """Keep the response to a request that came before, instead of an older one.

        Those that nobody has asked for the longest are dropped.
        """
        if not self._came_before(request):
            return
        self._drop(request)
        self._pages[request] = page = KeptPage.of(revision, response)
        self._bytes += _size(request, page)
        while self._bytes > self.max_bytes:
            self._drop(next(iter(self._pages)))

    def _came_before(self, request: Request) -> bool:
        """Say whether a request came before, and remember that it came: its hash, for query strings are long."""
        if request in self._pages or hash(request) in self._came_once:
            self._came_once.pop(hash(request), None)
            return True
        self._came_once[hash(request)] = None
        if len(self._came_once) > MAX_REMEMBERED:
            self._came_once.popitem(last=False)
        return False

    def _drop(self, request: Request) -> None:
        page = self._pages.pop(request, None)
        if page is not None:
            self._bytes -= _size(request, page)


def _size(request: Request, page: KeptPage) -> int:
    return OVERHEAD + len(request[1]) + page.size
