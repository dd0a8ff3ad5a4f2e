"""The program itself, as a user starts and stops it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import directory_for_all


@pytest.fixture
def data() -> Iterator[Path]:
    """A place for a server's data, which does not exist yet."""
    with directory_for_all("todo-") as directory:
        yield directory / "data"
