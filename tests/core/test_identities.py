"""Identities at external issuers, and for how long their tokens are good."""

import datetime as dt

import attrs
import pytest

from todo_core.errors import InvalidInput, InvalidToken
from todo_core.identities import ExternalClaims, Identity

ISSUER = "https://auth.example.com"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GOOD = ExternalClaims(Identity(ISSUER, "ann"), NOW, NOW + dt.timedelta(minutes=15))


def seconds(number: float) -> dt.timedelta:
    """Return so many seconds."""
    return dt.timedelta(seconds=number)


@pytest.mark.parametrize("subject", ["a", " ", "s" * 255, "é", "e\u0301", "\u202e", "😀" * 255])
def test_subjects(subject: str) -> None:
    """A subject is any text of 1 to 255 characters, kept as it is."""
    assert subject == Identity(ISSUER, subject).subject


@pytest.mark.parametrize("subject", ["", "s" * 256, "a\0", "a\n", "\x1f", "\ud800"])
def test_bad_subjects(subject: str) -> None:
    """Controls, half a character, nothing and too much are none."""
    with pytest.raises(InvalidInput):
        Identity(ISSUER, subject)


@pytest.mark.parametrize(
    ("claims", "now"),
    [
        (GOOD, NOW),
        (GOOD, NOW - seconds(10)),
        (GOOD, GOOD.expires_at - seconds(0.001)),
        (attrs.evolve(GOOD, expires_at=NOW + dt.timedelta(hours=24)), NOW),
        (attrs.evolve(GOOD, not_before=NOW - seconds(60)), NOW),
        (attrs.evolve(GOOD, not_before=NOW + seconds(10)), NOW),
    ],
)
def test_good_times(claims: ExternalClaims, now: dt.datetime) -> None:
    """A token is good from its issue, whose clock may be ten seconds ahead, until it expires."""
    claims.check(now)


@pytest.mark.parametrize(
    ("claims", "now"),
    [
        (GOOD, NOW - seconds(10.001)),
        (GOOD, GOOD.expires_at),
        (attrs.evolve(GOOD, expires_at=NOW + dt.timedelta(hours=24, seconds=1)), NOW),
        (attrs.evolve(GOOD, expires_at=NOW - seconds(1)), NOW - seconds(2)),
        (attrs.evolve(GOOD, not_before=NOW + seconds(11)), NOW),
    ],
)
def test_bad_times(claims: ExternalClaims, now: dt.datetime) -> None:
    """A token is refused before its issue, after its end, and when it was made to live for more than a day."""
    with pytest.raises(InvalidToken):
        claims.check(now)
