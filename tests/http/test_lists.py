"""Lists: filters, order, pages; tags."""

import datetime as dt
from typing import Any

import pytest

from tests.http.api import User, World, bad_parts, problem

TASKS = "/api/tasks"


async def titles(user: User, query: str = "") -> list[str]:
    """Return the titles of a list that fits one page."""
    response = await user("GET", f"{TASKS}?{query}")
    assert 200 == response.status_code, response.text
    assert response.json()["next_cursor"] is None
    return [task["title"] for task in response.json()["items"]]


async def add_all(user: User, world: World, *tasks: dict[str, Any]) -> None:
    """Make tasks, a second apart."""
    for members in tasks:
        await user.add(**members)
        world.clock.advance(dt.timedelta(seconds=1))


async def test_newest_first(world: World, ada: User) -> None:
    """The default order; items are whole tasks."""
    await add_all(ada, world, {"title": "a"}, {"title": "b"})

    response = await ada("GET", TASKS)

    assert ["b", "a"] == [task["title"] for task in response.json()["items"]]
    assert response.json()["next_cursor"] is None
    assert "total" not in response.json()
    assert "link" not in response.headers
    assert "no-store" == response.headers["cache-control"]


async def test_isolation(world: World, ada: User, bob: User) -> None:
    """Nobody sees another user's tasks, counts or tags."""
    await ada.add("a", tags=["secret"])

    listed = (await bob("GET", f"{TASKS}?count=true&q=a&tag=secret")).json()

    assert {"items": [], "next_cursor": None, "total": 0} == listed
    assert {"items": []} == (await bob("GET", "/api/tags")).json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("completed=true", ["done"]),
        ("completed=false", ["late", "today", "home"]),
        ("priority=high", ["home"]),
        ("priority=high&priority=low", ["late", "home"]),
        ("tag=a", ["today", "home"]),
        ("tag=a&tag=b", ["home"]),
        ("tag=A", []),
        ("q=HOM", ["home"]),
        ("q=h%20glass", ["home"]),
        ("q=h+nothing", []),
        ("q=", ["done", "late", "today", "home"]),
        ("due=today", ["today"]),
        ("due=overdue", ["late"]),
        ("due=none", ["done", "home"]),
        ("due_before=2026-11-21", ["late"]),
        ("due_after=2026-11-20", ["today"]),
        ("due_after=2026-11-19&due_before=2026-11-22", ["late", "today"]),
        ("updated_after=2026-11-21T09:30:01Z", ["done", "late"]),
        ("updated_after=2026-11-21T10:30:01%2B01:00", ["done", "late"]),
        ("deleted=true", ["gone"]),
        ("deleted=false&completed=false&priority=high&tag=a&q=glass", ["home"]),
        ("sort=title", ["done", "home", "late", "today"]),
        ("sort=-title", ["today", "late", "home", "done"]),
        ("sort=created_at", ["home", "today", "late", "done"]),
        ("sort=-updated_at", ["done", "late", "today", "home"]),
        ("sort=due", ["late", "today", "home", "done"]),
        ("sort=-due", ["today", "late", "done", "home"]),
        ("sort=-priority", ["home", "late", "done", "today"]),
    ],
)
async def test_filters_and_sorts(world: World, ada: User, query: str, expected: list[str]) -> None:
    """Each filter, several together, and each order."""
    await add_all(
        ada,
        world,
        {"title": "home", "description": "Glass", "priority": "high", "tags": ["a", "b"]},
        {"title": "today", "due": {"date": "2026-11-21"}, "tags": ["a"]},
        {"title": "late", "due": {"date": "2026-11-20"}, "priority": "low"},
        {"title": "done", "completed": True},
    )
    gone = await ada.add("gone")
    await ada("DELETE", f"{TASKS}/{gone['id']}")

    assert expected == await titles(ada, query)


async def test_trash_shows_when(ada: User) -> None:
    """A task in the trash has `deleted_at`, and its version is the one that `changes` shows."""
    task = await ada.add()
    since = await _sync_token(ada)
    await ada("DELETE", f"{TASKS}/{task['id']}")

    (listed,) = (await ada("GET", f"{TASKS}?deleted=true")).json()["items"]
    (change,) = (await ada("GET", f"{TASKS}/changes?since={since}")).json()["items"]

    assert {**task, "version": 3, "deleted_at": "2026-11-21T09:30:00Z"} == listed
    assert {"kind": "task", "id": task["id"], "version": 3, "deleted": True} == change


async def _sync_token(user: User) -> str:
    token: str = (await user("GET", f"{TASKS}/changes")).json()["next"]
    return token


@pytest.mark.parametrize("sort", ["title", "-title", "due", "-due", "priority", "-updated_at", "created_at"])
async def test_walk_through_pages(ada: User, sort: str) -> None:
    """Following `next_cursor`, or `Link`, shows every task exactly once, in the order of the whole list."""
    for number in range(7):
        due = {"date": f"2026-11-2{number % 3}"} if number % 2 else None
        await ada.add(f"task {number % 4}", due=due, priority=("none", "low")[number % 2])
    whole = [task["id"] for task in (await ada("GET", f"{TASKS}?sort={sort}&q=task")).json()["items"]]

    walked: list[str] = []
    path: str | None = f"{TASKS}?sort={sort}&q=task&limit=2&count=true"
    while path:
        response = await ada("GET", path)
        page = response.json()
        assert 7 == page["total"]
        walked += [task["id"] for task in page["items"]]
        assert ("link" in response.headers) == (page["next_cursor"] is not None)
        path = response.links["next"]["url"] if page["next_cursor"] else None
        assert path is None or path.startswith("/api/tasks?")

    assert whole == walked


async def test_link_keeps_the_filters(ada: User) -> None:
    """The link is this request with another cursor."""
    for _ in range(2):
        await ada.add("a&b=c", tags=["ü", "x y"])

    first = await ada("GET", f"{TASKS}?tag=%C3%BC&tag=x+y&q=a%26b&limit=1")
    second = await ada("GET", first.links["next"]["url"])

    assert 1 == len(second.json()["items"])
    assert second.json()["items"] != first.json()["items"]


async def test_cursor_is_bound(ada: User, bob: User) -> None:
    """A cursor holds for its user, filters and sort; limit and count may change."""
    for user in (ada, bob):
        for _ in range(3):
            await user.add()
    cursor = (await ada("GET", f"{TASKS}?limit=1&tag=x")).json()["next_cursor"]
    assert cursor is None
    cursor = (await ada("GET", f"{TASKS}?limit=1&completed=false")).json()["next_cursor"]

    good = await ada("GET", f"{TASKS}?limit=2&completed=false&count=true&cursor={cursor}")
    assert 2 == len(good.json()["items"])
    for query in ("", "completed=true&", "completed=false&sort=title&", "completed=false&q=milk&"):
        problem(await ada("GET", f"{TASKS}?{query}cursor={cursor}"), 400, "invalid-cursor")
    problem(await bob("GET", f"{TASKS}?completed=false&cursor={cursor}"), 400, "invalid-cursor")


async def test_equal_filters_are_the_same_filters(ada: User) -> None:
    """Spelling out defaults or changing the order of values is no other list."""
    for _ in range(2):
        await ada.add(tags=["a", "b"])
    cursor = (await ada("GET", f"{TASKS}?limit=1&tag=a&tag=b")).json()["next_cursor"]

    response = await ada("GET", f"{TASKS}?tag=b&tag=a&sort=-created_at&deleted=false&q=&cursor={cursor}")

    assert 1 == len(response.json()["items"])


async def test_tampered_cursors(ada: User) -> None:
    """No other text is a cursor, nor is a sync token or a refresh token."""
    for _ in range(2):
        await ada.add()
    cursor = (await ada("GET", f"{TASKS}?limit=1")).json()["next_cursor"]
    others = [cursor[:-1], cursor + "A", "A" + cursor[1:], "", "x", "%00", "%C3%A4", "A" * 5000]

    for text in (*others, await _sync_token(ada), ada.tokens["refresh_token"]):
        problem(await ada("GET", f"{TASKS}?cursor={text}"), 400, "invalid-cursor")


async def test_cursor_keeps_the_moment(world: World, ada: User) -> None:
    """`today` is the day of the first page, however long the walk takes."""
    for _ in range(2):
        await ada.add(due={"date": "2026-11-21"})
    cursor = (await ada("GET", f"{TASKS}?due=today&limit=1")).json()["next_cursor"]
    world.clock.advance(dt.timedelta(hours=15))
    tokens = await world.log_in()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    later = await world.client.get(f"{TASKS}?due=today&limit=1&cursor={cursor}", headers=headers)
    anew = await world.client.get(f"{TASKS}?due=today&limit=1", headers=headers)

    assert (1, 0) == (len(later.json()["items"]), len(anew.json()["items"]))


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", {"?limit": "out-of-range"}),
        ("limit=201", {"?limit": "out-of-range"}),
        ("limit=-1", {"?limit": "out-of-range"}),
        ("limit=005", {"?limit": "out-of-range"}),
        ("limit=%2B5", {"?limit": "out-of-range"}),
        ("limit=1.0", {"?limit": "out-of-range"}),
        ("limit=%D9%A3", {"?limit": "out-of-range"}),
        ("limit=" + "9" * 5000, {"?limit": "out-of-range"}),
        ("completed=yes", {"?completed": "not-a-boolean"}),
        ("completed=True", {"?completed": "not-a-boolean"}),
        ("priority=low&priority=urgent&priority=", {"?priority": "not-one-of"}),
        ("tag=", {"?tag": "too-short"}),
        ("tag=%00", {"?tag": "control-character"}),
        ("q=" + "x" * 201, {"?q": "too-long"}),
        ("q=" + "x+" * 11, {"?q": "too-many"}),
        ("q=%00", {"?q": "control-character"}),
        ("due=tomorrow", {"?due": "not-one-of"}),
        ("due_before=2026-13-01", {"?due_before": "not-a-date"}),
        ("due_after=20261101", {"?due_after": "not-a-date"}),
        ("updated_after=2026-11-21", {"?updated_after": "not-an-instant"}),
        ("updated_after=2026-11-21T09:30:00", {"?updated_after": "not-an-instant"}),
        ("updated_after=0001-01-01T00:00:00%2B01:00", {"?updated_after": "not-an-instant"}),
        ("updated_after=2026-11-21T09:30:60Z", {"?updated_after": "not-an-instant"}),
        ("sort=id", {"?sort": "not-one-of"}),
        ("count=1", {"?count": "not-a-boolean"}),
        ("nope=1", {"?nope": "unknown-parameter"}),
        ("limit=1&limit=1", {"?limit": "repeated"}),
        ("q=a&q=b", {"?q": "repeated"}),
        ("cursor=a&cursor=b", {"?cursor": "repeated"}),
        (
            "limit=x&completed=y&sort=z&nope&cursor=bad",
            {
                "?limit": "out-of-range",
                "?completed": "not-a-boolean",
                "?sort": "not-one-of",
                "?nope": "unknown-parameter",
            },
        ),
    ],
)
async def test_bad_parameters(ada: User, query: str, wrong: dict[str, str]) -> None:
    """All bad parameters are named at once."""
    assert wrong == bad_parts(await ada("GET", f"{TASKS}?{query}"), 400, "malformed-request")


@pytest.mark.parametrize("query", ["q=%FF", "q=%ED%A0%80", "q=a%", "q=%zz", "%2=a", "&".join(["tag=a"] * 201)])
async def test_unreadable_query_strings(ada: User, query: str) -> None:
    """Neither UTF-8 nor of this world."""
    problem(await ada("GET", f"{TASKS}?{query}"), 400, "malformed-request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/tags"),
        ("GET", "/api/auth/me"),
        ("GET", "/api/auth/sessions"),
        ("POST", "/api/tasks"),
        ("DELETE", "/api/auth/me"),
    ],
)
async def test_unknown_parameters_everywhere(ada: User, method: str, path: str) -> None:
    """Routes without parameters know none."""
    body = {"json": {"title": "x"}} if method == "POST" else {}

    response = await ada(method, f"{path}?nope=1", **body)

    assert {"?nope": "unknown-parameter"} == bad_parts(response, 400, "malformed-request")


async def test_health_ignores_parameters(world: World) -> None:
    """What is not below /api takes whatever a prober adds."""
    assert 200 == (await world.client.get("/health?x=1")).status_code


async def test_tags(ada: User) -> None:
    """Tags of live tasks with their counts, sorted by code point."""
    await ada.add(tags=["b", "a", "Ä"])
    await ada.add(tags=["b"], completed=True)
    gone = await ada.add(tags=["gone"])
    await ada("DELETE", f"{TASKS}/{gone['id']}")

    assert {
        "items": [
            {"tag": "a", "open": 1, "total": 1},
            {"tag": "b", "open": 1, "total": 2},
            {"tag": "Ä", "open": 1, "total": 1},
        ]
    } == (await ada("GET", "/api/tags")).json()


async def test_long_pages_end_early(ada: User) -> None:
    """About 1 MiB of text fits a page; the cursor goes on from there."""
    for _ in range(40):
        await ada.add(description="\N{GRINNING FACE}" * 10_000)

    page = (await ada("GET", f"{TASKS}?limit=200")).json()

    assert 26 == len(page["items"])
    rest = (await ada("GET", f"{TASKS}?limit=200&cursor={page['next_cursor']}")).json()
    assert (14, None) == (len(rest["items"]), rest["next_cursor"])
