"""One task: made, read, replaced, changed, completed, deleted, restored."""

from typing import Any
from uuid import uuid4

import pytest

from entrypoints.http.ports import Options
from tests.http.api import PLENTY, User, bad_parts, problem
from tests.http.conftest import Build

TASKS = "/api/tasks"
BERLIN = {"date": "2026-11-25", "time": "18:00", "timezone": "Europe/Berlin"}
FULL: dict[str, Any] = {
    "title": "Buy milk",
    "description": "in\n\tglass",
    "completed": True,
    "priority": "high",
    "due": BERLIN,
    "tags": ["b", "a", "b"],
}
DEFAULTS: dict[str, Any] = {
    "description": "",
    "completed": False,
    "completed_at": None,
    "priority": "none",
    "due": None,
    "tags": [],
}


async def test_create_with_defaults(ada: User) -> None:
    """A title is enough."""
    response = await ada("POST", TASKS, json={"title": "Buy milk"})

    task = response.json()
    assert 201 == response.status_code
    assert f"{TASKS}/{task['id']}" == response.headers["location"]
    assert '"2"' == response.headers["etag"]
    assert "private, no-cache" == response.headers["cache-control"]
    assert "application/json" == response.headers["content-type"]
    assert {
        "id": task["id"],
        "title": "Buy milk",
        **DEFAULTS,
        "list_id": ada.id,
        "parent_id": None,
        "position": "V0000002",
        "recurrence": None,
        "created_at": "2026-11-21T09:30:00Z",
        "updated_at": "2026-11-21T09:30:00Z",
        "version": 2,
    } == task


async def test_create_with_everything(ada: User) -> None:
    """Every writable member is kept; tags are merged and sorted; absent members of `due` are omitted."""
    task = await ada.add(**FULL)

    assert {**FULL, "tags": ["a", "b"], "completed_at": "2026-11-21T09:30:00Z"}.items() <= task.items()
    assert {"date": "2026-01-01"} == (await ada.add(due={"date": "2026-01-01"}))["due"]
    floating = {"date": "2026-01-01", "time": "09:05"}
    assert floating == (await ada.add(due={**floating, "timezone": None}))["due"]


async def test_null_means_the_default(ada: User) -> None:
    """`null` for an optional member is as good as absent."""
    nothing: dict[str, Any] = dict.fromkeys(("description", "priority", "due", "tags", "id"))

    assert DEFAULTS.items() <= (await ada.add(**nothing)).items()


@pytest.mark.parametrize(
    ("sent", "stored"), [("a\r\nb", "a\nb"), ("a\rb\r", "a\nb\n"), ("\r\n" * 16_384, "\n" * 16_384)]
)
async def test_line_ends_are_stored_as_one_character(ada: User, sent: str, stored: str) -> None:
    """By every way that writes a description; sent again with other line ends it is no change."""
    task = await ada.add(description=sent)
    path = f"{TASKS}/{task['id']}"
    patched = await ada("PATCH", path, json={"description": sent})
    replaced = await ada("PUT", path, json={"title": task["title"], "description": sent})

    for response in (patched, replaced):
        assert (stored, task["version"]) == (response.json()["description"], response.json()["version"])


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ({}, {"/title": "required"}),
        ({"title": None}, {"/title": "wrong-type"}),
        ({"title": ""}, {"/title": "too-short"}),
        ({"title": "x" * 501}, {"/title": "too-long"}),
        ({"title": "a\0b"}, {"/title": "control-character"}),
        ({"title": "a\tb"}, {"/title": "control-character"}),
        ({"title": "a\x7fb"}, {"/title": "control-character"}),
        ({"title": "a\x9bb", "tags": ["\x85"]}, {"/title": "control-character", "/tags/0": "control-character"}),
        ({"title": "   ", "tags": ["\u3164"]}, {"/title": "too-short", "/tags/0": "too-short"}),
        ({"title": "\u200b\ufeff", "tags": ["\xa0"]}, {"/title": "too-short", "/tags/0": "too-short"}),
        ({"title": "x", "description": "x" * 16_385}, {"/description": "too-long"}),
        ({"title": "x", "description": "a\x1bb"}, {"/description": "control-character"}),
        ({"title": "x", "completed": None}, {"/completed": "wrong-type"}),
        ({"title": "x", "completed": 1}, {"/completed": "wrong-type"}),
        ({"title": "x", "priority": "urgent"}, {"/priority": "not-one-of"}),
        ({"title": "x", "priority": 3}, {"/priority": "wrong-type"}),
        ({"title": "x", "tags": "a"}, {"/tags": "wrong-type"}),
        (
            {"title": "x", "tags": ["b", 1, "", "a" * 101]},
            {"/tags/1": "wrong-type", "/tags/2": "too-short", "/tags/3": "too-long"},
        ),
        ({"title": "x", "tags": [str(number) for number in range(101)]}, {"/tags": "too-many"}),
        ({"title": "x", "tags": [1] * 1001}, {"/tags": "too-many"}),
        ({"title": "x", "due": "2026-01-01"}, {"/due": "wrong-type"}),
        ({"title": "x", "due": {}}, {"/due/date": "required"}),
        ({"title": "x", "due": {"date": "2026-02-30"}}, {"/due/date": "not-a-date"}),
        ({"title": "x", "due": {"date": "20260101"}}, {"/due/date": "not-a-date"}),
        ({"title": "x", "due": {"date": "2026-01-01", "time": "9:00"}}, {"/due/time": "not-a-time"}),
        ({"title": "x", "due": {"date": "2026-01-01", "time": "24:00"}}, {"/due/time": "not-a-time"}),
        ({"title": "x", "due": {"date": "2026-01-01", "timezone": "UTC"}}, {"/due/timezone": "needs-time"}),
        (
            {"title": "x", "due": {"date": "2026-01-01", "time": "09:00", "timezone": "Mars/Base"}},
            {"/due/timezone": "unknown-timezone"},
        ),
        (
            {"title": "x", "due": {"date": "0001-01-01", "time": "00:00", "timezone": "Asia/Tokyo"}},
            {"/due/date": "out-of-range"},
        ),
        ({"title": "x", "due": {"date": "2026-01-01", "at": "now"}}, {"/due/at": "unknown-member"}),
        ({"title": "x", "nope": 1, "a/b~c": 2}, {"/nope": "unknown-member", "/a~1b~0c": "unknown-member"}),
        (
            {"title": "x", "version": 1, "created_at": None, "completed_at": None},
            {"/version": "read-only", "/created_at": "read-only", "/completed_at": "read-only"},
        ),
        ({"title": "x", "id": "7"}, {"/id": "not-a-uuid"}),
        (
            {
                "title": 1,
                "description": 2,
                "completed": 3,
                "priority": 4,
                "due": {"date": 5, "time": 6},
                "tags": 7,
                "id": 8,
                "x": 9,
            },
            {
                "/title": "wrong-type",
                "/description": "wrong-type",
                "/completed": "wrong-type",
                "/priority": "wrong-type",
                "/due/date": "wrong-type",
                "/due/time": "wrong-type",
                "/tags": "wrong-type",
                "/id": "wrong-type",
                "/x": "unknown-member",
            },
        ),
    ],
)
async def test_everything_wrong_is_named_at_once(ada: User, members: dict[str, Any], wrong: dict[str, str]) -> None:
    """A problem names every bad member, by a pointer, with a code; nothing is made."""
    assert wrong == bad_parts(await ada("POST", TASKS, json=members))
    assert [] == (await ada("GET", TASKS)).json()["items"]


async def test_lengths_count_code_points_after_nfc(ada: User) -> None:
    """500 letters with combining accents are 500 characters; the text comes back in NFC."""
    assert "\N{LATIN SMALL LETTER E WITH ACUTE}" * 500 == (await ada.add("e\N{COMBINING ACUTE ACCENT}" * 500))["title"]


async def test_text_is_not_changed(ada: User) -> None:
    """Nothing is escaped or taken away."""
    title = "<script>alert('\\u0000')</script> & \N{ZERO WIDTH JOINER} \N{RIGHT-TO-LEFT OVERRIDE}  "

    assert title == (await ada.add(title))["title"]


async def test_client_made_id(ada: User, bob: User) -> None:
    """A client may choose the id; one that anybody has, or had, is taken."""
    task_id = str(uuid4())
    assert task_id == (await ada.add(id=task_id))["id"]

    problem(await ada("POST", TASKS, json={"title": "x", "id": task_id}), 409, "id-taken")
    problem(await bob("POST", TASKS, json={"title": "x", "id": task_id}), 409, "id-taken")
    await ada("DELETE", f"{TASKS}/{task_id}")
    problem(await ada("POST", TASKS, json={"title": "x", "id": task_id}), 409, "id-taken")


async def test_quota(build: Build) -> None:
    """Live tasks are limited; the trash does not count, and restoring does."""
    ada = await build(Options(limits=PLENTY), most_tasks=1).user()
    task = await ada.add()

    refused = problem(await ada("POST", TASKS, json={"title": "x"}), 422, "quota-exceeded")
    assert "At most 1 tasks" == refused["detail"]
    await ada("DELETE", f"{TASKS}/{task['id']}")
    await ada.add()
    problem(await ada("POST", f"{TASKS}/{task['id']}/restore"), 422, "quota-exceeded")


async def test_get(ada: User) -> None:
    """A task is shown with its ETag."""
    task = await ada.add()

    response = await ada("GET", f"{TASKS}/{task['id']}")

    assert (200, task, '"2"') == (response.status_code, response.json(), response.headers["etag"])


@pytest.mark.parametrize("tags", ['"2"', 'W/"2"', '"9", "2"', "*", ', "2" ,,'])
async def test_not_modified(ada: User, tags: str) -> None:
    """A client whose copy is good gets 304 without a body."""
    response = await ada("GET", f"{TASKS}/{(await ada.add())['id']}", headers={"If-None-Match": tags})

    assert (304, b"") == (response.status_code, response.content)
    assert '"2"' == response.headers["etag"]
    assert "private, no-cache" == response.headers["cache-control"]
    assert "content-type" not in response.headers


@pytest.mark.parametrize("tags", ['"3"', '"02"', '"abc"', '"2 "'.replace(" ", "x"), 'W/"3"'])
async def test_modified(ada: User, tags: str) -> None:
    """Other tags do not match."""
    response = await ada("GET", f"{TASKS}/{(await ada.add())['id']}", headers={"If-None-Match": tags})

    assert 200 == response.status_code


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["1", '"1', '"1" "2"', "*, *", '"a b"', 'w/"1"', "", ","])
async def test_malformed_conditions_are_400(ada: User, header: str, value: str) -> None:
    """What is no list of entity tags is malformed."""
    response = await ada("PATCH", f"{TASKS}/{(await ada.add())['id']}", json={}, headers={header: value})

    assert {header: "malformed"} == bad_parts(response, 400, "malformed-request")


WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "", {"title": "y"}),
    ("PATCH", "", {"title": "y"}),
    ("PATCH", "/toggle", None),
    ("POST", "/restore", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "tail", "body"), WRITES)
@pytest.mark.parametrize("tags", ['"9"', 'W/"2"', '"0", "3"', '"x"'])
async def test_if_match_that_does_not_hold(ada: User, method: str, tail: str, body: Any, tags: str) -> None:  # noqa: ANN401
    """Every write is refused; the problem has the task as it is, and its ETag. Weak tags never match."""
    task = await ada.add()

    response = await ada(method, f"{TASKS}/{task['id']}{tail}", json=body, headers={"If-Match": tags})

    assert task == problem(response, 412, "version-mismatch")["current"]
    assert '"2"' == response.headers["etag"]
    assert task == (await ada("GET", f"{TASKS}/{task['id']}")).json()


@pytest.mark.parametrize(("method", "tail", "body"), WRITES)
@pytest.mark.parametrize("tags", ['"2"', '"9","2"', "*", 'W/"2", "2"'])
async def test_if_match_that_holds(ada: User, method: str, tail: str, body: Any, tags: str) -> None:  # noqa: ANN401
    """The write is carried out."""
    task = await ada.add()

    response = await ada(method, f"{TASKS}/{task['id']}{tail}", json=body, headers={"If-Match": tags})

    assert response.is_success
    if method != "DELETE":
        assert f'"{response.json()["version"]}"' == response.headers["etag"]


async def test_if_match_sent_twice_is_one_list(ada: User) -> None:
    """Repeated header lines are one list (RFC 9110, 5.3)."""
    task = await ada.add()
    headers = [("If-Match", '"9"'), ("If-Match", '"2"'), ("Authorization", f"Bearer {ada.tokens['access_token']}")]

    response = await ada.client.patch(f"{TASKS}/{task['id']}", json={"title": "y"}, headers=headers)

    assert 200 == response.status_code


async def test_put_replaces_everything(ada: User) -> None:
    """Absent members take their default; id and creation stay."""
    task = await ada.add(**FULL)

    response = await ada("PUT", f"{TASKS}/{task['id']}", json={"title": "y"})

    assert (200, '"3"') == (response.status_code, response.headers["etag"])
    assert {**task, "title": "y", **DEFAULTS, "version": 3} == response.json()


async def test_put_needs_a_title(ada: User) -> None:
    """There is no default for it, and `id` is not to be written."""
    task = await ada.add()

    assert {"/title": "required", "/id": "read-only"} == bad_parts(
        await ada("PUT", f"{TASKS}/{task['id']}", json={"id": task["id"]})
    )


async def test_put_creates(ada: User) -> None:
    """With `If-None-Match: *` a new task is made under the id of the path."""
    task_id = str(uuid4())
    create = {"If-None-Match": "*"}

    made = await ada("PUT", f"{TASKS}/{task_id}", json=FULL, headers=create)
    again = await ada("PUT", f"{TASKS}/{task_id}", json=FULL, headers=create)

    assert (201, f"{TASKS}/{task_id}", '"2"') == (made.status_code, made.headers["location"], made.headers["etag"])
    assert task_id == made.json()["id"]
    assert made.json() == problem(again, 412, "version-mismatch")["current"]


async def test_put_without_the_header_creates_nothing(ada: User) -> None:
    """An unknown id is 404."""
    problem(await ada("PUT", f"{TASKS}/{uuid4()}", json={"title": "x"}), 404, "not-found")


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
async def test_patch_touches_only_what_it_names(ada: User, media_type: str) -> None:
    """Absent members stay as they are."""
    task = await ada.add(**FULL)

    response = await ada(
        "PATCH", f"{TASKS}/{task['id']}", content=b'{"priority": "low"}', headers={"Content-Type": media_type}
    )

    assert {**task, "priority": "low", "version": 3} == response.json()


async def test_patch_with_null_clears(ada: User) -> None:
    """`null` means the default."""
    task = await ada.add(**FULL)
    cleared = dict.fromkeys(("description", "priority", "due", "tags"))

    response = await ada("PATCH", f"{TASKS}/{task['id']}", json=cleared)

    kept = ("completed", "completed_at")
    assert {**task, **{k: v for k, v in DEFAULTS.items() if k not in kept}, "version": 3} == response.json()


async def test_patch_of_title_and_completed_with_null(ada: User) -> None:
    """These two have no default to go back to."""
    path = f"{TASKS}/{(await ada.add())['id']}"

    assert {"/title": "wrong-type", "/completed": "wrong-type"} == bad_parts(
        await ada("PATCH", path, json={"title": None, "completed": None})
    )


@pytest.mark.parametrize(
    ("patch", "due"),
    [
        ({"date": "2027-01-01"}, {**BERLIN, "date": "2027-01-01"}),
        ({"timezone": None}, {"date": "2026-11-25", "time": "18:00"}),
        ({"time": None, "timezone": None}, {"date": "2026-11-25"}),
        ({}, BERLIN),
    ],
)
async def test_patch_merges_into_due(ada: User, patch: dict[str, Any], due: dict[str, Any]) -> None:
    """RFC 7396 goes all the way down."""
    task = await ada.add(due=BERLIN)

    assert due == (await ada("PATCH", f"{TASKS}/{task['id']}", json={"due": patch})).json()["due"]


@pytest.mark.parametrize(
    ("before", "patch", "wrong"),
    [
        (BERLIN, {"time": None}, {"/due/timezone": "needs-time"}),
        (BERLIN, {"date": None}, {"/due/date": "required"}),
        (None, {"time": "09:00"}, {"/due/date": "required"}),
        (
            None,
            {"date": "x", "time": "y", "z": 1},
            {"/due/date": "not-a-date", "/due/time": "not-a-time", "/due/z": "unknown-member"},
        ),
    ],
)
async def test_patched_due_has_to_make_sense(
    ada: User, before: dict[str, Any] | None, patch: dict[str, Any], wrong: dict[str, str]
) -> None:
    """The merged value is judged as a whole."""
    task = await ada.add(due=before)

    assert wrong == bad_parts(await ada("PATCH", f"{TASKS}/{task['id']}", json={"due": patch}))


@pytest.mark.parametrize(
    ("method", "body"), [("PATCH", {}), ("PATCH", {"title": "Buy milk"}), ("PUT", {"title": "Buy milk"})]
)
async def test_a_change_of_nothing_takes_no_version(ada: User, method: str, body: dict[str, Any]) -> None:
    """The answer is the task as it was."""
    task = await ada.add()

    response = await ada(method, f"{TASKS}/{task['id']}", json=body)

    assert (200, task, '"2"') == (response.status_code, response.json(), response.headers["etag"])


async def test_toggle(ada: User) -> None:
    """Completed and open again."""
    path = f"{TASKS}/{(await ada.add())['id']}/toggle"

    done, reopened = await ada("PATCH", path), await ada("PATCH", path)

    assert (True, "2026-11-21T09:30:00Z", 3) == tuple(
        done.json()[name] for name in ("completed", "completed_at", "version")
    )
    assert (False, None, '"4"') == (
        reopened.json()["completed"],
        reopened.json()["completed_at"],
        reopened.headers["etag"],
    )


async def test_delete_and_restore(ada: User) -> None:
    """A deleted task is 404 to its owner, until it is restored under a new version."""
    task = await ada.add(**FULL)
    path = f"{TASKS}/{task['id']}"

    deleted = await ada("DELETE", path)
    assert (204, b"") == (deleted.status_code, deleted.content)
    assert "content-type" not in deleted.headers
    for method, tail, body in (("GET", "", None), *WRITES[:3], WRITES[4]):
        problem(await ada(method, path + tail, json=body), 404, "not-found")

    restored = await ada("POST", f"{path}/restore")
    assert (200, {**task, "version": 4}, '"4"') == (
        restored.status_code,
        restored.json(),
        restored.headers["etag"],
    )
    again = await ada("POST", f"{path}/restore")
    assert (200, 4) == (again.status_code, again.json()["version"])


async def test_foreign_tasks_are_403_in_the_same_bytes(ada: User, bob: User) -> None:
    """Whatever the state of the task and the verb, another user learns that it is not theirs, and nothing else."""
    live, completed, deleted = await ada.add(), await ada.add(completed=True), await ada.add()
    await ada("DELETE", f"{TASKS}/{deleted['id']}")
    fixed = {"X-Request-Id": "r"}

    answers = set()
    for task in (live, completed, deleted):
        for method, tail, body in (("GET", "", None), *WRITES):
            response = await bob(method, f"{TASKS}/{task['id']}{tail}", json=body, headers=fixed)
            problem(response, 403, "forbidden")
            relevant = {name: text for name, text in response.headers.items() if not name.startswith("ratelimit")}
            answers.add((response.content, tuple(sorted(relevant.items()))))
        create = await bob("PUT", f"{TASKS}/{task['id']}", json={"title": "x"}, headers={**fixed, "If-None-Match": "*"})
        answers.add(
            (create.content, tuple(sorted((n, t) for n, t in create.headers.items() if not n.startswith("ratelimit"))))
        )

    assert 1 == len(answers)


@pytest.mark.parametrize(("method", "tail", "body"), [("GET", "", None), *WRITES])
async def test_unknown_tasks_are_404(ada: User, method: str, tail: str, body: Any) -> None:  # noqa: ANN401
    """An id that nobody has."""
    problem(await ada(method, f"{TASKS}/{uuid4()}{tail}", json=body), 404, "not-found")


async def test_put_with_conditions_that_exclude_each_other(ada: User) -> None:
    """A task cannot both exist and not: nothing is made, and what there is, is a mismatch."""
    both = {"If-Match": "*", "If-None-Match": "*"}
    task = await ada.add()

    problem(await ada("PUT", f"{TASKS}/{uuid4()}", json={"title": "x"}, headers=both), 404, "not-found")
    problem(await ada("PUT", f"{TASKS}/{task['id']}", json={"title": "x"}, headers=both), 412, "version-mismatch")
