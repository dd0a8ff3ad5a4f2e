"""Both distributions as strangers get them: built without a network, alone in fresh environments."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

from todo_core import __version__

REPOSITORY = Path(__file__).parents[2]
README, LIBRARY = REPOSITORY / "README.md", REPOSITORY / "docs" / "library.md"
PYRIGHT = Path(__file__).parent / "node_modules" / "pyright" / "index.js"
NODE = shutil.which("node")
NO_ERRORS = "0 errors, 0 warnings, 0 informations"
CORE, SERVER = "todo_core", "todo_core_server"
ROOTS = {CORE: REPOSITORY / "src", SERVER: REPOSITORY}
PACKAGES = {CORE: ["todo_core"], SERVER: ["adapters", "entrypoints"]}
OWN_ADAPTERS = """
import adapters, entrypoints
from todo_core.tasks import Draft
print(adapters.MINE, entrypoints.MINE, Draft("Buy milk").title)
"""

Wheels = dict[str, Path]
Environments = Callable[..., Path]


def pip(*arguments: str | Path) -> None:
    """Run pip without a network, an index, or a configuration of the machine's."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet", *arguments], check=True
    )


def wheel_of(source: Path, directory: Path) -> Path:
    """Build a wheel from a directory or an sdist."""
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", directory, source)
    [built] = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module", params=[CORE, SERVER])
def name(request: pytest.FixtureRequest) -> str:
    """The name of a distribution, as files spell it."""
    return str(request.param)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """The wheel of each distribution, built from this checkout."""
    return {name: wheel_of(root, tmp_path_factory.mktemp(name)) for name, root in ROOTS.items()}


@pytest.fixture(scope="module")
def sdist(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of a distribution, built from this checkout."""
    directory = tmp_path_factory.mktemp("sdist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(directory)]
    subprocess.run(build, check=True, cwd=ROOTS[name], capture_output=True)
    [built] = directory.glob("*.tar.gz")
    return built


@pytest.fixture(scope="module")
def environment(wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environments]:
    """Makes a virtual environment with some of the wheels and a copy of the attrs that is installed here."""
    made: dict[tuple[str, ...], Path] = {}

    def programs(*names: str) -> Path:
        if names not in made:
            made[names] = new_environment(tmp_path_factory.mktemp("venv"), [wheels[name] for name in names])
        return made[names] / "bin"

    yield programs
    for venv in made.values():
        shutil.rmtree(venv)


def new_environment(venv: Path, wheels: list[Path]) -> Path:
    """Install wheels beside attrs, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    [site_packages] = venv.glob("lib/python*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for part in (here / "attr", here / "attrs", *here.glob("attrs-*.dist-info")):
        shutil.copytree(part, site_packages / part.name)
    pip("--python", venv / "bin" / "python", "install", "--no-index", "--no-deps", *wheels)
    return venv


def files(wheel: Path) -> set[str]:
    """Return the names of the files in a wheel, without its metadata."""
    with ZipFile(wheel) as archive:
        return {one for one in archive.namelist() if ".dist-info/" not in one}


def metadata(wheel: Path) -> Message:
    """Return a wheel's METADATA."""
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_string(archive.read(name).decode())


def tree(directory: Path, prefix: str) -> set[str]:
    """Return the files below a directory of the checkout, as a wheel with this prefix names them."""
    return {
        f"{prefix}/{path.relative_to(directory)}"
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_holds_its_packages(wheels: Wheels, name: str) -> None:
    """Every file of its packages, types included, is in the wheel; in the server's every migration; nothing else is."""
    expected = {file for package in PACKAGES[name] for file in tree(REPOSITORY / "src" / package, package)}
    if name == SERVER:
        migrations = tree(REPOSITORY / "migrations", "adapters/postgres/migrations")
        assert [one for one in migrations if "/versions/" in one]
        expected |= migrations

    packed = files(wheels[name])

    assert expected == packed
    assert {f"{package}/py.typed" for package in PACKAGES[name]} <= packed


def test_a_wheel_from_the_sdist_is_the_same(wheels: Wheels, name: str, sdist: Path, tmp_path: Path) -> None:
    """The sdist has what it takes to build the same wheel, and the version."""
    again = wheel_of(sdist, tmp_path)

    assert files(wheels[name]) == files(again)
    assert metadata(wheels[name]).items() == metadata(again).items()
    with tarfile.open(sdist) as archive:
        assert {f"{name}-{__version__}"} == {member.split("/")[0] for member in archive.getnames()}


def test_one_version(wheels: Wheels) -> None:
    """Both have the version that the core declares, and the server wants the core of that same version."""
    assert dict.fromkeys(wheels, __version__) == {name: metadata(wheel)["Version"] for name, wheel in wheels.items()}
    assert f"todo-core=={__version__}" in (metadata(wheels[SERVER]).get_all("Requires-Dist") or [])


def test_attrs_is_the_only_dependency_of_the_core(wheels: Wheels) -> None:
    """The core wants attrs, and neither distribution has extras."""
    described = {name: metadata(wheel) for name, wheel in wheels.items()}

    assert ["attrs"] == [re.split(r"\W", one)[0] for one in described[CORE].get_all("Requires-Dist", [])]
    extras = {name: one.get_all("Provides-Extra") for name, one in described.items()}
    assert {CORE: None, SERVER: ["opentelemetry"]} == extras


def test_traces_are_an_extra(wheels: Wheels) -> None:
    """The server needs OpenTelemetry only with the extra of that name."""
    needed = [one for one in metadata(wheels[SERVER]).get_all("Requires-Dist", []) if "opentelemetry" in one]

    assert "opentelemetry-sdk" in [one.partition(">")[0] for one in needed]
    assert {"extra == 'opentelemetry'"} == {one.partition("; ")[2] for one in needed}


def test_the_core_stands_alone(environment: Environments) -> None:
    """With the core and attrs nothing is missing."""
    pip("--python", environment(CORE) / "python", "check")


def test_a_project_may_have_adapters_of_its_own(environment: Environments, tmp_path: Path) -> None:
    """A project with packages of the names that the server uses, or PyPI's `entrypoints`, can use the core."""
    for package in PACKAGES[SERVER]:
        (tmp_path / f"{package}.py").write_text("MINE = 'mine'\n")
    (tmp_path / "project.py").write_text(OWN_ADAPTERS)

    run = subprocess.run(
        [environment(CORE) / "python", tmp_path / "project.py"], capture_output=True, text=True, check=False
    )

    assert ("mine mine Buy milk\n", "", 0) == (run.stdout, run.stderr, run.returncode)


def python_of(page: Path) -> str:
    """Return the Python lines of a page, as one program."""
    return "\n".join(re.findall(r"```python\n(.+?)```", page.read_text(), re.DOTALL))


def test_readme_example_runs(environment: Environments) -> None:
    """The README's Python lines register somebody and add a task, with the standard library and attrs alone."""
    python = environment(CORE) / "python"

    run = subprocess.run([python, "-I", "-c", python_of(README)], capture_output=True, text=True, check=False)

    assert ("Buy milk 2\n", "", 0) == (run.stdout, run.stderr, run.returncode)


@pytest.mark.parametrize("page", [README, LIBRARY], ids=lambda page: page.name)
def test_examples_have_types_for_mypy(environment: Environments, page: Path, tmp_path: Path) -> None:
    """Whoever uses the core gets its types: the Python lines of the pages pass mypy in strict mode."""
    (tmp_path / "example.py").write_text(python_of(page))
    python = environment(CORE) / "python"
    strict = ["--strict", "--config-file=", "--cache-dir=cache", f"--python-executable={python}"]

    run = subprocess.run(
        [sys.executable, "-m", "mypy", *strict, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ("Success: no issues found in 1 source file\n", 0) == (run.stdout, run.returncode)


@pytest.mark.parametrize("page", [README, LIBRARY], ids=lambda page: page.name)
def test_examples_have_types_for_pyright(environment: Environments, page: Path, tmp_path: Path) -> None:
    """They pass pyright in strict mode, too."""
    (tmp_path / "example.py").write_text(python_of(page))

    assert pyright(tmp_path, environment(CORE) / "python", "strict") == NO_ERRORS


def test_the_worked_adapter_has_types_for_pyright(tmp_path: Path) -> None:
    """The library that it uses has no types that the strict mode would take."""
    shutil.copy(REPOSITORY / "examples" / "json_store.py", tmp_path)

    assert pyright(tmp_path, Path(sys.executable), "standard") == NO_ERRORS


def pyright(directory: Path, python: Path, mode: str) -> str:
    """Return what pyright says of the files in a directory."""
    if not PYRIGHT.is_file() or NODE is None:
        if os.environ.get("CI"):
            pytest.fail("`npm ci --prefix tests/packaging` installs pyright")
        pytest.skip("`npm ci --prefix tests/packaging` installs pyright")
    (directory / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": mode}))
    command: list[str | Path] = [NODE, PYRIGHT, "--project", directory, "--pythonpath", python]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.rstrip()


def test_command_without_its_libraries_says_what_is_missing(environment: Environments) -> None:
    """`todo serve` where a library is missing is one line that names it, not a traceback."""
    run = subprocess.run([environment(CORE, SERVER) / "todo", "serve"], capture_output=True, text=True, check=False)

    assert re.fullmatch(
        r"todo: \w+ is not installed: install todo-core-server again, with everything it depends on\n", run.stderr
    )
    assert 1 == run.returncode
