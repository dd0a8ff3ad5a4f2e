"""Charts as SVG, in plain code: bars with ranges, and curves."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import attrs

COLOURS = ("#2563a8", "#d9822b", "#4d8f3a", "#a63d57", "#7256a4", "#1f8a8a", "#6b6b6b", "#b0902c")
WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 50
TICKS = 5
GAP = 0.2
"""The part of a group of bars that is left free."""


@attrs.frozen
class Bar:
    """A value with the least and the greatest of its rounds."""

    label: str
    value: float
    min: float
    max: float


@attrs.frozen
class Axis:
    """The range of values along one side. A logarithmic one is drawn by powers of ten."""

    label: str
    min: float
    max: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies, from 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.min) / math.log(self.max / self.min) if self.max > self.min else 0.5
        return (value - self.min) / (self.max - self.min)

    def ticks(self) -> list[float]:
        """Return round values to be written at the axis."""
        if self.logarithmic:
            powers = range(math.ceil(math.log10(self.min) - 1e-9), math.floor(math.log10(self.max) + 1e-9) + 1)
            return [10.0**power for power in powers]
        rough = (self.max - self.min) / TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
        return [step * number for number in range(math.ceil(self.min / step), math.floor(self.max / step + 1e-9) + 1)]


@attrs.frozen
class Canvas:
    """Where two axes lie in the picture."""

    x: Axis
    y: Axis

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point in the picture."""
        return self.across(self.x.place(x)), HEIGHT - BOTTOM - self.y.place(y) * (HEIGHT - TOP - BOTTOM)

    def across(self, share: float) -> float:
        """Return how far right a share of the width is."""
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def frame(self, *, with_x: bool) -> Iterable[str]:
        """Yield the axes, their values and labels."""
        right = WIDTH - RIGHT
        for value in self.y.ticks():
            height = self.point(self.x.min, value)[1]
            yield f'<line x1="{LEFT}" x2="{right}" y1="{height:.1f}" y2="{height:.1f}" stroke="#ddd"/>'
            yield _text(LEFT - 6, height + 4, number(value), "end")
        for value in self.x.ticks() if with_x else ():
            across = self.point(value, self.y.min)[0]
            yield f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#eee"/>'
            yield _text(across, HEIGHT - BOTTOM + 16, number(value), "middle")
        yield _text((LEFT + right) / 2, HEIGHT - 12, self.x.label, "middle")
        middle = (TOP + HEIGHT - BOTTOM) / 2
        yield f'<g transform="rotate(-90 16 {middle})">{_text(16, middle, self.y.label, "middle")}</g>'


def bars(title: str, label: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Return groups of bars, each with its value, and a line from the least to the greatest."""
    every = [bar for group in groups.values() for bar in group]
    labels = list(dict.fromkeys(bar.label for bar in every))
    canvas = Canvas(Axis("", 0, len(groups)), Axis(label, 0, max(bar.max for bar in every) * 1.08))
    parts = list(canvas.frame(with_x=False))
    width = (1 - GAP) / len(labels)
    for place, (name, group) in enumerate(groups.items()):
        parts.append(_text(canvas.point(place + 0.5, 0)[0], HEIGHT - BOTTOM + 16, name, "middle"))
        for bar in group:
            start = place + GAP / 2 + labels.index(bar.label) * width
            parts += _bar(canvas, bar, start, width, COLOURS[labels.index(bar.label)])
    return _picture(title, [*parts, *_legend(labels)])


def _bar(canvas: Canvas, bar: Bar, start: float, width: float, colour: str) -> Iterable[str]:
    (left, top), (right, bottom) = canvas.point(start, bar.value), canvas.point(start + width * 0.9, 0)
    size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
    yield f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{colour}"/>'
    middle, low = canvas.point(start + width * 0.45, bar.min)
    high = canvas.point(start, bar.max)[1]
    yield f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="#222"/>'
    yield _text(middle, high - 4, f"{bar.value:.2f}", "middle")


def curves(title: str, x: Axis, y: Axis, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return one curve for each name."""
    canvas = Canvas(x, y)
    parts = list(canvas.frame(with_x=True))
    for colour, points in zip(COLOURS, lines.values(), strict=False):
        places = [canvas.point(*point) for point in points]
        path = " ".join(f"{across:.1f},{height:.1f}" for across, height in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{height:.1f}" r="3" fill="{colour}"/>' for across, height in places]
    return _picture(title, [*parts, *_legend(list(lines))])


def number(value: float) -> str:
    """Return a value as it is written at an axis."""
    return f"{value:,.0f}" if value >= TICKS * 2 or value == int(value) else f"{value:.10g}"


def _legend(names: Sequence[str]) -> Iterable[str]:
    left = WIDTH - RIGHT + 12
    for place, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
        height = TOP + place * 20
        yield f'<rect x="{left}" y="{height}" width="12" height="12" fill="{colour}"/>'
        yield _text(left + 18, height + 10, name, "start")


def _text(across: float, height: float, words: str, anchor: str) -> str:
    return f'<text x="{across:.1f}" y="{height:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(title: str, parts: Iterable[str]) -> str:
    heading = f'<text x="{LEFT}" y="24" font-weight="bold">{escape(title)}</text>'
    body = "\n".join([heading, *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12">\n<title>{escape(title)}</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{body}\n</svg>\n'
    )
