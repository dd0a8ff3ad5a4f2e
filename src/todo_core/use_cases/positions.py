"""Where something that is moved goes among its siblings, tasks or lists."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import attrs

from todo_core.ordering import END, LAST, NEIGHBOURS, START, insertion, point_behind

Id = TypeVar("Id", bound=UUID)


class Sibling(Protocol):
    """What has a position."""

    @property
    def position(self) -> str:
        """The position."""


S = TypeVar("S", bound=Sibling)
Around = tuple[Sequence[S], Sequence[S]]
"""The siblings before and after a point, each by position."""


@attrs.frozen
class After(Generic[Id]):
    """Behind a sibling; None: first."""

    sibling: Id | None

    def point(self, sibling: Sibling | None) -> str:
        """Return the point at which the siblings are divided."""
        return START if sibling is None else point_behind(sibling.position)


@attrs.frozen
class Before(Generic[Id]):
    """In front of a sibling; None: last."""

    sibling: Id | None

    def point(self, sibling: Sibling | None) -> str:
        """Return the point at which the siblings are divided."""
        return END if sibling is None else sibling.position


@attrs.frozen
class Slot(Generic[S]):
    """A position between siblings, and which of these get another one for it."""

    position: str
    renumbered: tuple[tuple[S, str], ...] = ()


async def find_slot(around: Callable[[int], Awaitable[Around[S]]], current: str | None) -> Slot[S] | None:
    """Return the slot at a point; None when something with the position `current`, from here, is there already.

    `around` returns the nearest siblings on both sides of the point: as many as it is asked for, or all.
    """
    limit = NEIGHBOURS
    while True:
        before, after = await around(limit)
        if current is not None and _is_between(before, current, after):
            return None
        if not after:
            return Slot(LAST)
        found = insertion([one.position for one in before], [one.position for one in after], limit)
        if found is not None:
            siblings = {one.position: one for one in (*before, *after)}
            return Slot(found.position, tuple((siblings[old], new) for old, new in found.renumbered))
        limit *= 2


def _is_between(before: Sequence[Sibling], position: str, after: Sequence[Sibling]) -> bool:
    return (not before or before[-1].position < position) and (not after or position < after[0].position)
