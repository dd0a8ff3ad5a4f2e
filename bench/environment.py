"""What is measured: a database full of tasks, the API over it, and the peers beside it, in a temporary directory."""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import attrs

from adapters.embedded import cluster
from adapters.postgres.migrate import migrate
from adapters.system import SystemClock
from adapters.tokens import AccessTokens, KeyFile
from bench import credentials, data, processes, usage
from bench.peers import catalog, tables
from bench.peers.catalog import Peer, Unavailable
from bench.processes import Running
from bench.workloads import Account
from todo_core.sessions import AccessClaims, SessionId
from todo_core.users import UserId

TOKEN_LIFE = dt.timedelta(days=1)
KNOWN_TASKS = 20
"""How many ids of each user's tasks clients know."""


@attrs.frozen
class Database:
    """A database full of tasks. `loaded`: how many seconds it took to fill it."""

    directory: Path
    url: str
    postmaster: int
    population: data.Population
    loaded: float


@attrs.frozen
class System:
    """A server and who may ask it. `name`: what ratios call it."""

    name: str
    title: str
    running: Running
    accounts: Sequence[Account]


@contextmanager
def database(population: data.Population) -> Iterator[Database]:
    """Run a database of its own, with the settings of a durable one, and fill it."""
    with ExitStack() as ending:
        directory = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-")))
        directory.chmod(0o755)  # as root, the database runs as somebody else
        server = ending.enter_context(cluster(directory / "database"))
        began = time.monotonic()
        migrate(server.url)
        data.fill(server.url, population)
        yield Database(directory, server.url, usage.postmaster(server.url), population, time.monotonic() - began)


@contextmanager
def api(stored: Database, workers: int = 1) -> Iterator[System]:
    """Run `todo serve` as it is shipped, with limits that nobody reaches; its log goes to a file."""
    port = processes.free_port()
    issuer = f"http://127.0.0.1:{port}"
    home = stored.directory / f"serve-{port}"
    home.mkdir()
    settings: dict[str, str | int] = {
        "DATABASE_URL": stored.url,
        "PORT": port,
        "PUBLIC_URL": issuer,
        "WORKERS": workers,
        **credentials.SETTINGS,
    }
    accounts = _accounts(stored.population, _tokens(home / "keys" / "signing.json", issuer, stored.population.users))
    command = processes.todo(processes.TODO, home, "serve", **settings)
    with processes.serving(command, port, home / "serve.log") as running:
        yield System("todo", "todo-core", running, accounts)


@contextmanager
def bare(stored: Database) -> Iterator[System]:
    """Run the bare framework."""
    port = processes.free_port()
    with processes.serving(catalog.bare(port), port, stored.directory / "bare.log") as running:
        yield System("bare", "bare Litestar + JWT", running, [Account(catalog.token("ann"), ())])


@contextmanager
def peers(stored: Database, names: Sequence[str]) -> Iterator[list[System]]:
    """Run the peers with these names; say which cannot run here."""
    chosen = [peer for peer in catalog.PEERS if peer.name in names]
    if chosen:
        tables.make_tables(stored.url)
    tokens = [catalog.token(data.uuid(user)) for user in range(stored.population.users)]
    accounts = _accounts(stored.population, tokens)
    with ExitStack() as ending:
        running = []
        for peer in chosen:
            try:
                peer.install()
            except Unavailable as reason:
                processes.say(f"{peer.title} is left out: {reason}")
                continue
            running.append(System(peer.name, peer.title, ending.enter_context(_peer(stored, peer)), accounts))
        yield running


@contextmanager
def _peer(stored: Database, peer: Peer) -> Iterator[Running]:
    port = processes.free_port()
    command = peer.command(port, tables.variables(stored.url))
    with processes.serving(command, port, stored.directory / f"{peer.name}.log") as running:
        yield running


def _accounts(population: data.Population, tokens: Sequence[str]) -> list[Account]:
    """Return an account for each token, in order of the users."""
    random = Random(3)  # noqa: S311 - the same tasks in each run
    found = []
    for user, token in enumerate(tokens):
        owned = population.tasks_of(user)
        known = random.sample(owned, min(KNOWN_TASKS, len(owned)))
        found.append(Account(token, [str(data.uuid(number)) for number in known]))
    return found


def _tokens(keys: Path, issuer: str, users: int) -> list[str]:
    """Return an access token of each user, as the server would have made it at a log-in."""
    clock = SystemClock()
    signer = AccessTokens(issuer, clock, KeyFile.open_or_create(keys))
    now = clock.now().replace(microsecond=0)
    ids = map(data.uuid, range(users))
    return [signer.make(AccessClaims(UserId(one), SessionId(one), uuid4(), now, now + TOKEN_LIFE)) for one in ids]
