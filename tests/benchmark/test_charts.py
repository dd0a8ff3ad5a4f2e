"""The charts of docs/performance.md, and how its figures get there."""

from xml.etree import ElementTree as ET

import pytest

from bench.chart import Axis, Bar, Canvas, bars, curves
from bench.document import replaced

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str, name: str) -> list[ET.Element]:
    """Return every element of a kind; the picture is well-formed."""
    return list(ET.fromstring(picture).iter(SVG + name))  # noqa: S314 - it was made here


def words(picture: str) -> set[str]:
    """Return what can be read in a picture."""
    return {element.text or "" for element in drawn(picture, "text")}


def test_bar_chart_shows_every_value_with_its_name() -> None:
    """A bar for each value, its figure above it, and the groups and systems by name."""
    groups = {"R": [Bar("ours & theirs", 0.4, 0.3, 0.5), Bar("peer", 1.2, 1.1, 1.4)], "W": [Bar("peer", 0.2, 0.2, 0.3)]}

    picture = bars("Rates", "relative", groups)

    assert {"R", "W", "ours & theirs", "peer", "0.40", "1.20", "0.20"} <= words(picture)
    background, legend = 1, 2
    assert background + 3 + legend == len(drawn(picture, "rect"))


def test_taller_bar_is_the_greater_value() -> None:
    """Heights are in the ratio of the values."""
    picture = bars("Rates", "relative", {"R": [Bar("one", 0.5, 0.5, 0.5), Bar("two", 1.0, 1.0, 1.0)]})

    one, two = (float(element.attrib["height"]) for element in drawn(picture, "rect")[1:3])
    assert 2.0 == pytest.approx(two / one, abs=0.01)


def test_curve_goes_through_its_points() -> None:
    """A logarithmic axis has equal steps for equal factors."""
    x, y = Axis("tasks", 1_000, 1_000_000, logarithmic=True), Axis("cost", 0, 2)

    picture = curves("Growth", x, y, {"R": [(1_000, 1), (10_000, 1.5), (100_000, 2)]})

    places = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in drawn(picture, "circle")]
    assert [Canvas(x, y).point(1_000, 1), Canvas(x, y).point(100_000, 2)] == [
        pytest.approx(places[0], abs=0.1),
        pytest.approx(places[2], abs=0.1),
    ]
    assert places[1][0] - places[0][0] == pytest.approx(places[2][0] - places[1][0], abs=0.2)


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (Axis("", 0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (Axis("", 0, 130), [0, 50, 100]),
        (Axis("", 1, 256, logarithmic=True), [1, 10, 100]),
    ],
)
def test_ticks_are_round(axis: Axis, ticks: list[float]) -> None:
    """They are multiples of 1, 2 or 5 times a power of ten, or powers of ten."""
    assert [pytest.approx(one) for one in ticks] == axis.ticks()


def test_figures_go_between_the_comments_of_the_page() -> None:
    """What stood there is gone, what is around them stays; a page without the comments is refused."""
    page = "before\n<!-- bench -->\nold\n<!-- end of bench -->\nafter\n"

    once = replaced(page, "bench", iter(["new"]))

    assert "before\n<!-- bench -->\nnew\n<!-- end of bench -->\nafter\n" == once
    with pytest.raises(ValueError, match="no place for bench"):
        replaced("before\nafter\n", "bench", iter(["new"]))
