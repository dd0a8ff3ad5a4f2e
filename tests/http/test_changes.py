"""The change feed: each task once, in its latest state; never a silent gap."""

import datetime as dt
from typing import Any

import pytest

from tests.http.api import User, World, bad_parts, problem
from todo_core.use_cases import Housekeeping

CHANGES = "/api/tasks/changes"


async def walk(user: User, since: str | None = None, limit: int = 2) -> tuple[list[dict[str, Any]], str]:
    """Return all changes since a token, and the next token."""
    items: list[dict[str, Any]] = []
    more = True
    while more:
        response = await user("GET", CHANGES, params={"limit": limit} | ({"since": since} if since else {}))
        assert 200 == response.status_code, response.text
        page = response.json()
        items += page["items"]
        since, more = page["next"], page["has_more"]
    assert since is not None
    return items, since


async def inbox(user: User) -> dict[str, Any]:
    """Return the list that everybody has."""
    found: dict[str, Any] = (await user("GET", f"/api/lists/{user.id}")).json()
    return found


async def test_empty_feed(ada: User) -> None:
    """There is the inbox from the start, and `next` is always there."""
    items, token = await walk(ada)

    assert [{"kind": "list", "id": ada.id, "version": 1, "list": await inbox(ada)}] == items
    assert ([], token) == await walk(ada, token)


async def test_everything_then_what_changed(ada: User) -> None:
    """Ascending versions; a task that changed again appears once; a deleted one is a tombstone."""
    first, second, third = await ada.add("a"), await ada.add("b"), await ada.add("c")
    whole, token = await walk(ada)
    tasks = [
        {"kind": "task", "id": one["id"], "version": one["version"], "task": one} for one in (first, second, third)
    ]
    assert tasks == whole[1:]

    await ada("PATCH", f"/api/tasks/{first['id']}", json={"title": "a1"})
    await ada("DELETE", f"/api/tasks/{second['id']}")
    changed = (await ada("PATCH", f"/api/tasks/{first['id']}", json={"title": "a2"})).json()

    items, _ = await walk(ada, token)
    assert [
        {"kind": "task", "id": second["id"], "version": 6, "deleted": True},
        {"kind": "task", "id": first["id"], "version": 7, "task": changed},
    ] == items


async def test_no_old_tombstones_at_the_start(ada: User) -> None:
    """A mirror that starts with nothing is not told of what was deleted before."""
    task = await ada.add()
    await ada("DELETE", f"/api/tasks/{task['id']}")

    items, _ = await walk(ada)

    assert ["list"] == [one["kind"] for one in items]


async def test_tokens_are_bound(ada: User, bob: User) -> None:
    """Another user's token, and anything that is none, is 400."""
    await ada.add()
    _, token = await walk(ada)
    cursor = (await ada("GET", "/api/tasks?limit=1")).json()["next_cursor"]

    problem(await bob("GET", f"{CHANGES}?since={token}"), 400, "invalid-sync-token")
    for text in ("x", token[:-1], "", cursor or "y", ada.tokens["refresh_token"]):
        problem(await ada("GET", f"{CHANGES}?since={text}"), 400, "invalid-sync-token")


async def test_expired_tokens(world: World, ada: User) -> None:
    """Older than the tombstones that are gone: 410."""
    task = await ada.add()
    _, token = await walk(ada)
    await ada("DELETE", f"/api/tasks/{task['id']}")
    world.clock.advance(dt.timedelta(days=91))
    housekeeping = Housekeeping(world.store, world.clock)
    while (await housekeeping.purge()).users:
        pass
    headers = {"Authorization": f"Bearer {(await world.log_in())['access_token']}"}

    problem(await world.client.get(f"{CHANGES}?since={token}", headers=headers), 410, "sync-token-expired")
    assert 200 == (await world.client.get(CHANGES, headers=headers)).status_code


async def test_tokens_from_before_a_restore(world: World, ada: User) -> None:
    """After the clocks were advanced every old token is 410."""
    await ada.add()
    _, token = await walk(ada)
    await world.store.advance_revisions(2**32)

    problem(await ada("GET", f"{CHANGES}?since={token}"), 410, "sync-token-expired")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", {"?limit": "out-of-range"}),
        ("limit=1001", {"?limit": "out-of-range"}),
        ("cursor=x&limit=1&limit=2", {"?cursor": "unknown-parameter", "?limit": "repeated"}),
    ],
)
async def test_bad_parameters(ada: User, query: str, wrong: dict[str, str]) -> None:
    """All bad parameters are named at once."""
    assert wrong == bad_parts(await ada("GET", f"{CHANGES}?{query}"), 400, "malformed-request")
