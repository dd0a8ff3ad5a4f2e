"""The unit: systemd reads it without complaint, and finds it hardened."""

import json
import re
from pathlib import Path

import pytest

from tests.deploy.configurations import DEPLOY, run, settings_of

UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
MOST_EXPOSURE = 3.0


def here(unit: Path, directory: Path) -> Path:
    """Write a unit with programs that are on this machine, an instance where it is a template, and return its file."""
    file = directory / unit.name.replace("@.", "@8000.")
    text = re.sub(r"/opt/todo-core/bin/todo\b", "/bin/true", unit.read_text())
    file.write_text(text)
    return file


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_it(unit: Path, tmp_path: Path) -> None:
    """No unknown section, no unknown name, no value that cannot be."""
    files = [here(one, tmp_path) for one in UNITS]

    done = run("systemd-analyze", "verify", "--man=no", files[UNITS.index(unit)])

    assert "todo-core" not in done.stderr, done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_it_is_hardened(unit: Path, tmp_path: Path) -> None:
    """By systemd's own measure, from 0 (safe) to 10."""
    threshold = f"--threshold={int(MOST_EXPOSURE * 10)}"

    done = run("systemd-analyze", "security", "--offline=true", "--json=short", threshold, here(unit, tmp_path))

    assert 0 == done.returncode, [one["description"] for one in json.loads(done.stdout) if one["exposure"]]


def test_it_waits_longer_than_the_server(tmp_path: Path) -> None:
    """A server that is asked to stop is not killed before it has given up itself."""
    [seconds] = re.findall(
        r"^TimeoutStopSec=(\d+)$", (DEPLOY / "systemd" / "todo-core@.service").read_text(), re.MULTILINE
    )

    assert int(seconds) > settings_of({}, tmp_path).server.stop_within.total_seconds()
