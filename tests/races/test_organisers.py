"""Lists, trees, order and repetition changed by two processes at once: no cycle, no orphan, no place given twice."""

from collections import Counter
from typing import Any
from uuid import uuid4

from tests.races.conftest import Pair, User
from tests.races.test_writers import CROWD, etag, make, path
from tests.races.wire import Line, Request, codes, lines_to, volley

ROUNDS = 50


def tasks_of(line: Line, user: User, query: str = "") -> list[dict[str, Any]]:
    """Return all live tasks."""
    page: dict[str, Any] = line.ask("GET", f"/api/tasks?limit=200{query}", token=user.access).json()
    assert page["next_cursor"] is None
    found: list[dict[str, Any]] = page["items"]
    return found


def make_list(line: Line, user: User) -> str:
    """Make a list and return its id."""
    return str(line.ask("POST", "/api/lists", token=user.access, json={"name": "a list"}).json()["id"])


def patch(user: User, task: dict[str, Any], **members: object) -> Request:
    """Return the request that changes a task."""
    return Request("PATCH", path(task), token=user.access, json=members)


def move(user: User, task: dict[str, Any], **members: object) -> Request:
    """Return the request that moves a task."""
    return Request("POST", f"{path(task)}/move", token=user.access, json=members)


def test_two_moves_that_would_make_a_cycle(pair: Pair) -> None:
    """Of two tasks that are put below each other one is; the other request is refused, by PATCH and by move alike."""
    user = pair.join()
    with lines_to(pair.servers, 2) as lines:
        for number in range(ROUNDS):
            first, second = (make(lines[0], user).json() for _ in range(2))
            if number % 2:
                requests = [patch(user, first, parent_id=second["id"]), patch(user, second, parent_id=first["id"])]
            else:
                requests = [
                    move(user, first, parent_id=second["id"], before=None),
                    move(user, second, parent_id=first["id"], before=None),
                ]

            replies = volley(lines, requests)

            assert Counter({None: 1, "validation-failed": 1}) == codes(replies)
            [refused] = [reply.json() for reply in replies if reply.status == 422]
            assert [("/parent_id", "cycle")] == [(one["pointer"], one["code"]) for one in refused["errors"]]
            found = {one["id"]: one["parent_id"] for one in tasks_of(lines[0], user)}
            assert 1 == [found[first["id"]], found[second["id"]]].count(None)
            for task in (first, second):
                lines[0].ask("DELETE", path(task), token=user.access)


def test_a_cycle_of_three(pair: Pair) -> None:
    """Three tasks that are put below each other in a ring: at least one request is refused, and a root is left."""
    user = pair.join()
    with lines_to(pair.servers, 3) as lines:
        for _ in range(ROUNDS // 2):
            ring = [make(lines[0], user).json() for _ in range(3)]
            requests = [patch(user, task, parent_id=ring[number - 1]["id"]) for number, task in enumerate(ring)]

            counted = codes(volley(lines, requests))

            assert {None: 2, "validation-failed": 1} == counted
            parents = {one["id"]: one["parent_id"] for one in tasks_of(lines[0], user)}
            assert 1 == [parents[task["id"]] for task in ring].count(None)
            for task in ring:
                lines[0].ask("DELETE", path(task), token=user.access)


def test_moves_to_one_place(pair: Pair) -> None:
    """Twenty tasks are put right behind one sibling at the same time: each has a position of its own there."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        anchor, last = make(lines[0], user).json(), make(lines[0], user).json()
        moved = [make(lines[0], user).json() for _ in range(CROWD)]
        for _ in range(ROUNDS // 5):
            replies = volley(lines, [move(user, task, after=anchor["id"]) for task in moved])

            assert {None: CROWD} == codes(replies)
            listed = tasks_of(lines[0], user, f"&sort=position&list={anchor['list_id']}&parent=none")
            assert (anchor["id"], last["id"]) == (listed[0]["id"], listed[-1]["id"])
            by_number = sorted((reply.json() for reply in replies), key=lambda task: -task["version"])
            assert [task["id"] for task in by_number] == [task["id"] for task in listed[1:-1]]
            assert len(listed) == len({task["position"] for task in listed})


def test_a_list_is_deleted_while_tasks_come_in(pair: Pair) -> None:
    """What comes too late is refused, or goes with the list: no task is in a list that is not there."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        for number in range(ROUNDS // 2):
            list_id, contents = make_list(lines[0], user), ("trash", "inbox")[number % 2]
            waiting = [make(lines[0], user).json() for _ in range(CROWD // 2 - 1)]
            coming = [patch(user, task, list_id=list_id) for task in waiting]
            new = Request("POST", "/api/tasks", token=user.access, json={"title": "new", "list_id": list_id})
            delete = Request("DELETE", f"/api/lists/{list_id}?tasks={contents}", token=user.access)

            replies = volley(lines, [*coming, delete, *[new] * (CROWD // 2)])

            assert 204 == replies[len(coming)].status
            assert codes(replies).keys() <= {None, "validation-failed"}
            live, trash = tasks_of(lines[0], user), tasks_of(lines[0], user, "&deleted=true")
            known = {one["id"] for one in lines[0].ask("GET", "/api/lists", token=user.access).json()["items"]}
            assert {task["list_id"] for task in live} <= known
            answered = {reply.json()["id"] for reply in replies if reply.status in {200, 201}}
            assert answered | {task["id"] for task in waiting} <= {task["id"] for task in (*live, *trash)}
            for task in live:
                lines[0].ask("DELETE", path(task), token=user.access)
            if len(trash) > 150:
                user = pair.join()


def test_an_occurrence_is_completed_once(pair: Pair) -> None:
    """Of twenty clients who saw the same occurrence one completes it, and it is counted once; so with one key."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        task = make(lines[0], user, due={"date": "2999-01-01"}, recurrence={"frequency": "daily"}).json()
        for number in range(1, ROUNDS // 2):
            toggle = f"{path(task)}/toggle"
            seen = Request("PATCH", toggle, token=user.access, headers={"If-Match": etag(task)})
            assert {None: 1, "version-mismatch": CROWD - 1} == codes(volley(lines, [seen] * CROWD))

            keyed = Request("PATCH", toggle, token=user.access, headers={"Idempotency-Key": str(uuid4())})
            replies = volley(lines, [keyed] * CROWD)
            [shown] = {reply.body for reply in replies}
            assert {None: CROWD} == codes(replies)

            history = lines[0].ask("GET", f"{path(task)}/occurrences?limit=200", token=user.access).json()["items"]
            assert 2 * number == len(history)
            task = lines[0].ask("GET", path(task), token=user.access).json()
            assert task == replies[0].json(), shown


def test_what_is_deleted_together_is_restored_together(pair: Pair) -> None:
    """A tree is deleted while tasks are put into it and taken out: what is in the trash with it comes back with it."""
    user = pair.join()
    with lines_to(pair.servers, 8) as lines:
        for _ in range(ROUNDS // 2):
            root = make(lines[0], user).json()
            inside = [make(lines[0], user, parent_id=root["id"]).json() for _ in range(3)]
            outside = [make(lines[0], user).json() for _ in range(4)]
            requests = [
                *(patch(user, task, parent_id=root["id"]) for task in outside),
                Request("DELETE", path(root), token=user.access),
                *(patch(user, task, parent_id=None) for task in inside),
            ]

            replies = volley(lines, requests)

            assert codes(replies).keys() <= {None, "validation-failed", "not-found"}
            live = {task["id"]: task for task in tasks_of(lines[0], user)}
            assert all(task["parent_id"] in {None, *live} for task in live.values())
            assert 200 == lines[0].ask("POST", f"{path(root)}/restore", token=user.access).status
            everything = {task["id"]: task for task in tasks_of(lines[0], user)}
            assert {task["id"] for task in (root, *inside, *outside)} == everything.keys()
            assert all(task["parent_id"] in {None, root["id"]} for task in everything.values())
            for task in everything.values():
                lines[0].ask("DELETE", path(task), token=user.access)
