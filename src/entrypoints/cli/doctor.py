"""`todo doctor`: everything that can be found out about an installation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import attrs
import click

from entrypoints.bootstrap.doctor import examine
from entrypoints.cli.listing import json_text
from entrypoints.cli.output import show
from entrypoints.cli.running import settings_and_logs
from entrypoints.failures import CONFIGURATION, Failure
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.settings import ConfigurationError
from todo_core import __version__


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.option("--strict", is_flag=True, help="Exit with 1 for a warning, too.")
def doctor(*, as_json: bool, strict: bool) -> None:
    """Look at everything, and change nothing: settings, keys, disk, time, database, proxies.

    A line for each check: ok, warning or error, what was found, and what to do. Exits with 1 when there is an error.
    """
    code = 1
    found: Iterable[ConfigurationCheck]
    try:
        found = examine(settings_and_logs())
    except ConfigurationError as error:
        code = CONFIGURATION
        found = [ConfigurationCheck("settings", "error", problem) for problem in error.problems]
    results = [*(found if as_json else _shown(found))]
    if as_json:
        show(json_text(_report(results)))
    if any(_names(results, status) for status in ("error", *(["warning"] if strict else []))):
        raise Failure(_summary(results), code)


def _shown(found: Iterable[ConfigurationCheck]) -> Iterator[ConfigurationCheck]:
    """Print each check when its result is there."""
    for one in found:
        show(f"{one.status:8} {one.name}: {one.detail}")
        yield one


def _report(results: Sequence[ConfigurationCheck]) -> dict[str, object]:
    """Return the whole as `/health/config` has it."""
    worst = next((status for status in ("error", "warning") if _names(results, status)), "ok")
    return {"status": worst, "version": __version__, "checks": [attrs.asdict(one) for one in results]}


def _summary(results: Sequence[ConfigurationCheck]) -> str:
    """Return how many errors and warnings there are, and of which checks."""
    counted = Counter(one.status for one in results)
    parts = [
        f"{counted[status]} {status}{'s' if counted[status] > 1 else ''} ({', '.join(_names(results, status))})"
        for status in ("error", "warning")
        if counted[status]
    ]
    return f"doctor: {' and '.join(parts)}: see above"


def _names(results: Sequence[ConfigurationCheck], status: str) -> list[str]:
    return [*dict.fromkeys(one.name for one in results if one.status == status)]
