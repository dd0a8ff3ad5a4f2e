"""What `todo serve` says once it answers."""

from pathlib import Path

import pytest

from entrypoints.cli.serve import greeting
from entrypoints.settings import load_settings


def said(directory: Path, **variables: str) -> list[str]:
    """Return what is said with these settings."""
    return list(greeting(load_settings({f"TODO_{name}": value for name, value in variables.items()}, directory)))


def test_where_it_is(tmp_path: Path) -> None:
    """Where to open it, what to try, and where the data are."""
    assert [
        "todo-core is ready at http://127.0.0.1:8000 (Ctrl-C stops it)",
        "  open  http://127.0.0.1:8000/docs",
        "  try   curl http://127.0.0.1:8000/health/ready",
        f"  data  {tmp_path}",
    ] == said(tmp_path, DATA_DIR=str(tmp_path))


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"HOST": "localhost"}, None),
        ({"HOST": "::1", "PORT": "9000"}, None),
        ({"HOST": "0.0.0.0"}, "0.0.0.0:8000"),  # noqa: S104 - nothing listens here
        ({"HOST": "::", "PORT": "9000"}, "[::]:9000"),
        ({"PUBLIC_URL": "https://todo.example.com"}, "127.0.0.1:8000"),
    ],
)
def test_where_it_listens(tmp_path: Path, variables: dict[str, str], place: str | None) -> None:
    """Told when the address that clients use does not say it."""
    lines = said(tmp_path, **variables)

    assert [line for line in lines if line.startswith("  on ")] == ([] if place is None else [f"  on    {place}"])
