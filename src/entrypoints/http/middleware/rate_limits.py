"""Counting requests, and telling clients where they stand (draft-ietf-httpapi-ratelimit-headers)."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from time import monotonic

import attrs

from entrypoints.http.addresses import counting_key
from entrypoints.http.context import RequestContext
from entrypoints.http.errors import RateLimited
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.http.ports import LimitName, Limits, RateLimiter, RateLimitPolicy, RateLimitStatus
from entrypoints.http.problems import RETRY_SECONDS
from entrypoints.http.responses import Header
from todo_core.errors import Unavailable
from todo_core.users import UserId

SWEEP_AT = 10_000
PER_ACCOUNT = 10
"""The limit of an account is this many times that of an address: no single address can use it up."""


@attrs.define
class LocalRateLimiter:
    """Counts in this process only. Windows that have ended are swept out whenever the table has doubled."""

    _now: Callable[[], float] = monotonic
    _windows: dict[tuple[str, str], tuple[int, float]] = attrs.field(factory=dict, init=False)
    _sweep_at: int = attrs.field(default=SWEEP_AT, init=False)

    async def hit(self, policy: RateLimitPolicy, key: str) -> RateLimitStatus:
        """Count one request."""
        return self.count(policy, key)

    def count(self, policy: RateLimitPolicy, key: str) -> RateLimitStatus:
        """Count one request, without waiting for anything."""
        now = self._now()
        used, ends = self._windows.get((policy.name, key), (0, 0.0))
        if not now < ends <= now + policy.window:  # one that ends later was made by a clock that was ahead
            used, ends = 0, now + policy.window
            self._sweep(now)
        used += 1
        self._windows[policy.name, key] = used, ends
        return RateLimitStatus(policy, max(0, policy.quota - used), math.ceil(ends - now), exceeded=used > policy.quota)

    def _sweep(self, now: float) -> None:
        if len(self._windows) >= self._sweep_at:
            self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
            self._sweep_at = max(SWEEP_AT, 2 * len(self._windows))


@attrs.frozen
class RateLimits:
    """Applies the limits to a request, and notes on it what was counted."""

    limits: Limits
    shared: RateLimiter
    telemetry: Telemetry
    local: LocalRateLimiter = attrs.field(factory=LocalRateLimiter)

    async def address(self, context: RequestContext, limit: LimitName) -> None:
        """Count the client's address, over all processes. Raises RateLimited, and Unavailable: it fails closed."""
        await self._hit(context, self._policy(limit), counting_key(context.address))

    async def account(self, context: RequestContext, limit: LimitName, account: str) -> None:
        """Count the account that a request is about, whether it exists or not, over all processes."""
        policy = self._policy(limit)
        wide = RateLimitPolicy(f"{policy.name}-account", policy.quota * PER_ACCOUNT, policy.window)
        await self._hit(context, wide, account)

    def user(self, context: RequestContext, user: UserId) -> None:
        """Count an authenticated user, in this process. Raises RateLimited."""
        _enforce(context, self.local.count(self.limits.api, f"user {user.hex}"))

    def unauthenticated(self, context: RequestContext) -> None:
        """Count the address of a request that shows no valid credentials, in this process. Raises RateLimited."""
        _enforce(context, self._count_address(context))

    def count_unauthenticated(self, context: RequestContext) -> None:
        """Count the address without enforcing the limit: another error takes precedence."""
        context.counts.append(self._count_address(context))

    def _policy(self, limit: LimitName) -> RateLimitPolicy:
        policy: RateLimitPolicy = getattr(self.limits, limit)
        return policy

    async def _hit(self, context: RequestContext, policy: RateLimitPolicy, key: str) -> None:
        try:
            count = await self.shared.hit(policy, key)
        except Unavailable as error:
            self.telemetry.uncounted(context, error)
            context.counts.append(
                RateLimitStatus(policy, 0, RETRY_SECONDS)
            )  # nobody gets through until it can be asked
            raise
        _enforce(context, count)

    def _count_address(self, context: RequestContext) -> RateLimitStatus:
        return self.local.count(self.limits.api, f"address {counting_key(context.address)}")


def _enforce(context: RequestContext, count: RateLimitStatus) -> None:
    context.counts.append(count)
    if count.exceeded:
        raise RateLimited(count)


def rate_limit_headers(counts: Sequence[RateLimitStatus]) -> list[Header]:
    """Return the two header fields that describe these counters."""
    policies = ", ".join(_policy_text(one.policy) for one in counts)
    states = ", ".join(f'"{one.policy.name}";r={one.remaining};t={one.resets_in}' for one in counts)
    return [(b"ratelimit-policy", policies.encode()), (b"ratelimit", states.encode())]


@cache
def _policy_text(policy: RateLimitPolicy) -> str:
    return f'"{policy.name}";q={policy.quota};w={policy.window}'
