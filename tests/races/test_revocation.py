"""What ends a session in one process is seen by the very next request in the other."""

from collections.abc import Callable, Mapping

import attrs
import pytest

from tests.races.conftest import OTHER_PASSWORD, Pair, User
from tests.races.wire import Line, Request, codes, lines_to, volley
from tests.support import PASSWORD

UNDER_WAY = 9
LOGINS = 5


@attrs.frozen
class Scene:
    """A user whose session is to end, and another session of theirs, from which most of the ways begin."""

    user: User
    other: User

    @property
    def session(self) -> str:
        """The id of the session that is to end."""
        return str(self.user.claims["sid"])


WAYS: Mapping[str, Callable[[Scene], Request]] = {
    "logout": lambda scene: Request("POST", "/api/auth/logout", token=scene.user.access),
    "logout by refresh token": lambda scene: Request(
        "POST", "/api/auth/logout", json={"refresh_token": scene.user.refresh}
    ),
    "logout of all": lambda scene: Request("POST", "/api/auth/logout-all", token=scene.other.access),
    "one session revoked": lambda scene: Request(
        "DELETE", f"/api/auth/sessions/{scene.session}", token=scene.other.access
    ),
    "another password": lambda scene: Request(
        "PUT",
        "/api/auth/password",
        token=scene.other.access,
        json={"current_password": PASSWORD, "new_password": OTHER_PASSWORD},
    ),
    "account deleted": lambda scene: Request(
        "DELETE", "/api/auth/me", token=scene.other.access, json={"current_password": PASSWORD}
    ),
}


def new_scene(pair: Pair) -> Scene:
    """Register somebody, and log in twice."""
    user = pair.join()
    return Scene(user, User(user.email, pair.first.log_in(user.email)))


def uses(user: User) -> list[Request]:
    """Return requests of every kind that a session can make."""
    title = {"title": "made while the session lived"}
    return [
        Request("GET", "/api/tasks", token=user.access),
        Request("POST", "/api/tasks", token=user.access, json=title),
        Request("GET", "/api/tasks/changes", token=user.access),
        Request("GET", "/api/auth/me", token=user.access),
        Request("PATCH", "/api/auth/me", token=user.access, json={"display_name": "Ann"}),
        Request("GET", "/api/auth/sessions", token=user.access),
        Request("POST", "/api/auth/logout", token=user.access),
    ]


def assert_ended(lines: list[Line], user: User) -> None:
    """Look whether the session's tokens are good for nothing, on the first request of each line."""
    requests = uses(user)
    assert {"not-authenticated": len(requests)} == codes(volley(lines[: len(requests)], requests))
    refresh = Request("POST", "/api/auth/refresh", json={"refresh_token": user.refresh})
    assert {"invalid-refresh-token": 1} == codes(volley(lines[:1], [refresh]))


@pytest.mark.parametrize("here", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("way", WAYS)
def test_the_next_request_elsewhere_sees_it(pair: Pair, way: str, here: int) -> None:
    """While requests are under way a session ends in one process; from that answer on, the other refuses it."""
    scene = new_scene(pair)
    read = Request("GET", "/api/tasks", token=scene.user.access)
    with lines_to([pair.servers[here]], 1) as [line], lines_to([pair.servers[1 - here]], UNDER_WAY) as elsewhere:
        assert {None: UNDER_WAY} == codes(volley(elsewhere, [read] * UNDER_WAY))

        ending, *under_way = volley([line, *elsewhere], [WAYS[way](scene), *[read] * UNDER_WAY])

        assert ending.code is None
        assert codes(under_way).keys() <= {None, "not-authenticated"}
        assert_ended(elsewhere, scene.user)


def test_disabled_by_the_operator(pair: Pair) -> None:
    """`todo users disable` ends the sessions of a user in every process, and lets nobody log in again."""
    scene = new_scene(pair)
    with lines_to(pair.servers, 2 * UNDER_WAY) as lines:
        pair.todo("users", "disable", scene.user.email)

        for user in (scene.user, scene.other):
            assert_ended(lines[::2], user)
            assert_ended(lines[1::2], user)
        login = Request("POST", "/api/auth/login", json={"email": scene.user.email, "password": PASSWORD})
        assert {"invalid-credentials": 2} == codes(volley(lines[:2], [login] * 2))


def test_old_password_opens_nothing_that_lasts(pair: Pair) -> None:
    """A log-in that races with the change of the password in the other process is refused, or ends with the others."""
    user = pair.join()
    change = WAYS["another password"](Scene(user, user))
    login = Request("POST", "/api/auth/login", json={"email": user.email, "password": PASSWORD})
    with lines_to(pair.servers, 2 * LOGINS) as lines:
        changed, *logins = volley(lines, [change, *[login] * (2 * LOGINS - 1)])

        assert 200 == changed.status
        opened = [User(user.email, reply.json()) for reply in logins if reply.status == 200]
        for late in (user, *opened):
            assert_ended(lines, late)
        sessions = Request("GET", "/api/auth/sessions", token=changed.json()["access_token"])
        assert [1, 1] == [len(reply.json()["items"]) for reply in volley(lines[:2], [sessions] * 2)]
