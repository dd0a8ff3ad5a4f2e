"""The settings of an external issuer, a Better Auth server. Refused together when they cannot work together."""

from collections.abc import Callable

from entrypoints.settings import network_rules, rules, urls
from entrypoints.settings.reader import Reader
from entrypoints.settings.secret import Secret
from entrypoints.settings.tree import BetterAuthMode, BetterAuthSettings, Environment, Settings

KEY_SET_PATH = "/api/auth/jwks"
"""Where a Better Auth server publishes its keys unless it is told otherwise."""


def read_better_auth(reader: Reader) -> BetterAuthSettings:
    """Return the settings; issuer and audience are the origin of the URL unless they are set."""
    mode = reader.take("BETTER_AUTH_MODE", rules.one_of(BetterAuthMode), BetterAuthMode.OFF)
    url = reader.take("BETTER_AUTH_URL", network_rules.http_url, None)
    origin = "" if url is None else urls.origin(url)
    default = None if url is None else f"{url}{KEY_SET_PATH}"
    secret_rule: Callable[[str], Secret | None] = rules.key if mode is BetterAuthMode.HS256 else rules.ignored
    return BetterAuthSettings(
        mode=mode,
        issuer=reader.take("BETTER_AUTH_ISSUER", rules.identifier, origin),
        audience=reader.take("BETTER_AUTH_AUDIENCE", rules.identifier, origin),
        key_set=reader.take("BETTER_AUTH_JWKS_URL", network_rules.http_url, default),
        secret=reader.take("BETTER_AUTH_SECRET", secret_rule, None),
    )


def check_better_auth(settings: Settings, reader: Reader) -> None:
    """Check what the mode needs, and that a URL is not set for nothing."""
    chosen = settings.better_auth
    if chosen.mode is BetterAuthMode.OFF:
        explicit = "BETTER_AUTH_MODE" in reader.entries or "BETTER_AUTH_URL" not in reader.entries
        reader.require("BETTER_AUTH_MODE", explicit, "must be jwks or hs256 with TODO_BETTER_AUTH_URL, or off")
        return
    rule = "must be set, or TODO_BETTER_AUTH_URL"
    reader.require("BETTER_AUTH_ISSUER", chosen.issuer, rule, "BETTER_AUTH_URL", "BETTER_AUTH_MODE")
    reader.require("BETTER_AUTH_AUDIENCE", chosen.audience, rule, "BETTER_AUTH_URL", "BETTER_AUTH_MODE")
    if chosen.mode is BetterAuthMode.JWKS:
        reader.require("BETTER_AUTH_JWKS_URL", chosen.key_set, rule, "BETTER_AUTH_URL")
        _check_encryption(settings, reader)
    else:
        reader.require("BETTER_AUTH_SECRET", chosen.secret, "must be set for the mode hs256")


def _check_encryption(settings: Settings, reader: Reader) -> None:
    """Whoever can change the keys on their way can be anybody."""
    address = settings.better_auth.key_set
    encrypted = address is None or urls.is_encrypted(address) or settings.environment is Environment.DEVELOPMENT
    key = "BETTER_AUTH_JWKS_URL" if "BETTER_AUTH_JWKS_URL" in reader.entries else "BETTER_AUTH_URL"
    reader.require(key, encrypted, "must begin with https:// in production")
