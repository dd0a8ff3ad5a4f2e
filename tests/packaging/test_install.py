"""The installer of `make`: does what is missing, once, and says in one line why it cannot."""

import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from requirements import install
from requirements.install import Environment
from tests.packaging.index import Index, pinned, serving_index

REPOSITORY = Path(__file__).parents[2]
FILES = ["Makefile", "README.md", *install.DESCRIPTIONS, "src/README.md", "src/todo_core/__init__.py"]
LOCKS = [install.lock_file(name) for name in install.LOCKS]
ANEW = ".venv is incomplete, or another Python's: it is made anew"


@attrs.frozen
class Checkout:
    """As much of a clone as is installed, with locks for an index on loopback."""

    path: Path
    environment: dict[str, str]

    def start(self, target: str, **variables: str) -> "subprocess.Popen[str]":
        """Start `make` in a process group of its own, as a terminal does."""
        given = [f"{name}={value}" for name, value in {"PYTHON": sys.executable, **variables}.items()]
        return subprocess.Popen(
            [str(shutil.which("make")), "--silent", target, *given],
            cwd=self.path,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def make(self, target: str, **variables: str) -> tuple[list[str], str]:
        """Run `make`; return the lines of progress, and what went wrong."""
        process = self.start(target, **variables)
        said, wrong = process.communicate()
        assert bool(wrong) == bool(process.returncode), wrong
        return said.splitlines(), wrong

    def distributions(self) -> set[str]:
        """Return the names of what is installed."""
        found = self.path.glob(".venv/lib/python*/site-packages/*.dist-info")
        return {re.sub("[-_.]+", "-", one.name.split("-")[0]).lower() for one in found}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with everything that is installed here."""
    lock = (REPOSITORY / install.lock_file("development")).read_text()
    with serving_index(tmp_path_factory.mktemp("index"), lock) as served:
        yield served


@pytest.fixture
def checkout(index: Index, tmp_path: Path) -> Checkout:
    """A checkout without an environment."""
    path = tmp_path / "checkout"
    for file in [*FILES, "requirements/install.py"]:
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / file, path / file)
    for lock in LOCKS:
        (path / lock).write_text(index.relocked((REPOSITORY / lock).read_text()))
    return Checkout(path, index.environment() | {"PIP_RETRIES": "0"})


def progress(lock: str) -> list[str]:
    """Return the lines that tell of the installation of a lock in an environment."""
    count = len(pinned((REPOSITORY / lock).read_text()))
    return [f"Installing {lock}: {count} packages", "Installing this project"]


def test_what_is_missing_is_installed_once(checkout: Checkout) -> None:
    """The server's lock comes first, development adds to it, and what is complete takes no time and no word."""
    server, _, development = LOCKS
    making = f"Making .venv with Python {sys.version.split()[0]}"

    assert ([making, *progress(server)], "") == checkout.make("server")
    assert {"granian", "todo-core", "todo-core-server"} <= checkout.distributions()
    assert "pytest" not in checkout.distributions()
    assert ([], "") == checkout.make("server")

    assert (progress(development), "") == checkout.make("development")
    assert "pytest" in checkout.distributions()
    assert ([], "") == checkout.make("development")
    assert ([], "") == checkout.make("server")


def test_an_incomplete_installation_is_begun_anew(checkout: Checkout) -> None:
    """Neither Ctrl-C nor an unreachable index leaves what is taken for complete; the next `make` mends it."""
    process = checkout.start("server")
    assert process.stdout is not None
    assert ["Making", "Installing"] == [process.stdout.readline().split()[0] for _ in range(2)]
    os.killpg(process.pid, signal.SIGINT)
    _, wrong = process.communicate()
    assert process.returncode
    assert "Traceback" not in wrong

    unreachable = attrs.evolve(checkout, environment=checkout.environment | {"PIP_INDEX_URL": "http://127.0.0.1:9"})
    said, wrong = unreachable.make("server")
    assert [ANEW] == said[:1]
    assert f"the virtual environment does not have what {LOCKS[0]} names: the lines above say why" in wrong
    assert "Traceback" not in wrong

    said, wrong = checkout.make("server")
    assert ([ANEW, *progress(LOCKS[0])], "") == ([said[0], *said[2:]], wrong)
    assert (checkout.path / ".venv" / "bin" / "todo").exists()


def test_a_python_that_is_not_there(checkout: Checkout) -> None:
    """An unknown PYTHON is one line with the remedy."""
    _, wrong = checkout.make("server", PYTHON="python3.99")

    assert "python3.99 not found: install Python 3.11 or newer, or name one with PYTHON=" == wrong.splitlines()[0]


def test_a_directory_of_something_else(checkout: Checkout) -> None:
    """A directory that is no virtual environment is left alone, whatever VENV names."""
    precious = checkout.path / "precious" / "letter"
    precious.parent.mkdir()
    precious.touch()

    _, wrong = checkout.make("server", VENV="precious")

    assert "precious is no virtual environment: remove it, or name another place with VENV=" == wrong.splitlines()[0]
    assert precious.exists()


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.10 is told what is needed, by a file that it can read."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr(sys, "version", "3.10.13 (main)")
    monkeypatch.setattr(sys, "argv", ["install.py", ".venv", "server"])

    with pytest.raises(SystemExit, match=r"^Python 3\.11 or newer is needed; .+ is 3\.10\.13\. .+ PYTHON=python3\.12"):
        runpy.run_path(str(REPOSITORY / "requirements" / "install.py"), run_name="__main__")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_that_makes_no_environments(module: str) -> None:
    """Debian's Python without its package python3-venv is told to install it."""
    program = f"import sys, runpy; sys.modules[{module!r}] = None; sys.argv = ['install.py', '.venv', 'server']; "
    program += "runpy.run_path('requirements/install.py', run_name='__main__')"

    run = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert f"{sys.executable} has no module {module}, which makes virtual environments." in run.stderr
    assert "apt-get install python3-venv" in run.stderr
    assert (1, 1) == (run.returncode, run.stderr.count("\n"))


class TestStamps:
    """When an environment counts as complete."""

    @pytest.fixture
    def venv(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The directory of an environment, beside a copy of what stamps depend on."""
        for file in [*install.DESCRIPTIONS, *LOCKS]:
            (tmp_path / file).parent.mkdir(exist_ok=True)
            shutil.copyfile(REPOSITORY / file, tmp_path / file)
        monkeypatch.setattr(install, "REPOSITORY", tmp_path)
        (tmp_path / "venv").mkdir()
        return tmp_path / "venv"

    @pytest.mark.parametrize(
        ("closed", "has"),
        [("server", [True, False, False]), ("opentelemetry", [True, True, False]), ("development", [True] * 3)],
    )
    def test_each_includes_those_before_it(self, venv: Path, closed: str, has: list[bool]) -> None:
        """What has been installed for development serves the server, with traces or without; not the other way."""
        Environment(venv).close(closed)

        assert has == [Environment(venv).has(name) for name in install.LOCKS]
        assert Environment(venv).is_complete()

    @pytest.mark.parametrize("file", [LOCKS[0], *install.DESCRIPTIONS])
    def test_a_change_is_installed_over_it(self, venv: Path, file: str) -> None:
        """Another lock or description is installed into the environment that is there."""
        Environment(venv).close("server")
        with (venv.parent / file).open("a") as changed:
            changed.write("# changed\n")

        assert not Environment(venv).has("server")
        assert Environment(venv).is_complete()

    def test_another_python(self, venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The environment of another Python does not count."""
        Environment(venv).close("development")
        monkeypatch.setattr(sys, "base_prefix", "/opt/another")

        assert not Environment(venv).has("server")
        assert not Environment(venv).is_complete()

    def test_another_place(self, venv: Path) -> None:
        """An environment that was moved does not count: its programs name the place where they were."""
        Environment(venv).close("development")
        moved = venv.rename(venv.with_name("moved"))

        assert not Environment(moved).has("server")
        assert not Environment(moved).is_complete()
