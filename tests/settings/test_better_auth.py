"""The settings of an external issuer: what is needed, what follows from it, and what cannot work."""

import pytest

from entrypoints.settings import BetterAuthMode, Settings
from tests.settings.loading import PRODUCTION, Load, problems

URL = "https://auth.example.com"
NO_URL = "must be an http:// or https:// URL with a host in ASCII, without user, query or fragment"
SECRET = "0123456789abcdef0123456789abcdef"


def better_auth(load: Load, **values: str) -> Settings:
    """Load settings of an external issuer."""
    return load({f"TODO_BETTER_AUTH_{name}": value for name, value in values.items()})


@pytest.mark.parametrize("values", [{}, {"MODE": "off"}, {"MODE": "off", "URL": URL, "ISSUER": "x"}])
def test_off(load: Load, values: dict[str, str]) -> None:
    """Unless a mode is chosen there is no external issuer."""
    assert BetterAuthMode.OFF is better_auth(load, **values).better_auth.mode


def test_public_keys(load: Load) -> None:
    """A URL is enough: its origin is issuer and audience, and the keys are where Better Auth has them."""
    chosen = better_auth(load, MODE="jwks", URL="https://Auth.example.com:443/app/").better_auth

    assert (BetterAuthMode.JWKS, URL, URL) == (chosen.mode, chosen.issuer, chosen.audience)
    assert "https://Auth.example.com:443/app/api/auth/jwks" == chosen.key_set


def test_everything_set(load: Load) -> None:
    """What is set counts, and needs no URL then."""
    chosen = better_auth(
        load, MODE="jwks", ISSUER="urn:us", AUDIENCE="todo", JWKS_URL="https://keys.example.com/set"
    ).better_auth

    assert ("urn:us", "todo", "https://keys.example.com/set") == (chosen.issuer, chosen.audience, chosen.key_set)


@pytest.mark.parametrize("values", [{"URL": URL}, {"ISSUER": URL, "AUDIENCE": URL}])
def test_shared_secret(load: Load, values: dict[str, str]) -> None:
    """A secret, and a URL or both names."""
    variables = {f"TODO_BETTER_AUTH_{name}": value for name, value in {"MODE": "hs256", **values}.items()}
    settings = load({**variables, "BETTER_AUTH_SECRET": SECRET})

    chosen = settings.better_auth
    assert (BetterAuthMode.HS256, URL, URL) == (chosen.mode, chosen.issuer, chosen.audience)
    assert chosen.secret is not None
    assert SECRET == chosen.secret.reveal()
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("secret", ["short", "a" * 40, "better-auth-secret-12345678901234567890"])
@pytest.mark.parametrize("mode", ["off", "jwks"])
def test_secret_that_is_not_used(load: Load, mode: str, secret: str) -> None:
    """It is Better Auth's own: here it is not judged, and not kept."""
    settings = load({"TODO_BETTER_AUTH_MODE": mode, "TODO_BETTER_AUTH_URL": URL, "BETTER_AUTH_SECRET": secret})

    assert settings.better_auth.secret is None


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {"TODO_BETTER_AUTH_URL": URL},
            ["TODO_BETTER_AUTH_MODE: must be jwks or hs256 with TODO_BETTER_AUTH_URL, or off"],
        ),
        (
            {"TODO_BETTER_AUTH_MODE": "jwks"},
            [
                "TODO_BETTER_AUTH_ISSUER: must be set, or TODO_BETTER_AUTH_URL",
                "TODO_BETTER_AUTH_AUDIENCE: must be set, or TODO_BETTER_AUTH_URL",
                "TODO_BETTER_AUTH_JWKS_URL: must be set, or TODO_BETTER_AUTH_URL",
            ],
        ),
        (
            {"TODO_BETTER_AUTH_MODE": "hs256", "TODO_BETTER_AUTH_ISSUER": URL},
            [
                "TODO_BETTER_AUTH_AUDIENCE: must be set, or TODO_BETTER_AUTH_URL",
                "BETTER_AUTH_SECRET: must be set for the mode hs256",
            ],
        ),
        (
            {"TODO_BETTER_AUTH_MODE": "hs256", "TODO_BETTER_AUTH_URL": URL, "BETTER_AUTH_SECRET": "hunter2"},
            ["BETTER_AUTH_SECRET: must be at least 32 bytes long, each; `openssl rand -hex 32` makes one"],
        ),
        (
            {"TODO_BETTER_AUTH_MODE": "jwks", "TODO_BETTER_AUTH_URL": "auth.example.com"},
            [f"TODO_BETTER_AUTH_URL: {NO_URL}"],
        ),
        (
            {"TODO_BETTER_AUTH_MODE": "jwks", "TODO_BETTER_AUTH_URL": URL, "TODO_BETTER_AUTH_ISSUER": "x" * 256},
            [f"TODO_BETTER_AUTH_ISSUER: must be at most 255 printable characters, not '{'x' * 60}…'"],
        ),
        (
            {**PRODUCTION, "TODO_BETTER_AUTH_MODE": "jwks", "TODO_BETTER_AUTH_URL": "http://auth.example.com"},
            ["TODO_BETTER_AUTH_URL: must begin with https:// in production"],
        ),
        (
            {
                **PRODUCTION,
                "TODO_BETTER_AUTH_MODE": "jwks",
                "TODO_BETTER_AUTH_URL": URL,
                "TODO_BETTER_AUTH_JWKS_URL": "http://auth.example.com/keys",
            },
            ["TODO_BETTER_AUTH_JWKS_URL: must begin with https:// in production"],
        ),
    ],
)
def test_what_cannot_work(load: Load, variables: dict[str, str], expected: list[str]) -> None:
    """All of it is said at once, with the variable and the rule, and without the secret."""
    assert expected == [*problems(load, variables)]


@pytest.mark.parametrize("environment", [{}, {**PRODUCTION}])
def test_encryption(load: Load, environment: dict[str, str]) -> None:
    """Https always will do; plain http only in development."""
    load({**environment, "TODO_BETTER_AUTH_MODE": "jwks", "TODO_BETTER_AUTH_URL": URL})
    if not environment:
        load({"TODO_BETTER_AUTH_MODE": "jwks", "TODO_BETTER_AUTH_URL": "http://127.0.0.1:3000"})
