"""What the HTTP API needs beside the use cases, and what can be chosen about it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, Protocol

import attrs

from todo_core.use_cases import Accounts, Authentication, Lists, PersonalTokens, Sessions, Tasks

Network = IPv4Network | IPv6Network


class Sealer(Protocol):
    """Makes opaque tokens for clients to bring back: cursors and sync tokens."""

    def seal(self, kind: str, payload: bytes) -> str:
        """Return a URL-safe token that holds `payload`. No kind of token is ever accepted as another."""

    def open(self, kind: str, token: str) -> bytes:
        """Return the payload. Raises `todo_core.errors.InvalidToken` unless `seal` made the token for this kind."""


@attrs.frozen
class RateLimitPolicy:
    """At most `quota` requests in a window of `window` seconds that begins with the first of them."""

    name: str
    quota: int
    window: int


@attrs.frozen
class RateLimitStatus:
    """Where a counter stands after a request: what is left in its window, and in how many seconds that ends."""

    policy: RateLimitPolicy
    remaining: int
    resets_in: int
    exceeded: bool = False


class RateLimiter(Protocol):
    """Counts requests. A window is never prolonged by trying; counting and deciding is one step."""

    async def hit(self, policy: RateLimitPolicy, key: str) -> RateLimitStatus:
        """Count one request of `key` under `policy.name`. Raises `todo_core.errors.Unavailable`.

        The key may be personal (an e-mail address): what is kept beyond the process is a digest of it.
        """


class Readiness(Protocol):
    """Whether the API can do its work."""

    async def check(self) -> Mapping[str, Mapping[str, object]]:
        """Return the checks by name, each with `status` ("ok" or something else) and measurements. Raises nothing."""


class RequestSpan(Protocol):
    """The record of a request while it is being answered."""

    @property
    def trace_id(self) -> str:
        """The id of its trace (W3C Trace Context), in hexadecimal."""

    def complete(self, *, route: str | None, status: int, request_id: str) -> None:
        """Note how it was answered; `route` is the template of the path, None when no route was found."""


class Tracer(Protocol):
    """Records requests."""

    def request(self, method: str, parent: Mapping[str, str]) -> AbstractContextManager[RequestSpan]:
        """Record a request, below the span that `traceparent` and `tracestate` in `parent` name, if they do."""


@attrs.frozen
class ConfigurationCheck:
    """One judgement on the settings; `detail` never shows the value of a secret."""

    name: str
    status: Literal["ok", "warning", "error"]
    detail: str


@attrs.frozen
class Collaborators:
    """The parts that the composition root hands to the API.

    `shared` counts over all processes. `public_keys` gives the JWK Set (RFC 7517) that verifies access tokens;
    `metrics` the Prometheus text of all processes, if there are several (None: this process's own).
    `is_draining` says that the server is about to stop.
    """

    sealer: Sealer
    shared: RateLimiter
    readiness: Readiness
    public_keys: Callable[[], Mapping[str, object]]
    configuration: Callable[[], Sequence[ConfigurationCheck]] = tuple
    metrics: Callable[[], bytes] | None = None
    is_draining: Callable[[], bool] = bool


@attrs.frozen
class UseCases:
    """What the API offers."""

    authentication: Authentication
    accounts: Accounts
    sessions: Sessions
    personal_tokens: PersonalTokens
    tasks: Tasks
    lists: Lists


LimitName = Literal["login", "register", "refresh", "password"]
"""A shared limit by client address: the name of a member of `Limits`."""


@attrs.frozen
class Limits:
    """The rate limits. `api` counts users, each process for itself; the others count addresses, over all processes."""

    login: RateLimitPolicy = RateLimitPolicy("login", 10, 300)
    register: RateLimitPolicy = RateLimitPolicy("register", 20, 3600)
    refresh: RateLimitPolicy = RateLimitPolicy("refresh", 60, 60)
    password: RateLimitPolicy = RateLimitPolicy("password", 5, 300)
    api: RateLimitPolicy = RateLimitPolicy("api", 600, 60)


@attrs.frozen
class Options:
    """What can be chosen. Hosts: none means any; origins and proxies: none means none.

    `public_origin` (scheme, host and port) is the origin of the API itself, for browsers without fetch metadata;
    `path_prefix` is the path of its public URL, which a proxy takes away; `is_public`: that URL is not on this machine.
    """

    version: str = "0"
    environment: str = "development"
    public_origin: str | None = None
    path_prefix: str = ""
    is_public: bool = False
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    metrics_token: str | None = attrs.field(default=None, repr=False)
    limits: Limits = Limits()
