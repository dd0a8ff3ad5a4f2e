"""What is known of one request while it is being answered."""

import re
from random import getrandbits
from time import monotonic
from typing import Any, cast

import attrs
from litestar.types import Scope

from entrypoints.http.addresses import Address, client_address, is_trusted, names_other_clients, parse, written
from entrypoints.http.ports import Network, RateLimitStatus
from todo_core.actors import Actor
from todo_core.sessions import Client

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
FORWARDED_FOR = b"x-forwarded-for"
UNREAD = frozenset({b"forwarded", b"x-real-ip"})
"""Headers that name a client, and are not read here."""
PROXIED = re.compile(
    rb"via|forwarded.*|(x-)?(true-|cluster-)?client-ip|x-(forwarded|original|real|envoy|amzn)\b.*|x-scheme|(cf|fastly|fly)-.*"
)
"""What proxies add to what they pass on."""
KEY = "todo_core.context"


@attrs.define
class RequestContext:
    """One request and what came of it: filled by the steps of the pipeline, read by the middleware.

    `headers` has lower-case names; a header that was sent more than once is joined by commas (RFC 9110, 5.3).
    `secure`: the client came over TLS. `problem` is the code of the problem it was answered with; `causes` are the
    codes of the rules that a 422 names, and `reason` is what the operator should know of a 503. `tried`: a token was
    sent, good or not, where the route looks for one.
    """

    request_id: str
    headers: dict[bytes, bytes]
    peer: Address | None
    address: Address | None
    secure: bool
    started: float
    actor: Actor | None = None
    counts: list[RateLimitStatus] = attrs.field(factory=list)
    problem: str | None = None
    causes: tuple[str, ...] = ()
    reason: str | None = None
    tried: bool = False

    @classmethod
    def begin(cls, scope: Scope, proxies: tuple[Network, ...]) -> "RequestContext":
        """Return what the request itself says, and keep it in `scope`."""
        headers = joined_headers(scope["headers"])
        client = scope.get("client")
        peer = parse(client[0]) if client else None
        forwarded_for = headers.get(FORWARDED_FOR, b"").decode("latin-1")
        context = cls(
            request_id=_request_id(headers.get(b"x-request-id", b"")),
            headers=headers,
            peer=peer,
            address=client_address(peer, forwarded_for, proxies),
            secure=_is_secure(scope.get("scheme", "http"), headers, trusted=is_trusted(peer, proxies)),
            started=monotonic(),
            tried=b"authorization" in headers,
        )
        cast("dict[str, Any]", scope)[KEY] = context
        return context

    @classmethod
    def of(cls, scope: Scope) -> "RequestContext":
        """Return the context that `begin` kept in `scope`."""
        return cast("dict[str, RequestContext]", scope)[KEY]

    def header(self, name: bytes) -> str | None:
        """Return the header's value, or None when it was not sent."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def client(self) -> Client:
        """Where the request came from, in the words of the core."""
        return Client(written(self.address), self.header(b"user-agent") or "", self.request_id)

    @property
    def was_forwarded(self) -> bool:
        """Whether something says that the request passed a proxy."""
        return any(map(PROXIED.fullmatch, self.headers))

    def was_overlooked(self, proxies: tuple[Network, ...]) -> bool:
        """Return whether a header names another client than the one this request is taken to come from: the peer."""
        if self.address != self.peer:
            return False
        forwarded_for = self.header(FORWARDED_FOR)
        if forwarded_for is not None:
            return names_other_clients(forwarded_for, self.peer, proxies)
        return not UNREAD.isdisjoint(self.headers)


def joined_headers(pairs: Any) -> dict[bytes, bytes]:  # noqa: ANN401 - the server's raw pairs
    """Return the headers by name."""
    headers: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name in headers:
            separator = b"; " if name == b"cookie" else b", "
            headers[name] += separator + value
        else:
            headers[name] = value
    return headers


def _request_id(given: bytes) -> str:
    if REQUEST_ID.fullmatch(given):
        return given.decode()
    return f"{getrandbits(128):032x}"  # unique and no secret, so it need not come from the system, which takes longer


def _is_secure(scheme: str, headers: dict[bytes, bytes], *, trusted: bool) -> bool:
    if trusted and b"x-forwarded-proto" in headers:
        return headers[b"x-forwarded-proto"].rpartition(b",")[2].strip().lower() == b"https"
    return scheme == "https"
