"""`python -m bench.document`: writes what `build/bench.json` and `build/growth.json` hold into docs/performance.md.

The tables stand between two comments of that page, the charts in a folder beside it: nobody copies a figure by hand.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bench.chart import Axis, Bar, bars, curves
from bench.peers.catalog import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
CHARTS = PAGE.with_suffix("")
BUILD = REPOSITORY / "build"
MEGABYTE = 1_000_000
COMMON = ("R", "L", "W")
PEER_KEY = re.compile(r"(\w+) ([RLW])/bare")

Point = Mapping[str, Any]
Lines = dict[str, list[tuple[float, float]]]


def peers(found: Mapping[str, Any]) -> str:
    """Return a chart of the rates of all systems, relative to the bare framework."""
    groups = {name: [_bar(found, "todo-core", f"{name}/bare")] for name in COMMON}
    for key in found["ratios"]:
        if match := PEER_KEY.fullmatch(key):
            groups[match[2]].append(_bar(found, match[1], key))
    return bars("Requests/s relative to bare Litestar + JWT", "relative to bare", groups)


def _bar(found: Mapping[str, Any], name: str, key: str) -> Bar:
    return Bar(name, found["ratios"][key], *found["ranges"][key])


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ratios and what they were measured on, as Markdown."""
    machine = found["machine"]
    yield f"{machine['processor']}, {machine['cores']} cores for client, servers and database together;"
    yield f"Python {machine['python']}, embedded PostgreSQL {machine['postgresql']}, granian {machine['granian']};"
    yield f"a write to the disk takes {machine['sync']:.0f} µs. {_disturbance(found)}"
    yield ""
    yield "| ratio | median | least to greatest | goal |"
    yield "|---|---|---|---|"
    for key, value in found["ratios"].items():
        low, high = found["ranges"][key]
        yield f"| `{key}` | {value:.2f} | {low:.2f} to {high:.2f} | {found['goals'].get(key, '')} |"
    yield ""
    yield "| | system | requests/s | p50, p99 in ms | processor time of a request in µs: server, database |"
    yield "|---|---|---|---|---|"
    yield from map(_row, found["series"])


def _disturbance(found: Mapping[str, Any]) -> str:
    samples = [sample for one in found["series"] for sample in one["samples"]]
    others = sorted(sample["others"] for sample in samples)[len(samples) // 2]
    return f"Other programs took {others:.2f} cores meanwhile."


def _row(series: Mapping[str, Any]) -> str:
    p50, p99 = (_median(series, name) * 1000 for name in ("p50", "p99"))
    rate, times = f"{series['rate']:.0f}", f"{series['server_us']:.0f}, {series['database_us']:.0f}"
    return f"| {series['workload']} | {series['title']} | {rate} | {p50:.1f}, {p99:.1f} | {times} |"


def _median(series: Mapping[str, Any], name: str) -> float:
    values = sorted(sample["result"][name] for sample in series["samples"])
    return float(values[len(values) // 2])


def _curve(points: list[Point], figure: Callable[[Point], float]) -> Lines:
    """Return a figure of each workload against what it grows with."""
    lines: Lines = {}
    for one in points:
        lines.setdefault(one["workload"], []).append((one["x"], figure(one)))
    return lines


def _relative(lines: Lines, base: Callable[[list[float]], float]) -> Lines:
    """Return each curve relative to one of its own values."""
    bases = {name: base([y for _, y in points]) for name, points in lines.items()}
    return {name: [(x, y / bases[name]) for x, y in points] for name, points in lines.items()}


def _first(values: list[float]) -> float:
    return values[0]


def _drawn(title: str, x: str, y: str, lines: Lines, *, logarithmic: bool = True) -> str:
    across = [point[0] for points in lines.values() for point in points]
    highest = max(point[1] for points in lines.values() for point in points)
    start = min(across) if logarithmic else 0.0
    return curves(title, Axis(x, start, max(across), logarithmic=logarithmic), Axis(y, 0, highest * 1.05), lines)


def growth(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the chart of each curve that was measured."""
    for name, draw in GROWTH.items():
        if (curve := name.partition("-")[0]) in found:
            yield name, draw(found[curve]["points"])


def _tasks(points: list[Point]) -> str:
    lines = _relative(_curve(points, lambda one: one["p50"]), _first)
    return _drawn("One user's requests, one at a time", "tasks of the user", "p50, relative to the first", lines)


def _size(points: list[Point]) -> str:
    cost = _curve(points, lambda one: one["server_us"] + one["database_us"])
    lines = _relative(cost, _first)
    return _drawn("Users with 1,000 tasks each", "tasks in the table", "processor time, relative to the first", lines)


def _rates(points: list[Point]) -> str:
    lines = _relative(_curve(points, lambda one: one["rate"]), max)
    return _drawn("Rate against connections", "connections", "requests/s, relative to the highest", lines)


def _tails(points: list[Point]) -> str:
    lines = _curve(points, lambda one: one["p99"] / one["p50"])
    return _drawn("Tail against connections", "connections", "p99 / p50", lines)


def _memory(points: list[Point]) -> str:
    lines = _curve(points, lambda one: one["bytes"] / MEGABYTE)
    return _drawn("Memory of a worker", "requests answered", "resident MB", lines, logarithmic=False)


GROWTH: dict[str, Callable[[list[Point]], str]] = {
    "tasks": _tasks,
    "size": _size,
    "connections-rate": _rates,
    "connections-tail": _tails,
    "memory": _memory,
}


def replaced(page: str, name: str, lines: Iterator[str]) -> str:
    """Return the page with other lines between the comments of this name. Raises ValueError when they are not there."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} has no place for {name}")
    return before + start + "\n".join([*lines, ""]) + end + after


def main() -> None:
    """Write what there is."""
    CHARTS.mkdir(exist_ok=True)
    page = PAGE.read_text()
    if (file := BUILD / "bench.json").exists():
        found = json.loads(file.read_text())
        (CHARTS / "peers.svg").write_text(peers(found))
        page = replaced(page, "bench", table(found))
    if (file := BUILD / "growth.json").exists():
        charts = dict(growth(json.loads(file.read_text())))
        for name, chart in charts.items():
            (CHARTS / f"{name}.svg").write_text(chart)
        page = replaced(page, "growth", (f"![{name}]({CHARTS.name}/{name}.svg)" for name in charts))
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
