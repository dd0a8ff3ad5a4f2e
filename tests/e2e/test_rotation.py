"""Keys are rotated under two running servers."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import httpx
import jwt
import pytest

from tests.serving import UNLIMITED, Server, serving, todo

ANN = "ann@example.org"
SHARED = {"PUBLIC_URL": "http://todo.example.org", **UNLIMITED}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Return a client that keeps its connections."""
    with httpx.Client() as client:
        yield client


def rotate(data: Path, *options: str) -> str:
    """Run `todo keys rotate` and return the id of the new key."""
    return todo(data, "keys", "rotate", *options).split()[0]


def renewed(client: httpx.Client, server: Server, tokens: dict[str, str]) -> dict[str, str]:
    """Refresh at a server and return the new tokens."""
    answer = client.post(f"{server.url}/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 200
    return dict(answer.json())


def accepted(client: httpx.Client, server: Server, token: str) -> bool:
    """Say whether a server takes an access token."""
    return client.get(f"{server.url}/api/auth/me", headers={"Authorization": f"Bearer {token}"}).is_success


def published(client: httpx.Client, server: Server) -> set[str]:
    """Return the ids of the keys that a server publishes."""
    return {key["kid"] for key in client.get(f"{server.url}/.well-known/jwks.json").json()["keys"]}


def test_no_request_notices_a_rotation(data: Path, client: httpx.Client) -> None:
    """While keys are rotated, with and without a delay, each server accepts every token that either has made."""
    with serving(data, **SHARED) as one, serving(data, **SHARED) as other:
        one.register(ANN)
        tokens = one.log_in(ANN)
        issued = [tokens["access_token"]]
        turn = cycle((one, other))
        for options in (("--delay", "1"), ("--delay", "0"), ("--delay", "1")):
            key = rotate(data, *options)
            assert key in published(client, one) & published(client, other)
            while jwt.get_unverified_header(issued[-1])["kid"] != key:
                tokens = renewed(client, next(turn), tokens)
                issued.append(tokens["access_token"])
                assert [accepted(client, server, issued[-1]) for server in (one, other)] == [True, True]

        assert [accepted(client, server, token) for token in issued for server in (one, other)] == [True] * 2 * len(
            issued
        )


def test_a_lost_key_is_withdrawn(data: Path, client: httpx.Client) -> None:
    """With `--at-once` tokens of the keys before are refused from the next second on; refreshing gives new ones."""
    with serving(data, **SHARED) as one:
        one.register(ANN)
        tokens = one.log_in(ANN)
        assert accepted(client, one, tokens["access_token"])

        key = rotate(data, "--at-once")

        assert published(client, one) == {key}  # this makes the process look at the file
        assert not accepted(client, one, tokens["access_token"])
        assert accepted(client, one, renewed(client, one, tokens)["access_token"])
