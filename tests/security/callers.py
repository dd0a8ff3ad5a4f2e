"""The ways to ask: in person by a session or an external identity, and by a token for reading or for writing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import attrs
import httpx

from entrypoints.http.routing import Route
from tests.http.api import PASSWORD, User, World
from todo_core.identities import ExternalClaims, Identity
from todo_core.personal_tokens import Scope

ISSUER = "https://auth.example.com"


def external_token(world: World, subject: str, lifetime: timedelta = timedelta(minutes=15)) -> str:
    """Return a token that the external issuer makes now."""
    now = world.clock.now().replace(microsecond=0)
    return world.issuer.issue(ExternalClaims(Identity(ISSUER, subject), now, now + lifetime, name=subject))


async def personal_token(user: User, *scopes: Scope, days: int = 366) -> httpx.Response:
    """Make a personal access token."""
    body = {"name": "script", "scopes": [scope.value for scope in scopes], "expires_in_days": days}
    return await user("POST", "/api/auth/tokens", json={**body, "current_password": PASSWORD})


async def with_token(user: User, *scopes: Scope) -> User:
    """Return the same user, who comes with a new personal access token."""
    answer = await personal_token(user, *scopes)
    assert 201 == answer.status_code, answer.text
    return attrs.evolve(user, tokens={"access_token": answer.json()["token"]})


async def by_session(world: World) -> User:
    """Come by a session."""
    return await world.user("bob@example.org")


async def by_identity(world: World) -> User:
    """Come with a token of the external issuer."""
    user = User(world.app, world.client, "bob", "", {"access_token": external_token(world, "bob")})
    answer = await user("GET", "/api/auth/me")
    return attrs.evolve(user, id=answer.json()["id"])


async def by_writing_token(world: World) -> User:
    """Come with a token for writing."""
    return await with_token(await by_session(world), Scope.TASKS_WRITE)


async def by_reading_token(world: World) -> User:
    """Come with a token for reading."""
    return await with_token(await by_session(world), Scope.TASKS_READ)


CALLERS: Mapping[str, Callable[[World], Awaitable[User]]] = {
    "session": by_session,
    "identity": by_identity,
    "writing token": by_writing_token,
    "reading token": by_reading_token,
}
OPENED = {"writing token": {Scope.TASKS_READ, Scope.TASKS_WRITE}, "reading token": {Scope.TASKS_READ}}


def is_opened(caller: str, route: Route) -> bool:
    """Say whether the caller gets to the handler of a route."""
    return caller not in OPENED or route.scope in OPENED[caller]
