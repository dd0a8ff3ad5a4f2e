"""All settings as one frozen tree of typed values. What reads them: `entrypoints.settings.load`."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import attrs

from entrypoints.http.ports import Limits, Network
from entrypoints.settings import urls
from entrypoints.settings.secret import Secret
from todo_core.sessions import SessionPolicy
from todo_core.users import PasswordPolicy


class Environment(StrEnum):
    """Where the program runs. Production refuses defaults that are only fit for development."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


DEFAULT_ENVIRONMENT = Environment.DEVELOPMENT


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    CONSOLE = "console"


class Registration(StrEnum):
    """Who may make accounts: anybody, or only the operator."""

    OPEN = "open"
    CLOSED = "closed"


class TimeLimits(StrEnum):
    """Who sets the time limits of statements: each connection as it is made, or the database's role for good."""

    CONNECTION = "connection"
    ROLE = "role"


def authority(host: str, port: int) -> str:
    """Return host and port as they stand in a URL (RFC 3986 3.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@attrs.frozen
class ServerSettings:
    """Where the API listens, and under which URL clients reach it."""

    host: str
    port: int
    workers: int
    public_url: str
    drain: timedelta
    shutdown: timedelta

    @property
    def stop_within(self) -> timedelta:
        """How long the server takes to stop at most. A supervisor has to wait longer before it kills it."""
        return self.drain + self.shutdown

    @property
    def address(self) -> str:
        """The address on which the API listens, as a URL has it."""
        return authority(self.host, self.port)

    @property
    def public_origin(self) -> str:
        """The API's own origin, as browsers send it. `public_url` is kept as set: it is the issuer of tokens."""
        return urls.origin(self.public_url)

    @property
    def path_prefix(self) -> str:
        """The path of the public URL, without a slash at the end. A proxy removes it."""
        return urls.path(self.public_url)

    @property
    def is_public(self) -> bool:
        """Whether the public URL leads to another machine than this one."""
        return not urls.is_loopback(self.public_url)


@attrs.frozen
class DatabaseSettings:
    """Which database, and how many connections. `url` None: the embedded server, run from `programs` if that is set."""

    url: Secret | None
    direct_url: Secret | None
    programs: Path | None
    pool_min: int
    pool_max: int
    pool_timeout: timedelta
    prepare_statements: bool
    time_limits: TimeLimits


@attrs.frozen
class KeySettings:
    """The keys: `signing` None and no `secrets` mean keys generated in the data directory (development only)."""

    signing: Path | None
    secrets: tuple[Secret, ...]


@attrs.frozen
class PasswordSettings:
    """The rules for passwords, how many each process hashes at a time, and how many requests may wait for that."""

    policy: PasswordPolicy
    workers: int
    queue: int


@attrs.frozen
class NetworkSettings:
    """Which browsers' origins, reverse proxies and host names are trusted; empty means none (hosts: any)."""

    cors_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    allowed_hosts: tuple[str, ...]


class BetterAuthMode(StrEnum):
    """How tokens of a Better Auth server are verified: not at all, by its public keys, or by a shared secret."""

    OFF = "off"
    JWKS = "jwks"
    HS256 = "hs256"


@attrs.frozen
class BetterAuthSettings:
    """The external issuer. `issuer` and `audience` are what its tokens say; empty while the mode is off.

    `key_set` is where its public keys are (mode jwks), `secret` what signs its tokens (mode hs256).
    """

    mode: BetterAuthMode
    issuer: str
    audience: str
    key_set: str | None
    secret: Secret | None


@attrs.frozen
class TracingSettings:
    """Where traces are sent (`endpoint` None: nowhere), with which headers, and the share that is recorded."""

    endpoint: str | None
    headers: tuple[tuple[str, Secret], ...]
    ratio: float


@attrs.frozen
class LogSettings:
    """The lowest level, and the format. `format` None: coloured lines on a terminal, else JSON."""

    level: str
    format: LogFormat | None


@attrs.frozen
class Settings:
    """Everything that can be set, checked. Times are time spans, networks are networks, secrets are masked."""

    environment: Environment
    data_directory: Path
    server: ServerSettings
    database: DatabaseSettings
    keys: KeySettings
    sessions: SessionPolicy
    passwords: PasswordSettings
    limits: Limits
    network: NetworkSettings
    logs: LogSettings
    tracing: TracingSettings
    better_auth: BetterAuthSettings
    metrics_token: Secret | None
    registration: Registration
    max_tasks: int
    audit_retention: timedelta
