"""Subtasks and order: where tasks stand, how they move, and what goes to the trash together."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.api import User, bad_parts, problem

Json = dict[str, Any]


async def new_list(user: User) -> str:
    """Make a list, and return its id."""
    list_id: str = (await user("POST", "/api/lists", json={"name": "x"})).json()["id"]
    return list_id


async def patched(user: User, task: Json, **members: object) -> Json:
    """Change a task."""
    response = await user("PATCH", f"/api/tasks/{task['id']}", json=members)
    assert 200 == response.status_code, response.text
    changed: Json = response.json()
    return changed


async def now(user: User, task: Json) -> Json:
    """Return a task as it is now."""
    found: Json = (await user("GET", f"/api/tasks/{task['id']}")).json()
    return found


async def below(user: User, task: Json) -> str:
    """Return what the subtasks are called, in their order."""
    parameters = {"parent": task["id"], "sort": "position"}
    return "".join(one["title"] for one in (await user("GET", "/api/tasks", params=parameters)).json()["items"])


async def moved(user: User, task: Json, **body: str | None) -> Json:
    """Move a task."""
    response = await user("POST", f"/api/tasks/{task['id']}/move", json=body)
    assert 200 == response.status_code, response.text
    assert f'"{response.json()["version"]}"' == response.headers["etag"]
    changed: Json = response.json()
    return changed


async def test_a_subtask_is_in_the_list_of_its_parent(ada: User) -> None:
    """Said or not; another one is refused."""
    list_id = await new_list(ada)
    root = await ada.add("r", list_id=list_id)

    assert list_id == (await ada.add("b", parent_id=root["id"]))["list_id"]
    assert list_id == (await ada.add("c", parent_id=root["id"], list_id=list_id))["list_id"]
    refused = await ada("POST", "/api/tasks", json={"title": "d", "parent_id": root["id"], "list_id": ada.id})
    assert {"/list_id": "list-of-parent"} == bad_parts(refused)
    assert "bc" == await below(ada, root)


async def test_put_takes_the_default(ada: User) -> None:
    """Absent, the task stands in the inbox, below none; with a parent, in its list."""
    list_id = await new_list(ada)
    root = await ada.add("r", list_id=list_id)
    task = await ada.add("t", list_id=list_id)
    path = f"/api/tasks/{task['id']}"

    put = (await ada("PUT", path, json={"title": "t", "parent_id": root["id"]})).json()
    assert (list_id, root["id"]) == (put["list_id"], put["parent_id"])
    put = (await ada("PUT", path, json={"title": "t"})).json()
    assert (ada.id, None) == (put["list_id"], put["parent_id"])
    made = await ada(
        "PUT",
        f"/api/tasks/{uuid4()}",
        json={"title": "n", "parent_id": root["id"]},
        headers={"If-None-Match": "*"},
    )
    assert (201, list_id) == (made.status_code, made.json()["list_id"])


async def test_patch_touches_what_it_names(ada: User) -> None:
    """The parent alone brings its list along; null is no parent, and the list of the parent or the inbox."""
    list_id = await new_list(ada)
    root, task = await ada.add("r", list_id=list_id), await ada.add("t")

    assert ada.id == (await patched(ada, task, title="u"))["list_id"]
    assert list_id == (await patched(ada, task, parent_id=root["id"]))["list_id"]
    assert root["id"] == (await patched(ada, task, list_id=None))["parent_id"]
    alone = await patched(ada, task, parent_id=None)
    assert (list_id, None) == (alone["list_id"], alone["parent_id"])
    assert ada.id == (await patched(ada, task, list_id=None))["list_id"]


async def test_bad_places(ada: User, bob: User) -> None:
    """All at once, beside other bad members; another user's are as unknown as those that nobody has."""
    trashed, of_bob = await ada.add("t"), await bob.add("b")
    await ada("DELETE", f"/api/tasks/{trashed['id']}")
    task = await ada.add()
    path = f"/api/tasks/{task['id']}"

    for parent in (trashed["id"], of_bob["id"], str(uuid4())):
        for list_id in (bob.id, str(uuid4())):
            body = {"title": "", "parent_id": parent, "list_id": list_id}
            bad = {"/title": "too-short", "/parent_id": "unknown-parent", "/list_id": "unknown-list"}
            assert bad == bad_parts(await ada("POST", "/api/tasks", json=body))
            assert bad == bad_parts(await ada("PUT", path, json=body))
            assert bad == bad_parts(await ada("PATCH", path, json=body))
            create = {"If-None-Match": "*"}
            assert bad == bad_parts(await ada("PUT", f"/api/tasks/{uuid4()}", json=body, headers=create))
            key = {"Idempotency-Key": "k"}
            assert bad == bad_parts(await ada("POST", "/api/tasks", json=body, headers=key))
    kinds = {"/parent_id": "wrong-type", "/list_id": "not-a-uuid"}
    assert kinds == bad_parts(await ada("PATCH", path, json={"parent_id": 7, "list_id": "x"}))
    assert {"/position": "read-only"} == bad_parts(await ada("PATCH", path, json={"position": "V"}))


async def test_levels_and_cycles(ada: User) -> None:
    """Five levels; no task below itself."""
    chain = [await ada.add("1")]
    for level in "2345":
        chain.append(await ada.add(level, parent_id=chain[-1]["id"]))
    other = await ada.add("o")
    await ada.add("p", parent_id=other["id"])

    six = await ada("POST", "/api/tasks", json={"title": "6", "parent_id": chain[4]["id"]})
    assert {"/parent_id": "too-deep"} == bad_parts(six)
    for parent in (chain[0], chain[4]):
        cycle = await ada("PATCH", f"/api/tasks/{chain[0]['id']}", json={"parent_id": parent["id"]})
        assert {"/parent_id": "cycle"} == bad_parts(cycle)
    deep = await ada("POST", f"/api/tasks/{other['id']}/move", json={"parent_id": chain[3]["id"], "after": None})
    assert {"/parent_id": "too-deep"} == bad_parts(deep)


async def test_moving_a_parent_moves_its_descendants(ada: User) -> None:
    """In the same transaction, each under a number of its own."""
    list_id, root = await new_list(ada), await ada.add("r")
    sub = await ada.add("s", parent_id=root["id"])
    deep = await ada.add("d", parent_id=sub["id"])

    version = (await patched(ada, root, list_id=list_id))["version"]

    assert [(list_id, version + 1), (list_id, version + 2)] == [
        (one["list_id"], one["version"]) for one in (await now(ada, sub), await now(ada, deep))
    ]


async def test_moves(ada: User) -> None:
    """Among siblings, below another task, into another list; where it stands already, nothing changes."""
    root, other = await ada.add("r"), await ada.add("o", list_id=await new_list(ada))
    a, b, c = [await ada.add(title, parent_id=root["id"]) for title in "abc"]

    await moved(ada, c, after=None)
    assert "cab" == await below(ada, root)
    await moved(ada, c, after=a["id"])
    assert "acb" == await below(ada, root)
    last = await moved(ada, c, before=None)
    assert "abc" == await below(ada, root)
    assert last == await moved(ada, c, after=b["id"])
    elsewhere = await moved(ada, b, parent_id=other["id"], after=None)
    assert (other["id"], other["list_id"]) == (elsewhere["parent_id"], elsewhere["list_id"])
    assert "ac" == await below(ada, root)
    home = await moved(ada, b, parent_id=None, list_id=None, before=root["id"])
    assert (None, ada.id) == (home["parent_id"], home["list_id"])
    assert home["position"] < root["position"]


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"/after": "required"}),
        ({"list_id": None}, {"/after": "required"}),
        ({"after": None, "before": None}, {"/before": "not-with-after"}),
        ({"after": 7}, {"/after": "wrong-type"}),
        ({"after": None, "title": "x", "list_id": "x"}, {"/title": "unknown-member", "/list_id": "not-a-uuid"}),
    ],
)
async def test_bad_moves(ada: User, body: Json, bad: dict[str, str]) -> None:
    """One of the two sides, and nothing but where it is to go."""
    task = await ada.add()

    assert bad == bad_parts(await ada("POST", f"/api/tasks/{task['id']}/move", json=body))


async def test_the_order_of_refusals_of_a_move(ada: User, bob: User) -> None:
    """Whose it is, then its version, then the body, then the sibling; a replay before all of that."""
    task, of_bob = await ada.add("t"), await bob.add("b")
    path, stale = f"/api/tasks/{task['id']}/move", {"If-Match": '"1"'}

    problem(await ada("POST", f"/api/tasks/{of_bob['id']}/move", json={}, headers=stale), 403, "forbidden")
    problem(await ada("POST", path, json={}, headers=stale), 412, "version-mismatch")
    assert {"/after": "required"} == bad_parts(await ada("POST", path, json={}))
    for sibling in (task["id"], of_bob["id"], str(uuid4())):
        problem(await ada("POST", path, json={"after": sibling}), 409, "sibling-gone")
    key = {"Idempotency-Key": "k"}
    first = await ada("POST", path, json={"after": None}, headers=key)
    again = await ada("POST", path, json={"after": None}, headers={**key, **stale})
    assert (200, first.json(), "true") == (again.status_code, again.json(), again.headers["idempotency-replayed"])


async def test_toggling_with_subtasks(ada: User) -> None:
    """Completes what is open below too, and is another request than without."""
    root = await ada.add("r")
    sub = await ada.add("s", parent_id=root["id"])
    toggle, key = f"/api/tasks/{root['id']}/toggle", {"Idempotency-Key": "k"}

    assert (await ada("PATCH", f"{toggle}?subtasks=true", headers=key)).json()["completed"]
    assert (await now(ada, sub))["completed"]
    problem(await ada("PATCH", toggle, headers=key), 422, "idempotency-key-reused")
    problem(await ada("PATCH", f"{toggle}?subtasks=false", headers=key), 422, "idempotency-key-reused")
    assert not (await ada("PATCH", f"{toggle}?subtasks=true")).json()["completed"]
    assert (await now(ada, sub))["completed"]
    refused = await ada("PATCH", f"{toggle}?subtasks=yes")
    assert {"?subtasks": "not-a-boolean"} == bad_parts(refused, 400, "malformed-request")


async def test_groups_in_the_trash(ada: User) -> None:
    """Deleted together, restored together; what went there before stays; a child waits for its parent."""
    root = await ada.add("r")
    sub, gone = await ada.add("s", parent_id=root["id"]), await ada.add("g", parent_id=root["id"])
    await ada("DELETE", f"/api/tasks/{gone['id']}")

    assert 204 == (await ada("DELETE", f"/api/tasks/{root['id']}")).status_code
    for task in (sub, gone):
        problem(await ada("POST", f"/api/tasks/{task['id']}/restore"), 409, "parent-in-trash")
    assert 200 == (await ada("POST", f"/api/tasks/{root['id']}/restore")).status_code
    assert "s" == await below(ada, root)
    assert root["position"] == (await now(ada, root))["position"]
    assert 200 == (await ada("POST", f"/api/tasks/{gone['id']}/restore")).status_code


async def test_a_restore_that_would_go_too_deep(ada: User) -> None:
    """409, as the body is not to blame."""
    root, sub = await ada.add("r"), None
    sub = await ada.add("s", parent_id=root["id"])
    await ada("DELETE", f"/api/tasks/{sub['id']}")
    chain = [await ada.add("1")]
    for level in "234":
        chain.append(await ada.add(level, parent_id=chain[-1]["id"]))
    await patched(ada, root, parent_id=chain[-1]["id"])

    problem(await ada("POST", f"/api/tasks/{sub['id']}/restore"), 409, "too-deep")


async def test_filters(ada: User, bob: User) -> None:
    """Directly below a task, or below none."""
    root = await ada.add("r")
    sub = await ada.add("s", parent_id=root["id"])
    await ada.add("d", parent_id=sub["id"])

    async def found(parent: str) -> list[str]:
        return [task["title"] for task in (await ada("GET", f"/api/tasks?parent={parent}")).json()["items"]]

    assert ["s"] == await found(root["id"])
    assert ["r"] == await found("none")
    assert [] == await found((await bob.add())["id"])
