"""The unit: systemd reads it without complaint, and finds it hardened."""

import json
import re
from pathlib import Path

import pytest

from tests.deploy.configurations import DEPLOY, run, settings_of

UNIT = DEPLOY / "systemd" / "todo-core@.service"
MOST_EXPOSURE = 3.0


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance of the unit, with programs and folders that are here."""
    file = tmp_path / "todo-core@8000.service"
    file.write_text(re.sub(r"^ExecStart=\S+ serve", "ExecStart=/bin/true serve", UNIT.read_text(), flags=re.MULTILINE))
    return file


def test_systemd_reads_it(instance: Path) -> None:
    """No unknown section, no unknown name, no value that cannot be."""
    done = run("systemd-analyze", "verify", "--man=no", instance)

    assert "todo-core" not in done.stderr, done.stderr


def test_it_is_hardened(instance: Path) -> None:
    """By systemd's own measure, from 0 (safe) to 10."""
    done = run(
        "systemd-analyze",
        "security",
        "--offline=true",
        f"--threshold={int(MOST_EXPOSURE * 10)}",
        "--json=short",
        instance,
    )

    assert 0 == done.returncode, [one["description"] for one in json.loads(done.stdout) if one["exposure"]]


def test_it_waits_longer_than_the_server(tmp_path: Path) -> None:
    """A server that is asked to stop is not killed before it has given up itself."""
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)

    assert int(seconds) > settings_of({}, tmp_path).server.shutdown.total_seconds()
