"""Pages of tasks as they were last sent. While the user's revision stays, they are sent again."""

from collections import OrderedDict

import attrs

from entrypoints.http.responses import Response
from todo_core.users import UserId

MAX_BYTES = 16 * 1024 * 1024
"""How many bytes of pages a process keeps."""
OVERHEAD = 1024
"""How many bytes a page takes beside its body, its headers and the query string."""

Request = tuple[UserId, bytes]
"""Who asked, and the query string as it came."""


@attrs.frozen
class KeptPage:
    """A response, and the user's revision that it shows."""

    revision: int
    response: Response


@attrs.define
class PageCache:
    """The pages asked for last. Whether one is still true, and whether the user may still read, has to be asked."""

    max_bytes: int = MAX_BYTES
    _pages: OrderedDict[Request, KeptPage] = attrs.field(factory=OrderedDict, init=False)
    _bytes: int = attrs.field(default=0, init=False)

    def find(self, request: Request) -> KeptPage | None:
        """Return the page that was kept for a request, or None."""
        kept = self._pages.get(request)
        if kept is not None:
            self._pages.move_to_end(request)
        return kept

    def keep(self, request: Request, page: KeptPage) -> None:
        """Keep the page for a request instead of an older one; drop those that nobody has asked for the longest."""
        self._drop(request)
        self._pages[request] = page
        self._bytes += _size(request, page)
        while self._bytes > self.max_bytes:
            self._drop(next(iter(self._pages)))

    def _drop(self, request: Request) -> None:
        page = self._pages.pop(request, None)
        if page is not None:
            self._bytes -= _size(request, page)


def _size(request: Request, page: KeptPage) -> int:
    headers = sum(len(name) + len(value) for name, value in page.response.headers)
    return OVERHEAD + len(request[1]) + headers + len(page.response.body)
