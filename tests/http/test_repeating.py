"""Repeating tasks over HTTP: rules, occurrences, and the conditions that they need."""

import datetime as dt
from typing import Any
from uuid import uuid4

import attrs
import pytest

from tests.http.api import User, World, bad_parts, problem

Json = dict[str, Any]
DUE = {"date": "2026-11-21"}  # on which the clock begins
DAILY = {"frequency": "daily"}
SHOWN = {"frequency": "daily", "interval": 1, "anchor": "due", "start": "2026-11-21"}


async def repeating(user: User, due: Json | None = None, **rule: object) -> Json:
    """Make a repeating task."""
    return await user.add("r", due=due or DUE, recurrence={**DAILY, **rule})


def at(task: Json) -> dict[str, str]:
    """Return the condition that a task is still in this version."""
    return {"If-Match": f'"{task["version"]}"'}


async def act(user: User, task: Json, action: str) -> Json:
    """Toggle, skip or reopen."""
    method = "PATCH" if action == "toggle" else "POST"
    response = await user(method, f"/api/tasks/{task['id']}/{action}", headers=at(task))
    assert 200 == response.status_code, response.text
    assert f'"{response.json()["version"]}"' == response.headers["etag"]
    changed: Json = response.json()
    return changed


async def history(user: User, task: Json) -> list[Json]:
    """Return the past occurrences."""
    items: list[Json] = (await user("GET", f"/api/tasks/{task['id']}/occurrences")).json()["items"]
    return items


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"frequency": "daily"}, {}),
        ({"frequency": "daily", "interval": 999, "count": 9999}, {}),
        ({"frequency": "daily", "interval": None, "anchor": None, "until": None, "count": None, "on": None}, {}),
        ({"frequency": "weekly", "weekdays": ["su", "mo", "su"]}, {"weekdays": ["mo", "su"]}),
        ({"frequency": "monthly", "on": {"day": 31}, "until": "2027-01-01"}, {}),
        ({"frequency": "monthly", "on": {"day": -1, "nth": None}}, {"on": {"day": -1}}),
        ({"frequency": "yearly", "on": {"weekday": "fr", "nth": -1}}, {}),
        ({"frequency": "yearly", "interval": 10, "anchor": "completion"}, {}),
    ],
)
async def test_rules_come_back(ada: User, rule: Json, shown: Json) -> None:
    """With their defaults and their start; what is taken from the start is not shown."""
    task = await ada.add("r", due=DUE, recurrence=rule)

    given = {name: value for name, value in rule.items() if value is not None}
    assert {**SHOWN, **given, **shown} == task["recurrence"]


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ({}, {"/frequency": "required"}),
        ({"frequency": "hourly"}, {"/frequency": "not-one-of"}),
        ({"frequency": None}, {"/frequency": "wrong-type"}),
        ({"frequency": "daily", "interval": 0}, {"/interval": "out-of-range"}),
        ({"frequency": "daily", "interval": 1.0}, {"/interval": "wrong-type"}),
        ({"frequency": "daily", "interval": True}, {"/interval": "wrong-type"}),
        ({"frequency": "daily", "count": 10_000, "start": "2026-01-01"}, {"/start": "read-only"}),
        ({"frequency": "daily", "count": 10_000}, {"/count": "out-of-range"}),
        ({"frequency": "daily", "count": 2, "until": "2027-01-01"}, {"/count": "not-with-until"}),
        ({"frequency": "daily", "weekdays": ["mo"]}, {"/weekdays": "needs-weekly"}),
        ({"frequency": "weekly", "weekdays": []}, {"/weekdays": "too-few"}),
        (
            {"frequency": "weekly", "weekdays": ["mo", "x", 1]},
            {"/weekdays/1": "not-one-of", "/weekdays/2": "wrong-type"},
        ),
        ({"frequency": "weekly", "on": {"day": 1}}, {"/on": "needs-monthly"}),
        ({"frequency": "monthly", "on": {"day": 1}, "anchor": "completion"}, {"/on": "not-with-completion"}),
        ({"frequency": "monthly", "on": {"day": 32}}, {"/on/day": "out-of-range"}),
        ({"frequency": "monthly", "on": {"weekday": "mo", "nth": 5}}, {"/on/nth": "out-of-range"}),
        ({"frequency": "monthly", "on": {}}, {"/on/day": "required"}),
        ({"frequency": "monthly", "on": {"weekday": "mo"}}, {"/on/nth": "required"}),
        ({"frequency": "monthly", "on": {"nth": 1}}, {"/on/weekday": "required"}),
        ({"frequency": "monthly", "on": {"day": 1, "weekday": "mo"}}, {"/on/day": "not-with-weekday"}),
        ({"frequency": "monthly", "on": {"week": 1}, "interval": 0}, {"/on/week": "unknown-member"}),
        ({"frequency": "daily", "until": "2026-11-20"}, {"": "never"}),
        ({"frequency": "yearly", "interval": 11}, {"": "never"}),
        ("RRULE:FREQ=DAILY", {"": "wrong-type"}),
    ],
)
async def test_bad_rules(ada: User, rule: Json, bad: dict[str, str]) -> None:
    """Each broken rule with its pointer below `recurrence`."""
    response = await ada("POST", "/api/tasks", json={"title": "r", "due": DUE, "recurrence": rule})

    assert {f"/recurrence{pointer}": code for pointer, code in bad.items()} == bad_parts(response)


async def test_rules_need_a_due_date_and_an_open_task(ada: User) -> None:
    """All at once; the due date cannot go while the rule is there."""
    needy = {"title": "r", "recurrence": DAILY}
    assert {"/recurrence": "needs-due"} == bad_parts(await ada("POST", "/api/tasks", json=needy))
    done = {"title": "r", "due": DUE, "recurrence": {**DAILY, "until": "2020-01-01"}, "completed": True}
    bad = {"/completed": "not-with-recurrence", "/recurrence": "never"}
    assert bad == bad_parts(await ada("POST", "/api/tasks", json=done))
    create = {"If-None-Match": "*"}
    assert bad == bad_parts(await ada("PUT", f"/api/tasks/{uuid4()}", json=done, headers=create))
    plain, task = await ada.add(due=DUE), await repeating(ada)
    both = {"recurrence": DAILY, "completed": True}
    refused = await ada("PATCH", f"/api/tasks/{plain['id']}", json=both)
    assert {"/completed": "not-with-recurrence"} == bad_parts(refused)
    refused = await ada("PATCH", f"/api/tasks/{task['id']}", json={"due": None})
    assert {"/recurrence": "needs-due"} == bad_parts(refused)


async def test_patch_reaches_into_the_rule(ada: User) -> None:
    """RFC 7396 all the way down; what changes the rule begins it anew, the same rule again does not."""
    task = await repeating(ada, frequency="monthly", on={"day": 31})
    path = f"/api/tasks/{task['id']}"

    async def patched(rule: Json | None, **members: object) -> Json:
        response = await ada("PATCH", path, json={"recurrence": rule, **members})
        assert 200 == response.status_code, response.text
        changed: Json = response.json()
        return changed

    assert task == await patched({})
    moved = await patched({"frequency": "monthly"}, due={"date": "2026-12-24"})
    assert task["recurrence"] == moved["recurrence"]
    every_other = await patched({"interval": 2})
    assert {**SHOWN, "frequency": "monthly", "interval": 2, "on": {"day": 31}, "start": "2026-12-24"} == (
        every_other["recurrence"]
    )
    by_weekday = await patched({"on": {"day": None, "weekday": "mo", "nth": 1}})
    assert {"weekday": "mo", "nth": 1} == by_weekday["recurrence"]["on"]
    assert {"weekday": "mo", "nth": 2} == (await patched({"on": {"nth": 2}}))["recurrence"]["on"]
    assert "on" not in (await patched({"on": None}))["recurrence"]
    assert (await patched(None))["recurrence"] is None
    first = await ada("PATCH", path, json={"recurrence": {"interval": 2}})
    assert {"/recurrence/frequency": "required"} == bad_parts(first)


async def test_put_with_the_same_rule_is_no_change(ada: User) -> None:
    """It is sent without `start`; without a rule, the task does not repeat any more."""
    task = await repeating(ada, frequency="weekly", weekdays=["mo"])
    path, rule = f"/api/tasks/{task['id']}", {"frequency": "weekly", "weekdays": ["mo"]}

    assert task == (await ada("PUT", path, json={"title": "r", "due": DUE, "recurrence": rule})).json()
    assert (await ada("PUT", path, json={"title": "r", "due": DUE})).json()["recurrence"] is None


async def test_completing_and_skipping(world: World, ada: User) -> None:
    """The same task, open, with the next due date; the history has what was, the latest first."""
    task = await repeating(ada, {"date": "2026-11-21", "time": "08:00", "timezone": "Europe/Berlin"})

    second = await act(ada, task, "toggle")
    world.clock.advance(dt.timedelta(days=3))
    ada = attrs.evolve(ada, tokens=await world.log_in())
    third = await act(ada, second, "skip")

    assert (False, task["due"] | {"date": "2026-11-22"}) == (second["completed"], second["due"])
    assert task["due"] | {"date": "2026-11-25"} == third["due"]
    assert [
        {
            "due": second["due"],
            "outcome": "skipped",
            "at": "2026-11-24T09:30:00Z",
            "missed": 2,
            "version": third["version"],
        },
        {
            "due": task["due"],
            "outcome": "completed",
            "at": "2026-11-21T09:30:00Z",
            "missed": 0,
            "version": second["version"],
        },
    ] == await history(ada, task)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_completing_by_an_edit(ada: User, method: str) -> None:
    """Other members first; then the occurrence, which needs If-Match."""
    task = await repeating(ada)
    path = f"/api/tasks/{task['id']}"
    body = {"title": "new", "due": {"date": "2026-11-25"}, "recurrence": DAILY, "completed": True}

    for headers in ({}, {"If-Match": "*"}, {"Idempotency-Key": "k"}):
        problem(await ada(method, path, json=body, headers=headers), 428, "precondition-required")
        problem(await ada(method, path, json=body | {"title": ""}, headers=headers), 428, "precondition-required")
    problem(await ada(method, path, json=body, headers={"If-Match": '"1"'}), 412, "version-mismatch")
    changed = (await ada(method, path, json=body, headers=at(task))).json()

    assert ("new", {"date": "2026-11-26"}, False) == (changed["title"], changed["due"], changed["completed"])
    assert [{"date": "2026-11-25"}] == [one["due"] for one in await history(ada, task)]


async def test_the_last_occurrence_and_back(ada: User) -> None:
    """After it the task is completed; reopening takes one after the other back, in each way there is."""
    task = await repeating(ada, count=2)
    last = await act(ada, await act(ada, task, "toggle"), "toggle")
    assert (True, {"date": "2026-11-22"}) == (last["completed"], last["due"])
    problem(await ada("POST", f"/api/tasks/{task['id']}/skip", headers=at(last)), 409, "not-repeating")

    opened = await act(ada, last, "toggle")
    assert (False, {"date": "2026-11-22"}) == (opened["completed"], opened["due"])
    again = await act(ada, opened, "toggle")
    path = f"/api/tasks/{task['id']}"
    problem(await ada("PATCH", path, json={"completed": False}), 428, "precondition-required")
    opened = (await ada("PATCH", path, json={"completed": False}, headers=at(again))).json()
    first = await act(ada, opened, "reopen")
    assert (DUE, []) == (first["due"], await history(ada, task))
    problem(await ada("POST", f"{path}/reopen", headers=at(first)), 409, "nothing-to-reopen")


@pytest.mark.parametrize("action", ["toggle", "skip", "reopen"])
async def test_twice_is_not_once(ada: User, action: str) -> None:
    """A tag or a key is needed; with a key the second time is a replay."""
    task = await repeating(ada, count=3)
    task = await act(ada, task, "toggle")
    method, path = "PATCH" if action == "toggle" else "POST", f"/api/tasks/{task['id']}/{action}"

    for headers in ({}, {"If-Match": "*"}, {"If-None-Match": '"1"'}):
        problem(await ada(method, path, headers=headers), 428, "precondition-required")
    first = await ada(method, path, headers={"Idempotency-Key": "k"})
    again = await ada(method, path, headers={"Idempotency-Key": "k"})
    assert (200, first.json(), "true") == (again.status_code, again.json(), again.headers["idempotency-replayed"])
    assert first.headers["etag"] == again.headers["etag"]


async def test_plain_tasks_are_as_ever(ada: User) -> None:
    """No condition to complete one; nothing to skip or to reopen."""
    task = await ada.add()
    path = f"/api/tasks/{task['id']}"

    assert (await ada("PATCH", f"{path}/toggle")).json()["completed"]
    problem(await ada("POST", f"{path}/skip"), 409, "not-repeating")
    problem(await ada("POST", f"{path}/reopen"), 428, "precondition-required")
    problem(await ada("POST", f"{path}/reopen", headers={"Idempotency-Key": "k"}), 409, "nothing-to-reopen")
    assert [] == await history(ada, task)


async def test_history_page_by_page(ada: User, bob: User) -> None:
    """A cursor belongs to its task and its user; the history goes with the task."""
    task, other = await repeating(ada), await repeating(ada)
    for _ in range(3):
        task = await act(ada, task, "toggle")
    path = f"/api/tasks/{task['id']}/occurrences"

    first = (await ada("GET", path, params={"limit": 2})).json()
    second = (await ada("GET", path, params={"limit": 2, "cursor": first["next_cursor"]})).json()

    assert ["2026-11-23", "2026-11-22", "2026-11-21"] == [
        one["due"]["date"] for one in (*first["items"], *second["items"])
    ]
    assert second["next_cursor"] is None
    of_list = (await ada("GET", "/api/tasks?limit=1")).json()["next_cursor"]
    for cursor in ("x", first["next_cursor"][:-1], of_list):
        problem(await ada("GET", path, params={"cursor": cursor}), 400, "invalid-cursor")
    elsewhere = f"/api/tasks/{other['id']}/occurrences"
    problem(await ada("GET", elsewhere, params={"cursor": first["next_cursor"]}), 400, "invalid-cursor")
    problem(await bob("GET", path), 403, "forbidden")
    await ada("DELETE", f"/api/tasks/{task['id']}")
    problem(await ada("GET", path), 404, "not-found")


async def test_subtasks_are_open_for_the_next_occurrence(ada: User) -> None:
    """In the same transaction, under numbers of their own."""
    task = await repeating(ada)
    sub = await ada.add("s", parent_id=task["id"], completed=True)

    following = await act(ada, task, "toggle")

    opened = (await ada("GET", f"/api/tasks/{sub['id']}")).json()
    assert (False, following["version"] + 1) == (opened["completed"], opened["version"])
