"""What was measured, as a table and as data."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from bench.credentials import LOCAL, OTHERS
from bench.environment import Database
from bench.goals import judged
from bench.machine import Machine
from bench.measure import DEEP, LogIns, Pages, Range, Sample, Series

MEGABYTE = 1_000_000
ASKED_OF_PEERS = {"N": "L"}
"""What peers are asked, where it is not the same: they keep no pages."""
HEAD = ("", "system", "req/s", "(min-max)", "p50 ms", "p99 ms", "server us", "pg us", "/bare", "cpu/bare")
WIDTHS = (12, 30, 8, 15, 8, 8, 11, 8, 8, 10)


@attrs.frozen
class Report:
    """Everything that was measured. `every`: the bare framework first. `seconds`: how long it all took.

    `memory`: bytes of the API's worker before and after.
    """

    machine: Machine
    database: Database
    every: Sequence[Series]
    log_ins: LogIns
    pages: Pages
    memory: tuple[int, int]
    seconds: float

    @property
    def errors(self) -> int:
        """Responses with an unexpected status."""
        results = [sample.result for series in self.every for sample in series.samples]
        results += [*self.log_ins.quiet, *self.log_ins.disturbed, *self.log_ins.meanwhile, self.log_ins.alone.result]
        return sum(one.errors for one in results) + self.pages.errors

    @property
    def ours(self) -> list[Series]:
        """The series of this project's server."""
        return [one for one in self.every if one.system.name == "todo"]

    def ratios(self) -> dict[str, Range]:
        """Return every ratio under its name: what is measured, and what it is relative to."""
        bare = self.every[0]
        found = {f"{one.workload.name}/bare": one.ratio(bare, _rate) for one in self.ours}
        for mine in self.ours:
            asked = ASKED_OF_PEERS.get(mine.workload.name, mine.workload.name)
            for other in self.every:
                if other.workload.name == asked and other.system is not mine.system:
                    found[f"{mine.workload.name}/{other.system.name}"] = mine.ratio(other, _rate)
        for peer in self.every[1:]:
            if peer.system.name != "todo":
                found[f"{peer.system.name} {peer.workload.name}/bare"] = peer.ratio(bare, _rate)
        return found | self._by_credentials() | self._others()

    def _by_credentials(self) -> dict[str, Range]:
        """Return what reads cost with other credentials than a session, beside those with one."""
        kinds = {one.workload.name: one for one in self.ours if one.workload.name in {LOCAL, *OTHERS}}
        return {f"{name}/local": kinds[name].ratio(kinds[LOCAL], _rate) for name in OTHERS if name in kinds}

    def _others(self) -> dict[str, Range]:
        """Return the ratios of other things than rates."""
        tails = {one.workload.name: one.range(lambda sample: sample.tail) for one in self.ours}
        client = max(sample.result.cpu / sample.result.seconds for one in self.every for sample in one.samples)
        return {
            **{f"{one.workload.name} cpu/bare": one.ratio(self.every[0], _server) for one in self.ours},
            **{f"{name} p99/p50": tail for name, tail in tails.items()},
            "p99/p50": max((tails[name] for name in ("R", "L", "W")), key=lambda tail: tail.median),
            f"page{DEEP}/page1": self.pages.ratio,
            "log-ins/quiet": self.log_ins.slowdown,
            "client/core": Range.of([client]),
        }

    def data(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        ratios = self.ratios()
        return {
            "machine": attrs.asdict(self.machine),
            "population": attrs.asdict(self.database.population),
            "seconds": self.seconds,
            "errors": self.errors,
            "ratios": {name: round(one.median, 4) for name, one in ratios.items()},
            "ranges": {name: [round(one.min, 4), round(one.max, 4)] for name, one in ratios.items()},
            "goals": {name: words for name, _, words in judged(ratios) if words},
            "series": [self._series(one) for one in self.every],
            "log_ins": attrs.asdict(self.log_ins),
            "pages": attrs.asdict(self.pages),
            "memory": {"before": self.memory[0], "after": self.memory[1]},
        }

    def _series(self, series: Series) -> dict[str, Any]:
        return {
            "system": series.system.name,
            "title": series.system.title,
            "workload": series.workload.name,
            "connections": series.workload.connections,
            "rate": series.range(_rate).median,
            "server_us": series.range(_server).median,
            "database_us": series.range(_database).median,
            "samples": [attrs.asdict(sample) for sample in series.samples],
        }

    def lines(self) -> Iterator[str]:
        """Return the tables."""
        yield _row(HEAD)
        yield from (_row(self._cells(series)) for series in self.every)
        yield from self._conditions()
        yield ""
        for name, one, words in judged(self.ratios()):
            yield f"{name:<18}{one.median:7.2f} {f'({one.min:.2f}-{one.max:.2f})':<16}{words}".rstrip()
        yield ""
        yield from _log_ins(self.log_ins)
        yield f"page 1 takes {_ms(self.pages.first):.2f} ms, page {DEEP:,} {_ms(self.pages.deep):.2f} ms"

    def _cells(self, series: Series) -> tuple[str, ...]:
        bare, rates = self.every[0], series.range(_rate)
        return (
            series.workload.name,
            series.system.title,
            f"{rates.median:.0f}",
            f"({rates.min:.0f}-{rates.max:.0f})",
            f"{series.range(lambda one: one.result.p50).median * 1000:.1f}",
            f"{series.range(lambda one: one.result.p99).median * 1000:.1f}",
            f"{series.range(_server).median:.0f}",
            f"{series.range(_database).median:.0f}",
            f"{series.ratio(bare, _rate).median:.2f}",
            f"{series.ratio(bare, _server).median:.2f}",
        )

    def _conditions(self) -> Iterator[str]:
        """Return what to know before believing the table."""
        others = statistics.median(sample.others for one in self.every for sample in one.samples)
        population, machine = self.database.population, self.machine
        yield f"{machine.processor}, {machine.cores} cores for client, servers and database"
        yield f"other programs took {others:.2f} cores meanwhile"
        yield f"Python {machine.python}, PostgreSQL {machine.postgresql}; a disk write takes {machine.sync:.0f} us"
        yield f"{population.tasks:,} tasks of {population.users:,} users, loaded in {self.database.loaded:.0f} s"
        yield f"worker {self.memory[0] / MEGABYTE:.0f} MB at first, {self.memory[1] / MEGABYTE:.0f} MB in the end"
        yield f"{self.errors} errors; all in {self.seconds:.0f} s"


def _log_ins(found: LogIns) -> Iterator[str]:
    alone = found.alone
    quiet, disturbed = _ms(one.p99 for one in found.quiet), _ms(one.p99 for one in found.disturbed)
    yield f"p99 of reads: {quiet:.1f} ms in quiet, {disturbed:.1f} ms while 8 clients log in"
    rate = statistics.median(one.requests / one.seconds for one in found.meanwhile)
    yield f"    and {rate:.0f} log-ins/s; one alone takes {alone.result.p50 * 1000:.1f} ms"
    server, database = alone.server / 1000, alone.database / 1000
    yield f"    (processor time of the server {server:.1f} ms, of PostgreSQL {database:.1f} ms)"


def _row(cells: Iterable[str]) -> str:
    name, title, *rest = zip(cells, WIDTHS, strict=True)
    return name[0].ljust(name[1]) + title[0].ljust(title[1]) + "".join(cell.rjust(width) for cell, width in rest)


def _rate(sample: Sample) -> float:
    return sample.rate


def _server(sample: Sample) -> float:
    return sample.server


def _database(sample: Sample) -> float:
    return sample.database


def _ms(seconds: Iterable[float]) -> float:
    return statistics.median(seconds) * 1000
