"""Another version of this program beside the present one: each with its own environment, and known by HTTP alone."""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import psycopg
from psycopg import sql

from bench import load, processes
from bench.client import ask
from bench.environment import System
from bench.load import Plan, Request
from bench.peers.catalog import REPOSITORY
from bench.processes import Running
from bench.workloads import PAGE, Account, message

TREES = REPOSITORY / "build" / "compare"
TODO = Path(".venv/bin/todo")
MAKE, GIT = ("make",), ("git",)
PIP = (".venv/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps")
FROM_ONE_LOCK = (
    (*PIP, "--require-hashes", "--only-binary", ":all:", "--requirement", "requirements.lock"),
    (*PIP, "--no-build-isolation", "--editable", "."),
)
PYTHON = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH", "VENV", "VIRTUAL_ENV")
"""What `make` and the present environment would tell the other version's `make`."""
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - of accounts that live as long as the measurement
TOKEN_SECONDS = 3600
WRITERS = 32
MAX_SEED_SECONDS = 900
PRIORITIES = ("none", "low", "medium", "high")


class Unusable(Exception):
    """A version cannot be measured; the message says why."""


@attrs.frozen
class Version:
    """A version of the program: what it is called, its database, and where its command is."""

    name: str
    database: str
    todo: Path


PRESENT = Version("this tree", "present", processes.TODO)


def earlier(revision: str) -> Version:
    """Return a version of the repository, with its own environment, which is made the first time. Raises Unusable."""
    command = (*GIT, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if found.returncode:
        raise Unusable(f"the repository has no version {revision!r}: name a commit, a branch or a tag")
    digest = found.stdout.strip()
    tree = TREES / digest[:12]
    if not tree.exists():
        _unpack(digest, tree)
    _make(tree)
    return Version(revision, f"at-{digest[:12]}", tree / TODO)


def _unpack(digest: str, tree: Path) -> None:
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as directory:
        archive, place = Path(directory, "archive.tar"), Path(directory, "tree")
        subprocess.run((*GIT, "archive", "--format=tar", "-o", archive, digest), cwd=REPOSITORY, check=True)
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
        place.rename(tree)


def _make(tree: Path) -> None:
    """Make a version's environment, by its own `make server`; before that target was there, one lock was for all."""
    own = processes.environment({})
    variables = {name: value for name, value in own.items() if name not in MAKE_VARIABLES}
    if subprocess.run(
        (*MAKE, "--dry-run", "server"), cwd=tree, env=variables, capture_output=True, check=False
    ).returncode:
        steps = [] if (tree / TODO).exists() else [(str(PYTHON), "-m", "venv", "--clear", ".venv"), *FROM_ONE_LOCK]
    else:
        steps = [(*MAKE, "server", f"PYTHON={PYTHON}")]
    for step in steps:
        if subprocess.run(step, cwd=tree, env=variables, check=False).returncode:
            raise Unusable(f"`{' '.join(step)}` failed in {tree}; it says why above")


@contextmanager
def serving(version: Version, server_url: str, directory: Path) -> Iterator[Running]:
    """Serve a version on a database of its own, which its own migrations have made. Raises Unusable."""
    home = directory / version.database
    home.mkdir()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(version.database)))
    port, url = processes.free_port(), database_url(version, server_url)
    settings: dict[str, str | int] = {"DATABASE_URL": url, "PORT": port, "ACCESS_TOKEN_SECONDS": TOKEN_SECONDS}
    try:
        processes.call(processes.todo(version.todo, home, "migrate", **settings))
    except subprocess.CalledProcessError:
        raise Unusable(f"{version.name}: `todo migrate` failed; it says why above") from None
    command = processes.todo(version.todo, home, "serve", **settings)
    with processes.serving(command, port, home / "serve.log") as running:
        yield running


def database_url(version: Version, server_url: str) -> str:
    """Return the URL of a version's database."""
    return urlsplit(server_url)._replace(path=f"/{version.database}").geturl()


def populate(version: Version, running: Running, users: int, tasks: int) -> System:
    """Register users, and give each so many tasks, as clients would. Raises Unusable."""
    tokens = [_registered(running.port, f"user{number}@example.org") for number in range(users)]
    creates = [Request(message("POST", "/api/tasks", token, _task(n)), 201) for n in range(tasks) for token in tokens]
    result = load.run(Plan(running.port, creates, MAX_SEED_SECONDS, WRITERS, once=True))
    if result.errors or result.requests != len(creates):
        raise Unusable(f"{version.name}: {result.errors} errors at {result.requests} of {len(creates)} tasks")
    return System(version.database, version.name, running, [_account(running.port, token) for token in tokens])


def settle(version: Version, server_url: str) -> None:
    """Let the database learn what it holds."""
    with psycopg.connect(database_url(version, server_url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _registered(port: int, email: str) -> str:
    credentials = {"email": email, "password": PASSWORD}
    ask(port, "POST", "/api/auth/register", body=credentials)
    return str(ask(port, "POST", "/api/auth/login", body=credentials)["access_token"])


def _account(port: int, token: str) -> Account:
    page = ask(port, "GET", f"/api/tasks?limit={PAGE}", token)
    return Account(token, [str(one["id"]) for one in page["items"]])


def _task(number: int) -> dict[str, object]:
    """Return a new task: a third completed, all priorities, a fifth with tags, five of seven with a due date."""
    task: dict[str, object] = {
        "title": f"Buy milk, for the {number}th time",
        "description": "The one in glass bottles, if there is any left.",
        "completed": number % 3 == 0,
        "priority": PRIORITIES[number % len(PRIORITIES)],
        "tags": ["home", "work"] if number % 5 == 0 else [],
    }
    if number % 7 > 1:
        task["due"] = {"date": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"}
    return task
