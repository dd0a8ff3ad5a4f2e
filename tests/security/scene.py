"""Two users, one of whom has a task in every state there is, and everybody who is not who they say they are."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import attrs
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.http.api import User, World
from tests.security.callers import CALLERS, external_token, personal_token
from todo_core.personal_tokens import Scope, token_text
from todo_core.use_cases.housekeeping import TOMBSTONE_RETENTION, TRASH_RETENTION, Housekeeping

LIVE, COMPLETED, TRASHED, ERASED, FORGOTTEN, UNKNOWN = STATES = (
    "live",
    "completed",
    "in the trash",
    "erased",
    "forgotten",
    "never made",
)
TAKEN = (LIVE, COMPLETED, TRASHED, ERASED)
"""The states in which an id is somebody's."""
CANARY = "canary-of-ada"
REQUEST_ID = "the-same-one"


@attrs.frozen
class Scene:
    """Ada has a task in each state; Bob, who comes by `caller`, has one of his own, unless he can only read."""

    world: World
    ada: User
    bob: User
    tasks: Mapping[str, str]
    caller: str = "session"

    @classmethod
    async def make(cls, world: World, caller: str = "session") -> "Scene":
        """Let time pass until every state is there."""
        ada = await world.user()
        tasks = {state: (await ada.add(f"{CANARY} {state}", tags=[CANARY]))["id"] for state in STATES[:-1]}
        tasks[UNKNOWN] = str(uuid4())
        await ada("PATCH", f"/api/tasks/{tasks[COMPLETED]}/toggle")
        await ada("DELETE", f"/api/tasks/{tasks[FORGOTTEN]}")
        ada = await _later(world, ada, TOMBSTONE_RETENTION - TRASH_RETENTION)
        await ada("DELETE", f"/api/tasks/{tasks[ERASED]}")
        ada = await _later(world, ada, TRASH_RETENTION + timedelta(days=1))
        await Housekeeping(world.store, world.clock).purge()
        bob = await CALLERS[caller](world)
        await ada("DELETE", f"/api/tasks/{tasks[TRASHED]}")
        if caller != "reading token":
            await bob.add("of Bob")
        return cls(world, ada, bob, tasks, caller)

    async def everything_of_ada(self) -> list[Any]:
        """Return all that Ada can see of her own."""
        own = ("auth/me", "auth/sessions", "auth/tokens", "lists", "tags", "tasks", "tasks?deleted=true")
        paths = [f"/api/{name}" for name in own]
        seen = [(await self.ada("GET", path)).json() for path in paths]
        changes = (await self.ada("GET", "/api/tasks/changes")).json()
        return [*seen, changes["items"]]

    async def impostors(self) -> dict[str, dict[str, str]]:
        """Return the headers of everybody whom no route may let in, by what is wrong with them."""
        ended = await self.world.log_in()
        await self.world.client.post("/api/auth/logout", headers=bearer(ended["access_token"]))
        token = self.ada.tokens["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        header = jwt.get_unverified_header(token)
        forged = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", header)
        unsigned = jwt.encode(claims, "", "none", {**header, "alg": "none"})
        return {
            "nobody": {},
            "no token": {"Authorization": "Bearer"},
            "another scheme": {"Authorization": f"Basic {token}"},
            "garbage": bearer("garbage"),
            "forged": bearer(forged),
            "unsigned": bearer(unsigned),
            "a refresh token": bearer(self.ada.tokens["refresh_token"]),
            "an ended session": bearer(ended["access_token"]),
            **await self._impostors_of_other_kinds(),
            "an expired token": bearer(await self._expired()),
        }

    async def _impostors_of_other_kinds(self) -> dict[str, dict[str, str]]:
        """Return those who come with what is no identity or personal access token, or none any more."""
        world = self.world
        left = User(world.app, world.client, "", "", {"access_token": external_token(world, "left")})
        assert 204 == (await left("POST", "/api/auth/logout-all")).status_code
        made = (await personal_token(self.ada, Scope.TASKS_WRITE)).json()
        assert 204 == (await self.ada("DELETE", f"/api/auth/tokens/{made['id']}")).status_code
        return {
            "an external token too old": bearer(external_token(world, "zoe", timedelta())),
            "an external token too long": bearer(external_token(world, "zoe", timedelta(days=2))),
            "an identity that logged out": bearer(left.tokens["access_token"]),
            "a revoked token": bearer(made["token"]),
            "a token with a wrong checksum": bearer(made["token"][:-6] + "000000"),
            "a token that was never made": bearer(token_text("0" * 32)),
        }

    async def _expired(self) -> str:
        """Return a token of Ada's living session whose time is just up."""
        tokens = self.world.accounts.sessions.tokens
        claims = await tokens.read_access(self.ada.tokens["access_token"])
        return tokens.access(attrs.evolve(claims, expires_at=self.world.clock.now()))


async def _later(world: World, user: User, by: timedelta) -> User:
    world.clock.advance(by)
    return attrs.evolve(user, tokens=await world.log_in(user.email))


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


def visible(response: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """Return what a client can tell apart: all but how many requests it has left."""
    headers = {name: value for name, value in response.headers.items() if not name.startswith("ratelimit")}
    return response.status_code, headers, response.content
