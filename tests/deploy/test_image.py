"""The image: what it is built from, who runs in it, and that a build by hand goes through."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from tests.deploy.configurations import DEPLOY, IMAGE, health_check, instructions, known_settings, run
from tests.serving import REPOSITORY

DOCKERFILE = DEPLOY / "Dockerfile"
INSTRUCTIONS = instructions(DOCKERFILE)
RUNTIME = INSTRUCTIONS[max(number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def sources() -> set[str]:
    """Return what the Dockerfile copies from the repository, with either lock."""
    copies = [rest.split() for name, rest in INSTRUCTIONS if name == "COPY" and "--from=" not in rest]
    words = {word for words in copies for word in words[:-1]}
    return {word.replace("${LOCK}", lock) for word in words for lock in ("server", "opentelemetry")}


def test_hadolint_finds_nothing() -> None:
    """No warning and no advice."""
    done = run("hadolint", "Dockerfile")

    assert (0, "") == (done.returncode, done.stdout)


def test_both_stages_have_the_pinned_base() -> None:
    """One base, with its whole version, in one place."""
    [base] = [rest.removeprefix("BASE=") for name, rest in INSTRUCTIONS if name == "ARG" and "BASE=" in rest]

    assert IMAGE.fullmatch(base)
    assert ["${BASE} AS build", "${BASE}"] == [rest for name, rest in INSTRUCTIONS if name == "FROM"]


def test_it_is_not_root_that_runs() -> None:
    """The account is a number, which is made in the image."""
    [user] = [rest for name, rest in RUNTIME if name == "USER"]
    made = [rest for name, rest in RUNTIME if name == "RUN"]

    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    assert f"--uid {user.partition(':')[0]}" in made[0]


def test_libraries_come_from_the_lock_alone() -> None:
    """What pip installs has a hash in a lock, the server's unless it is told otherwise, or is this repository."""
    installs = re.findall(
        r"pip install (.*?)(?: &&|$)", " && ".join(rest for name, rest in INSTRUCTIONS if name == "RUN")
    )

    assert [
        '--no-cache-dir --no-deps --require-hashes --only-binary :all: --requirement "requirements/${LOCK}.lock"',
        "--no-cache-dir --no-deps --no-build-isolation ./src .",
    ] == installs
    assert "LOCK=server" in [rest for name, rest in INSTRUCTIONS if name == "ARG"]


def test_variables_are_settings() -> None:
    """Each variable of ours in the image is a setting."""
    assert (
        set(re.findall(r"\b(TODO_\w+)=", " ".join(rest for name, rest in RUNTIME if name == "ENV"))) <= known_settings()
    )


def test_only_what_is_copied_reaches_the_build() -> None:
    """`.dockerignore` lets in what the Dockerfile copies, and nothing else."""
    first, *rest = [
        line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if not line.startswith("#")
    ]

    assert "*" == first
    assert sources() == {line.removeprefix("!") for line in rest if line.startswith("!")}


def test_the_build_needs_nothing_else(tmp_path: Path) -> None:
    """From what is copied, and the build tools of the lock, both distributions are made."""
    for source in sources():
        place = tmp_path / source
        place.parent.mkdir(parents=True, exist_ok=True)
        if (REPOSITORY / source).is_dir():
            shutil.copytree(REPOSITORY / source, place, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(REPOSITORY / source, place)
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet", "wheel"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "made", "./src", "."],
        check=True,
        cwd=tmp_path,
    )

    names = sorted(wheel.name for wheel in (tmp_path / "made").iterdir())
    assert [True, True] == [
        fnmatch(name, pattern) for name, pattern in zip(names, ("todo_core-*", "todo_core_server-*"), strict=True)
    ]


def test_the_health_check_needs_what_the_image_has() -> None:
    """It is a program of the image, not a shell."""
    assert "python" == health_check(DOCKERFILE)[0]
