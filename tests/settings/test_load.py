"""The settings as a whole: defaults, types, what goes together, and what production needs."""

import pickle
from ipaddress import ip_network
from pathlib import Path

import pytest

from entrypoints.http.ports import RateLimitPolicy
from entrypoints.settings import Environment, LogFormat, Registration, Secret
from tests.settings.loading import KEY, PRODUCTION, Load, problems


def test_defaults(load: Load) -> None:
    """Everything has a default, some made of others; those that are values stand in the documentation."""
    settings = load(TODO_PORT="8001")

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.server.public_url == "http://127.0.0.1:8001"
    assert (settings.database.url, settings.database.direct_url) == (None, None)
    assert (settings.logs.level, settings.logs.format) == ("info", None)
    assert settings.registration is Registration.OPEN


def test_types(load: Load) -> None:
    """Values arrive as what they mean, not as text."""
    settings = load(
        TODO_TRUSTED_PROXIES="10.0.0.0/8, ::1",
        TODO_CORS_ORIGINS="https://App.example.com,http://localhost:3000",
        TODO_LIMIT_LOGIN="3/60",
        TODO_SECRET_KEYS=f"{KEY},{KEY[::-1]}",
        TODO_PREPARE_STATEMENTS="False",
        TODO_LOG_FORMAT="JSON",
    )

    assert settings.network.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.network.cors_origins == ("https://app.example.com", "http://localhost:3000")
    assert settings.limits.login == RateLimitPolicy("login", 3, 60)
    assert settings.keys.secrets == (Secret(KEY), Secret(KEY[::-1]))
    assert settings.database.prepare_statements is False
    assert settings.logs.format is LogFormat.JSON


def test_all_problems_at_once(load: Load, tmp_path: Path) -> None:
    """Every problem is named in one go: of the files, of names, of values, of values together, of production."""
    (tmp_path / "settings.toml").write_text("host = \n")
    (tmp_path / ".env").write_text("one two three\n")

    found = problems(
        load,
        TODO_ENVIRONMENT="production",
        TODO_NOPE="1",
        TODO_PORT="http",
        TODO_POOL_MIN="9",
        TODO_POOL_MAX="3",
    )

    assert [line.partition(": ")[0] for line in found] == [
        ".env:1",
        "TODO_NOPE",
        "settings.toml",
        "TODO_PORT",
        "TODO_POOL_MIN",
        "TODO_DATABASE_URL",
        "TODO_PUBLIC_URL",
        "TODO_SECRET_KEYS",
        "TODO_SIGNING_KEYS",
    ]


def test_production(load: Load) -> None:
    """Production starts with its own database, address and keys, or with an embedded database that was asked for."""
    assert load(PRODUCTION).environment is Environment.PRODUCTION
    assert load(PRODUCTION, TODO_DATABASE_URL="embedded").database.url is None


@pytest.mark.parametrize("name", ["TODO_DATABASE_URL", "TODO_PUBLIC_URL", "TODO_SECRET_KEYS", "TODO_SIGNING_KEYS"])
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("settings.toml", ""),
        ("settings.toml", '{key} = ""'),
        ("settings.toml", '{key} = " "'),
        ("settings.toml", "{key} = []"),
        ("settings.toml", '{key} = [" "]'),
        (".env", "{name}="),
        (".env", "{name}=' '"),
    ],
)
def test_production_refuses_defaults(load: Load, tmp_path: Path, name: str, file: str, line: str) -> None:
    """Production refuses a default that suits a developer's machine only: an empty value is none, in every source."""
    (tmp_path / file).write_text(line.format(name=name, key=name.removeprefix("TODO_").lower()))
    others = {other: value for other, value in PRODUCTION.items() if other != name}

    for variables in (others, {**others, name: ""}, {**others, name: " "}):
        (problem,) = problems(load, variables)
        assert problem.startswith(f"{name}: must be set in production: ")


def test_production_refuses_plain_http(load: Load) -> None:
    """Clients of production talk TLS."""
    assert problems(load, PRODUCTION, TODO_PUBLIC_URL="http://todo.example.com") == (
        "TODO_PUBLIC_URL: must begin with https:// in production",
    )


def test_settings_reach_workers(load: Load) -> None:
    """Settings can be sent to a process that is started afresh, secrets included."""
    settings = load(PRODUCTION, TODO_TRUSTED_PROXIES="10.0.0.0/8")

    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes
