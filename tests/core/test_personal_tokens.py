"""Personal access tokens: their text, their members, and what they open."""

import datetime as dt
import zlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_core.errors import InvalidInput, InvalidToken
from todo_core.personal_tokens import (
    ALPHABET,
    PersonalToken,
    PersonalTokenId,
    Scope,
    check_days,
    check_name,
    check_scopes,
    is_personal_token,
    token_digest,
    token_text,
)
from todo_core.users import UserId

RANDOM = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

random_parts = st.text(ALPHABET, min_size=32, max_size=32)


def token(**members: object) -> PersonalToken:
    """Return a token that is good for a day."""
    values: dict[str, object] = {
        "user": UserId(UUID(int=1)),
        "id": PersonalTokenId(UUID(int=2)),
        "name": "backup",
        "scopes": frozenset({Scope.TASKS_READ}),
        "digest": b"",
        "hint": "wxyz",
        "created_at": NOW,
        "expires_at": NOW + dt.timedelta(days=1),
    }
    return PersonalToken(**{**values, **members})  # type: ignore[arg-type] # the members of a test


@given(random_parts)
def test_checksum(random: str) -> None:
    """The last six characters are the CRC-32 of the 32 before them, in base 62."""
    text = token_text(random)
    number = 0
    for digit in text[-6:]:
        number = number * 62 + ALPHABET.index(digit)

    assert zlib.crc32(random.encode()) == number
    assert f"todo_pat_{random}" == text[:-6]
    assert is_personal_token(text)


def test_a_known_token() -> None:
    """Other programs can make and check one: here is one by heart, whose checksum begins with a zero."""
    assert "todo_pat_000000000000000000000000000000130bKVjP" == token_text("00000000000000000000000000000013")


@given(random_parts, random_parts)
def test_digests(one: str, other: str) -> None:
    """Each token has its digest, and two have the same one only if they are the same."""
    assert (one == other) == (token_digest(token_text(one)) == token_digest(token_text(other)))
    assert 32 == len(token_digest(token_text(one)))


@given(random_parts, st.integers(0, 46), st.sampled_from(ALPHABET))
def test_a_typing_error(random: str, position: int, typed: str) -> None:
    """One wrong character is told from the text alone."""
    text = token_text(random)
    wrong = f"{text[:position]}{typed}{text[position + 1 :]}"
    if wrong != text:
        with pytest.raises(InvalidToken):
            token_digest(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "todo_pat_",
        "todo_pat_" + RANDOM,
        token_text(RANDOM)[:-1],
        token_text(RANDOM) + "0",
        token_text(RANDOM) + "\n",
        token_text(RANDOM).upper(),
        token_text(RANDOM[:-1] + "é"),
        token_text(RANDOM[:-1] + "\u0660"),
        "todo_pat_" + token_text(RANDOM),
        "ghp_" + token_text(RANDOM)[9:],
    ],
)
def test_what_is_no_token(text: str) -> None:
    """Nothing but the 47 characters of a token is one."""
    with pytest.raises(InvalidToken):
        token_digest(text)


@pytest.mark.parametrize("name", ["", "n" * 101, "a\nb", "\0", " ", "\u3164"])
def test_bad_names(name: str) -> None:
    """A name has 1 to 100 characters, one of which can be seen, and no controls."""
    with pytest.raises(InvalidInput):
        check_name(name)


def test_names_are_normalised() -> None:
    """A name is kept in NFC."""
    assert "\u00e9" * 100 == check_name("e\u0301" * 100)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_bad_days(days: int) -> None:
    """A token is good for 1 to 366 days."""
    with pytest.raises(InvalidInput):
        check_days(days)
    assert [1, 366] == [check_days(1), check_days(366)]


def test_scopes() -> None:
    """Repeated scopes are merged; a token without any would open nothing."""
    assert {Scope.TASKS_READ} == check_scopes([Scope.TASKS_READ, Scope.TASKS_READ])
    with pytest.raises(InvalidInput):
        check_scopes([])


def test_a_token_ends() -> None:
    """A token is good until it expires, and not a moment longer."""
    one = token()

    assert one.alive(one.expires_at - dt.timedelta.resolution)
    assert not one.alive(one.expires_at)


def test_use_is_noted_now_and_then() -> None:
    """The first use is noted, and later ones once in five minutes; what a clock that was ahead noted is mended."""
    noted = [token().notes_use(NOW)]
    used = token(last_used_at=NOW)
    noted += [used.notes_use(NOW + dt.timedelta(minutes=minutes)) for minutes in (0, 4, 5, 600, -1, -600)]

    assert [True, False, False, True, True, True, True] == noted


def test_the_digest_is_not_shown() -> None:
    """A token in a log or a trace does not show its hash."""
    assert "digest" not in repr(token(digest=b"digest"))
