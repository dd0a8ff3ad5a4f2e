"""Forged tokens get 401, end nobody's session, and leave a line in the log."""

import json
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.races.conftest import Pair
from tests.races.forger import Forger
from tests.races.forgeries import ACCESSES, REFRESHES
from tests.races.wire import Reply, Request, lines_to, volley
from tests.serving import Server, eventually


@pytest.fixture(scope="module")
def forger(pair: Pair) -> Forger:
    """Give somebody with good tokens."""
    return Forger.at(pair)


def refused(pair: Pair, request: Request) -> list[Reply]:
    """Send a forgery to both processes; return the answers, of which each has a line in its server's log."""
    name = str(uuid4())
    named = Request(
        request.method, request.path, token=request.token, json=request.json, headers={"X-Request-Id": name}
    )
    with lines_to(pair.servers, 2) as lines:
        replies = volley(lines, [named] * 2)
    for server, reply in zip(pair.servers, replies, strict=True):
        eventually(partial(is_noted, server, name), lambda: "no line in the log")
        [line] = lines_about(server, name)
        assert ("request", 401, "info") == (line["event"], line["status"], line["level"])
        assert ("authn_token_rejected", reply.code) == (line["security_event"], line["problem"])
    return replies


def lines_about(server: Server, name: str) -> list[dict[str, Any]]:
    """Return what the log has about a request."""
    return [json.loads(line) for line in server.log.read_bytes().splitlines() if name.encode() in line]


def is_noted(server: Server, name: str) -> bool:
    """Say whether the log has something about a request."""
    return bool(lines_about(server, name))


@pytest.mark.parametrize("name", ACCESSES)
def test_forged_access_tokens(pair: Pair, forger: Forger, name: str) -> None:
    """An access token that is not exactly ours is refused, by both processes alike."""
    token = ACCESSES[name](forger)

    for reply in refused(pair, Request("GET", "/api/auth/me", token=token)):
        assert (401, "not-authenticated", "Bearer") == (reply.status, reply.code, reply.headers["www-authenticate"])


@pytest.mark.parametrize("name", REFRESHES)
def test_forged_refresh_tokens(pair: Pair, forger: Forger, name: str) -> None:
    """A refresh token that was not sealed here, for this, is refused, and ends no session."""
    token = REFRESHES[name](forger)

    for reply in refused(pair, Request("POST", "/api/auth/refresh", json={"refresh_token": token})):
        assert (401, "invalid-refresh-token") == (reply.status, reply.code)
    for user in (forger.user, forger.other):
        assert [1] == pair.generations(user.email)


def test_what_is_not_forged(pair: Pair, forger: Forger) -> None:
    """The tokens that all forgeries were made from are good, and so is the forger's hand."""
    own = [forger.user.access, forger.other.access, forger.with_header(), forger.with_claims()]
    with lines_to(pair.servers, len(own)) as lines:
        replies = volley(lines, [Request("GET", "/api/auth/me", token=token) for token in own])

        assert [200] * len(own) == [reply.status for reply in replies]
        again = Request("POST", "/api/auth/refresh", json={"refresh_token": forger.sealed("refresh", forger.claim)})
        assert [200] == [reply.status for reply in volley(lines[:1], [again])]
