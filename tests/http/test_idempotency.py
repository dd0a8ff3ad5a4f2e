"""Idempotency-Key: the same key and request are carried out once."""

from typing import Any

import pytest

from tests.http.api import User, bad_parts, problem

TASKS = "/api/tasks"
KEY = {"Idempotency-Key": "a key"}


async def test_create_once(ada: User) -> None:
    """The same request again has the same status, task, ETag and Location, and says that it is a replay."""
    first = await ada("POST", TASKS, json={"title": "x", "tags": ["a"]}, headers=KEY)
    await ada("PATCH", f"{TASKS}/{first.json()['id']}", json={"title": "changed since"})
    again = await ada(
        "POST", TASKS, content=b' {"tags":["a"], "title":"x"}', headers={**KEY, "Content-Type": "application/json"}
    )

    assert (201, first.json()) == (again.status_code, again.json())
    assert first.headers["etag"] == again.headers["etag"]
    assert first.headers["location"] == again.headers["location"]
    assert "true" == again.headers["idempotency-replayed"]
    assert "idempotency-replayed" not in first.headers
    assert 1 == len((await ada("GET", TASKS)).json()["items"])


async def test_toggle_once(ada: User) -> None:
    """A repeated toggle does not turn back."""
    path = f"{TASKS}/{(await ada.add())['id']}/toggle"

    first, again = await ada("PATCH", path, headers=KEY), await ada("PATCH", path, json={}, headers=KEY)

    assert first.json() == again.json()
    assert "true" == again.headers["idempotency-replayed"]


async def test_replay_comes_before_the_precondition(ada: User) -> None:
    """A retry does not meet its own change as a conflict."""
    path = f"{TASKS}/{(await ada.add())['id']}/toggle"
    headers = {**KEY, "If-Match": '"2"'}

    assert 200 == (await ada("PATCH", path, headers=headers)).status_code
    assert "true" == (await ada("PATCH", path, headers=headers)).headers["idempotency-replayed"]


async def test_restore_once_even_if_it_changes_nothing(ada: User) -> None:
    """Every 2xx is stored."""
    path = f"{TASKS}/{(await ada.add())['id']}/restore"

    await ada("POST", path, headers=KEY)

    assert "true" == (await ada("POST", path, headers=KEY)).headers["idempotency-replayed"]


async def test_other_requests_with_the_same_key(ada: User) -> None:
    """Another body, path or method is 422."""
    first, second = await ada.add(), await ada.add()
    await ada("PATCH", f"{TASKS}/{first['id']}/toggle", headers=KEY)

    for method, path, body in (
        ("PATCH", f"{TASKS}/{second['id']}/toggle", None),
        ("POST", f"{TASKS}/{first['id']}/restore", None),
        ("POST", TASKS, {"title": "x"}),
    ):
        problem(await ada(method, path, json=body, headers=KEY), 422, "idempotency-key-reused")


async def test_refusals_are_not_stored(ada: User) -> None:
    """After an error the same key may be used for a better request."""
    problem(await ada("POST", TASKS, json={"title": ""}, headers=KEY), 422, "validation-failed")

    assert 201 == (await ada("POST", TASKS, json={"title": "x"}, headers=KEY)).status_code


async def test_keys_are_the_users_own(ada: User, bob: User) -> None:
    """Two users may use the same key."""
    for user in (ada, bob):
        response = await user("POST", TASKS, json={"title": user.email}, headers=KEY)
        assert user.email == response.json()["title"]


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\tb"])
async def test_malformed_keys_are_400(ada: User, key: str) -> None:
    """A key is 1 to 255 printable ASCII characters."""
    response = await ada("POST", TASKS, json={"title": "x"}, headers={"Idempotency-Key": key.encode()})

    assert {"Idempotency-Key": "malformed"} == bad_parts(response, 400, "malformed-request")


@pytest.mark.parametrize("key", ["!", "x" * 255, '"quoted"', "a b"])
async def test_good_keys(ada: User, key: str) -> None:
    """Everything printable is a key."""
    assert 201 == (await ada("POST", TASKS, json={"title": "x"}, headers={"Idempotency-Key": key})).status_code


@pytest.mark.parametrize(("method", "body"), [("PUT", {"title": "x"}), ("PATCH", {"title": "x"}), ("DELETE", None)])
async def test_ignored_elsewhere(ada: User, method: str, body: Any) -> None:  # noqa: ANN401 - any JSON value
    """Other verbs do not look at the header, not even at a bad one."""
    path = f"{TASKS}/{(await ada.add())['id']}"

    assert (await ada(method, path, json=body, headers={"Idempotency-Key": b"\xe4"})).is_success
