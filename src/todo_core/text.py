"""What text means here: NFC, lengths in code points, and one meaning of "regardless of case"."""

import re
from itertools import groupby
from unicodedata import combining, normalize

from todo_core.errors import InvalidInput

CONTROL = re.compile(r"[\x00-\x1f]")
DISGUISED_MARKS = {0x0F73: "\u0f71\u0f72", 0x0F75: "\u0f71\u0f74", 0x0F81: "\u0f71\u0f80"}
"""The characters that count as no mark (class 0) but decompose into nothing else."""


def nfc(text: str) -> str:
    """Return `text` in Unicode normalisation form C, the form in which all text is kept.

    `normalize` takes quadratic time for long runs of combining marks in the wrong order, so they are put into canonical
    order (Unicode 3.11, D109) first: a body that somebody made for the purpose would block the process for seconds.
    """
    if text.isascii():
        return text
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


def check_controls(text: str, allowed: str = "") -> str:
    """Return `text` if it has no C0 control characters, apart from `allowed`. Raises InvalidInput (path empty)."""
    if not set(CONTROL.findall(text)).issubset(allowed):
        raise InvalidInput.at((), "control-character", "control characters are not allowed")
    return text


def check_text(text: str, *, min_length: int = 0, max_length: int, allowed: str = "") -> str:
    """Return `text` if its length (in code points) and its characters are permitted.

    `allowed` names the C0 control characters that may occur. Raises InvalidInput (path empty).
    """
    if len(text) < min_length:
        raise InvalidInput.at((), "too-short", f"at least {min_length} character{'s' * (min_length != 1)}")
    if len(text) > max_length:
        raise InvalidInput.at((), "too-long", f"at most {max_length} characters")
    return check_unicode(check_controls(text, allowed))
