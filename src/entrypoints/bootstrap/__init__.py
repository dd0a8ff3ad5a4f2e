"""The composition root: builds every use case from the settings. Only this package chooses adapters."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import datetime
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
from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens
from entrypoints.bootstrap.external import external_tokens
from entrypoints.bootstrap.keys import open_keys, seal_secrets
from entrypoints.databases import pool_settings
from entrypoints.http.ports import RateLimitPolicy, RateLimitStatus, UseCases
from entrypoints.settings import Registration, Settings
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


@attrs.frozen
class SharedRateLimiter:
    """The API's rate limiter over the counters that all processes share."""

    counters: RateLimitCounters

    async def hit(self, policy: RateLimitPolicy, key: str) -> RateLimitStatus:
        """Count one request. Raises Unavailable."""
        window = await self.counters.hit(policy.name, key, policy.quota, policy.window)
        remaining = policy.quota - window.count
        return RateLimitStatus(policy, max(remaining, 0), window.seconds_left, exceeded=remaining < 0)


@attrs.frozen
class System:
    """The use cases, and the other parts that an entry point needs."""

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
        """The rate limiter whose counters all processes share."""
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
        """Remove everything that has expired, in bounded batches. Raises Unavailable.

        It also follows the rules of time zones: servers run it again and again.
        """
        total = Purged()
        while (purged := await self.housekeeping.purge()).users:
            total += purged
        for prune in (self.counters.prune, self.audit.prune):
            while await prune():
                pass
        await self.follow_zone_rules()
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
