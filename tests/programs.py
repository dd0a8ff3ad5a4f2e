"""Programs of others that tests run: proxies, linters, what judges a configuration."""

import os
import shutil
import sys
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Return where a program is: beside Python, or on PATH. Skips the test where there is none, except in CI."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(name, path=places)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed")
    assert found, f"CI needs {name}: .ci/run installs it"
    return found
