"""The reference page in a real browser: who presses Authorize finds where the token goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.neighbours.devtools import Tab, browsing
from tests.serving import serving

ASKED_FOR = "[...document.querySelectorAll('.auth-container h4 code')].map((one) => one.innerText)"
IN_FOCUS = "document.activeElement.closest('.auth-container')?.querySelector('code').innerText"
EMAIL = "ann@example.org"


@pytest.fixture
def opened(database: str, tmp_path: Path) -> Iterator[tuple[Tab, str]]:
    """Give the page, and an access token."""
    with serving(tmp_path / "data", DATABASE_URL=database) as server:
        server.register(EMAIL)
        token = str(server.log_in(EMAIL)["access_token"])
        with browsing(f"{server.url}/docs", tmp_path) as tab:
            tab.wait("document.querySelector('.btn.authorize') !== null")
            yield tab, token


def press(tab: Tab, button: str) -> None:
    """Press a button once it is there."""
    tab.wait(f"document.querySelector({button!r}) !== null")
    tab.evaluate(f"document.querySelector({button!r}).click()")


def test_authorize(opened: tuple[Tab, str]) -> None:
    """The focus is where the token of log-in goes, which the words say; it is used, and kept over a reload."""
    tab, token = opened
    press(tab, ".auth-wrapper .btn.authorize")
    tab.wait("document.querySelector('.auth-container') !== null")

    assert ["bearer", "externalToken", "personalToken"] == tab.evaluate(ASKED_FOR)
    assert "bearer" == tab.evaluate(IN_FOCUS)
    said = tab.evaluate("document.activeElement.closest('.auth-container').innerText")
    assert "The access_token of an answer to log-in or refresh" in said

    tab.type(token)
    press(tab, ".auth-container .btn.authorize")
    tab.wait(
        "document.querySelector('.auth-container .btn.modal-btn.auth[aria-label=\"Remove authorization\"]') !== null"
    )
    tab.send("Page.reload")
    tab.wait("document.querySelector('.auth-wrapper .btn.authorize.locked') !== null")
    assert token == tab.evaluate("JSON.parse(sessionStorage.authorized).bearer.value")


def test_an_operation_asks_for_its_own(opened: tuple[Tab, str]) -> None:
    """The lock of the metrics asks for their token alone; that of a user's operation, for the users' tokens."""
    tab, _ = opened
    for lock, expected in (
        ("#operations-Operations-getMetrics", ["metrics"]),
        ("#operations-Tasks-listTasks", ["bearer", "externalToken", "personalToken"]),
    ):
        press(tab, f"{lock} .authorization__btn")
        tab.wait("document.querySelector('.auth-container') !== null")

        assert expected == tab.evaluate(ASKED_FOR)
        assert expected[0] == tab.evaluate(IN_FOCUS)
        press(tab, ".modal-ux .close-modal")
        tab.wait("document.querySelector('.auth-container') === null")
