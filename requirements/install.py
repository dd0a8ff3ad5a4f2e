"""Installs one of the locks beside this file, and the project itself, into a virtual environment.

    install.py VENV server|opentelemetry|development

What is installed already is left alone. pip installs what the lock names and resolves nothing, so that it makes no
difference what else an index offers (docs/adr/0025-install-from-locks.md). An environment is complete, as a stamp in it
says, or it is made anew. This file has to parse on older Pythons, to say that they are too old.
"""

import fcntl
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
INTERRUPTED = 130  # 128 + SIGINT
REPOSITORY = Path(__file__).resolve().parents[1]
DISTRIBUTIONS = ("src", ".")
DESCRIPTIONS = ("src/pyproject.toml", "pyproject.toml", "hatch_build.py")
LOCKS = {
    "server": ("server",),
    "opentelemetry": ("opentelemetry", "server"),
    "development": ("development", "opentelemetry", "server"),
}
"""Which locks are complete when one is installed: each has everything that those before it have."""

PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps")
FROM_LOCK = (*PIP, "--require-hashes", "--only-binary", ":all:", "--requirement")
FROM_CHECKOUT = (*PIP, "--no-build-isolation")


def lock_file(name: str) -> str:
    """Return the path of a lock in the repository."""
    return f"requirements/{name}.lock"


class Environment:
    """A virtual environment, with a stamp for each lock that is completely installed in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.python = path.absolute() / "bin" / "python"
        major, minor = sys.version_info[:2]
        self.made_by = f"Python {major}.{minor} of {sys.base_prefix} in {path.resolve()}"

    def has(self, name: str) -> bool:
        """Say whether this lock, as it is now, was installed by this Python in this place."""
        return self._read(name) == self._expected(name)

    def is_complete(self) -> bool:
        """Say whether some lock was installed by this Python in this place."""
        return any(self._read(name).startswith(self.made_by) for name in LOCKS)

    def open(self) -> None:
        """Remove the stamps, and make the environment unless it was complete."""
        complete = self.is_complete()
        for name in LOCKS:
            self._stamp(name).unlink(missing_ok=True)
        if complete:
            return
        if self.path.exists():
            if not self._is_disposable():
                sys.exit(f"{self.path} is no virtual environment: remove it, or name another place with VENV=")
            print(f"{self.path} is incomplete, or another Python's: it is made anew", flush=True)
        print(f"Making {self.path} with Python {sys.version.split()[0]}", flush=True)
        run("could not be made", sys.executable, "-m", "venv", "--clear", str(self.path))

    def close(self, name: str) -> None:
        """Write the stamps of everything that a lock holds."""
        for held in LOCKS[name]:
            self._stamp(held).write_text(self._expected(held), encoding="utf-8")

    def _is_disposable(self) -> bool:
        """Say whether this is a virtual environment, or the beginnings of one: directories without a file."""
        return (self.path / "pyvenv.cfg").is_file() or not any(one.is_file() for one in self.path.rglob("*"))

    def _stamp(self, name: str) -> Path:
        return self.path / f".{name}"

    def _read(self, name: str) -> str:
        stamp = self._stamp(name)
        return stamp.read_text(encoding="utf-8") if stamp.is_file() else ""

    def _expected(self, name: str) -> str:
        digest = hashlib.sha256()
        for part in (lock_file(name), *DESCRIPTIONS):
            digest.update((REPOSITORY / part).read_bytes())
        return f"{self.made_by}\n{digest.hexdigest()}\n"


def run(failure: str, *command: str) -> None:
    """Run a command in the repository. When it fails, end with what it said, and what could not be done.

    What it says when it succeeds is not shown: some machines' pip warns of each package in a correct configuration.
    """
    ended = subprocess.run(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        remedy = "the lines above say why; the next `make` begins anew"
        sys.exit(f"{ended.stdout}the virtual environment {failure}: {remedy}")


def check_python() -> None:
    """End with a remedy when this Python cannot make the environment."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}."
            " Name another one: make serve PYTHON=python3.12"
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(
                f"{sys.executable} has no module {module}, which makes virtual environments."
                " On Debian and Ubuntu: apt-get install python3-venv; or name another Python with PYTHON="
            )


def install(environment: Environment, name: str) -> None:
    """Install a lock and the project, unless that is done."""
    if environment.has(name):
        return
    environment.open()
    lock = lock_file(name)
    count = sum("==" in line for line in (REPOSITORY / lock).read_text(encoding="utf-8").splitlines())
    print(f"Installing {lock}: {count} packages", flush=True)
    python = str(environment.python)
    run(f"does not have what {lock} names", python, *FROM_LOCK, lock)
    print("Installing this project", flush=True)
    editable = [part for path in DISTRIBUTIONS for part in ("--editable", f"./{path}")]
    run("does not have the project", python, *FROM_CHECKOUT, *editable)
    environment.close(name)


def main(path: str, name: str) -> None:
    """Install for one `make` at a time: another that wants the same waits, and then has nothing to do."""
    check_python()
    with Path(__file__).open(encoding="utf-8") as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        install(Environment(Path(path)), name)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
