"""Checks of settings that can be read: what is wrong, doubtful or good about them."""

from pathlib import Path

import pytest

from entrypoints.checks import check_settings
from entrypoints.settings import load_settings

SECRET = "0123456789abcdef0123456789abcdef"


def judged(directory: Path, **variables: str) -> dict[str, tuple[str, str]]:
    """Return status and detail of each judgement by its name."""
    settings = load_settings({f"TODO_{name}": value for name, value in variables.items()}, directory)
    return {check.name: (check.status, check.detail) for check in check_settings(settings)}


def test_defaults_are_good(tmp_path: Path) -> None:
    """One developer's machine needs no settings."""
    assert {status for status, _ in judged(tmp_path).values()} == {"ok"}


@pytest.mark.parametrize(
    ("variables", "detail"),
    [
        ({}, "for this machine only"),
        ({"PUBLIC_URL": "https://todo.example.com"}, "closed: TODO_METRICS_TOKEN opens them"),
        ({"PUBLIC_URL": "https://todo.example.com", "METRICS_TOKEN": SECRET}, "for whoever has the token"),
    ],
)
def test_metrics(tmp_path: Path, variables: dict[str, str], detail: str) -> None:
    """It is said who can read them."""
    assert judged(tmp_path, **variables)["metrics"] == ("ok", detail)


@pytest.mark.parametrize(
    ("public", "allowed", "expected"),
    [
        ("https://todo.example.com:8443/api", "TODO.example.com", ("ok", "todo.example.com")),
        ("http://[::1]:8000", "[::1]", ("ok", "[::1]")),
        ("http://127.0.0.1:8000", "todo.test", ("ok", "todo.test")),
        (
            "https://todo.example.com",
            "example.com,localhost",
            ("error", "todo.example.com is missing: who calls TODO_PUBLIC_URL is refused"),
        ),
    ],
)
def test_allowed_hosts(tmp_path: Path, public: str, allowed: str, expected: tuple[str, str]) -> None:
    """A list of hosts without the one that clients call refuses them all, which is an error."""
    assert judged(tmp_path, PUBLIC_URL=public, ALLOWED_HOSTS=allowed)["allowed_hosts"] == expected


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("postgresql://ada@db.example.com/todo", "warning"),
        ("postgresql://ada@db.example.com/todo?sslmode=prefer", "warning"),
        ("postgresql://ada@127.0.0.1,db.example.com:5433/todo", "warning"),
        ("postgresql:///todo?host=10.0.0.1", "warning"),
        ("postgresql://localhost/todo?hostaddr=10.0.0.5", "warning"),
        ("postgresql://localhost,127.0.0.1/todo?hostaddr=,10.0.0.5", "warning"),
        ("postgresql:///todo?service=tasks", "warning"),
        ("postgresql://localhost/todo?service=tasks", "warning"),
        ("postgresql://ada@db.example.com/todo?sslrootcert=/etc/ssl/ca.pem", "warning"),
        ("postgresql://ada@db.example.com/todo?sslmode=require", "ok"),
        ("postgresql://ada@db.example.com/todo?connect_timeout=3&sslmode=verify-full", "ok"),
        ("postgresql://ada@db.example.com/todo?ssl=true", "ok"),
        ("postgresql://ada@db.example.com/todo?sslrootcert=system", "ok"),
        ("postgresql:///todo?service=tasks&sslmode=verify-full", "ok"),
        ("postgresql://db.example.com/todo?hostaddr=127.0.0.1", "ok"),
        ("postgresql://LOCALHOST,[::1]:5433/todo", "ok"),
        ("postgresql:///todo?host=@todo", "ok"),
        ("postgresql://ada:a%40b@localhost:5433/todo", "ok"),
        ("postgresql://[::1]:5433/todo", "ok"),
        ("postgresql:///todo?host=/run/postgresql", "ok"),
        ("postgresql://%2Frun%2Fpostgresql/todo", "ok"),
    ],
)
def test_database_without_tls(tmp_path: Path, url: str, status: str) -> None:
    """A URL that does not insist on TLS is doubtful when it leads to another machine; it is not shown."""
    judgement = judged(tmp_path, DATABASE_URL=url)["database"]

    assert (status, False) == (judgement[0], "todo?" in judgement[1] or "ada" in judgement[1])


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("connection_limit=hunter2", ": libpq knows no parameter connection_limit: remove it"),
        ("sslmode=require&SSLMODE=hunter2", ": libpq knows no parameter SSLMODE: remove it"),
        ("hunter2", ""),
        ("hunter2%20hunter2=1", ""),
        ("user=hunter2=1", ""),
        ("user=%zz", ""),
    ],
)
def test_unreadable_database_url(tmp_path: Path, query: str, reason: str) -> None:
    """A URL that libpq cannot read is judged like any other; of it, only an unknown parameter's name is shown."""
    url = f"postgresql://ada:hunter2@db.example.com/todo?{query}"

    assert judged(tmp_path, DATABASE_URL=url)["database"] == ("error", f"the database URL cannot be read{reason}")


@pytest.mark.parametrize(
    ("variables", "detail"),
    [
        ({}, "generated in the data directory: other machines need TODO_SIGNING_KEYS and TODO_SECRET_KEYS"),
        ({"SECRET_KEYS": SECRET}, "generated in the data directory: other machines need TODO_SIGNING_KEYS"),
        ({"SECRET_KEYS": SECRET, "SIGNING_KEYS": "keys.json"}, "set"),
    ],
)
def test_keys(tmp_path: Path, variables: dict[str, str], detail: str) -> None:
    """What is generated here other machines do not have, and only that is named."""
    assert ("ok", detail) == judged(tmp_path, **variables)["keys"]


def test_unencrypted(tmp_path: Path) -> None:
    """An address that is neither encrypted nor on this machine is doubtful."""
    status, detail = judged(tmp_path, PUBLIC_URL="http://todo.example.com")["public_url"]

    assert (status, "unencrypted" in detail) == ("warning", True)
