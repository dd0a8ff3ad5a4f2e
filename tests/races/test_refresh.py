"""Refreshes at the same moment in two processes: no false logout, and no reuse that goes unseen."""

from entrypoints.bootstrap import System
from tests.races.conftest import Pair
from tests.races.wire import Line, Request, codes, lines_to, volley
from todo_core.users import EmailAddress

ROUNDS = 500
CROWD = 20
LONELY_ROUNDS = 50
REUSED = "refresh-token-reused"
DEAD = "invalid-refresh-token"


def refreshing(token: str) -> Request:
    """Return the request that exchanges a refresh token."""
    return Request("POST", "/api/auth/refresh", json={"refresh_token": token})


def asking(token: str) -> Request:
    """Return a request that shows an access token."""
    return Request("GET", "/api/auth/me", token=token)


def successors(lines: list[Line], tokens: list[str]) -> list[dict[str, str]]:
    """Exchange each refresh token, on a line each; return the tokens that came for them."""
    replies = volley(lines, [refreshing(token) for token in tokens])
    assert {None: len(tokens)} == codes(replies)
    return [reply.json() for reply in replies]


def test_parallel_refreshes_use_one_generation(pair: Pair) -> None:
    """Of twenty refreshes with one token all get the same successor, and one generation is used; 500 times over."""
    user = pair.join()
    token = user.refresh
    with lines_to(pair.servers, CROWD) as lines:
        for _ in range(ROUNDS):
            answers = successors(lines, [token] * CROWD)
            [successor] = {answer["refresh_token"] for answer in answers}
            assert successor != token
            token = successor
            assert {None: 2} == codes(volley(lines[:2], [asking(answer["access_token"]) for answer in answers[-2:]]))

    assert [ROUNDS + 1] == pair.generations(user.email)


async def test_replays_are_detected(pair: Pair, system: System) -> None:
    """Of 500 sessions that refresh twice, each ends when its first token comes again, as the other process sees."""
    email = EmailAddress.parse(pair.register())
    with lines_to(pair.servers, CROWD) as lines:
        others = lines[1:] + lines[:1]  # every next line leads to the other process
        for _ in range(ROUNDS // CROWD):
            first = [(await system.administration.token(email)).refresh_token for _ in range(CROWD)]
            second = [answer["refresh_token"] for answer in successors(lines, first)]
            third = successors(others, second)

            assert {REUSED: CROWD} == codes(volley(lines, [refreshing(token) for token in first]))
            access = [asking(answer["access_token"]) for answer in third]
            assert {"not-authenticated": CROWD} == codes(volley(others, access))
            newest = [refreshing(answer["refresh_token"]) for answer in third]
            assert {DEAD: CROWD} == codes(volley(others, newest))

    assert [] == pair.generations(email.address)


async def test_thief_and_victim_at_the_same_moment(pair: Pair, system: System) -> None:
    """A replay is detected while the other process renews the same session, whoever comes first."""
    email = EmailAddress.parse(pair.register())
    with lines_to(pair.servers, 2) as lines:
        for _ in range(LONELY_ROUNDS):
            first = (await system.administration.token(email)).refresh_token
            [second] = successors(lines[:1], [first])
            [third] = successors(lines[1:], [second["refresh_token"]])

            thief, victim = volley(lines, [refreshing(first), refreshing(third["refresh_token"])])

            assert REUSED == thief.code
            assert victim.code in {None, DEAD}
            newest = victim.json() if victim.code is None else third
            assert {"not-authenticated": 2} == codes(volley(lines, [asking(newest["access_token"])] * 2))
            assert {DEAD: 2} == codes(volley(lines, [refreshing(newest["refresh_token"])] * 2))


async def test_without_grace_one_of_twenty_wins_and_the_session_ends(pair: Pair, system: System) -> None:
    """With the window off the second use is reuse: one success, one reuse, and nothing is left, also elsewhere."""
    email = EmailAddress.parse(pair.register())
    with (
        pair.third(REFRESH_GRACE_SECONDS="0", WORKERS="2") as strict,
        lines_to([strict], CROWD) as lines,
        lines_to(pair.servers, 2) as others,
    ):
        for _ in range(LONELY_ROUNDS):
            token = (await system.administration.token(email)).refresh_token

            replies = volley(lines, [refreshing(token)] * CROWD)

            assert {None: 1, REUSED: 1, DEAD: CROWD - 2} == codes(replies)
            [winner] = [reply.json() for reply in replies if reply.code is None]
            assert {"not-authenticated": 2} == codes(volley(others, [asking(winner["access_token"])] * 2))
            assert {DEAD: 2} == codes(volley(others, [refreshing(winner["refresh_token"])] * 2))
