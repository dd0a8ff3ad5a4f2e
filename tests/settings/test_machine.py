"""What the machine may lack: a current directory, a home directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.settings import ConfigurationError, load_settings

HOMELESS = """
import os
from pathlib import Path
from entrypoints.settings import ConfigurationError, load_settings

load_settings({}, here := Path("/"))  # what it imports may be root's
os.setuid(54321)
for variables in ({"TODO_DATA_DIR": "/data"}, {}, {"TODO_DATA_DIR": "~/data"}):
    try:
        print(load_settings(variables, here).data_directory)
    except ConfigurationError as error:
        print(error)
"""


def test_no_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current directory that was removed is one line; with a directory given it does not matter."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(ConfigurationError) as caught:
        load_settings({})

    assert caught.value.problems == (
        "the current directory cannot be found, start in another: No such file or directory",
    )
    assert load_settings({}, tmp_path).server.port == 8000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a home directory")
def test_no_home_directory(tmp_path: Path) -> None:
    """Without a home directory the data directory has to be set, and `~` is an error; nothing else changes."""
    path = {"PYTHONPATH": ":".join(sys.path), "HOME": ""}

    done = subprocess.run([sys.executable, "-c", HOMELESS], env=path, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [
        "/data",
        "TODO_DATA_DIR: must be set: this user has no home directory",
        "TODO_DATA_DIR: must be a path; there is no such home directory, not '~/data'",
    ]
