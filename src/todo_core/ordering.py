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
HEAD: Final = 8
"""How many digits every position has."""
MIDDLE: Final = BASE**HEAD // 2
"""The head of the position that revision 0 would have. On both sides of it there is room for 10 to the 14th others."""
LAST: Final = ""
"""Stands for the position behind all siblings, until the store has numbered the change: see `at_end`."""
START: Final = ""
END: Final = "~"
"""The points in front of every position and behind every one."""
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


def at_end(revision: int) -> str:
    """Return the position of what comes last by the change with this number of its owner's.

    Numbers only grow, and positions are never made above those that came this way, so it is behind all siblings,
    whichever these are: nobody has to look for the last of them.
    """
    return _text(MIDDLE + revision, HEAD)


def point_behind(position: str) -> str:
    """Return a point right behind a position: whatever else is not in front of it is greater."""
    return position + DIGITS[0]


def spread(low: str | None, high: str, count: int) -> tuple[str, ...]:
    """Return `count` positions between two others: ascending, evenly spaced, as short as possible.

    Without `low`, they step by 1 in the last digit of their head.
    """
    digits = max(HEAD, _shared(low or "", high))
    first, last = _bounds(low, high, count, digits)
    while last - first <= count:
        digits += 1
        first, last = _bounds(low, high, count, digits)
    steps = range(1, count + 1)
    return tuple(_text(first + (last - first) * step // (count + 1), digits) for step in steps)


def insertion(before: Sequence[str], after: Sequence[str], limit: int) -> Insertion | None:
    """Return the position between `before` and `after`: the nearest `limit` siblings on each side, or all there are.

    Both are ascending, and `after` is not empty: what comes last gets LAST. While there is room, no sibling gets a new
    position. When positions would become longer than `MAX_POSITION_LENGTH`, the nearest siblings are spaced anew: 1 on
    each side, then 2, 4, 8 and so on, until the result is short enough. Each time it has to be one digit shorter, so
    the more siblings it takes, the more room there is afterwards. Returns None when more siblings than these have to be
    looked at: call it with a larger limit.
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
    high = after[width] if width < len(after) else _next_head(after[-1])
    positions = spread(low, high, len(left) + 1 + len(right))
    own = len(left)
    renumbered = zip((*left, *right), positions[:own] + positions[own + 1 :], strict=True)
    return Insertion(positions[own], tuple((old, new) for old, new in renumbered if old != new))


def _shared(low: str, high: str) -> int:
    """Return how many digits are the same at the beginning of both: as many do not tell them apart."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))


def _bounds(low: str | None, high: str, count: int, digits: int) -> tuple[int, int]:
    """Return the nearest whole numbers of `digits` digits that are not between `low` and `high`."""
    last = _number(high, digits) + (len(high) > digits)
    return max(0, last - count - 1) if low is None else _number(low, digits), last


def _next_head(position: str) -> str:
    """Return the first position that has a greater head: by it, nothing gets above what came last."""
    return _text(_number(position, HEAD) + 1, HEAD)


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
