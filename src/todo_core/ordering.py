"""Positions: texts that put siblings in order, made so that a move rarely changes more than what is moved.

A position is a fraction between 0 and 1 in base 62, without the "0." in front. Its digits are in code-point order, so
positions compare as texts (bytes of UTF-8, PostgreSQL's collation "C"). Each has at least `HEAD` digits, and none
behind these ends in "0", so that every number has one spelling.
"""

import itertools
import string
from collections.abc import Sequence
from typing import Final

import attrs

DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE: Final = len(DIGITS)
HEAD: Final = 6
"""How many digits every position has. At either end, the next one steps by 1 in the last of them: 28 billion times."""
MIDDLE: Final = BASE**HEAD // 2
MAX_POSITION_LENGTH: Final = 64
NEIGHBOURS: Final = 9
"""How many siblings on each side are enough for nearly every insertion."""


@attrs.frozen
class Insertion:
    """The position for something that is put between siblings, and which of these get a new one: (old, new) pairs."""

    position: str
    renumbered: tuple[tuple[str, str], ...] = ()

    @property
    def length(self) -> int:
        """How long the longest of the new positions is."""
        return max(len(self.position), *(len(new) for _, new in self.renumbered), 0)


def spread(low: str | None, high: str | None, count: int) -> tuple[str, ...]:
    """Return `count` positions between two others: ascending, evenly spaced, as short as possible.

    None stands for an end of the order; towards an end, positions step by 1 in the last digit of their head.
    """
    digits = max(HEAD, _shared(low or "", high or ""))
    first, last = _bounds(low, high, count, digits)
    while last - first <= count:
        digits += 1
        first, last = _bounds(low, high, count, digits)
    steps = range(1, count + 1)
    return tuple(_text(first + (last - first) * step // (count + 1), digits) for step in steps)


def insertion(before: Sequence[str], after: Sequence[str], limit: int) -> Insertion | None:
    """Return the position between `before` and `after`: the nearest `limit` siblings on each side, or all there are.

    Both are ascending. While there is room, no sibling gets a new position. When positions would become longer than
    `MAX_POSITION_LENGTH`, the nearest siblings are spaced anew: 1 on each side, then 2, 4, 8 and so on, until the
    result is short enough. Each time it has to be one digit shorter, so the more siblings it takes, the more room
    there is afterwards. Returns None when more siblings than these have to be looked at: call it with a larger limit.
    """
    level = 0
    while True:
        width = 2**level // 2
        if width >= limit and limit in {len(before), len(after)}:
            return None
        spaced = _spaced(before, after, width)
        if spaced.length <= MAX_POSITION_LENGTH - level:
            return spaced
        level += 1


def _spaced(before: Sequence[str], after: Sequence[str], width: int) -> Insertion:
    """Return the position between `before` and `after`, with up to `width` siblings on each side spaced anew."""
    left, right = before[max(len(before) - width, 0) :], after[:width]
    low = before[-width - 1] if width < len(before) else None
    high = after[width] if width < len(after) else None
    positions = spread(low, high, len(left) + 1 + len(right))
    own = len(left)
    renumbered = zip((*left, *right), positions[:own] + positions[own + 1 :], strict=True)
    return Insertion(positions[own], tuple((old, new) for old, new in renumbered if old != new))


def _shared(low: str, high: str) -> int:
    """Return how many digits are the same at the beginning of both: as many do not tell them apart."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))


def _bounds(low: str | None, high: str | None, count: int, digits: int) -> tuple[int, int]:
    """Return the nearest whole numbers of `digits` digits that lie outside; `count` steps apart towards an end."""
    steps = count + 1
    first = None if low is None else _number(low, digits)
    last = None if high is None else _number(high, digits) + (len(high) > digits)
    if first is None:
        first = MIDDLE - steps // 2 if last is None else max(0, last - steps)
    if last is None:
        last = min(BASE**digits, first + steps)
    return first, last


def _number(position: str, digits: int) -> int:
    """Return the first digits of a position as a whole number."""
    number = 0
    for digit in position[:digits].ljust(digits, "0"):
        number = number * BASE + DIGITS.index(digit)
    return number


def _text(number: int, digits: int) -> str:
    """Return the position that begins with a whole number of `digits` digits."""
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, BASE)
        text = DIGITS[digit] + text
    return text[:HEAD] + text[HEAD:].rstrip("0")
