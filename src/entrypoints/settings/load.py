"""Reads all settings once, and reports everything that is wrong with them at once.

A default is declared here next to the name, or in the class of the part that it configures.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import platformdirs

from entrypoints.http.ports import Limits, RateLimitPolicy
from entrypoints.settings import network_rules, rules
from entrypoints.settings.better_auth import check_better_auth, read_better_auth
from entrypoints.settings.reader import ConfigurationError, Reader
from entrypoints.settings.sources import read_sources
from entrypoints.settings.tracing import check_tracing, read_tracing
from entrypoints.settings.tree import (
    DEFAULT_ENVIRONMENT,
    DatabaseSettings,
    Environment,
    KeySettings,
    LogFormat,
    LogSettings,
    NetworkSettings,
    PasswordSettings,
    Registration,
    ServerSettings,
    Settings,
    TimeLimits,
    authority,
)
from entrypoints.settings.urls import is_encrypted
from todo_core.audit import DEFAULT_RETENTION
from todo_core.sessions import SessionPolicy
from todo_core.use_cases.task_queries import DEFAULT_MAX_TASKS
from todo_core.users import MIN_PASSWORD_LENGTH, PasswordPolicy

SYSTEM_STATE = Path("/var/lib/todo-core")
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised here, not bound to
DAY = 86_400
NEEDED_IN_PRODUCTION = {
    "DATABASE_URL": "a postgresql:// URL, or `embedded` for the database in TODO_DATA_DIR",
    "PUBLIC_URL": "the https:// address that clients use",
    "SECRET_KEYS": "`openssl rand -hex 32` makes one",
    "SIGNING_KEYS": "a file that every process can read; `todo keys rotate` makes it",
}


def load_settings(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Settings:
    """Return the settings: from the environment, or from the files in `directory` (the current one).

    Raises ConfigurationError with everything that is wrong.
    """
    home = (directory or _current_directory()).absolute()
    declared = Reader({})
    _read(declared, home)  # this asks the reader for every key
    sources = read_sources(os.environ if environ is None else environ, home, frozenset(declared.asked))
    reader = Reader(sources.entries)
    settings = _read(reader, home)
    _check_together(settings, reader)
    if settings.environment is Environment.PRODUCTION:
        _check_production(settings, reader)
    if problems := (*sources.problems, *reader.problems):
        raise ConfigurationError(problems)
    return settings


def _current_directory() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise ConfigurationError(
            (f"the current directory cannot be found, start in another: {error.strerror}",)
        ) from None


def default_data_directory() -> Path | None:
    """Return the platform's directory for this user's data (root: the machine's); None for a user without a home."""
    if os.name == "posix" and os.geteuid() == 0:
        return SYSTEM_STATE
    try:
        return platformdirs.user_data_path("todo-core", appauthor=False)
    except RuntimeError:
        return None


def _read(reader: Reader, home: Path) -> Settings:
    take = reader.take
    return Settings(
        environment=take("ENVIRONMENT", rules.one_of(Environment), DEFAULT_ENVIRONMENT),
        data_directory=_data_directory(reader, home),
        server=_server(reader),
        database=_database(reader, home),
        keys=_keys(reader, home),
        sessions=_sessions(reader),
        passwords=_passwords(reader),
        limits=_limits(reader),
        network=_network(reader),
        logs=_logs(reader),
        tracing=read_tracing(reader),
        better_auth=read_better_auth(reader),
        metrics_token=take("METRICS_TOKEN", rules.access_secret, None),
        registration=take("REGISTRATION", rules.one_of(Registration), Registration.OPEN),
        max_tasks=take("MAX_TASKS", rules.whole(1, 10_000_000), DEFAULT_MAX_TASKS),
        audit_retention=take("AUDIT_DAYS", rules.days(1, 36_500), DEFAULT_RETENTION),
    )


def _data_directory(reader: Reader, home: Path) -> Path:
    chosen = reader.take("DATA_DIR", rules.data_directory(home), None) or default_data_directory()
    reader.require("DATA_DIR", chosen, "must be set: this user has no home directory")
    return chosen or home


def _server(reader: Reader) -> ServerSettings:
    host = reader.take("HOST", network_rules.host, "127.0.0.1")
    port = reader.take("PORT", rules.whole(1, 65_535), 8000)
    return ServerSettings(
        host=host,
        port=port,
        workers=reader.take("WORKERS", rules.whole(1, 64), 1),
        public_url=reader.take("PUBLIC_URL", network_rules.http_url, _local_url(host, port)),
        drain=reader.take("DRAIN_SECONDS", rules.seconds(0, 300), timedelta(seconds=2)),
        shutdown=reader.take("SHUTDOWN_SECONDS", rules.seconds(1, 300), timedelta(seconds=10)),
    )


def _local_url(host: str, port: int) -> str:
    """Return the URL for a browser on this machine, which cannot open a wildcard address (0.0.0.0, ::)."""
    return f"http://{authority('127.0.0.1' if host in WILDCARDS else host, port)}"


def _database(reader: Reader, home: Path) -> DatabaseSettings:
    url = reader.take("DATABASE_URL", network_rules.database, None)
    prepare = reader.take("PREPARE_STATEMENTS", rules.switch, default=True)
    return DatabaseSettings(
        url=url,
        direct_url=reader.take("DATABASE_DIRECT_URL", network_rules.database_url, url),
        programs=reader.take("PG_BINDIR", rules.path(home), None),
        pool_min=reader.take("POOL_MIN", rules.whole(0, 1000), 1),
        pool_max=reader.take("POOL_MAX", rules.whole(1, 1000), 10),
        pool_timeout=reader.take("POOL_TIMEOUT", rules.seconds(1, 300), timedelta(seconds=5)),
        prepare_statements=prepare,
        time_limits=reader.take(
            "TIME_LIMITS", rules.one_of(TimeLimits), TimeLimits.CONNECTION if prepare else TimeLimits.ROLE
        ),
    )


def _keys(reader: Reader, home: Path) -> KeySettings:
    return KeySettings(
        signing=reader.take("SIGNING_KEYS", rules.key_file(home), None),
        secrets=reader.take("SECRET_KEYS", rules.several(rules.key), ()),
    )


def _sessions(reader: Reader) -> SessionPolicy:
    default = SessionPolicy()
    return SessionPolicy(
        access_token_lifetime=reader.take(
            "ACCESS_TOKEN_SECONDS", rules.seconds(1, 3600), default.access_token_lifetime
        ),
        idle_timeout=reader.take("REFRESH_IDLE_SECONDS", rules.seconds(1, 365 * DAY), default.idle_timeout),
        absolute_timeout=reader.take("REFRESH_MAX_SECONDS", rules.seconds(1, 365 * DAY), default.absolute_timeout),
        grace_period=reader.take("REFRESH_GRACE_SECONDS", rules.seconds(0, 300), default.grace_period),
    )


def _passwords(reader: Reader) -> PasswordSettings:
    length = reader.take("PASSWORD_MIN_LENGTH", rules.whole(MIN_PASSWORD_LENGTH, 128), PasswordPolicy().min_length)
    return PasswordSettings(
        policy=PasswordPolicy(length),
        workers=reader.take("PASSWORD_WORKERS", rules.whole(1, 64), 1),
        queue=reader.take("PASSWORD_QUEUE", rules.whole(0, 10_000), 64),
    )


def _network(reader: Reader) -> NetworkSettings:
    return NetworkSettings(
        cors_origins=reader.take("CORS_ORIGINS", rules.several(network_rules.origin), ()),
        trusted_proxies=reader.take("TRUSTED_PROXIES", rules.several(network_rules.network), ()),
        allowed_hosts=reader.take("ALLOWED_HOSTS", rules.several(network_rules.allowed_host), ()),
    )


def _logs(reader: Reader) -> LogSettings:
    return LogSettings(
        level=reader.take("LOG_LEVEL", rules.log_level, "info"),
        format=reader.take("LOG_FORMAT", rules.one_of(LogFormat), None),
    )


def _limits(reader: Reader) -> Limits:
    default = Limits()
    return Limits(
        login=_limit(reader, "LIMIT_LOGIN", default.login),
        register=_limit(reader, "LIMIT_REGISTER", default.register),
        refresh=_limit(reader, "LIMIT_REFRESH", default.refresh),
        password=_limit(reader, "LIMIT_PASSWORD", default.password),
        api=_limit(reader, "LIMIT_API", default.api),
    )


def _limit(reader: Reader, key: str, default: RateLimitPolicy) -> RateLimitPolicy:
    return reader.take(key, rules.rate_limit(default), default)


def _check_together(settings: Settings, reader: Reader) -> None:
    """Check rules that involve more than one setting."""
    database, sessions, require = settings.database, settings.sessions, reader.require
    require("POOL_MIN", database.pool_min <= database.pool_max, "must not be above TODO_POOL_MAX", "POOL_MAX")
    require(
        "DATABASE_DIRECT_URL",
        database.url or not database.direct_url,
        "is for the migrations of TODO_DATABASE_URL, which is not set",
        "DATABASE_URL",
    )
    require(
        "REFRESH_IDLE_SECONDS",
        sessions.idle_timeout <= sessions.absolute_timeout,
        "must not be above TODO_REFRESH_MAX_SECONDS",
        "REFRESH_MAX_SECONDS",
    )
    check_better_auth(settings, reader)
    check_tracing(settings.tracing, reader)


def _check_production(settings: Settings, reader: Reader) -> None:
    """Refuse in production what is only fit for a developer's machine."""
    for key, rule in NEEDED_IN_PRODUCTION.items():
        reader.require(key, key in reader.entries, f"must be set in production: {rule}")
    encrypted = "PUBLIC_URL" not in reader.entries or is_encrypted(settings.server.public_url)
    reader.require("PUBLIC_URL", encrypted, "must begin with https:// in production")
