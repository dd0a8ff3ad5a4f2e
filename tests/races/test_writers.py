"""Writers at the same moment in two processes: one wins where one may, and nothing that was answered is lost."""

from collections import Counter
from itertools import product
from random import Random
from typing import Any
from uuid import uuid4

from tests.races.conftest import Pair, User
from tests.races.wire import Line, Reply, Request, codes, lines_to, volley

ETAG_ROUNDS = 1_000
ROUNDS = 25
CROWD = 20
POSTS = 50
MISMATCH = "version-mismatch"
DUE = {"date": "2026-03-28", "time": "08:00", "timezone": "UTC"}
EDITS: list[dict[str, Any]] = [
    {"title": "another title"},
    {"description": "another description"},
    {"completed": True},
    {"priority": "high"},
    {"tags": ["another", "tag"]},
    {"due": {"date": "2026-12-24"}},
    {"due": {"time": "18:30"}},
    {"due": {"timezone": "Europe/Berlin"}},
]
"""One for each member that can be changed by itself."""
EDITED = {key: value for edit in EDITS for key, value in edit.items()} | {
    "due": {key: value for edit in EDITS for key, value in edit.get("due", {}).items()}
}


def make(line: Line, user: User, **members: object) -> Reply:
    """Make a task."""
    reply = line.ask("POST", "/api/tasks", token=user.access, json={"title": "a task", **members})
    assert 201 == reply.status
    return reply


def path(task: dict[str, Any]) -> str:
    """Return where a task is."""
    return f"/api/tasks/{task['id']}"


def etag(task: dict[str, Any]) -> str:
    """Return the ETag that the contract promises for a task."""
    return f'"{task["version"]}"'


def test_two_writers_with_one_etag(pair: Pair) -> None:
    """Of two writers who saw the same state one wins, and the other is shown the winner's work; 1,000 times over."""
    user = pair.join()
    with lines_to(pair.servers, 2) as lines:
        task = make(lines[0], user).json()
        for number in range(ETAG_ROUNDS):
            seen = {"If-Match": etag(task)}
            first, second = ({"title": f"{number} by the {writer}"} for writer in ("first", "second"))
            replies = volley(
                lines,
                [
                    Request("PATCH", path(task), token=user.access, json=first, headers=seen),
                    Request("PUT", path(task), token=user.access, json=second, headers=seen),
                ],
            )

            winner, loser = sorted(replies, key=lambda reply: reply.status)
            assert (200, 412, MISMATCH) == (winner.status, loser.status, loser.code)
            written = winner.json()
            assert (written, etag(written)) == (loser.json()["current"], loser.headers["etag"])
            assert written["version"] == task["version"] + 1
            task = written


def test_patches_of_different_members_all_survive(pair: Pair) -> None:
    """Of 20 PATCHes at a time, each of one member of one of some tasks, every one is there in the end."""
    user = pair.join()
    random = Random(20)  # noqa: S311 - the same order on every run
    with lines_to(pair.servers, CROWD) as lines:
        for _ in range(ROUNDS):
            tasks = [make(lines[0], user, due=DUE).json() for _ in range(3)]
            edits = list(product(tasks[:2], EDITS)) + [(tasks[2], edit) for edit in EDITS[:4]]
            random.shuffle(edits)

            replies = volley(
                lines, [Request("PATCH", path(task), token=user.access, json=edit) for task, edit in edits]
            )

            assert {None: CROWD} == codes(replies)
            newest = tasks[2]["version"]
            versions = sorted(reply.json()["version"] for reply in replies)
            assert list(range(newest + 1, newest + 1 + CROWD)) == versions
            for task, expected in zip(tasks, (EDITED, EDITED, EDITED | {"tags": [], "due": DUE}), strict=True):
                found = lines[0].ask("GET", path(task), token=user.access).json()
                assert expected == {member: found[member] for member in expected}


def test_toggles_are_not_lost(pair: Pair) -> None:
    """Twenty toggles at a time happen one after the other, in the order of their versions."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        task = make(lines[0], user).json()
        for _ in range(ROUNDS):
            replies = volley(lines, [Request("PATCH", f"{path(task)}/toggle", token=user.access)] * CROWD)

            states = sorted((reply.json()["version"], reply.json()["completed"]) for reply in replies)
            newest = task["version"]
            assert [(newest + step, step % 2 == 1) for step in range(1, CROWD + 1)] == states
            task = lines[0].ask("GET", path(task), token=user.access).json()


def test_read_modify_write(pair: Pair) -> None:
    """Twenty clients each add a tag to what they last saw; one wins in each wave, and in the end all tags are there."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        task = make(lines[0], user).json()
        waiting = [f"tag of client {number:02}" for number in range(CROWD)]
        while waiting:
            requests = [
                Request(
                    "PATCH",
                    path(task),
                    token=user.access,
                    json={"tags": [*task["tags"], tag]},
                    headers={"If-Match": etag(task)},
                )
                for tag in waiting
            ]
            replies = volley(lines[: len(waiting)], requests)

            assert Counter({None: 1, MISMATCH: len(waiting) - 1}) == codes(replies)
            [(winner, task)] = [(number, reply.json()) for number, reply in enumerate(replies) if reply.status == 200]
            del waiting[winner]

        assert [f"tag of client {number:02}" for number in range(CROWD)] == task["tags"]


def test_one_idempotency_key(pair: Pair) -> None:
    """Of fifty POSTs with one key one makes a task; all get the same answer, 49 of them as a repetition."""
    user = pair.join()
    with lines_to(pair.servers, POSTS) as lines:
        for number in range(ROUNDS):
            key = {"Idempotency-Key": str(uuid4())}
            draft = {"title": f"made once, {number}"}
            replies = volley(lines, [Request("POST", "/api/tasks", token=user.access, json=draft, headers=key)] * POSTS)

            [answer] = {(one.status, one.body, one.headers["etag"], one.headers["location"]) for one in replies}
            assert 201 == answer[0]
            assert ["true"] * (POSTS - 1) == [
                one.headers["idempotency-replayed"] for one in replies if "idempotency-replayed" in one.headers
            ]

        listed = lines[0].ask("GET", "/api/tasks?limit=200&count=true", token=user.access).json()
    assert ROUNDS == listed["total"]
    assert {f"made once, {number}" for number in range(ROUNDS)} == {task["title"] for task in listed["items"]}


def test_one_key_for_toggles(pair: Pair) -> None:
    """Of twenty toggles with one key one is carried out."""
    user = pair.join()
    with lines_to(pair.servers, CROWD) as lines:
        task = make(lines[0], user).json()
        for number in range(1, ROUNDS + 1):
            key = {"Idempotency-Key": str(uuid4())}
            toggle = Request("PATCH", f"{path(task)}/toggle", token=user.access, headers=key)
            replies = volley(lines, [toggle] * CROWD)

            assert {(task["version"] + number, number % 2 == 1)} == {
                (reply.json()["version"], reply.json()["completed"]) for reply in replies
            }


def test_one_id(pair: Pair) -> None:
    """Of twenty creations with one id, of two users in two processes, one succeeds."""
    users = [pair.join(), pair.join()]
    with lines_to(pair.servers, CROWD) as lines:
        for _ in range(ROUNDS):
            draft = {"title": "a task", "id": str(uuid4())}
            posts = [Request("POST", "/api/tasks", token=user.access, json=draft) for user in users]
            assert {None: 1, "id-taken": CROWD - 1} == codes(volley(lines, posts * (CROWD // 2)))
