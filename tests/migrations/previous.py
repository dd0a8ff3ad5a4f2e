"""The program as it was before the newest migration, from the history of the repository."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.serving import PATIENCE_SECONDS, REPOSITORY, eventually, free_port

MIGRATIONS = "migrations/versions"


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments],  # noqa: S607 - whichever git there is
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _migrations(commit: str) -> set[str]:
    """Return the files of a commit's migrations. What is in them may be mended, as long as it makes the same schema."""
    return {*_git("ls-tree", "--name-only", commit, f"{MIGRATIONS}/").splitlines()}


def last_commit_without(newest: Path) -> str | None:
    """Return the last commit that has today's migrations but for the newest; None where history does not tell."""
    try:
        today = _migrations("HEAD")
        touched = _git("log", "--format=%H %P", "--", MIGRATIONS).split()
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return None
    wanted = today - {f"{MIGRATIONS}/{newest.name}"}
    return next((commit for commit in touched if _exists(commit) and _migrations(commit) == wanted), None)


def _exists(commit: str) -> bool:
    """Say whether a shallow clone has a commit."""
    return (
        subprocess.run(
            ["git", "-C", str(REPOSITORY), "cat-file", "-e", commit],  # noqa: S607 - the same
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


def unpack(commit: str, directory: Path) -> Path:
    """Put the program of a commit into a directory, and return it."""
    archive = directory / "program.tar"
    _git("archive", f"--output={archive}", commit, "src", "migrations")
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", directory], check=True)  # noqa: S607 - tar
    return directory


@contextmanager
def serving_previous(program: Path, data: Path, **settings: str) -> Iterator[str]:
    """Run the server of an unpacked program, with the libraries of today, and yield its URL."""
    port = free_port()
    environment = _environment(program, DATA_DIR=str(data), PORT=str(port), **settings)
    log = program / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from entrypoints.cli import main; main()", "serve"],
            stdout=output,
            stderr=output,
            cwd=program,
            env=environment,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: process.poll() is not None or _is_ready(url), log.read_text)
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _environment(program: Path, **settings: str) -> dict[str, str]:
    own = {f"TODO_{name}": value for name, value in settings.items()}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(program / "src"), **own}


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").is_success
    except httpx.TransportError:
        return False
