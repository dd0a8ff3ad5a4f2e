"""The locks install what they name, whatever else an index offers, with the pips that machines come with."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from requirements.install import FROM_LOCK
from tests.packaging.index import Index, pinned, serving_index

REPOSITORY = Path(__file__).parents[2]
LOCKS = {
    name: (REPOSITORY / "requirements" / f"{name}.lock").read_text()
    for name in ("server", "opentelemetry", "development")
}
PIPS = {
    "23.0.1": "236bcb61156d76c4b8a05821b988c7b8c35bf0da28a4b614e8d6ab5212c25c6f",  # Debian 12
    "23.2.1": "7ccf472345f20d35bdc9d1841ff5f313260c2c33fe417f48c30ac46cccabf5be",  # Python 3.11.5 to 3.12.1
    "26.3": "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13",  # the newest in November 2026
}
NOT_ON_THIS_PYTHON = {"23.0.1"} if sys.version_info >= (3, 12) else set()
RESOLVING = (*(argument for argument in FROM_LOCK[:-1] if argument != "--no-deps"), "--dry-run", FROM_LOCK[-1])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with everything that is installed here, and a newer release and another build of each."""
    with serving_index(tmp_path_factory.mktemp("index"), LOCKS["development"]) as served:
        yield served


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an empty environment."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    return tmp_path / "venv" / "bin" / "python"


def pip(version: str, config: pytest.Config) -> Path:
    """Return the directory of a pip, which is kept between runs."""
    if version in NOT_ON_THIS_PYTHON:
        pytest.skip(f"pip {version} does not run on this Python")
    kept = config.cache.mkdir("pips") / version
    if not kept.exists():
        fetch(version, kept)
    return kept


def fetch(version: str, kept: Path) -> None:
    """Get a pip, by its hash, from the machine's index. Without a network the test skips, except in CI."""
    wanted = kept.with_name(f"{version}.{os.getpid()}")  # tests in other processes may want it, too
    wanted.mkdir()
    lock = wanted / "pip.lock"
    lock.write_text(f"pip=={version} --hash=sha256:{PIPS[version]}\n")
    download: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--quiet",
        "download",
        "--no-deps",
        "--dest",
        wanted,
        "--requirement",
        lock,
    ]
    run = subprocess.run(download, capture_output=True, text=True, check=False)
    if run.returncode and not os.environ.get("CI"):
        pytest.skip(f"pip {version} cannot be had: {run.stderr}")
    assert 0 == run.returncode, run.stderr
    with ZipFile(wanted / f"pip-{version}-py3-none-any.whl") as wheel:
        wheel.extractall(wanted)
    if not kept.exists():
        wanted.rename(kept)


def run_pip(pip: Path, python: Path, index: Index, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run this pip in this environment on this index, and on nothing else of the machine's."""
    environment = index.environment() | {"PYTHONPATH": str(pip)}
    return subprocess.run([python, *arguments], env=environment, capture_output=True, text=True, check=False)


def installed(python: Path) -> dict[str, str]:
    """Return the version of everything in an environment."""
    [packages] = python.parents[1].glob("lib/python*/site-packages")
    found = [re.fullmatch(r"(.+)-(.+)\.dist-info", one.name) for one in packages.glob("*.dist-info")]
    return {re.sub("[-_.]+", "-", one[1]).lower(): one[2] for one in found if one}


@pytest.mark.parametrize("version", PIPS)
@pytest.mark.parametrize("name", LOCKS)
def test_what_is_locked_is_installed(
    version: str, name: str, index: Index, python: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Each lock installs completely, as `make` installs it: what it names for this platform, and nothing is missing."""
    lock = tmp_path / f"{name}.lock"
    lock.write_text(index.relocked(LOCKS[name]))
    used = pip(version, pytestconfig)

    run = run_pip(used, python, index, *FROM_LOCK, lock)

    assert 0 == run.returncode, run.stderr
    expected = {one: pin for one, pin in pinned(LOCKS[name]).items() if one in index.hashes}
    assert expected == installed(python)
    checked = run_pip(used, python, index, "-m", "pip", "check")
    assert 0 == checked.returncode, checked.stdout


@pytest.mark.parametrize(
    ("extras", "code"),
    [
        pytest.param("kept", 0, id="a lock with extras may be resolved again"),
        pytest.param("stripped", 1, id="one without them may not: the index leads this pip astray"),
    ],
)
def test_extras_in_the_lock(
    extras: str, code: int, index: Index, python: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Who forgets `--no-deps` still installs from the lock, because it names extras."""
    lock = tmp_path / "some.lock"
    text = index.relocked(LOCKS["development"])
    lock.write_text(text if extras == "kept" else re.sub(r"\[\w+\]==", "==", text))

    run = run_pip(pip("23.2.1", pytestconfig), python, index, *RESOLVING, lock)

    assert code == run.returncode, run.stderr
    assert ("--require-hashes mode" in run.stderr) == bool(code)  # a version that is not pinned, or no hash of it
