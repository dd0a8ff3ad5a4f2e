"""Which peers there are, how their libraries are installed, and how they are started."""

import hashlib
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import attrs
import jwt

from bench.processes import Command

SOURCES = Path(__file__).parent
REPOSITORY = SOURCES.parents[1]
INSTALLED = REPOSITORY / "build" / "peers"
SECRET = "a secret of thirty-two bytes, at least"  # noqa: S105 - it protects nothing
AUDIENCE = "bench"
IDENTITY = {"PEER_SECRET": SECRET, "PEER_AUDIENCE": AUDIENCE}
PIP = (
    "-m",
    "pip",
    "--disable-pip-version-check",
    "--quiet",
    "install",
    "--no-deps",
    "--require-hashes",
    "--only-binary",
    ":all:",
)
NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
MANIFESTS = ("package.json", "package-lock.json", ".npmrc")


class Unavailable(Exception):
    """A peer cannot run here; the message says why."""


def token(user: object) -> str:
    """Return a token that every peer takes, for the user with this id."""
    return jwt.encode({"sub": str(user), "aud": AUDIENCE, "iat": 0, "exp": 2**32}, SECRET, "HS256")


def bare(port: int) -> Command:
    """Return how the bare framework is started on a port."""
    return Command((sys.executable, "-m", "bench.peers.bare", str(port)), REPOSITORY, IDENTITY)


@attrs.frozen
class Peer(ABC):
    """A program to compare with. `name`: what ratios call it. `folder`: its sources below `SOURCES`. `lock`: a file."""

    name: str
    title: str
    folder: str
    lock: str

    @property
    def sources(self) -> Path:
        """Where its sources are."""
        return SOURCES / self.folder

    @property
    def home(self) -> Path:
        """Where its libraries are installed: another place for each state of the lock."""
        digest = hashlib.sha256((self.sources / self.lock).read_bytes()).hexdigest()
        return INSTALLED / f"{self.folder}-{digest[:12]}"

    @property
    def installed(self) -> bool:
        """Whether its libraries are there."""
        return (self.home / "complete").exists()

    def install(self) -> None:
        """Install its libraries, unless they are there. Raises Unavailable."""
        if not self.installed:
            self.home.mkdir(parents=True, exist_ok=True)
            self.fetch()
            (self.home / "complete").touch()

    def command(self, port: int, database: Mapping[str, str]) -> Command:
        """Return how it is started on a port; `database`: libpq's variables."""
        directory, arguments = self.program()
        variables = {**database, **IDENTITY, "PORT": str(port)}
        return Command([argument.format(port=port) for argument in arguments], directory, variables)

    @abstractmethod
    def fetch(self) -> None:
        """Install its libraries into `home`. Raises Unavailable."""

    @abstractmethod
    def program(self) -> tuple[Path, tuple[str, ...]]:
        """Return the directory to run it in, and its command line, in which `{port}` stands for the port."""

    def run(self, *arguments: str, directory: Path) -> None:
        """Run a step of the installation. Raises Unavailable when it fails."""
        try:
            subprocess.run(arguments, cwd=directory, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"its libraries could not be installed: {error}") from None


@attrs.frozen
class PythonPeer(Peer):
    """One with a virtual environment of its own, and a server that is one of its libraries."""

    server: tuple[str, ...]

    def fetch(self) -> None:
        """Make the environment."""
        self.run(sys.executable, "-m", "venv", "--clear", str(self.home), directory=self.sources)
        self.run(str(self.home / "bin" / "python"), *PIP, "-r", self.lock, directory=self.sources)

    def program(self) -> tuple[Path, tuple[str, ...]]:
        """Return how its server is called."""
        name, *options = self.server
        return self.sources, (str(self.home / "bin" / name), *options, "--port", "{port}", "main:app")


@attrs.frozen
class NodePeer(Peer):
    """One that Node.js runs, if it is on the machine. Its sources have to lie beside its libraries."""

    def fetch(self) -> None:
        """Install the packages. Raises Unavailable."""
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise Unavailable("there is no Node.js on this machine")
        for name in MANIFESTS:
            shutil.copy(self.sources / name, self.home)
        self.run(*NPM, directory=self.home)

    def program(self) -> tuple[Path, tuple[str, ...]]:
        """Return how Node.js is called. It reads the port from a variable."""
        shutil.copy(self.sources / "main.js", self.home)
        return self.home, ("node", "main.js")


UVICORN = ("uvicorn", "--no-access-log", "--log-level", "warning")
GRANIAN = ("granian", "--interface", "asgi", "--http", "1", "--loop", "uvloop", "--no-ws", "--log-level", "warning")
PEERS: tuple[Peer, ...] = (
    PythonPeer("fastapi", "FastAPI + SQLModel + psycopg", "fastapi", "requirements.lock", UVICORN),
    PythonPeer("alchemy", "Litestar + advanced-alchemy", "advanced_alchemy", "requirements.lock", GRANIAN),
    NodePeer("fastify", "fastify + postgres.js", "fastify", "package-lock.json"),
)
