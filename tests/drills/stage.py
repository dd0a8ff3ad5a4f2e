"""What a drill is played on: a PostgreSQL server behind an address of its own, and two `todo serve` beside it."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import attrs
import httpx

from tests.clusters import Cluster, Programs, children
from tests.drills.forwarder import Forwarder
from tests.serving import UNLIMITED, free_port, start, todo

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05
SERVERS = 2
SETTINGS = {
    **UNLIMITED,
    "PUBLIC_URL": "http://todo.test",  # one issuer for all
    "REFRESH_GRACE_SECONDS": "60",  # users come back later than after the default's 10 seconds
}


class Broken(Exception):
    """The drill cannot go on: something did not come back."""


async def until(condition: Callable[[], bool], what: str) -> None:
    """Poll, in a thread, until the condition holds. Raises Broken when it never does."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Broken(f"not after {PATIENCE_SECONDS} seconds: {what}") from None


@attrs.define
class Server:
    """One `todo serve`, which can be started and stopped again and again. `data` has the keys that all share."""

    data: Path
    port: int
    database_url: str = attrs.field(repr=False)
    _process: "subprocess.Popen[str] | None" = attrs.field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Everything it has said."""
        return self.data.parent / f"serve-{self.port}.log"

    async def start(self) -> None:
        """Start it and return when it is ready. Raises Broken."""
        settings = {**SETTINGS, "DATABASE_URL": self.database_url, "PORT": str(self.port)}
        with self.log.open("a") as output:
            self._process = start(self.data, output.fileno(), "serve", **settings)
        await until(self.is_ready, f"{self.url} is ready: {self.log}")

    async def stop(self) -> None:
        """Stop it as an operator would."""
        process = self._process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        await until(lambda: process.poll() is not None, f"{self.url} stops after SIGTERM: {self.log}")

    def kill(self) -> None:
        """Kill the main process; its workers end with it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Kill it if it runs."""
        if self._process is not None:
            self.kill()

    def workers(self) -> set[int]:
        """Return its worker processes, which take the requests."""
        assert self._process is not None
        return children(self._process.pid)

    def is_ready(self) -> bool:
        """Say whether it takes requests and reaches its database."""
        try:
            return httpx.get(f"{self.url}/health/ready").is_success
        except httpx.TransportError:
            return False


@attrs.define
class Stage:
    """The scene: `primary` is the database that takes writes now; the address that the servers know leads to it."""

    programs: Programs
    directory: Path
    primary: Cluster
    forwarder: Forwarder
    servers: tuple[Server, ...]
    struck_at: float = 0.0
    """When the latest fault began, in seconds of a monotonic clock."""
    _given_up: Cluster | None = attrs.field(default=None, init=False)
    _copies: int = attrs.field(default=0, init=False)

    @classmethod
    @asynccontextmanager
    async def open(cls, directory: Path) -> AsyncIterator["Stage"]:
        """Start everything in a directory that any account may enter, and end it with the block. Raises Broken."""
        programs = Programs.find(directory)
        primary = Cluster.create(programs, directory / "database-0", free_port())
        with ExitStack() as ending:
            async with Forwarder.open(primary.port) as forwarder:
                url = primary.url(port=forwarder.port)
                data = directory / "data"
                servers = tuple(Server(data, free_port(), url) for _ in range(SERVERS))
                stage = cls(programs, directory, primary, forwarder, servers)
                ending.callback(stage.close)
                await asyncio.to_thread(todo, data, "migrate", DATABASE_URL=url)
                await servers[0].start()  # it makes the keys
                await asyncio.gather(*(server.start() for server in servers[1:]))
                yield stage

    def strike(self) -> None:
        """Note that a fault begins now; what comes before it is preparation."""
        self.struck_at = time.monotonic()

    def close(self) -> None:
        """End every process and remove the database, whichever it is now."""
        for server in self.servers:
            server.end()
        self._remove_standby()
        self.primary.destroy()

    async def until_ready(self) -> None:
        """Wait until every server is ready. Raises Broken."""
        for server in self.servers:
            await until(server.is_ready, f"{server.url} is ready: {server.log}")

    async def copy_primary(self) -> Cluster:
        """Return a hot standby of the primary, which has carried out every commit before it returns, from now on."""
        self._remove_standby()
        self._copies += 1
        place = self.directory / f"database-{self._copies}"
        standby = await asyncio.to_thread(self.primary.copy, place, free_port(), "--write-recovery-conf")
        await asyncio.to_thread(standby.start)
        self.primary.configure(synchronous_standby_names="*", synchronous_commit="remote_apply")
        self.primary.reload()
        await until(self._is_synchronous, "the standby follows")
        return standby

    async def give_up(self, standby: Cluster) -> None:
        """Let the primary commit alone again; the standby goes on until the next one is made, or the end."""
        self.primary.configure()
        self.primary.reload()
        self._given_up = standby

    def _remove_standby(self) -> None:
        if self._given_up is not None:
            self._given_up.destroy()
            self._given_up = None

    def _is_synchronous(self) -> bool:
        with self.primary.administrator() as admin:
            return admin.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]
