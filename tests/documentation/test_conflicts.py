"""Nothing that a merge leaves behind is committed."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)


def test_no_file_has_a_conflict_marker() -> None:
    """In any text that git tracks."""
    command = ["git", "ls-files", "-z"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in tracked.stdout.split("\0") if name]

    found = [file for file in files if file.is_file() and MARK.search(file.read_text("utf-8", errors="replace"))]

    assert [] == found
