"""The ratios that this project aims at. One that is missed is told, and no failure: machines differ.

They are of one worker, as shipped, on two cores that client, server and database share.
"""

from collections.abc import Iterator, Mapping

import attrs

from bench.measure import DEEP, Range


@attrs.frozen
class Goal:
    """The least or the greatest that a ratio should be."""

    bound: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Say whether a ratio is good enough."""
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"at {'most' if self.at_most else 'least'} {self.bound:g}"


GOALS = {
    "R/bare": Goal(0.65),
    "L/bare": Goal(0.45),
    "W/bare": Goal(0.38),
    "P/bare": Goal(0.25),
    "R/fastapi": Goal(12),
    "L/fastapi": Goal(12),
    "W/fastapi": Goal(9),
    "R/fastify": Goal(0.4),
    "L/fastify": Goal(0.55),
    "W/fastify": Goal(0.7),
    "R external/local": Goal(0.95),
    "p99/p50": Goal(2, at_most=True),
    f"page{DEEP}/page1": Goal(1.1, at_most=True),
    "log-ins/quiet": Goal(2.5, at_most=True),
}


def judged(ratios: Mapping[str, Range]) -> Iterator[tuple[str, Range, str]]:
    """Yield each ratio with what is to be said of its goal, if it has one."""
    for name, found in ratios.items():
        goal = GOALS.get(name)
        words = "" if goal is None else f"{goal}: {'met' if goal.met(found.median) else 'missed'}"
        yield name, found, words
