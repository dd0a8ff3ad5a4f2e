"""E-mail addresses, profiles, the password policy."""

import datetime as dt
from uuid import UUID

import pytest

from todo_core.errors import InvalidInput
from todo_core.testing import ManualClock
from todo_core.users import (
    EmailAddress,
    PasswordPolicy,
    Profile,
    User,
    UserId,
    check_display_name,
    check_timezone,
    known_words,
    normalise_password,
)


def test_an_address_is_trimmed_and_shown_as_sent() -> None:
    """Only its key forgets the case."""
    email = EmailAddress.parse("  Ann.Smith@Example.ORG ")

    assert email.address == "Ann.Smith@Example.ORG"
    assert email.key == EmailAddress.parse("ann.smith@example.org").key
    assert email.local == "Ann.Smith"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "ann", "@example.org", "ann@", "a@b@c", "a b@example.org", f"{'a' * 65}@b", f"a@{'b' * 253}", "a\0@b"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """One @, 1 to 64 characters before it, a domain behind it, no blanks, at most 254 characters."""
    with pytest.raises(InvalidInput):
        EmailAddress.parse(text)


@pytest.mark.parametrize("control", sorted({*map(chr, [*range(0x20), *range(0x7F, 0xA0)])} - {*"\t\r\n"}))
@pytest.mark.parametrize("place", ["{}ann@example.org", "ann@example.org {}", "ann{}@example.org", "{}"])
def test_control_characters_are_refused_and_not_trimmed_away(place: str, control: str) -> None:
    """Python takes some of them for white space; they are none here, wherever they stand."""
    with pytest.raises(InvalidInput) as refusal:
        EmailAddress.parse(place.format(control))

    assert ["control-character"] == [one.code for one in refusal.value.violations]


@pytest.mark.parametrize("format_character", ["\u202e", "\u200b", "\ufeff", "\xad", "\U000e0061"])
@pytest.mark.parametrize("place", ["{}ann@example.org", "ann@example.org{}", "ann{}@example.org"])
def test_format_characters_are_refused(place: str, format_character: str) -> None:
    """An address is shown to operators: nothing in it may change how it, or what stands beside it, is seen."""
    with pytest.raises(InvalidInput) as refusal:
        EmailAddress.parse(place.format(format_character))

    assert ["control-character"] == [one.code for one in refusal.value.violations]


@pytest.mark.parametrize("blank", [" ", "\t", "\r\n", "\xa0", "\u2003", "\u3000"])
def test_blanks_are_trimmed_at_the_ends_only(blank: str) -> None:
    """Whatever Unicode calls white space, and what ends a line."""
    assert "ann@example.org" == EmailAddress.parse(f"{blank}ann@example.org{blank}").address
    with pytest.raises(InvalidInput):
        EmailAddress.parse(f"ann{blank}@example.org")


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "a\x9b31mb", " ", "\u3164", "\u200b\u2060"])
def test_a_bad_display_name_is_refused(name: str) -> None:
    """It has 1 to 100 characters, one of which can be seen, and no controls; an account that has it can be read."""
    with pytest.raises(InvalidInput):
        check_display_name(name)

    assert name == Profile(None, name).display_name


def test_zones_have_to_exist() -> None:
    """A known zone passes as it is."""
    zones = ManualClock().zone

    assert check_timezone("Europe/Berlin", zones) == "Europe/Berlin"
    with pytest.raises(InvalidInput):
        check_timezone("Nowhere/Atall", zones)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x" * 11, "too-short"),
        ("x" * 257, "too-long"),
        ("x\0" * 8, "control-character"),
        ("\ud800" * 12, "not-unicode"),
    ],
)
def test_the_policy_refuses_with_its_rule(password: str, code: str) -> None:
    """Length and NUL; nothing about upper case or digits."""
    with pytest.raises(InvalidInput) as refusal:
        PasswordPolicy().check(password)

    assert [code] == [one.code for one in refusal.value.violations]


def test_passwords_are_taken_as_sent_but_for_the_normal_form() -> None:
    """Blanks, case and controls stay; length counts after NFC."""
    assert PasswordPolicy().check("  Tab\t and e\u0301 ") == "  Tab\t and é "
    assert normalise_password("e\u0301") == "é"
    assert normalise_password("x" * 257) is None
    assert normalise_password("\ud800") is None


def test_the_floor_cannot_be_undercut() -> None:
    """A policy below 8 characters is no policy."""
    with pytest.raises(ValueError, match="min_length"):
        PasswordPolicy(min_length=7)


def test_known_words_are_those_of_the_user_and_the_product() -> None:
    """E-mail, its local part, the display name and the product."""
    words = known_words(Profile(EmailAddress.parse("ann@example.org"), "Ann S."))

    assert {"ann@example.org", "ann", "Ann S.", "todo-core"} <= set(words)
    assert "todo-core" in known_words(Profile(None))


def test_who_has_a_password_has_an_address() -> None:
    """Nobody else could log in with it."""
    with pytest.raises(InvalidInput):
        User(UserId(UUID(int=1)), Profile(None), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), password_hash="x")
