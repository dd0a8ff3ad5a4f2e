"""Whether a password can be guessed: zxcvbn, kept within bounds."""

from collections.abc import Sequence
from math import prod
from threading import Lock

from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE, relevant_l33t_subtable

ENOUGH = 3  # of 4: safe from someone with a few thousand guesses a second
LONGEST = 72  # zxcvbn refuses to look at more
MAX_READINGS = 32
SHORTENED = 20

_ONE_AT_A_TIME = Lock()  # zxcvbn keeps the known words in a global table


def weakness(password: str, known: Sequence[str]) -> str | None:
    """Return in words why the password is easy to guess for someone who knows `known`, or None when it is not."""
    with _ONE_AT_A_TIME:
        found = zxcvbn(_beginning(password), user_inputs=known)
    if found["score"] >= ENOUGH:
        return None
    if any(part.get("dictionary_name") == "user_inputs" for part in found["sequence"]):
        return "It contains your name, your e-mail address or the name of this product. Use unrelated words."
    feedback = found["feedback"]
    return " ".join(filter(None, [feedback["warning"], *feedback["suggestions"]]))


def _beginning(password: str) -> str:
    """Return the part of the password that is judged: what follows cannot make a strong beginning weak.

    zxcvbn tries every reading of symbols as letters (`4@$5…`); a password made for it holds a processor for seconds.
    """
    text = password[:LONGEST]
    readings = prod(len(symbols) for symbols in relevant_l33t_subtable(text, L33T_TABLE).values())
    return text if readings <= MAX_READINGS else text[:SHORTENED]
