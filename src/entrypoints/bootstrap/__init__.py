"""The composition root: settings in, every use case over real parts out. Only this package picks adapters."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import attrs
import structlog

from adapters.passwords import PooledPasswords
from adapters.postgres import (
    AuditRecord,
    Database,
    DatabaseReadiness,
    EventFilter,
    PostgresStore,
    RateLimitCounters,
)
from adapters.system import SystemClock, SystemIds, SystemRandomness, time_zone_release
from adapters.tokens import (
    AccessTokens,
    InvalidKeySet,
    KeyFile,
    KeySet,
    Sealer,
    SignedTokens,
    read_or_create,
    rotate,
)
from entrypoints.bootstrap.external import external_tokens
from entrypoints.databases import pool_settings
from entrypoints.failures import CONFIGURATION, Failure
from entrypoints.http.ports import Count, Policy, UseCases
from entrypoints.settings import Registration, Settings, rules
from todo_core.audit import Action, Event
from todo_core.use_cases import (
    Accounts,
    Administration,
    Authentication,
    Housekeeping,
    Lists,
    PersonalTokens,
    Purged,
    Sessions,
    Tasks,
)
from todo_core.users import UserId

if TYPE_CHECKING:
    from adapters.tracing.spans import Tracing

_log = structlog.get_logger("server")

LATE = timedelta(minutes=1)
"""How much longer than its last token a rotated key is accepted: for requests under way, and clocks that differ."""

UNREADABLE_KEYS: Mapping[type[OSError], str] = {
    FileNotFoundError: "`todo keys rotate` makes it",
    PermissionError: "the user that runs this must own it, or be allowed to read it",
}
"""What to do about a file of signing keys that cannot be read."""

RESTORE = "restore it from a backup, or remove it to have another made, which ends every session"
"""What to do about a secret that is damaged. Refresh tokens, cursors and sync tokens are sealed with it."""


@attrs.frozen
class SharedRateLimiter:
    """The API's rate limiter over the counters that all processes share."""

    counters: RateLimitCounters

    async def hit(self, policy: Policy, key: str) -> Count:
        """Count one request. Raises Unavailable."""
        window = await self.counters.hit(policy.name, key, policy.quota, policy.window)
        remaining = policy.quota - window.count
        return Count(policy, max(remaining, 0), window.seconds_left, exceeded=remaining < 0)


@attrs.frozen
class System:
    """The use cases, and the parts that an entry point needs beside them."""

    use_cases: UseCases
    administration: Administration
    housekeeping: Housekeeping
    audit: AuditRecord
    counters: RateLimitCounters
    readiness: DatabaseReadiness
    connections_used: Callable[[], Mapping[str, float]]
    clock: SystemClock
    sealer: Sealer
    keys: KeyFile
    tracing: "Tracing | None"

    @property
    def limiter(self) -> SharedRateLimiter:
        """What counts requests over all processes."""
        return SharedRateLimiter(self.counters)

    def public_keys(self) -> Mapping[str, object]:
        """Return the JWK Set that verifies access tokens."""
        return self.keys.latest().public(self.clock.now())

    async def events(
        self,
        limit: int,
        *,
        user: UserId | None,
        actions: frozenset[Action],
        since: datetime | None,
        until: datetime | None,
    ) -> Sequence[Event]:
        """Return the newest entries of the audit record: of a user, of some actions, since an instant, before one."""
        return await self.audit.events(EventFilter(user, actions, since, until), limit)

    async def follow_zone_rules(self) -> int:
        """Compute stored instants of due dates anew if the rules of time zones have changed; return how many changed.

        Raises Unavailable.
        """
        total = 0
        while (changed := await self.housekeeping.follow_zone_rules()) is not None:
            total += changed
        if total:
            _log.info("due_dates_recomputed", tasks=total, time_zone_rules=time_zone_release())
        return total

    async def purge(self) -> Purged:
        """Remove everything that has had its time, in bounded batches. Raises Unavailable.

        It also follows the rules of time zones: servers run it again and again.
        """
        await self.follow_zone_rules()
        total = Purged()
        while (purged := await self.housekeeping.purge()).users:
            total += purged
        for prune in (self.counters.prune, self.audit.prune):
            while await prune():
                pass
        return total


@asynccontextmanager
async def open_system(settings: Settings, database_url: str, tracing: "Tracing | None" = None) -> AsyncIterator[System]:
    """Yield everything, wired and connected; the database need not answer yet. Raises Failure.

    With `tracing` the calls that wait for the database are recorded.
    """
    clock, ids = SystemClock(), SystemIds()
    keys, secrets = open_keys(settings), seal_secrets(settings)
    sealer = Sealer(secrets)
    tokens = SignedTokens(AccessTokens(settings.server.public_url, clock, keys), sealer)
    async with AsyncExitStack() as ending:
        pool = settings.passwords
        passwords = ending.enter_context(closing(PooledPasswords(workers=pool.workers, queue=pool.queue)))
        database = await ending.enter_async_context(Database.open(database_url, pool_settings(settings.database)))
        store = PostgresStore(database, clock, settings.audit_retention)
        counters, readiness = RateLimitCounters(database, clock, secrets[0]), DatabaseReadiness(database)
        if tracing is not None:
            store = tracing.calls(store, "store")
            counters, readiness = tracing.calls(counters, "rate_limits"), tracing.calls(readiness, "readiness")
        sessions = Sessions(store, clock, ids, passwords, tokens, settings.sessions)
        is_open = settings.registration is Registration.OPEN
        accounts = Accounts(store, clock, ids, passwords, sessions, settings.passwords.policy, is_open)
        external = await ending.enter_async_context(external_tokens(settings.better_auth, clock))
        yield System(
            use_cases=UseCases(
                Authentication(store, clock, ids, sessions, external),
                accounts,
                sessions,
                PersonalTokens(store, clock, ids, SystemRandomness(), accounts),
                Tasks(store, clock, ids, settings.max_tasks),
                Lists(store, clock, ids),
            ),
            administration=Administration(store, clock, ids, sessions, accounts),
            housekeeping=Housekeeping(store, clock),
            audit=AuditRecord(database),
            counters=counters,
            readiness=readiness,
            connections_used=database.used,
            clock=clock,
            sealer=sealer,
            keys=keys,
            tracing=tracing,
        )


def open_keys(settings: Settings) -> KeyFile:
    """Return the keys that sign, generated in the data directory when none are set. Raises Failure."""
    file = signing_keys_path(settings)
    try:
        return KeyFile.open(file) if settings.keys.signing else KeyFile.open_or_create(file)
    except OSError as error:
        remedy = UNREADABLE_KEYS.get(type(error), "it must be a file that can be read")
        raise Failure(f"signing keys: {_unread(settings)}: {error.strerror}: {remedy}", CONFIGURATION) from error
    except InvalidKeySet as error:
        raise Failure(f"signing keys: {file}: {error}", CONFIGURATION) from error


def rotate_keys(settings: Settings, *, delay: timedelta, keep: timedelta) -> KeySet:
    """Add a key that signs after `delay`, have the others end `keep` later, and return them all. Raises Failure."""
    file = signing_keys_path(settings)
    try:
        return rotate(file, SystemClock().now(), delay=delay, keep=keep)
    except OSError as error:
        raise Failure(f"signing keys: {_unread(settings)}: {error.strerror}") from error
    except InvalidKeySet as error:
        raise Failure(f"signing keys: {file}: {error}") from error


def signing_keys_path(settings: Settings) -> Path:
    """Return the file of the keys that sign."""
    return settings.keys.signing or settings.data_directory / "keys" / "signing.json"


def _unread(settings: Settings) -> str:
    """Return how an error names the file of signing keys that cannot be had: what was set may be a key, by mistake."""
    return "the file that TODO_SIGNING_KEYS names" if settings.keys.signing else str(signing_keys_path(settings))


def seal_secrets(settings: Settings) -> list[bytes]:
    """Return the secrets of seals, the first makes; one is generated in the data directory when none are set.

    A file has to keep the rule of the setting. Raises Failure.
    """
    if settings.keys.secrets:
        return [secret.reveal().encode() for secret in settings.keys.secrets]
    file = settings.data_directory / "keys" / "secret"
    try:
        return [_generated(read_or_create(file, lambda: token_hex(32)).strip())]
    except OSError as error:
        raise Failure(f"secret keys: {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Failure(f"secret keys: {file}: not UTF-8 text; {RESTORE}", CONFIGURATION) from None
    except ValueError as error:
        raise Failure(f"secret keys: {file}: {error}; {RESTORE}", CONFIGURATION) from error


def _generated(secret: str) -> bytes:
    if not secret:
        raise ValueError("is empty")
    return rules.key(secret).reveal().encode()
