"""Sessions: logging in and out, refreshing, cookies and the rule against other sites, the list."""

import asyncio
import datetime as dt
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import httpx
import pytest

from entrypoints.http.ports import Options
from tests.http.api import PASSWORD, PLENTY, User, World, bad_parts, problem
from tests.http.conftest import Build

LOGIN, REFRESH, LOGOUT = "/api/auth/login", "/api/auth/refresh", "/api/auth/logout"
ORIGIN = "https://app.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def test_log_in(world: World) -> None:
    """Tokens as the contract has them."""
    await world.user()

    tokens = await world.log_in()

    assert {"access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"} == tokens.keys()
    assert ("Bearer", 600, 604_800) == (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"])


async def test_log_in_regardless_of_case(world: World) -> None:
    """The address is looked up regardless of case and blanks around it."""
    await world.user()

    await world.log_in(" ADA@Example.ORG ")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("ada@example.org", "x" * 1000),
        ("ada@example.org\0", PASSWORD),
    ],
)
async def test_wrong_credentials(world: World, email: str, password: str) -> None:
    """Whatever is wrong, the answer is the same, byte by byte."""
    await world.user()
    fixed = {"X-Request-Id": "r"}
    expected = await world.client.post(LOGIN, json={"email": "ada@example.org", "password": "x"}, headers=fixed)

    response = await world.client.post(LOGIN, json={"email": email, "password": password}, headers=fixed)

    problem(response, 401, "invalid-credentials")
    assert "Bearer" == response.headers["www-authenticate"]
    assert expected.content == response.content
    assert [*expected.headers] == [*response.headers]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/email": "required", "/password": "required"}),
        ({"email": 1, "password": None}, {"/email": "wrong-type", "/password": "wrong-type"}),
        ({"email": "a@b", "password": "x", "delivery": None}, {"/delivery": "wrong-type"}),
        (
            {"email": "a@b", "password": "x", "delivery": "pigeon", "otp": 1},
            {"/delivery": "not-one-of", "/otp": "unknown-member"},
        ),
    ],
)
async def test_bad_log_ins(client: httpx.AsyncClient, body: dict[str, Any], wrong: dict[str, str]) -> None:
    """What is no log-in at all is 422."""
    assert wrong == bad_parts(await client.post(LOGIN, json=body))


# --- access tokens


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer x y",
        "Basic dXNlcjpwYXNz",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer " + "x" * 10_000,
    ],
)
async def test_wrong_access_tokens(client: httpx.AsyncClient, authorization: str) -> None:
    """Anything but a token of ours is 401, and says which scheme is expected."""
    response = await client.get("/api/tasks", headers={"Authorization": authorization})

    problem(response, 401, "not-authenticated")
    assert "Bearer" == response.headers["www-authenticate"]


async def test_other_schemes_with_a_good_token(ada: User) -> None:
    """Only the scheme Bearer, in any case, carries a token."""
    token = ada.tokens["access_token"]

    for scheme, status in (("Basic", 401), ("Token", 401), ("bearer", 200), ("BEARER", 200)):
        response = await ada.client.get("/api/tasks", headers={"Authorization": f"{scheme} {token}"})
        assert status == response.status_code
    twice = [("Authorization", f"Bearer {token}")] * 2
    problem(await ada.client.get("/api/tasks", headers=twice), 401, "not-authenticated")


async def test_refresh_token_is_no_access_token(world: World, ada: User) -> None:
    """Nor the other way round."""
    headers = {"Authorization": f"Bearer {ada.tokens['refresh_token']}"}

    problem(await world.client.get("/api/tasks", headers=headers), 401, "not-authenticated")
    swapped = {"refresh_token": ada.tokens["access_token"]}
    problem(await world.client.post(REFRESH, json=swapped), 401, "invalid-refresh-token")


async def test_expired_access_token(world: World, ada: User) -> None:
    """After ten minutes."""
    world.clock.advance(dt.timedelta(minutes=10))

    problem(await ada("GET", "/api/tasks"), 401, "not-authenticated")


async def test_tampered_access_token(ada: User) -> None:
    """A changed claim breaks the signature."""
    head, payload, signature = ada.tokens["access_token"].split(".")
    forged = f"{head}.{urlsafe_b64encode(b'{}').decode()}.{signature}"

    for token in (forged, f"{head}.{payload}.", f"{head}.{payload}"):
        response = await ada.client.get("/api/tasks", headers={"Authorization": f"Bearer {token}"})
        problem(response, 401, "not-authenticated")


async def test_public_keys(world: World) -> None:
    """The keys that verify access tokens, and nothing private; they may be cached."""
    response = await world.client.get("/.well-known/jwks.json")

    (key,) = response.json()["keys"]
    assert 200 == response.status_code
    assert {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA"}.items() <= key.items()
    assert "d" not in key
    assert "public, max-age=300" == response.headers["cache-control"]


# --- refreshing


async def refresh(world: World, token: str) -> httpx.Response:
    """Present a refresh token in the body."""
    return await world.client.post(REFRESH, json={"refresh_token": token})


async def test_refresh_rotates(world: World, ada: User) -> None:
    """Each refresh gives a new pair for the same session."""
    response = await refresh(world, ada.tokens["refresh_token"])

    tokens = response.json()
    assert 200 == response.status_code
    assert ada.tokens["refresh_token"] != tokens["refresh_token"]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert 1 == len((await world.client.get("/api/auth/sessions", headers=headers)).json()["items"])


async def test_parallel_refreshes_share_the_successor(world: World, ada: User) -> None:
    """Twenty at once with one token: all get the same, and nobody is logged out."""
    answers = await asyncio.gather(*(refresh(world, ada.tokens["refresh_token"]) for _ in range(20)))

    assert {200} == {answer.status_code for answer in answers}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert 200 == (await refresh(world, successor)).status_code


async def test_reuse_ends_the_session(world: World, ada: User) -> None:
    """A token that was used up long ago means that somebody has a copy."""
    successor = (await refresh(world, ada.tokens["refresh_token"])).json()["refresh_token"]
    world.clock.advance(dt.timedelta(seconds=61))

    response = await refresh(world, ada.tokens["refresh_token"])

    problem(response, 401, "refresh-token-reused")
    assert "Bearer" == response.headers["www-authenticate"]
    problem(await refresh(world, successor), 401, "invalid-refresh-token")
    problem(await ada("GET", "/api/tasks"), 401, "not-authenticated")


async def test_idle_sessions_end(world: World, ada: User) -> None:
    """After seven days."""
    world.clock.advance(dt.timedelta(days=7))

    problem(await refresh(world, ada.tokens["refresh_token"]), 401, "invalid-refresh-token")


@pytest.mark.parametrize("token", ["", "x", "rt1.a.b.c", "\u00e4", "A" * 5000])
async def test_forged_refresh_tokens(world: World, token: str) -> None:
    """Nothing else is a refresh token."""
    problem(await refresh(world, token), 401, "invalid-refresh-token")


async def test_refresh_without_a_token(client: httpx.AsyncClient) -> None:
    """Neither body nor cookie: 401; a body without the member: 422."""
    problem(await client.post(REFRESH), 401, "invalid-refresh-token")
    assert {"/refresh_token": "required"} == bad_parts(await client.post(REFRESH, json={}))
    assert {"/refresh_token": "wrong-type", "/x": "unknown-member"} == bad_parts(
        await client.post(REFRESH, json={"refresh_token": 1, "x": 2})
    )


# --- cookies


async def log_in_by_cookie(world: World) -> str:
    """Log in with delivery by cookie and return the token in it."""
    body = {"email": "ada@example.org", "password": PASSWORD, "delivery": "cookie"}
    response = await world.client.post(LOGIN, json=body)
    assert 200 == response.status_code
    assert "refresh_token" not in response.json()
    return cookie_of(response)


def cookie_of(response: httpx.Response) -> str:
    """Return the token in the cookie that the response sets, after checking its attributes."""
    name_value, *attributes = response.headers["set-cookie"].split("; ")
    name, _, token = name_value.partition("=")
    assert "__Host-refresh" == name
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} == {
        one for one in attributes if not one.startswith("Max-Age")
    }
    return str(token)


def with_cookie(token: str, **headers: str) -> dict[str, str]:
    """Return the headers of a browser that has the cookie."""
    return {"Cookie": f"theme=dark; __Host-refresh={token}; x=y", **headers}


async def test_cookie_delivery(world: World) -> None:
    """The refresh token goes into the cookie, on refresh too, and never into the body."""
    await world.user()
    token = await log_in_by_cookie(world)

    response = await world.client.post(REFRESH, headers=with_cookie(token, **SAME_ORIGIN))

    assert 200 == response.status_code
    assert "refresh_token" not in response.json()
    assert token != cookie_of(response)
    assert "Max-Age=604800" in response.headers["set-cookie"]


async def test_cookie_delivery_of_a_new_password(ada: User) -> None:
    """A change of the password delivers as asked, too."""
    body = {"current_password": PASSWORD, "new_password": "another horse, another staple", "delivery": "cookie"}

    response = await ada("PUT", "/api/auth/password", json=body)

    assert "refresh_token" not in response.json()
    assert cookie_of(response)


@pytest.mark.parametrize("path", [REFRESH, LOGOUT])
@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": ORIGIN}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, True),
        ({"Origin": "https://api.example"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://app.example.evil"}, False),
        ({"Origin": "https://app.example, https://evil.example"}, False),
    ],
)
async def test_csrf(build: Build, path: str, headers: dict[str, str], *, allowed: bool) -> None:
    """The cookie counts only for pages of the same or an allowed origin."""
    world = build(Options(limits=PLENTY, cors_origins=(ORIGIN,), public_origin="https://api.example"))
    await world.user()
    token = await log_in_by_cookie(world)

    response = await world.client.post(path, headers=with_cookie(token, **headers))

    if allowed:
        assert response.is_success
    else:
        problem(response, 403, "cross-origin-request")
        assert 200 == (await refresh(world, token)).status_code


async def test_the_body_comes_before_the_cookie(world: World, ada: User) -> None:
    """A token in the body needs no CSRF protection, and is answered in the body."""
    token = await log_in_by_cookie(world)

    response = await world.client.post(
        REFRESH, json={"refresh_token": ada.tokens["refresh_token"]}, headers=with_cookie(token)
    )

    assert "refresh_token" in response.json()
    assert "set-cookie" not in response.headers


# --- logging out


async def test_log_out_by_bearer(ada: User) -> None:
    """The very next request is refused, and so is the second log-out."""
    assert 204 == (await ada("POST", LOGOUT)).status_code
    problem(await ada("GET", "/api/tasks"), 401, "not-authenticated")
    problem(await ada("POST", LOGOUT), 401, "not-authenticated")
    problem(await ada.client.post(LOGOUT), 401, "not-authenticated")


async def test_log_out_by_refresh_token(world: World, ada: User) -> None:
    """Without an access token; again is fine."""
    for _ in range(2):
        response = await world.client.post(LOGOUT, json={"refresh_token": ada.tokens["refresh_token"]})
        assert 204 == response.status_code
    problem(await ada("GET", "/api/tasks"), 401, "not-authenticated")
    problem(await world.client.post(LOGOUT, json={"refresh_token": "x"}), 401, "invalid-refresh-token")


async def test_log_out_by_cookie(world: World) -> None:
    """The cookie goes with the session; again is fine."""
    await world.user()
    token = await log_in_by_cookie(world)

    for _ in range(2):
        response = await world.client.post(LOGOUT, headers=with_cookie(token, **SAME_ORIGIN))
        assert 204 == response.status_code
        assert "" == cookie_of(response)
        assert "Max-Age=0" in response.headers["set-cookie"]
    problem(await refresh(world, token), 401, "invalid-refresh-token")


async def test_log_out_looks_in_order(world: World, ada: User) -> None:
    """Body, then cookie, then bearer token: only the first that is there counts."""
    second = await world.log_in()
    third = await log_in_by_cookie(world)

    await ada(
        "POST", LOGOUT, json={"refresh_token": second["refresh_token"]}, headers=with_cookie(third, **SAME_ORIGIN)
    )
    assert 2 == len((await ada("GET", "/api/auth/sessions")).json()["items"])
    await ada("POST", LOGOUT, headers=with_cookie(third, **SAME_ORIGIN))
    assert 1 == len((await ada("GET", "/api/auth/sessions")).json()["items"])


async def test_log_out_everywhere(world: World, ada: User, bob: User) -> None:
    """Every session of the user, and nobody else's."""
    other = await world.log_in()

    assert 204 == (await ada("POST", "/api/auth/logout-all")).status_code

    problem(await ada("GET", "/api/tasks"), 401, "not-authenticated")
    problem(await refresh(world, other["refresh_token"]), 401, "invalid-refresh-token")
    assert 200 == (await bob("GET", "/api/tasks")).status_code


# --- the list


async def test_list_sessions(build: Build) -> None:
    """Where and when each began, the latest used first, and which one asks."""
    world = build()
    ada = await world.user()
    world.clock.advance(dt.timedelta(seconds=5))
    agent = {"User-Agent": "x" * 300}
    elsewhere = world.client_from("2001:db8::1", **agent)
    await elsewhere.post(LOGIN, json={"email": ada.email, "password": PASSWORD})

    latest, own = (await ada("GET", "/api/auth/sessions")).json()["items"]

    assert {
        "created_at": "2026-11-21T09:30:05Z",
        "last_used_at": "2026-11-21T09:30:05Z",
        "expires_at": "2026-11-28T09:30:05Z",
        "ip": "2001:db8::1",
        "user_agent": "x" * 256,
        "current": False,
    } == {name: value for name, value in latest.items() if name != "id"}
    assert (True, "127.0.0.1") == (own["current"], own["ip"])


async def test_end_a_session(world: World, ada: User, bob: User) -> None:
    """One's own; another user's is 404, and so is one that has ended."""
    other = await world.log_in()
    sessions = (await ada("GET", "/api/auth/sessions")).json()["items"]
    (target,) = [session["id"] for session in sessions if not session["current"]]

    problem(await bob("DELETE", f"/api/auth/sessions/{target}"), 404, "not-found")
    assert 204 == (await ada("DELETE", f"/api/auth/sessions/{target}")).status_code
    problem(await ada("DELETE", f"/api/auth/sessions/{target}"), 404, "not-found")
    problem(await ada("DELETE", f"/api/auth/sessions/{uuid4()}"), 404, "not-found")
    problem(await refresh(world, other["refresh_token"]), 401, "invalid-refresh-token")
    assert 200 == (await ada("GET", "/api/tasks")).status_code


async def test_control_characters_of_user_agents(ada: User, world: World) -> None:
    """A header may carry what no terminal should show."""
    client = world.client_from("127.0.0.1", **{"User-Agent": "a\x1b[31mb\x7f"})
    await client.post(LOGIN, json={"email": ada.email, "password": PASSWORD})

    agents = [session["user_agent"] for session in (await ada("GET", "/api/auth/sessions")).json()["items"]]

    assert "a[31mb" in agents
