"""What was measured, as a table and as data."""

import statistics
from collections.abc import Iterable
from typing import Any

import attrs

from bench.measure import DEEP, LogIns, Pages, Sample, Series, rates
from bench.scene import Scene, cores

SLOWDOWN_MOST = 4.0
PAGE_RATIO_MOST = 1.1
SPREAD_MOST = 3.0
HEAD = ("", "req/s", "(min-max)", "p50 ms", "p99 ms", "p99/p50", "server us", "pg us", "rate/bare", "cpu/bare", "floor")
WIDTHS = (21, 7, 13, 7, 7, 8, 10, 7, 10, 9, 12)


@attrs.frozen
class Report:
    """Everything that was measured. `seconds`: how long it all took."""

    scene: Scene
    throughput: list[Series]
    log_ins: LogIns
    pages: Pages
    seconds: float

    @property
    def errors(self) -> int:
        """Answers with an unexpected status."""
        outcomes = [sample.outcome for series in self.throughput for sample in series.samples]
        outcomes += [*self.log_ins.quiet, *self.log_ins.disturbed, *self.log_ins.meanwhile, self.log_ins.alone.outcome]
        return sum(one.errors for one in outcomes) + self.pages.errors

    @property
    def holds(self) -> bool:
        """Whether what was promised holds: no errors, reads beside log-ins, deep pages."""
        return not self.errors and self.log_ins.slowdown <= SLOWDOWN_MOST and self.pages.ratio <= PAGE_RATIO_MOST

    def lines(self) -> Iterable[str]:
        """Return the table."""
        yield _row(HEAD)
        yield from (_row(self._cells(series)) for series in self.throughput)
        yield from self._conditions()
        yield ""
        yield from _log_ins(self.log_ins)
        yield _promise(f"page {DEEP:,} relative to page 1", self.pages.ratio, PAGE_RATIO_MOST)
        yield f"    page 1 {_ms(self.pages.first):.2f} ms, page {DEEP:,} {_ms(self.pages.deep):.2f} ms"

    def _conditions(self) -> Iterable[str]:
        """Return what to know before believing the table."""
        samples = [sample for series in self.throughput for sample in series.samples]
        busiest = max(sample.outcome.cpu / sample.outcome.seconds for sample in samples)
        others = statistics.median(sample.others for sample in samples)
        size = self.scene.size
        yield f"client at most {busiest:.0%} of a core; other processes {others:.2f} of {cores()} cores"
        yield f"{size.tasks:,} tasks of {size.users:,} users, loaded in {self.scene.loaded:.0f} s"
        yield f"{self.errors} errors; all in {self.seconds:.0f} s"

    def data(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        bare = self.throughput[0]
        return {
            "cores": cores(),
            "size": attrs.asdict(self.scene.size),
            "seconds": self.seconds,
            "errors": self.errors,
            "throughput": {
                series.workload.name: {
                    "rate_ratio": series.ratio(bare, _rate),
                    "cpu_ratio": series.ratio(bare, _server),
                    "samples": [attrs.asdict(sample) for sample in series.samples],
                }
                for series in self.throughput
            },
            "log_ins": {"slowdown": self.log_ins.slowdown, **attrs.asdict(self.log_ins)},
            "pages": {"ratio": self.pages.ratio, **attrs.asdict(self.pages)},
        }

    def _cells(self, series: Series) -> tuple[str, ...]:
        bare, found = self.throughput[0], [sample.rate for sample in series.samples]
        p50, p99 = series.median(lambda one: one.outcome.p50), series.median(lambda one: one.outcome.p99)
        relative, floor = series.ratio(bare, _rate), series.workload.floor
        return (
            series.workload.name,
            f"{series.median(_rate):.0f}",
            f"({min(found):.0f}-{max(found):.0f})",
            f"{p50 * 1000:.1f}",
            f"{p99 * 1000:.1f}",
            f"{p99 / p50:.1f}",
            f"{series.median(_server):.0f}",
            f"{series.median(lambda one: one.database):.0f}",
            f"{relative:.2f}",
            f"{series.ratio(bare, _server):.2f}",
            "" if floor is None else f"{floor:.2f} {'met' if relative >= floor else 'missed'}",
        )


def _log_ins(found: LogIns) -> Iterable[str]:
    alone = found.alone
    yield _promise("p99 of reads while 8 clients log in, relative to quiet", found.slowdown, SLOWDOWN_MOST)
    yield f"    quiet {_ms(one.p99 for one in found.quiet):.1f} ms at {rates(found.quiet):.0f} reads/s"
    yield f"    meanwhile {_ms(one.p99 for one in found.disturbed):.1f} ms at {rates(found.disturbed):.0f} reads/s"
    yield f"    and {rates(found.meanwhile):.0f} log-ins/s; one alone takes {alone.outcome.p50 * 1000:.1f} ms"
    server, database = alone.server / 1000, alone.database / 1000
    yield f"    (processor time of the server {server:.1f} ms, of PostgreSQL {database:.1f} ms)"


def _row(cells: Iterable[str]) -> str:
    first, *rest = zip(cells, WIDTHS, strict=True)
    return first[0].ljust(first[1]) + "".join(cell.rjust(width) for cell, width in rest)


def _promise(words: str, found: float, most: float) -> str:
    return f"{words}: {found:.2f} (at most {most}: {'met' if found <= most else 'missed'})"


def _rate(sample: Sample) -> float:
    return sample.rate


def _server(sample: Sample) -> float:
    return sample.server


def _ms(seconds: Iterable[float]) -> float:
    return statistics.median(seconds) * 1000
