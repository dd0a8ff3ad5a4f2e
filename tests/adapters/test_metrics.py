"""The directory in which workers leave their figures."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.metrics import VARIABLE, shared_metrics

KILLED = """
import os, signal, sys
from entrypoints.metrics import shared_metrics
with shared_metrics() as directory:
    (directory / "counter_1.db").touch()
    print(directory, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep temporary files apart from those of others."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert VARIABLE not in os.environ


def test_lifetime(temporary: Path) -> None:
    """The directory is there, private and named to Prometheus, inside the block only."""
    with shared_metrics() as directory:
        (directory / "counter_1.db").touch()

        assert os.environ[VARIABLE] == str(directory)
        assert directory.stat().st_mode & 0o777 == 0o700

    assert list(temporary.iterdir()) == []


def test_servers_keep_apart(temporary: Path) -> None:
    """A server that starts leaves the figures of one that runs alone, and removes those of one that was killed."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    left = Path(killed.stdout.strip())
    assert left.is_dir()

    with shared_metrics() as running:
        assert not left.exists()
        subprocess.run(
            [sys.executable, "-c", "from entrypoints.metrics import shared_metrics\nwith shared_metrics(): pass"],
            env={"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(temporary)},
            check=True,
        )

        assert list(temporary.iterdir()) == [running]
