"""Personal access tokens over HTTP: made, shown once, listed, used, revoked."""

import datetime as dt
from typing import Any

import attrs
import httpx
import pytest

from entrypoints.http.ports import Limits, Options, RateLimitPolicy
from entrypoints.http.routing import Route
from tests.http.api import PASSWORD, PLENTY, User, World, bad_parts, problem
from tests.http.conftest import Build
from tests.security.callers import external_token
from tests.security.route_table import ROUTES

SECOND = dt.timedelta(seconds=1)
READ = {"name": "backup", "scopes": ["tasks:read"], "current_password": PASSWORD}


async def make(user: User, **members: object) -> dict[str, Any]:
    """Make a token and return the answer's body."""
    answer = await user("POST", "/api/auth/tokens", json={**READ, **members})
    assert 201 == answer.status_code, answer.text
    body: dict[str, Any] = answer.json()
    return body


def by(user: User, token: str) -> User:
    """Return the same user, who comes with a token."""
    return attrs.evolve(user, tokens={"access_token": token})


async def test_a_new_token(ada: User, world: World) -> None:
    """It is as the contract says, and its text is there this once."""
    answer = await ada("POST", "/api/auth/tokens", json={**READ, "scopes": ["tasks:write", "tasks:read", "tasks:read"]})
    body = answer.json()

    assert 201 == answer.status_code
    assert f"/api/auth/tokens/{body['id']}" == answer.headers["location"]
    assert ["tasks:read", "tasks:write"] == body["scopes"]
    assert f"todo_pat_…{body['token'][-4:]}" == body["hint"]
    assert (47, None) == (len(body["token"]), body["last_used_at"])
    assert ("2026-11-21T09:30:00Z", "2027-02-19T09:30:00Z") == (body["created_at"], body["expires_at"])
    del body["token"]
    assert {"items": [body]} == (await ada("GET", "/api/auth/tokens")).json()
    assert body["id"] not in str(await make(ada))


@pytest.mark.parametrize("days", [1, 366, None])
async def test_days(ada: User, days: int | None) -> None:
    """A token is good for as many days as was said, for 90 by default."""
    made = await make(ada, expires_in_days=days)

    assert {1: "2026-11-22", 366: "2027-11-22", None: "2027-02-19"}[days] == made["expires_at"][:10]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"name": ""}, {"/name": "too-short"}),
        ({"name": "n" * 101}, {"/name": "too-long"}),
        ({"name": None}, {"/name": "wrong-type"}),
        ({"scopes": []}, {"/scopes": "too-short"}),
        ({"scopes": "tasks:read"}, {"/scopes": "wrong-type"}),
        ({"scopes": ["tasks:all", 1]}, {"/scopes/0": "not-one-of", "/scopes/1": "wrong-type"}),
        ({"expires_in_days": 0}, {"/expires_in_days": "out-of-range"}),
        ({"expires_in_days": 367}, {"/expires_in_days": "out-of-range"}),
        ({"expires_in_days": 1.0}, {"/expires_in_days": "wrong-type"}),
        ({"expires_in_days": True}, {"/expires_in_days": "wrong-type"}),
        ({"expires_in_days": 10**400}, {"/expires_in_days": "out-of-range"}),
        ({"current_password": "wrong"}, {"/current_password": "wrong-password"}),
        ({"id": "x", "last_used_at": None}, {"/id": "read-only", "/last_used_at": "read-only"}),
        ({"surprise": 1}, {"/surprise": "unknown-member"}),
        (
            {"name": "", "scopes": [], "expires_in_days": 0, "current_password": "wrong"},
            {
                "/name": "too-short",
                "/scopes": "too-short",
                "/expires_in_days": "out-of-range",
                "/current_password": "wrong-password",
            },
        ),
    ],
)
async def test_bad_requests(ada: User, members: dict[str, Any], expected: dict[str, str]) -> None:
    """Every bad member is named, and nothing is made."""
    assert expected == bad_parts(await ada("POST", "/api/auth/tokens", json={**READ, **members}))
    assert [] == (await ada("GET", "/api/auth/tokens")).json()["items"]


async def test_what_is_needed(ada: User) -> None:
    """Name, scopes and the password have no default."""
    expected = dict.fromkeys(("/name", "/scopes", "/current_password"), "required")

    assert expected == bad_parts(await ada("POST", "/api/auth/tokens", json={}))


async def test_attempts_at_the_password_are_counted(build: Build) -> None:
    """As wherever the current password is asked for: by address, and by account."""
    ada = await build(Options(limits=Limits())).user()
    answers = [await ada("POST", "/api/auth/tokens", json={**READ, "current_password": "wrong"}) for _ in range(6)]

    assert [422] * 5 + [429] == [answer.status_code for answer in answers]


async def test_at_most_fifty(ada: User) -> None:
    """The fifty-first is refused."""
    for _ in range(50):
        await make(ada)

    problem(await ada("POST", "/api/auth/tokens", json=READ), 422, "quota-exceeded")


async def test_use_is_shown(ada: User, world: World) -> None:
    """The first use at once."""
    made = await make(ada)
    assert 200 == (await by(ada, made["token"])("GET", "/api/tasks")).status_code

    [shown] = (await ada("GET", "/api/auth/tokens")).json()["items"]
    assert "2026-11-21T09:30:00Z" == shown["last_used_at"]


async def test_reading_and_writing(ada: User) -> None:
    """A token for reading reads; one for writing does both; neither manages anything."""
    reads, writes = by(ada, (await make(ada))["token"]), by(ada, (await make(ada, scopes=["tasks:write"]))["token"])
    task = await writes.add()

    assert [200, 200, 200] == [
        (await reads("GET", path)).status_code for path in ("/api/auth/me", "/api/tags", f"/api/tasks/{task['id']}")
    ]
    refused = await reads("POST", "/api/tasks", json={"title": "x"})
    problem(refused, 403, "insufficient-scope")
    assert 'Bearer error="insufficient_scope", scope="tasks:write"' == refused.headers["www-authenticate"]
    for path in ("/api/auth/sessions", "/api/auth/tokens"):
        refused = await writes("GET", path)
        problem(refused, 403, "insufficient-scope")
        assert 'Bearer error="insufficient_scope"' == refused.headers["www-authenticate"]
    problem(await writes("POST", "/api/auth/logout"), 403, "insufficient-scope")
    problem(await writes("POST", "/api/auth/tokens", json=READ), 403, "insufficient-scope")


async def test_order_of_refusals(ada: User, bob: User) -> None:
    """What cannot be read comes before the scope, and the scope before whose task it is."""
    reads = by(ada, (await make(ada))["token"])
    theirs = await bob.add()

    problem(await reads("POST", "/api/tasks", content=b"{"), 415, "unsupported-media-type")
    problem(await reads("GET", "/api/tasks?limit=0"), 400, "malformed-request")
    path = f"/api/tasks/{theirs['id']}"
    problem(await reads("PATCH", path, json={"title": ""}), 403, "insufficient-scope")
    problem(await reads("GET", path), 403, "forbidden")


async def test_revoking(ada: User, bob: User) -> None:
    """A revoked token is refused by the very next request; revoking it again finds nothing, as another's."""
    made = await make(ada)
    path = f"/api/auth/tokens/{made['id']}"

    problem(await bob("DELETE", path), 404, "not-found")
    assert 204 == (await ada("DELETE", path)).status_code
    problem(await by(ada, made["token"])("GET", "/api/tasks"), 401, "not-authenticated")
    problem(await ada("DELETE", path), 404, "not-found")


@pytest.mark.parametrize(("members", "left"), [({}, 1), ({"revoke_tokens": None}, 1), ({"revoke_tokens": True}, 0)])
async def test_a_new_password(ada: User, members: dict[str, Any], left: int) -> None:
    """Takes the tokens along if that is wanted."""
    made = await make(ada)
    body = {"current_password": PASSWORD, "new_password": "a lantern on the quiet pier", **members}
    answer = await ada("PUT", "/api/auth/password", json=body)
    assert 200 == answer.status_code

    fresh = by(ada, answer.json()["access_token"])
    assert left == len((await fresh("GET", "/api/auth/tokens")).json()["items"])
    assert (200 if left else 401) == (await by(ada, made["token"])("GET", "/api/tasks")).status_code


async def test_log_out_everywhere_leaves_them(ada: User) -> None:
    """Scripts go on."""
    made = await make(ada)
    await ada("POST", "/api/auth/logout-all")

    assert 200 == (await by(ada, made["token"])("GET", "/api/tasks")).status_code


@pytest.fixture
def zoe(world: World) -> User:
    """Give a user of the external issuer."""
    return User(world.app, world.client, "", "", {"access_token": external_token(world, "zoe")})


async def test_an_external_user(zoe: User, world: World) -> None:
    """Has an account at once: without address, with the name that the issuer gives, and no sessions here."""
    me = (await zoe("GET", "/api/auth/me")).json()

    assert (None, "zoe", "UTC") == (me["email"], me["display_name"], me["timezone"])
    assert me["id"] == (await zoe("GET", "/api/auth/me")).json()["id"]
    assert {"items": []} == (await zoe("GET", "/api/auth/sessions")).json()
    assert "mine" == (await zoe.add("mine"))["title"]
    problem(await zoe("POST", "/api/auth/logout"), 422, "no-session")
    problem(
        await zoe("PUT", "/api/auth/password", json={"current_password": "", "new_password": "x"}), 422, "no-password"
    )
    problem(await zoe("PUT", "/api/auth/password", json={"new_password": "a lantern on the pier"}), 422, "no-password")
    problem(await zoe("PATCH", "/api/auth/me", json={"email": "zoe@example.org"}), 422, "no-password")
    made = await zoe("POST", "/api/auth/tokens", json={"name": "script", "scopes": ["tasks:read"]})
    assert 201 == made.status_code


@pytest.mark.parametrize("body", [{}, {"json": {}}])
async def test_an_external_user_leaves(zoe: User, world: World, body: dict[str, Any]) -> None:
    """Without a body or with an empty one; the token does not bring the account back, a later one makes a new one."""
    before = (await zoe("GET", "/api/auth/me")).json()["id"]
    assert 204 == (await zoe("DELETE", "/api/auth/me", **body)).status_code

    problem(await zoe("GET", "/api/auth/me"), 401, "not-authenticated")
    world.clock.advance(SECOND)
    later = by(zoe, external_token(world, "zoe"))
    assert before != (await later("GET", "/api/auth/me")).json()["id"]
    problem(await zoe("GET", "/api/auth/me"), 401, "not-authenticated")


async def test_an_external_user_logs_out_everywhere(zoe: User, world: World) -> None:
    """Every token of that second is refused, and the next one is good."""
    await zoe("GET", "/api/auth/me")
    answer = await zoe("POST", "/api/auth/logout-all")

    assert 204 == answer.status_code
    problem(await by(zoe, external_token(world, "zoe"))("GET", "/api/auth/me"), 401, "not-authenticated")
    world.clock.advance(SECOND)
    assert 200 == (await by(zoe, external_token(world, "zoe"))("GET", "/api/auth/me")).status_code


async def test_limits_count_for_the_user(ada: User) -> None:
    """Whichever credentials are used."""
    token = by(ada, (await make(ada))["token"])
    left = [int(_left(await one("GET", "/api/tasks"))) for one in (ada, token, ada)]

    assert [left[0], left[0] - 1, left[0] - 2] == left


def _left(answer: httpx.Response) -> str:
    return str(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0])


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if not route.public and (route.limit or route.attempts)],
    ids=lambda route: route.name,
)
async def test_limit_by_account_comes_before_the_scope(build: Build, route: Route) -> None:
    """A token that opens no route for the password is told so, until the attempts of its account are used up."""
    world = build(Options(limits=attrs.evolve(PLENTY, password=RateLimitPolicy("password", 1, 60))))
    ada = await world.user()
    token = (await make(ada))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    codes = []
    for number in range(11):
        client = world.client_from(f"192.0.2.{number}", **headers)  # each address has one attempt
        answer = await client.request(route.method, route.path, json={"current_password": PASSWORD})
        codes.append(answer.json()["code"])

    assert ["insufficient-scope"] * 9 + ["rate-limited"] * 2 == codes  # the token itself cost an attempt
