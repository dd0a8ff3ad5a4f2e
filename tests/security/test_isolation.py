"""Who may do what to whose task or session: user x verb x route x state, from the application's own route table.

A route without a line in `rights.RIGHTS` fails the first test, and with it whoever adds one.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import attrs
import pytest

from adapters.postgres import Database, PostgresStore
from entrypoints.http.app import create_app
from entrypoints.http.ports import Options, UseCases
from entrypoints.http.routing import Route
from tests.connections import small_pool
from tests.http.api import PASSWORD, PLENTY, World, client_of
from tests.http.conformance import handlers_of
from tests.security.callers import CALLERS, is_opened, personal_token
from tests.security.rights import BY_NAME, CREATE, IDS, KEY, METHODS, RIGHTS, path_of, request_of, routes_for
from tests.security.route_table import ROUTES, an_application
from tests.security.scene import CANARY, LIVE, STATES, TAKEN, UNKNOWN, Scene, bearer, visible
from todo_core.personal_tokens import Scope


@pytest.fixture(params=["memory"])
async def scene(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Scene]:
    """Give two users and their tasks, in memory or in PostgreSQL."""
    store, _, caller = request.param.partition(" ")
    if store == "memory":
        yield await Scene.make(world, caller or "session")
        return
    async with Database.open(request.getfixturevalue("database"), small_pool()) as database:
        yield await Scene.make(over(world, PostgresStore(database, world.clock)), caller or "session")


def over(world: World, store: PostgresStore) -> World:
    """Return the same world with another store."""
    known = world.use_cases
    sessions = attrs.evolve(known.sessions, store=store)
    accounts = attrs.evolve(known.accounts, store=store, sessions=sessions)
    use_cases = UseCases(
        attrs.evolve(known.authentication, store=store, sessions=sessions),
        accounts,
        sessions,
        attrs.evolve(known.personal_tokens, store=store, accounts=accounts),
        attrs.evolve(known.tasks, store=store),
        attrs.evolve(known.lists, store=store),
    )
    app = create_app(use_cases, world.collaborators, Options(limits=PLENTY))
    parts = {"app": app, "store": store, "use_cases": use_cases, "client": client_of(app)}
    return attrs.evolve(world, **parts)  # type: ignore[arg-type]  # any store will do


on_both = pytest.mark.parametrize("scene", ["memory", "postgres"], indirect=True)
by_all = pytest.mark.parametrize(
    "scene", ["postgres session", *(f"memory {caller}" for caller in CALLERS)], indirect=True
)
"""Bob comes in each way; the contract of stores says that PostgreSQL looks at all of them."""


def test_every_route_has_its_rights() -> None:
    """A new route needs a line here before it can be part of the application."""
    assert sorted(RIGHTS) == sorted(BY_NAME)


def test_nothing_answers_beside_the_routes() -> None:
    """What the framework serves is a route of ours, so it passes the checks before its handler."""
    assert [handler.paths for handler in handlers_of(an_application()) if "route" not in handler.opt] == []


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_public_is_what_is_said_to_be(route: Route) -> None:
    """A route is open to strangers only if it stands here as public."""
    assert (RIGHTS[route.name].kind == "public") == route.public


@on_both
@routes_for("own", "task", "list", "session", "token")
async def test_impostors_get_nowhere(scene: Scene, route: Route) -> None:
    """Without a living session of one's own: 401, the same whatever the object and its state, and nothing happens."""
    before = await scene.everything_of_ada()
    right = RIGHTS[route.name]

    for who, headers in (await scene.impostors()).items():
        seen = set()
        for state in STATES:
            path = path_of(route, **dict.fromkeys(IDS, scene.tasks[state]))
            response = await scene.world.client.request(route.method, path, **request_of(right, headers))
            assert (who, 401) == (who, response.status_code)
            assert "Bearer" == response.headers["www-authenticate"]
            seen.add(response.content)
        assert 1 == len(seen)

    assert before == await scene.everything_of_ada()


@by_all
@routes_for("task")
async def test_another_users_task(scene: Scene, route: Route) -> None:
    """403 in the same bytes while anybody has the id, 404 when nobody has; and the owner notices nothing.

    A token that is not for writing is refused before anybody looks whose task it is.
    """
    if not is_opened(scene.caller, route):
        await too_little(scene, route)
        return
    before = await scene.everything_of_ada()
    right = RIGHTS[route.name]

    for variant in right.variants:
        taken: set[str] = set()
        free: set[str] = set()
        for state, task in scene.tasks.items():
            response = await scene.bob(route.method, path_of(route, task_id=task), **request_of(right, variant))
            (taken if state in TAKEN else free).add(repr(visible(response)))
            makes_it = variant is CREATE and state not in TAKEN
            assert (state, 403 if state in TAKEN else 201 if makes_it else 404) == (state, response.status_code)
        assert 1 == len(taken)
        assert variant is CREATE or len(free) == 1

    assert before == await scene.everything_of_ada()


async def too_little(scene: Scene, route: Route) -> None:
    """See that Bob's token is refused, in the same bytes for every object, and that the header says what would do."""
    before, right = await scene.everything_of_ada(), RIGHTS[route.name]
    answers = [
        await scene.bob(route.method, path_of(route, **dict.fromkeys(IDS, task)), **request_of(right, {}))
        for task in scene.tasks.values()
    ]
    needed = "" if route.scope is None else f', scope="{route.scope.value}"'
    assert 1 == len({repr(visible(answer)) for answer in answers})
    assert (403, "insufficient-scope") == (answers[0].status_code, answers[0].json()["code"])
    assert f'Bearer error="insufficient_scope"{needed}' == answers[0].headers["www-authenticate"]
    assert before == await scene.everything_of_ada()


@pytest.mark.parametrize("name", [name for name, right in RIGHTS.items() if right.kind == "task" and right.body])
async def test_a_bad_body_reveals_nothing(scene: Scene, name: str) -> None:
    """What is wrong with a body is not looked at before whose task it is."""
    route, bad = BY_NAME[name], attrs.evolve(RIGHTS[name], body={"title": "", "version": 7})
    answers = set()
    for state in TAKEN:
        request = request_of(bad, {})
        response = await scene.bob(route.method, path_of(route, task_id=scene.tasks[state]), **request)
        answers.add(repr(visible(response)))
        assert 403 == response.status_code
    assert 1 == len(answers)


@routes_for("task")
@pytest.mark.parametrize("state", STATES)
async def test_ones_own_task(scene: Scene, route: Route, state: str) -> None:
    """The owner gets what the state allows; what is not there is 404, never 403."""
    right = RIGHTS[route.name]

    response = await scene.ada(route.method, path_of(route, task_id=scene.tasks[state]), **request_of(right, {}))

    assert right.owner[state] == response.status_code


@routes_for("task")
async def test_other_methods_on_a_task(scene: Scene, route: Route) -> None:
    """A method that a path does not have is 405 for everybody, before anybody asks whose task it is."""
    known = {one.method for one in ROUTES if one.path == route.path}
    known |= {"HEAD"} if "GET" in known else set()
    for method in set(METHODS) - known:
        for state in STATES:
            response = await scene.bob(method, path_of(route, task_id=scene.tasks[state]))
            assert (method, 405) == (method, response.status_code)


async def sessions_of_ada(scene: Scene) -> dict[str, str]:
    """Return ids of sessions of Ada in each state, and one that never was."""
    another, ended = await scene.world.log_in(), await scene.world.log_in()
    await scene.world.client.post("/api/auth/logout", json={"refresh_token": ended["refresh_token"]})
    tokens = scene.world.accounts.sessions.tokens
    held = {"current": scene.ada.tokens, "another": another, "ended": ended}
    ids = {state: str((await tokens.read_access(one["access_token"])).session) for state, one in held.items()}
    return {**ids, "never made": scene.tasks[UNKNOWN]}


async def tokens_of_ada(scene: Scene) -> dict[str, str]:
    """Return ids of personal access tokens of Ada in each state, and one that never was."""
    made = [(await personal_token(scene.ada, Scope.TASKS_READ, days=days)).json()["id"] for days in (1, 9, 9)]
    await scene.ada("DELETE", f"/api/auth/tokens/{made[2]}")
    return {"expired": made[0], "live": made[1], "revoked": made[2], "never made": scene.tasks[UNKNOWN]}


async def lists_of_ada(scene: Scene) -> dict[str, str]:
    """Return ids of lists of Ada in each state, and one that never was."""
    made = [(await scene.ada("POST", "/api/lists", json={"name": CANARY})).json()["id"] for _ in range(2)]
    await scene.ada("DELETE", f"/api/lists/{made[1]}")
    return {"live": made[0], "inbox": scene.ada.id, "deleted": made[1], "never made": scene.tasks[UNKNOWN]}


@by_all
@routes_for("list")
async def test_another_users_list(scene: Scene, route: Route) -> None:
    """403 in the same bytes while anybody has the id, 404 when nobody has; and the owner notices nothing."""
    if not is_opened(scene.caller, route):
        await too_little(scene, route)
        return
    lists, right = await lists_of_ada(scene), RIGHTS[route.name]
    before = await scene.everything_of_ada()

    for variant in right.variants:
        answers = {
            state: await scene.bob(route.method, path_of(route, list_id=one), **request_of(right, variant))
            for state, one in lists.items()
        }
        free = answers.pop("never made")
        assert {403} == {answer.status_code for answer in answers.values()}
        assert 1 == len({repr(visible(answer)) for answer in answers.values()})
        assert (201 if variant is CREATE else 404) == free.status_code

    assert before == await scene.everything_of_ada()


@routes_for("list")
@pytest.mark.parametrize("state", ["live", "inbox", "deleted", "never made"])
async def test_ones_own_list(scene: Scene, route: Route, state: str) -> None:
    """The owner gets what the state allows; what is not there is 404, never 403."""
    right, one = RIGHTS[route.name], (await lists_of_ada(scene))[state]

    response = await scene.ada(route.method, path_of(route, list_id=one), **request_of(right, {}))

    assert right.owner[state] == response.status_code


@pytest.mark.parametrize("member", ["list_id", "parent_id", "after"])
async def test_another_users_id_in_a_body(scene: Scene, member: str) -> None:
    """It is as unknown as one that was never made: the same answer, whatever the state."""
    lists = await lists_of_ada(scene)
    ids = lists.values() if member == "list_id" else scene.tasks.values()
    own = (await scene.bob.add("mine"))["id"]
    path, body = (f"/api/tasks/{own}/move", {}) if member == "after" else ("/api/tasks", {"title": "t"})

    answers = [await scene.bob("POST", path, json={**body, member: one}) for one in ids]

    assert {409 if member == "after" else 422} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json().pop("request_id") and answer.json()["code"] for answer in answers})
    assert 1 == len({str({**answer.json(), "request_id": ""}) for answer in answers})


OBJECTS = {"session": sessions_of_ada, "token": tokens_of_ada}


@by_all
@routes_for("session", "token")
async def test_another_users_session_or_token(scene: Scene, route: Route) -> None:
    """It is as if it were not there: 404 in the same bytes, and it lives on. A token gets nowhere near."""
    if not is_opened(scene.caller, route):
        await too_little(scene, route)
        return
    right = RIGHTS[route.name]
    objects = await OBJECTS[right.kind](scene)
    before = await scene.everything_of_ada()

    answers = [
        await scene.bob(route.method, path_of(route, **dict.fromkeys(IDS, one)), **request_of(right, {}))
        for one in objects.values()
    ]

    assert [404] * len(objects) == [answer.status_code for answer in answers]
    assert 1 == len({repr(visible(answer)) for answer in answers})
    assert before == await scene.everything_of_ada()


@routes_for("token")
@pytest.mark.parametrize("state", ["live", "expired", "revoked", "never made"])
async def test_ones_own_token(scene: Scene, route: Route, state: str) -> None:
    """The owner revokes what is there, expired or not."""
    right, token = RIGHTS[route.name], (await tokens_of_ada(scene))[state]
    if state == "expired":
        scene.world.clock.advance(timedelta(days=1))
    tokens = await scene.world.log_in()

    response = await attrs.evolve(scene.ada, tokens=tokens)(
        route.method, path_of(route, token_id=token), **request_of(right, {})
    )

    assert right.owner[state] == response.status_code


@routes_for("session")
@pytest.mark.parametrize("state", ["current", "another", "ended", "never made"])
async def test_ones_own_session(scene: Scene, route: Route, state: str) -> None:
    """The owner ends what lives."""
    right = RIGHTS[route.name]
    session = (await sessions_of_ada(scene))[state]

    response = await scene.ada(route.method, path_of(route, session_id=session), **request_of(right, {}))

    assert right.owner[state] == response.status_code


@by_all
@routes_for("own")
async def test_what_is_ones_own_is_nobody_elses(scene: Scene, route: Route) -> None:
    """Whatever a user does with what is theirs, nothing of another user is shown or changed."""
    if not is_opened(scene.caller, route):
        await too_little(scene, route)
        return
    before = await scene.everything_of_ada()
    right = RIGHTS[route.name]

    for variant in right.variants:
        response = await scene.bob(route.method, route.path, **request_of(right, variant))
        no_password = (scene.caller, route.name) == ("identity", "changePassword")
        assert (422 if no_password else 200) <= response.status_code < (423 if no_password else 300)
        for secret in (CANARY, scene.ada.id, scene.ada.email, *scene.tasks.values()):
            assert secret not in response.text

    assert before == await scene.everything_of_ada()


FILTERS = [
    f"q={CANARY}",
    f"tag={CANARY}",
    "deleted=true",
    "completed=true",
    "completed=false",
    "count=true&sort=title&limit=1",
    "due=none&sort=-priority",
    "updated_after=2000-01-01T00:00:00Z",
    "parent=none",
]


@on_both
@pytest.mark.parametrize("filters", FILTERS)
async def test_filters_stay_within_ones_own(scene: Scene, filters: str) -> None:
    """No filter, sort or count reaches another user's tasks."""
    page = (await scene.bob("GET", f"/api/tasks?{filters}")).json()

    assert CANARY not in str(page)
    assert page.get("total", 1) == 1


@on_both
async def test_cursors_and_sync_tokens_are_personal(scene: Scene) -> None:
    """What marks a place in one user's list is no good for another's."""
    cursor = (await scene.ada("GET", "/api/tasks?limit=1")).json()["next_cursor"]
    since = (await scene.ada("GET", "/api/tasks/changes?limit=1")).json()["next"]

    page = await scene.bob("GET", f"/api/tasks?limit=1&cursor={cursor}")
    changes = await scene.bob("GET", f"/api/tasks/changes?since={since}")

    assert (400, "invalid-cursor") == (page.status_code, page.json()["code"])
    assert (400, "invalid-sync-token") == (changes.status_code, changes.json()["code"])


@on_both
@pytest.mark.parametrize("state", TAKEN)
async def test_a_taken_id_is_only_taken(scene: Scene, state: str) -> None:
    """A new task under somebody's id is refused, the same whatever became of that one."""
    response = await scene.bob("POST", "/api/tasks", json={"title": "mine", "id": scene.tasks[state]})

    assert (409, "id-taken") == (response.status_code, response.json()["code"])
    assert CANARY not in response.text


async def test_an_idempotency_key_is_personal(scene: Scene) -> None:
    """The same key of another user is another key."""
    theirs = await scene.ada("POST", "/api/tasks", json={"title": "mine"}, headers=KEY)
    mine = await scene.bob("POST", "/api/tasks", json={"title": "mine"}, headers=KEY)

    assert (201, 201) == (theirs.status_code, mine.status_code)
    assert theirs.json()["id"] != mine.json()["id"]
    assert "idempotency-replayed" not in mine.headers


@on_both
async def test_a_deleted_owner_is_a_stranger(scene: Scene) -> None:
    """After the account is gone its token is nobody's, and what it had is nobody's either."""
    await scene.ada("DELETE", "/api/auth/me", json={"current_password": PASSWORD})

    own = await scene.world.client.get("/api/tasks", headers=bearer(scene.ada.tokens["access_token"]))
    foreign = await scene.bob("GET", f"/api/tasks/{scene.tasks[LIVE]}")

    assert (401, 404) == (own.status_code, foreign.status_code)
