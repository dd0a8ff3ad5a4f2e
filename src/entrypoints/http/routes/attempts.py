"""Attempts at a password, wherever the current one is taken."""

from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.routing import Call
from todo_core.use_cases.accounts import Accounts


async def count_attempt(call: Call, accounts: Accounts, rate_limits: RateLimits) -> None:
    """Count an attempt at the password, if the caller is still let in: a dead session must not lock its user out."""
    await accounts.me(call.actor)
    await rate_limits.account(call.context, "password", str(call.actor.user))
