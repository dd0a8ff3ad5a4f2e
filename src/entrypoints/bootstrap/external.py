"""The external issuer, from its settings."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from adapters.external_issuers import ExternalTokens, RemoteKeys, SharedSecret
from entrypoints.settings import BetterAuthMode, BetterAuthSettings
from todo_core.ports import Clock


@asynccontextmanager
async def external_tokens(settings: BetterAuthSettings, clock: Clock) -> AsyncIterator[ExternalTokens | None]:
    """Yield the reader of the external issuer's tokens, or None without an issuer. Fetches nothing yet."""
    if settings.secret is not None:
        secret = SharedSecret(settings.secret.reveal().encode())
        yield ExternalTokens(settings.issuer, settings.audience, clock, secret)
    elif settings.mode is BetterAuthMode.JWKS and settings.key_set is not None:
        from adapters.external_issuers.fetching import KeySetAddress  # noqa: PLC0415 - only who fetches pays for httpx

        keys = RemoteKeys(KeySetAddress(settings.key_set).fetch, clock)
        async with aclosing(keys):
            yield ExternalTokens(settings.issuer, settings.audience, clock, keys)
    else:
        yield None
