"""Normal form, folding, permitted characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_core.errors import EmailTaken, InvalidInput, Unavailable, Violation, Violations
from todo_core.text import check_text, check_visible, fold, nfc, unify_line_ends

BLANKS = sorted(
    {
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) in {"Cf", "Zs", "Zl", "Zp"} or character in "\u115f\u1160\u2800\u3164\uffa0"
    }
)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """The key of a key is itself, and it does not depend on the normal form that was sent."""
    assert fold(text) == fold(fold(text))
    assert fold(text) == fold(unicodedata.normalize("NFD", text))


@given(
    st.text(st.characters(categories=["Mn", "Lo", "Ll"]))
    | st.text("a\u0301\u0316\u0f71\u0f73\u0f74\u0f75\u0f81\u0f80각")
)
def test_the_normal_form_is_that_of_unicode(text: str) -> None:
    """However marks are ordered, and whatever decomposes into them."""
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_marks_in_the_wrong_order_cost_no_time() -> None:
    """A body full of them would take `normalize` minutes; this test would not end."""
    assert len(nfc("a" + "\u0301\u0316" * 300_000)) == 600_000


@pytest.mark.parametrize(("one", "other"), [("STRASSE", "straße"), ("Ann", "aNN"), ("e\u0301", "É"), ("ΣΑΣ", "σας")])
def test_case_does_not_count(one: str, other: str) -> None:
    """Texts that differ in case or normal form have one key."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "too-short"),
        ("123456", "too-long"),
        ("a\0b", "control-character"),
        ("a\tb", "control-character"),
        ("a\x1bb", "control-character"),
        ("\ud800", "not-unicode"),
    ],
)
def test_bad_text_is_refused_with_its_rule(text: str, code: str) -> None:
    """Each broken rule has a code."""
    with pytest.raises(InvalidInput) as refusal:
        check_text(text, min_length=1, max_length=5)

    assert [code] == [violation.code for violation in refusal.value.violations]


@pytest.mark.parametrize("control", [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"])
def test_control_characters_are_refused(control: str) -> None:
    """All that Unicode has: C0, DEL, C1."""
    with pytest.raises(InvalidInput) as refusal:
        check_text(f"a{control}b", max_length=5)

    assert ["control-character"] == [violation.code for violation in refusal.value.violations]


@pytest.mark.parametrize("blank", BLANKS, ids=lambda blank: f"U+{ord(blank):04X}")
def test_what_cannot_be_seen_is_too_short(blank: str) -> None:
    """White space, format characters and blank letters, alone and together; beside a letter they stay."""
    for text in (blank, f" {blank}\u200b\u3164"):
        with pytest.raises(InvalidInput) as refusal:
            check_visible(text, max_length=5)
        assert ["too-short"] == [violation.code for violation in refusal.value.violations]
    assert f"{blank}x" == check_visible(f"{blank}x", max_length=5)


@pytest.mark.parametrize(
    ("text", "unified"), [("a\r\nb\rc\nd", "a\nb\nc\nd"), ("\r\r\n\n\r", "\n\n\n\n"), ("", ""), ("\\r\\n", "\\r\\n")]
)
def test_line_ends_become_one(text: str, unified: str) -> None:
    """CR LF and CR are LF; what is escaped is no line end."""
    assert unified == unify_line_ends(text)


def test_allowed_controls_pass() -> None:
    """What a field allows is kept as it is."""
    assert check_text("a\tb\n", max_length=5, allowed="\t\n") == "a\tb\n"


def test_length_counts_code_points() -> None:
    """An astral character counts once."""
    assert check_text("😀" * 5, max_length=5) == "😀" * 5


def test_violations_are_collected_and_named_in_one_line() -> None:
    """Everything that is wrong is said at once, with its place."""
    problems = Violations()

    assert problems.take("good", lambda value: value, 1) == 1
    assert problems.take("bad", lambda value: check_text(value, max_length=1), "ab") is None
    problems.note(("tags", 3), "wrong", "not so")
    with pytest.raises(InvalidInput) as refusal:
        problems.raise_any()

    assert refusal.value.violations == (
        Violation(("bad",), "too-long", "at most 1 characters"),
        Violation(("tags", 3), "wrong", "not so"),
    )
    assert str(refusal.value) == "bad: at most 1 characters; tags.3: not so"


def test_errors_say_what_they_are_without_anybodys_text() -> None:
    """Their words may reach a log."""
    assert str(EmailTaken()) == "email-taken"
    assert str(Unavailable("no route to host")) == "no route to host"


def test_nothing_found_raises_nothing() -> None:
    """An empty collection is no error."""
    Violations().raise_any()
