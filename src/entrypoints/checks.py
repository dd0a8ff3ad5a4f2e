"""Checks of the settings and the database: what an operator should know before others find out."""

from collections.abc import Iterator
from typing import Literal, assert_never

from entrypoints.databases import Inspection, State, connection_parameters, head
from entrypoints.failures import Failure
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.settings import BetterAuthMode, Environment, Registration, Settings
from entrypoints.settings.urls import host_name, is_encrypted, is_loopback, may_leave_unencrypted

Status = Literal["ok", "warning", "error"]


def check_settings(settings: Settings) -> tuple[ConfigurationCheck, ...]:
    """Return a result for each thing that is often set wrong. Shows no secret."""
    return tuple(ConfigurationCheck(name, status, detail) for name, status, detail in _results(settings))


def check_database(found: Inspection) -> tuple[ConfigurationCheck, ...]:
    """Return a result for each thing that a database may lack, though it can be reached."""
    return tuple(ConfigurationCheck(name, status, detail) for name, status, detail in _database_results(found))


def _database_results(found: Inspection) -> Iterator[tuple[str, Status, str]]:
    schema = found.schema
    if schema.state is State.NEWER:
        yield "schema", "warning", f"{schema.revision}, newer than this program's {head()}, which can work with it"
    else:
        yield "schema", "ok", f"{schema.revision}, the newest"
    yield "rights", "error" if found.missing_rights else "ok", found.missing_rights or "all that are needed"
    yield "writable", "error" if found.unwritable else "ok", found.unwritable or "yes"
    if found.unlimited:
        yield "time_limits", "warning", f"none: {'; '.join(found.limiting)}"
    else:
        yield "time_limits", "ok", "set"


def _results(settings: Settings) -> Iterator[tuple[str, Status, str]]:
    yield _database(settings)
    yield _keys(settings)
    yield _public_url(settings)
    yield _trusted_proxies(settings)
    yield _allowed_hosts(settings)
    yield _registration(settings)
    yield _better_auth(settings)
    yield _metrics(settings)


def _database(settings: Settings) -> tuple[str, Status, str]:
    if settings.database.url is None:
        return "database", "ok", f"embedded, in {settings.data_directory}"
    try:
        parameters = connection_parameters(settings.database.url)
    except Failure as failure:
        return "database", "error", str(failure)
    if may_leave_unencrypted(parameters):
        return "database", "warning", "external, perhaps without TLS: add sslmode=verify-full to TODO_DATABASE_URL"
    return "database", "ok", "external"


def _keys(settings: Settings) -> tuple[str, Status, str]:
    needed = {"TODO_SIGNING_KEYS": settings.keys.signing, "TODO_SECRET_KEYS": settings.keys.secrets}
    missing = [name for name, value in needed.items() if not value]
    if not missing:
        return "keys", "ok", "set"
    return "keys", "ok", f"generated in the data directory: other machines need {' and '.join(missing)}"


def _public_url(settings: Settings) -> tuple[str, Status, str]:
    url = settings.server.public_url
    if is_encrypted(url) or is_loopback(url):
        return "public_url", "ok", url
    return "public_url", "warning", f"{url}: passwords and tokens travel unencrypted"


def _trusted_proxies(settings: Settings) -> tuple[str, Status, str]:
    if settings.network.trusted_proxies:
        return "trusted_proxies", "ok", ", ".join(map(str, settings.network.trusted_proxies))
    if is_encrypted(settings.server.public_url):
        return "trusted_proxies", "warning", "none: behind a proxy all clients share its rate limits"
    return "trusted_proxies", "ok", "none"


def _allowed_hosts(settings: Settings) -> tuple[str, Status, str]:
    allowed, url = settings.network.allowed_hosts, settings.server.public_url
    public = host_name(url)
    if allowed and public not in allowed and not is_loopback(url):
        return "allowed_hosts", "error", f"{public} is missing: who calls TODO_PUBLIC_URL is refused"
    if allowed:
        return "allowed_hosts", "ok", ", ".join(allowed)
    if settings.environment is Environment.PRODUCTION:
        return "allowed_hosts", "warning", "any: requests for other names are answered too"
    return "allowed_hosts", "ok", "any"


def _metrics(settings: Settings) -> tuple[str, Status, str]:
    if settings.metrics_token:
        return "metrics", "ok", "for whoever has the token"
    if settings.server.is_public:
        return "metrics", "ok", "closed: TODO_METRICS_TOKEN opens them"
    return "metrics", "ok", "for this machine only"


def _registration(settings: Settings) -> tuple[str, Status, str]:
    if settings.registration is Registration.OPEN and settings.environment is Environment.PRODUCTION:
        return "registration", "warning", "open: anybody may make an account"
    return "registration", "ok", settings.registration.value


def _better_auth(settings: Settings) -> tuple[str, Status, str]:
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
