"""Judges settings, database, keys and machine, and tells the operator what to do.

Nothing is looked up here: `todo check`, `todo doctor` and `/health/config` bring what they found.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, assert_never

from entrypoints.databases import OLDEST_MAJOR, Inspection, Schema, State, connection_parameters, head, unusable
from entrypoints.failures import Failure
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.settings import BetterAuthMode, Environment, Registration, Settings, TracingSettings
from entrypoints.settings.urls import host_name, is_encrypted, is_loopback, may_leave_unencrypted

Status = Literal["ok", "warning", "error"]
Result = tuple[str, Status, str]

CLOCKS_DIFFER = timedelta(seconds=3)
"""From this difference on, times in responses and in the database visibly differ: a warning."""
CLOCKS_DISAGREE = timedelta(minutes=1)
"""From this difference on, machines refuse each other's access tokens and keys: an error."""


def check_settings(settings: Settings) -> tuple[ConfigurationCheck, ...]:
    """Return a result for each setting that is often wrong. Shows no secret."""
    return tuple(ConfigurationCheck(name, status, detail) for name, status, detail in _results(settings))


def check_database(found: Inspection, *, embedded: bool) -> tuple[ConfigurationCheck, ...]:
    """Return a result for each thing that a reachable database may lack."""
    results = _database_results(found, embedded=embedded)
    return tuple(ConfigurationCheck(name, status, detail) for name, status, detail in results)


def _database_results(found: Inspection, *, embedded: bool) -> Iterator[Result]:
    yield _connection(found)
    yield _clock(found.clock_ahead)
    yield _schema(found.schema, embedded=embedded)
    if found.schema.is_usable or found.missing_rights:  # else nothing is known of rights on tables to come
        yield _rights(found.missing_rights)
    yield "writable", "error" if found.unwritable else "ok", found.unwritable or "yes"
    if found.unlimited:
        yield "time_limits", "warning", f"none: {'; '.join(found.limiting)}"
    else:
        yield "time_limits", "ok", "set"


def _rights(missing: str | None) -> Result:
    if missing:
        return "rights", "error", f"{missing} (docs/database.md)"
    return "rights", "ok", "all that are needed"


def _connection(found: Inspection) -> Result:
    tls = "with" if found.tls else "without"
    what = f"PostgreSQL {found.server} as {found.role}, {tls} TLS, in UTF-8, schema {found.place}"
    if int(found.server.partition(".")[0]) < OLDEST_MAJOR:
        return "connection", "error", f"{what}: PostgreSQL {OLDEST_MAJOR} or newer is needed"
    return "connection", "ok", what


def _schema(schema: Schema, *, embedded: bool) -> Result:
    if schema.state is State.NEWER:
        return "schema", "warning", f"{schema.revision}, newer than this program's {head()}, which can work with it"
    problem = unusable(schema)
    if problem is None:
        return "schema", "ok", f"{schema.revision}, the newest"
    if embedded:
        return "schema", "ok", f"{schema.revision}: the server brings it to {head()} when it starts"
    return "schema", "error", problem


def _clock(ahead: timedelta) -> Result:
    apart = abs(ahead)
    if apart <= CLOCKS_DIFFER:
        return "clock", "ok", f"{apart.total_seconds():.1f} s from the database's"
    ends = "ahead of" if ahead < timedelta() else "behind"
    detail = f"{apart.total_seconds():.0f} s {ends} the database's: have both machines ask a time server (NTP)"
    return "clock", "error" if apart > CLOCKS_DISAGREE else "warning", detail


def _results(settings: Settings) -> Iterator[Result]:
    yield _database(settings)
    yield _keys(settings)
    yield _public_url(settings)
    yield _trusted_proxies(settings)
    yield _allowed_hosts(settings)
    yield _registration(settings)
    yield _better_auth(settings)
    yield _metrics(settings)
    yield _tracing(settings.tracing)


def _database(settings: Settings) -> Result:
    if settings.database.url is None:
        return "database", "ok", f"embedded, in {settings.data_directory}"
    try:
        parameters = connection_parameters(settings.database.url)
    except Failure as failure:
        return "database", "error", str(failure)
    if may_leave_unencrypted(parameters):
        return "database", "warning", "external, perhaps without TLS: add sslmode=verify-full to TODO_DATABASE_URL"
    return "database", "ok", "external"


def _keys(settings: Settings) -> Result:
    needed = {"TODO_SIGNING_KEYS": settings.keys.signing, "TODO_SECRET_KEYS": settings.keys.secrets}
    missing = [name for name, value in needed.items() if not value]
    if not missing:
        return "keys", "ok", "set"
    return "keys", "ok", f"generated in the data directory: other machines need {' and '.join(missing)}"


def _public_url(settings: Settings) -> Result:
    url = settings.server.public_url
    if is_encrypted(url) or is_loopback(url):
        return "public_url", "ok", url
    return "public_url", "warning", f"{url}: passwords and tokens travel unencrypted"


def _trusted_proxies(settings: Settings) -> Result:
    if settings.network.trusted_proxies:
        return "trusted_proxies", "ok", ", ".join(map(str, settings.network.trusted_proxies))
    if is_encrypted(settings.server.public_url):
        return "trusted_proxies", "warning", "none: behind a proxy all clients share its rate limits"
    return "trusted_proxies", "ok", "none"


def _allowed_hosts(settings: Settings) -> Result:
    allowed, url = settings.network.allowed_hosts, settings.server.public_url
    public = host_name(url)
    if allowed and public not in allowed and not is_loopback(url):
        return "allowed_hosts", "error", f"{public} is missing: who calls TODO_PUBLIC_URL is refused"
    if allowed:
        return "allowed_hosts", "ok", ", ".join(allowed)
    if settings.environment is Environment.PRODUCTION:
        return "allowed_hosts", "warning", "any: requests for other names are answered too"
    return "allowed_hosts", "ok", "any"


def _metrics(settings: Settings) -> Result:
    if settings.metrics_token:
        return "metrics", "ok", "for whoever has the token"
    if settings.server.is_public:
        return "metrics", "ok", "closed: TODO_METRICS_TOKEN opens them"
    return "metrics", "ok", "for this machine only"


def _tracing(tracing: TracingSettings) -> Result:
    if tracing.endpoint is None:
        return "tracing", "ok", "off"
    detail = f"{tracing.ratio:.2%} of what begins here, to {tracing.endpoint}"
    if tracing.headers and not (is_encrypted(tracing.endpoint) or is_loopback(tracing.endpoint)):
        return "tracing", "warning", f"{detail}: TODO_TRACING_HEADERS travel unencrypted"
    return "tracing", "ok", detail


def _registration(settings: Settings) -> Result:
    if settings.registration is Registration.OPEN and settings.environment is Environment.PRODUCTION:
        return "registration", "warning", "open: anybody may make an account"
    return "registration", "ok", settings.registration.value


def _better_auth(settings: Settings) -> Result:
    chosen = settings.better_auth
    match chosen.mode:
        case BetterAuthMode.OFF:
            return "better_auth", "ok", "off"
        case BetterAuthMode.JWKS:
            return "better_auth", "ok", f"tokens of {chosen.issuer}, by the keys at {chosen.key_set}"
        case BetterAuthMode.HS256:
            return "better_auth", "warning", f"tokens of {chosen.issuer}, by a shared secret: who has it can be anybody"
        case _:
            assert_never(chosen.mode)
