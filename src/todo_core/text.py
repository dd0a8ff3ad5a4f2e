"""What text means here: NFC, lengths in code points, and one meaning of "regardless of case"."""

import re
from itertools import groupby
from unicodedata import category, combining, normalize

from todo_core.errors import InvalidInput

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""The control characters: C0, DEL and C1 (Unicode's category Cc)."""
FORMAT = "Cf"
"""Unicode's category of format characters: zero width, marks of order and direction."""
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols without a shape, which no category tells apart."""
LINE_END = re.compile(r"\r\n?")
DISGUISED_MARKS = {0x0F73: "\u0f71\u0f72", 0x0F75: "\u0f71\u0f74", 0x0F81: "\u0f71\u0f80"}
"""The characters that count as no mark (class 0) but decompose into nothing else."""


def nfc(text: str) -> str:
    """Return `text` in Unicode normalisation form C, the form in which all text is kept.

    `normalize` takes quadratic time for long runs of combining marks in the wrong order, so they are put into canonical
    order (Unicode 3.11, D109) first: a body that somebody made for the purpose would block the process for seconds.
    """
    if text.isascii():
        return text
    if not any(combining(character) or ord(character) in DISGUISED_MARKS for character in set(text)):
        return normalize("NFC", text)
    runs = groupby(text.translate(DISGUISED_MARKS), lambda character: combining(character) > 0)
    ordered = ("".join(sorted(run, key=combining) if marks else run) for marks, run in runs)
    return normalize("NFC", "".join(ordered))


def fold(text: str) -> str:
    """Return the key under which two texts are equal regardless of case: NFC(casefold(NFC(text)))."""
    return nfc(nfc(text).casefold())


def check_unicode(text: str) -> str:
    """Return `text` if it is text: lone surrogates are not. Raises InvalidInput (path empty)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput.at((), "not-unicode", "lone surrogates are not text") from None
    return text


def unify_line_ends(text: str) -> str:
    """Return `text` with LF in the place of each CR LF and CR."""
    return LINE_END.sub("\n", text)


def check_controls(text: str, allowed: str = "") -> str:
    """Return `text` if it has no control characters, apart from `allowed`. Raises InvalidInput (path empty)."""
    if not set(CONTROL.findall(text)).issubset(allowed):
        raise InvalidInput.at((), "control-character", "control characters are not allowed")
    return text


def check_formats(text: str) -> str:
    """Return `text` if it has no format characters. Raises InvalidInput (path empty)."""
    if any(category(character) == FORMAT for character in text):
        raise InvalidInput.at((), "control-character", "format characters are not allowed")
    return text


def check_text(text: str, *, min_length: int = 0, max_length: int, allowed: str = "") -> str:
    """Return `text` if its length (in code points) and its characters are permitted.

    `allowed` names the control characters that may occur. Raises InvalidInput (path empty).
    """
    if len(text) < min_length:
        raise InvalidInput.at((), "too-short", f"at least {min_length} character{'s' * (min_length != 1)}")
    if len(text) > max_length:
        raise InvalidInput.at((), "too-long", f"at most {max_length} characters")
    return check_unicode(check_controls(text, allowed))


def check_visible(text: str, *, max_length: int) -> str:
    """Return `text` if it is permitted, and has a character that can be seen. Raises InvalidInput (path empty)."""
    if not any(map(_is_visible, check_text(text, min_length=1, max_length=max_length))):
        raise InvalidInput.at((), "too-short", "at least 1 character that can be seen")
    return text


def _is_visible(character: str) -> bool:
    return not (character.isspace() or category(character) == FORMAT or character in BLANK_LETTERS)
