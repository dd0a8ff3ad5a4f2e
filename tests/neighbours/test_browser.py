"""Pages of other origins in a real browser: what they may do, and what they may not."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import newest_database
from tests.neighbours.browser import Pages, program
from tests.serving import UNLIMITED, Server, free_port, serving

LAST = "logout"


@pytest.fixture(scope="module")
def played(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Server]]:
    """Let the pages play in a browser, once for all tests; give what they reported, and the server they talked to."""
    program()
    place, port = tmp_path_factory.mktemp("browser"), free_port()
    url = f"http://localhost:{port}"
    with Pages.serve() as pages, newest_database(postgres_server) as database:
        settings = {"DATABASE_URL": database, "PUBLIC_URL": url, "CORS_ORIGINS": pages.own, **UNLIMITED}
        with serving(place / "data", PORT=port, **settings) as server:
            yield pages.opened(url, LAST, place), server


@pytest.fixture(scope="module")
def reports(played: tuple[dict[str, Any], Server]) -> dict[str, Any]:
    """What the pages reported."""
    return played[0]


def test_tokens_in_the_body(reports: dict[str, Any]) -> None:
    """A page of an allowed origin makes tasks and refreshes, and can read the headers that clients act on."""
    assert reports["body"] == {
        "statuses": [201, 200],
        "exposed": ["ETag", "Location", "RateLimit", "X-Request-Id"],
        "rotated": True,
    }


def test_refresh_token_in_a_cookie(reports: dict[str, Any]) -> None:
    """The cookie goes along with refreshes, and no script can read it: neither in a body nor in the page."""
    assert reports["cookie"] == {"inBody": [False, False], "readable": "", "status": 200}


def test_two_tabs_refresh_at_once(reports: dict[str, Any]) -> None:
    """Two tabs that share the cookie refresh at the same time, again and again, and nobody is logged out."""
    assert reports["tabs"] == {"one": [200] * 5, "two": [200] * 5}


def test_offline_edit(reports: dict[str, Any]) -> None:
    """An edit of an old version is refused with the task as it is now; merged with that, it is taken."""
    assert reports["offline"] == {"statuses": [412, 200], "priority": "high", "title": "Buy oat milk"}


def test_page_of_an_origin_that_is_not_allowed(played: tuple[dict[str, Any], Server]) -> None:
    """It gets to see no answer; a refresh, which the browser does send with the cookie, is refused."""
    reports, server = played

    assert reports["strangers"]["stranger"] == ["TypeError"] * 3
    assert refusals(server)["cross-origin-request"] == 1


def test_form_of_another_site(played: tuple[dict[str, Any], Server]) -> None:
    """Its POSTs come without the cookie, so they neither refresh nor log out; the session lives."""
    reports, server = played

    assert (reports["form"], reports["strangers"]["mine"]) == ("sent", 200)
    assert refusals(server)["cross-origin-request"] == 1  # the other page's: a form sends no cookie


def test_log_out(reports: dict[str, Any]) -> None:
    """After logging out by the cookie there is nothing left to refresh with."""
    assert reports["logout"] == [204, 401]


def refusals(server: Server) -> Counter[str]:
    """Count the refused requests in the log by their problem."""
    return Counter(line["problem"] for line in server.lines() if "problem" in line)
