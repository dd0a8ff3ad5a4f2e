"""Lists: made, read, changed, moved, deleted; and the tasks in them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.api import User, bad_parts, problem

LISTS = "/api/lists"
Json = dict[str, Any]


async def added(user: User, name: str = "Garden", **members: object) -> Json:
    """Make a list."""
    response = await user("POST", LISTS, json={"name": name, **members})
    assert 201 == response.status_code, response.text
    one: Json = response.json()
    return one


async def names(user: User) -> list[str]:
    """Return what the lists are called, in their order."""
    return [one["name"] for one in (await user("GET", LISTS)).json()["items"]]


async def titles(user: User, list_id: str) -> list[str]:
    """Return what the tasks without a parent in a list are called, in their order."""
    parameters = {"list": list_id, "parent": "none", "sort": "position"}
    return [task["title"] for task in (await user("GET", "/api/tasks", params=parameters)).json()["items"]]


async def test_create(ada: User) -> None:
    """A name is enough; a color comes back in lower case; the new list is the last one."""
    response = await ada("POST", LISTS, json={"name": "Garden", "color": "#3CB371"})

    one = response.json()
    assert (201, f"{LISTS}/{one['id']}", '"2"') == (
        response.status_code,
        response.headers["location"],
        response.headers["etag"],
    )
    assert "private, no-cache" == response.headers["cache-control"]
    assert {
        "id": one["id"],
        "name": "Garden",
        "color": "#3cb371",
        "inbox": False,
        "position": "V0000002",
        "created_at": "2026-11-21T09:30:00Z",
        "updated_at": "2026-11-21T09:30:00Z",
        "version": 2,
    } == one
    assert ["Inbox", "Garden"] == await names(ada)


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"/name": "required"}),
        ({"name": "\u2800 ", "color": "red"}, {"/name": "too-short", "/color": "malformed"}),
        ({"name": "x" * 101, "color": 1}, {"/name": "too-long", "/color": "wrong-type"}),
        ({"name": None}, {"/name": "wrong-type"}),
        (
            {"name": "x", "inbox": True, "position": "V", "version": 1, "tasks": []},
            {"/inbox": "read-only", "/position": "read-only", "/version": "read-only", "/tasks": "unknown-member"},
        ),
        ({"name": "x", "id": "7"}, {"/id": "not-a-uuid"}),
    ],
)
async def test_bad_lists(ada: User, body: Json, bad: dict[str, str]) -> None:
    """All problems at once, with pointer and code, and nothing is made."""
    assert bad == bad_parts(await ada("POST", LISTS, json=body))
    assert ["Inbox"] == await names(ada)


async def test_read_and_revalidate(ada: User) -> None:
    """With an ETag, and 304 while nothing has changed."""
    one = await added(ada)

    read = await ada("GET", f"{LISTS}/{one['id']}")
    again = await ada("GET", f"{LISTS}/{one['id']}", headers={"If-None-Match": read.headers["etag"]})

    assert (200, one) == (read.status_code, read.json())
    assert (304, b"", read.headers["etag"]) == (again.status_code, again.content, again.headers["etag"])


async def test_replace_and_patch(ada: User) -> None:
    """PUT replaces everything, PATCH what it names; null is no color; what changes nothing takes no version."""
    path = f"{LISTS}/{(await added(ada, color='#3cb371'))['id']}"

    patched = (await ada("PATCH", path, json={"name": "Park"})).json()
    same = (await ada("PATCH", path, json={"color": "#3CB371"})).json()
    put = (await ada("PUT", path, json={"name": "Wood"})).json()
    cleared = (await ada("PATCH", path, json={"color": None})).json()

    assert ("Park", "#3cb371", 3) == (patched["name"], patched["color"], patched["version"])
    assert (patched, put) == (same, cleared)
    assert ("Wood", None, 4) == (put["name"], put["color"], put["version"])


async def test_the_inbox_can_be_renamed_and_moved_and_stays(ada: User) -> None:
    """It has the id of its user; it is an ordinary list, but for good."""
    await added(ada)
    path = f"{LISTS}/{ada.id}"

    renamed = (await ada("PATCH", path, json={"name": "Mine"})).json()
    assert ("Mine", True) == (renamed["name"], renamed["inbox"])
    await ada("POST", f"{path}/move", json={"before": None})
    assert ["Garden", "Mine"] == await names(ada)
    for query in ("", "?tasks=trash", "?tasks=inbox"):
        problem(await ada("DELETE", path + query), 409, "inbox")


async def test_ids_made_by_clients(ada: User, bob: User) -> None:
    """By POST, or by PUT with If-None-Match; once taken by anybody, they are taken for good."""
    list_id, create = str(uuid4()), {"If-None-Match": "*"}
    made = await ada("PUT", f"{LISTS}/{list_id}", json={"name": "x"}, headers=create)
    assert (201, f"{LISTS}/{list_id}", list_id) == (made.status_code, made.headers["location"], made.json()["id"])

    again = await ada("PUT", f"{LISTS}/{list_id}", json={"name": "x"}, headers=create)
    assert made.json() == problem(again, 412, "version-mismatch")["current"]
    assert made.headers["etag"] == again.headers["etag"]
    problem(await bob("PUT", f"{LISTS}/{list_id}", json={"name": "x"}, headers=create), 403, "forbidden")
    assert 204 == (await ada("DELETE", f"{LISTS}/{list_id}")).status_code
    problem(await ada("PUT", f"{LISTS}/{list_id}", json={"name": "x"}, headers=create), 409, "id-taken")
    for user in (ada, bob):
        problem(await user("POST", LISTS, json={"name": "x", "id": list_id}), 409, "id-taken")


async def test_lists_of_others(ada: User, bob: User) -> None:
    """403, deleted or not, in the same bytes; an id that nobody has is 404."""
    live, gone = await added(bob), await added(bob)
    await bob("DELETE", f"{LISTS}/{gone['id']}")
    requests: list[tuple[str, str, Json | None]] = [
        ("GET", "", None),
        ("PUT", "", {"name": "x"}),
        ("PATCH", "", {}),
        ("DELETE", "?tasks=trash", None),
        ("POST", "/move", {"after": None}),
    ]

    for method, tail, body in requests:
        answers = [
            await ada(method, f"{LISTS}/{list_id}{tail}", json=body, headers={"X-Request-Id": "same"})
            for list_id in (live["id"], gone["id"], bob.id)
        ]
        assert 1 == len({answer.content for answer in answers})
        problem(answers[0], 403, "forbidden")
        problem(await ada(method, f"{LISTS}/{uuid4()}{tail}", json=body), 404, "not-found")
        problem(await ada(method, f"{LISTS}/x{tail}", json=body), 404, "not-found")
        problem(await bob(method, f"{LISTS}/{gone['id']}{tail}", json=body), 404, "not-found")


async def test_conditions_and_keys(ada: User) -> None:
    """As for tasks: 412 with the list as it is, and a key that carries a request out once."""
    key = {"Idempotency-Key": "k"}
    made = await ada("POST", LISTS, json={"name": "x"}, headers=key)
    again = await ada("POST", LISTS, json={"name": "x"}, headers=key)
    assert (201, made.json(), "true") == (again.status_code, again.json(), again.headers["idempotency-replayed"])
    problem(await ada("POST", LISTS, json={"name": "y"}, headers=key), 422, "idempotency-key-reused")

    path, stale = f"{LISTS}/{made.json()['id']}", {"If-Match": '"1"'}
    for method, tail, body in (
        ("PUT", "", {"name": "y"}),
        ("PATCH", "", {"name": "y"}),
        ("DELETE", "", None),
        ("POST", "/move", {"after": None}),
    ):
        refused = await ada(method, path + tail, json=body, headers=stale)
        assert made.json() == problem(refused, 412, "version-mismatch")["current"]
    moved = await ada("POST", f"{path}/move", json={"after": None}, headers={"Idempotency-Key": "m"})
    again = await ada("POST", f"{path}/move", json={"after": None}, headers={"Idempotency-Key": "m"})
    assert (moved.json(), "true") == (again.json(), again.headers["idempotency-replayed"])


async def test_moves(ada: User) -> None:
    """Behind and in front of others, first and last; where it stands already, nothing changes."""
    a, b = await added(ada, "a"), await added(ada, "b")

    async def move(one: Json, **body: str | None) -> Json:
        moved: Json = (await ada("POST", f"{LISTS}/{one['id']}/move", json=body)).json()
        return moved

    await move(b, after=None)
    assert ["b", "Inbox", "a"] == await names(ada)
    await move(b, after=ada.id)
    assert ["Inbox", "b", "a"] == await names(ada)
    moved = await move(a, before=b["id"])
    assert ["Inbox", "a", "b"] == await names(ada)
    assert moved == await move(a, after=ada.id)


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"/after": "required"}),
        ({"after": None, "before": None}, {"/before": "not-with-after"}),
        ({"after": "x"}, {"/after": "not-a-uuid"}),
        ({"after": None, "list_id": None}, {"/list_id": "unknown-member"}),
    ],
)
async def test_bad_moves(ada: User, body: Json, bad: dict[str, str]) -> None:
    """One of the two sides, as an id or null."""
    assert bad == bad_parts(await ada("POST", f"{LISTS}/{ada.id}/move", json=body))


async def test_siblings_that_are_gone(ada: User, bob: User) -> None:
    """Another user's, a deleted one, the list itself, and none: the same."""
    one, gone = await added(ada), await added(ada)
    await ada("DELETE", f"{LISTS}/{gone['id']}")

    for sibling in (bob.id, gone["id"], one["id"], str(uuid4())):
        for side in ("after", "before"):
            problem(await ada("POST", f"{LISTS}/{one['id']}/move", json={side: sibling}), 409, "sibling-gone")


async def test_deleting_a_list(ada: User) -> None:
    """With live tasks it has to be said what becomes of them."""
    one = await added(ada)
    task = await ada.add("t", list_id=one["id"])
    path = f"{LISTS}/{one['id']}"

    problem(await ada("DELETE", path), 409, "list-not-empty")
    assert {"?tasks": "not-one-of"} == bad_parts(await ada("DELETE", f"{path}?tasks=none"), 400, "malformed-request")
    assert 204 == (await ada("DELETE", f"{path}?tasks=trash")).status_code
    assert ["Inbox"] == await names(ada)
    problem(await ada("GET", f"/api/tasks/{task['id']}"), 404, "not-found")
    restored = (await ada("POST", f"/api/tasks/{task['id']}/restore")).json()
    assert ada.id == restored["list_id"]


async def test_a_list_leaves_its_tasks_to_the_inbox(ada: User) -> None:
    """Behind those that are there, in their order, with a number each; the list comes last in `changes`."""
    one = await added(ada)
    await ada.add("o")
    for title in "ab":
        await ada.add(title, list_id=one["id"])
    token = (await ada("GET", "/api/tasks/changes")).json()["next"]

    assert 204 == (await ada("DELETE", f"{LISTS}/{one['id']}?tasks=inbox")).status_code

    changes = (await ada("GET", "/api/tasks/changes", params={"since": token})).json()["items"]
    assert [("task", 6), ("task", 7), ("list", 8)] == [(item["kind"], item["version"]) for item in changes]
    assert {"kind": "list", "id": one["id"], "version": 8, "deleted": True} == changes[-1]
    assert ["o", "a", "b"] == await titles(ada, ada.id)


async def test_quota(ada: User) -> None:
    """Five hundred, the inbox among them."""
    for number in range(499):
        await added(ada, f"{number}")

    assert "At most 500 lists" == problem(await ada("POST", LISTS, json={"name": "x"}), 422, "quota-exceeded")["detail"]


async def test_filters(ada: User, bob: User) -> None:
    """Any of several lists; another user's finds nothing."""
    a, b = await added(ada, "a"), await added(ada, "b")
    await ada.add("in a", list_id=a["id"])
    await ada.add("in b", list_id=b["id"])
    await ada.add("inbox")

    async def found(query: str) -> set[str]:
        return {task["title"] for task in (await ada("GET", f"/api/tasks?{query}")).json()["items"]}

    assert {"in a"} == await found(f"list={a['id']}")
    assert {"in a", "in b"} == await found(f"list={a['id']}&list={b['id']}")
    assert set() == await found(f"list={bob.id}")
    assert {"in a"} == await found(f"list={a['id']}&list={bob.id}")


@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ("sort=position", {"?sort": "needs-list"}),
        ("sort=-position&parent=none", {"?sort": "needs-list"}),
        ("sort=position&list={0}&list={1}", {"?sort": "needs-list"}),
        ("list=x", {"?list": "not-a-uuid"}),
        ("parent=x", {"?parent": "not-a-uuid"}),
        ("parent=none&parent=none", {"?parent": "repeated"}),
    ],
)
async def test_bad_filters(ada: User, query: str, bad: dict[str, str]) -> None:
    """Positions order one list, or the subtasks of one task."""
    answer = await ada("GET", f"/api/tasks?{query.format(uuid4(), uuid4())}")

    assert bad == bad_parts(answer, 400, "malformed-request")


async def test_walking_through_a_list_in_its_order(ada: User) -> None:
    """Page by page, both ways; a cursor holds for its list only."""
    one = await added(ada)
    for title in "abc":
        await ada.add(title, list_id=one["id"])

    for sort, expected in (("position", "abc"), ("-position", "cba")):
        parameters: dict[str, Any] = {"list": one["id"], "sort": sort, "limit": 2}
        first = (await ada("GET", "/api/tasks", params=parameters)).json()
        cursor = {"cursor": first["next_cursor"]}
        second = (await ada("GET", "/api/tasks", params=parameters | cursor)).json()
        assert expected == "".join(task["title"] for task in (*first["items"], *second["items"]))
        other = parameters | cursor | {"list": ada.id}
        problem(await ada("GET", "/api/tasks", params=other), 400, "invalid-cursor")
