"""Accounts: registering, reading and changing one's own, the password, the end."""

from typing import Any

import httpx
import pytest

from tests.http.api import PASSWORD, User, World, bad_parts, problem

ME = "/api/auth/me"
REGISTER = "/api/auth/register"
NEW_PASSWORD = "another horse, another staple"


async def test_register(client: httpx.AsyncClient) -> None:
    """An account is made; the answer says where it is, and nothing secret."""
    response = await client.post(REGISTER, json={"email": " Ada@Example.org ", "password": PASSWORD})

    assert (201, ME) == (response.status_code, response.headers["location"])
    assert {
        "id": response.json()["id"],
        "email": "Ada@Example.org",
        "display_name": None,
        "timezone": "UTC",
        "created_at": "2026-11-21T09:30:00Z",
    } == response.json()


async def test_register_with_a_profile(client: httpx.AsyncClient) -> None:
    """Display name and time zone may come along."""
    profile = {"display_name": "Ada", "timezone": "Europe/Berlin"}

    response = await client.post(REGISTER, json={"email": "a@b", "password": PASSWORD, **profile})

    assert profile.items() <= response.json().items()


async def test_taken_addresses(world: World) -> None:
    """Unique regardless of case."""
    await world.user("straße@example.org")

    response = await world.client.post(REGISTER, json={"email": "STRASSE@EXAMPLE.ORG", "password": PASSWORD})

    problem(response, 409, "email-taken")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/email": "required", "/password": "required"}),
        ({"email": 1, "password": "short"}, {"/email": "wrong-type", "/password": "too-short"}),
        ({"email": 1, "password": "passwordpassword"}, {"/email": "wrong-type", "/password": "guessable"}),
        ({"email": "no", "password": "short"}, {"/email": "not-an-email", "/password": "too-short"}),
        ({"email": "a@b", "password": "passwordpassword"}, {"/password": "guessable"}),
        ({"email": "a@b", "password": "x\0" + PASSWORD}, {"/password": "control-character"}),
        ({"email": "a@b", "password": "x" * 257}, {"/password": "too-long"}),
        ({"email": "a b@c", "password": PASSWORD}, {"/email": "not-an-email"}),
        ({"email": "a" * 65 + "@b", "password": PASSWORD}, {"/email": "not-an-email"}),
        ({"email": "a@b", "password": PASSWORD, "display_name": ""}, {"/display_name": "too-short"}),
        ({"email": "a@b", "password": PASSWORD, "timezone": "Nowhere"}, {"/timezone": "unknown-timezone"}),
        ({"email": "a@b", "password": PASSWORD, "id": "x"}, {"/id": "read-only"}),
        ({"email": "ann@example.org\u001f", "password": PASSWORD}, {"/email": "control-character"}),
        (
            {"email": "no", "password": None, "display_name": 1, "timezone": 2, "role": "admin"},
            {
                "/email": "not-an-email",
                "/password": "wrong-type",
                "/display_name": "wrong-type",
                "/timezone": "wrong-type",
                "/role": "unknown-member",
            },
        ),
    ],
)
async def test_bad_registrations(client: httpx.AsyncClient, body: dict[str, Any], wrong: dict[str, str]) -> None:
    """Every bad member is named at once."""
    assert wrong == bad_parts(await client.post(REGISTER, json=body))


async def test_me(ada: User) -> None:
    """One's own account."""
    response = await ada("GET", ME)

    assert 200 == response.status_code
    assert {"id": ada.id, "email": ada.email}.items() <= response.json().items()


async def test_edit_the_profile(ada: User) -> None:
    """Absent members stay, `null` means the default."""
    named = await ada("PATCH", ME, json={"display_name": "Ada", "timezone": "Europe/Berlin"})
    cleared = await ada("PATCH", ME, json={"display_name": None, "timezone": None})

    assert ("Ada", "Europe/Berlin", ada.email) == tuple(
        named.json()[name] for name in ("display_name", "timezone", "email")
    )
    assert (None, "UTC") == (cleared.json()["display_name"], cleared.json()["timezone"])


async def test_edit_the_email(world: World, ada: User, bob: User) -> None:
    """Another address needs the password, and must be free."""
    moved = {"email": "ada@new.example.org"}

    assert {"/current_password": "required"} == bad_parts(await ada("PATCH", ME, json=moved))
    wrong = {**moved, "current_password": "wrong"}
    assert {"/current_password": "wrong-password"} == bad_parts(await ada("PATCH", ME, json=wrong))
    taken = {"email": bob.email, "current_password": PASSWORD}
    problem(await ada("PATCH", ME, json=taken), 409, "email-taken")
    good = await ada("PATCH", ME, json={**moved, "current_password": PASSWORD})
    assert "ada@new.example.org" == good.json()["email"]
    await world.log_in("ada@new.example.org")


async def test_bad_edits(ada: User) -> None:
    """Every bad member is named at once."""
    body = {"display_name": "", "timezone": "x", "email": None, "current_password": 1, "id": "x", "nope": 1}

    assert {
        "/display_name": "too-short",
        "/timezone": "unknown-timezone",
        "/email": "wrong-type",
        "/current_password": "wrong-type",
        "/id": "read-only",
        "/nope": "unknown-member",
    } == bad_parts(await ada("PATCH", ME, json=body))


async def test_bad_edits_beside_the_proof(ada: User) -> None:
    """The proof that another address needs is named together with everything else."""
    body = {"email": "ada@new.example.org", "timezone": "x"}

    missing = await ada("PATCH", ME, json=body)
    wrong = await ada("PATCH", ME, json={**body, "current_password": "wrong"})

    assert {"/timezone": "unknown-timezone", "/current_password": "required"} == bad_parts(missing)
    assert {"/timezone": "unknown-timezone", "/current_password": "wrong-password"} == bad_parts(wrong)


async def test_change_the_password(world: World, ada: User) -> None:
    """Every session ends, a new one begins; the old password is of no use any more."""
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    response = await ada("PUT", "/api/auth/password", json=body)

    assert 200 == response.status_code
    problem(await ada("GET", ME), 401, "not-authenticated")
    fresh = {"Authorization": f"Bearer {response.json()['access_token']}"}
    assert 200 == (await world.client.get(ME, headers=fresh)).status_code
    old = {"email": ada.email, "password": PASSWORD}
    problem(await world.client.post("/api/auth/login", json=old), 401, "invalid-credentials")


async def test_bad_password_changes(ada: User) -> None:
    """The wrong proof is 422, not 401: a client must not try to refresh."""
    path = "/api/auth/password"

    assert {"/new_password": "required"} == bad_parts(await ada("PUT", path, json={"current_password": PASSWORD}))
    assert {"/current_password": "required"} == bad_parts(await ada("PUT", path, json={"new_password": NEW_PASSWORD}))
    assert {"/current_password": "required", "/new_password": "required"} == bad_parts(await ada("PUT", path, json={}))
    both = {"current_password": "wrong", "new_password": "short"}
    assert {"/current_password": "wrong-password", "/new_password": "too-short"} == bad_parts(
        await ada("PUT", path, json=both)
    )
    more = {"current_password": "wrong", "new_password": "passwordpassword", "x": 1}
    assert {
        "/current_password": "wrong-password",
        "/new_password": "guessable",
        "/x": "unknown-member",
    } == bad_parts(await ada("PUT", path, json=more))
    odd = {"current_password": 1, "new_password": 2, "delivery": "pigeon", "x": 1}
    assert {
        "/current_password": "wrong-type",
        "/new_password": "wrong-type",
        "/delivery": "not-one-of",
        "/x": "unknown-member",
    } == bad_parts(await ada("PUT", path, json=odd))


async def test_delete_the_account(world: World, ada: User) -> None:
    """Gone at once, and the address is free."""
    await ada.add()
    assert {"/current_password": "required"} == bad_parts(await ada("DELETE", ME))
    assert {"/current_password": "wrong-password"} == bad_parts(
        await ada("DELETE", ME, json={"current_password": "wrong"})
    )
    assert {"/current_password": "required", "/x": "unknown-member"} == bad_parts(
        await ada("DELETE", ME, json={"x": PASSWORD})
    )

    response = await ada("DELETE", ME, json={"current_password": PASSWORD})

    assert (204, b"") == (response.status_code, response.content)
    problem(await ada("GET", ME), 401, "not-authenticated")
    await world.user()
