"""The API's own origin: its pages may use the cookie however the public URL is written."""

from pathlib import Path

import httpx
import pytest

from entrypoints.bootstrap import open_system
from entrypoints.bootstrap.api import make_api
from entrypoints.http.middleware.telemetry import Telemetry
from entrypoints.settings import load_settings


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Todo.Example.org:443/api", "https://todo.example.org"),
        ("http://todo.example.org:80", "http://todo.example.org"),
        ("HTTPS://todo.example.org:8443", "https://todo.example.org:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_public_origin(tmp_path: Path, url: str, origin: str) -> None:
    """It is compared as browsers send it, and the URL itself is kept: clients may compare it with a token's issuer."""
    server = load_settings({"TODO_PUBLIC_URL": url}, tmp_path).server

    assert (server.public_origin, server.public_url) == (origin, url)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://home.example/todo", "/todo"),
        ("https://home.example/a/b/", "/a/b"),
        ("https://home.example/tö<d>o", "/t%C3%B6%3Cd%3Eo"),
        ("https://home.example/to%20do", "/to%20do"),
        ("https://home.example", ""),
        ("https://home.example/", ""),
    ],
)
def test_path_prefix(tmp_path: Path, url: str, prefix: str) -> None:
    """The path of the public URL stands before every path that clients are told, as a header may have it."""
    assert prefix == load_settings({"TODO_PUBLIC_URL": url}, tmp_path).server.path_prefix


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost", False),
        ("http://[::1]:8000/todo", False),
        ("https://todo.example.org", True),
        ("http://192.168.1.2:8000", True),
        ("https://localhost.example.org", True),
    ],
)
def test_a_public_url_is_not_on_this_machine(tmp_path: Path, url: str, *, public: bool) -> None:
    """Then there is a proxy, or the server listens to others itself."""
    assert public == load_settings({"TODO_PUBLIC_URL": url}, tmp_path).server.is_public


def test_public_origin_unless_set(tmp_path: Path) -> None:
    """Without a public URL it follows from the address, here without the scheme's own port."""
    assert load_settings({"TODO_HOST": "::1", "TODO_PORT": "80"}, tmp_path).server.public_origin == "http://[::1]"


async def test_pages_of_the_api_itself(database: str, tmp_path: Path) -> None:
    """A browser without fetch metadata may use the cookie on the API's own pages, and on no others."""
    url, data = "https://Todo.Example.org:443", str(tmp_path)
    settings = load_settings({"TODO_DATABASE_URL": database, "TODO_PUBLIC_URL": url, "TODO_DATA_DIR": data}, tmp_path)
    async with open_system(settings, database) as system:
        api = make_api(system, settings, Telemetry(), bool)
        transport = httpx.ASGITransport(app=api, client=("127.0.0.1", 40_000))
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            answers = [
                (
                    await client.post("/api/auth/refresh", headers={"Cookie": "__Host-refresh=a", "Origin": origin})
                ).json()
                for origin in ("https://todo.example.org", "https://evil.example")
            ]

    assert [problem["code"] for problem in answers] == ["invalid-refresh-token", "cross-origin-request"]
