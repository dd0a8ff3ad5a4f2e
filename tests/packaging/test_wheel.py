"""The wheel as a stranger gets it: alone in a fresh environment, with attrs beside it."""

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("todo_core", "adapters", "entrypoints")


def pip(*arguments: str | Path) -> None:
    """Run pip without a network, an index, or a configuration of the machine's."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet", *arguments],
        check=True,
        cwd=REPOSITORY,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    directory = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", directory, ".")
    [built] = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh virtual environment's programs, with the wheel and a copy of the attrs that is installed here."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    [site_packages] = venv.glob("lib/python*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for part in (here / "attr", here / "attrs", *here.glob("attrs-*.dist-info")):
        shutil.copytree(part, site_packages / part.name)
    pip("--python", venv / "bin" / "python", "install", "--no-index", "--no-deps", wheel)
    pip("--python", venv / "bin" / "python", "check")
    yield venv / "bin"
    shutil.rmtree(venv)


def names(wheel: Path) -> set[str]:
    """Return the names of the files in the wheel."""
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata(wheel: Path) -> Message:
    """Return the wheel's METADATA."""
    [name] = [name for name in names(wheel) if name.endswith(".dist-info/METADATA")]
    with ZipFile(wheel) as archive:
        return message_from_string(archive.read(name).decode())


def test_wheel_holds_the_packages_and_the_migrations(wheel: Path) -> None:
    """Every source file, and every migration beside the adapter that runs it, is in the wheel; nothing else is."""
    sources = {
        str(path.relative_to(REPOSITORY / "src"))
        for package in PACKAGES
        for path in (REPOSITORY / "src" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    migrations = {
        f"adapters/postgres/migrations/{path.relative_to(REPOSITORY / 'migrations')}"
        for path in (REPOSITORY / "migrations").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = {name for name in names(wheel) if ".dist-info/" not in name}

    assert sources | migrations == packed
    assert {name for name in migrations if "/versions/" in name}
    assert "todo_core/py.typed" in packed


def test_attrs_is_the_only_hard_dependency(wheel: Path) -> None:
    """What is not behind an extra is attrs; the extras are `postgres` and `server`."""
    described = metadata(wheel)

    hard = [wanted for wanted in described.get_all("Requires-Dist", []) if "extra ==" not in wanted]

    assert [re.split(r"\W", wanted)[0] for wanted in hard] == ["attrs"]
    assert described.get_all("Provides-Extra") == ["postgres", "server"]


def test_readme_example_runs_on_the_wheel_alone(environment: Path) -> None:
    """The README's Python lines register somebody and add a task, with the standard library and attrs alone."""
    [example] = re.findall(r"```python\n(.+?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)

    run = subprocess.run([environment / "python", "-I", "-c", example], capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr, run.returncode) == ("Buy milk 1\n", "", 0)


def test_command_without_its_extra_says_what_is_missing(environment: Path) -> None:
    """`todo serve` on the wheel alone is one line that names the extra, not a traceback."""
    run = subprocess.run([environment / "todo", "serve"], capture_output=True, text=True, check=False)

    assert "pip install 'todo-core[server]'" in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.returncode != 0
