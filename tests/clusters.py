"""PostgreSQL servers of the tests' own, on a TCP port with passwords: started, stopped, killed, copied, promoted."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import attrs
import psycopg
import pytest
from psycopg import sql

from adapters.embedded import Binaries
from adapters.embedded.account import Account, open_to

START_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.02
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}
ROLE = "todo"
DATABASE = "todo"


@attrs.frozen
class Programs:
    """A directory of PostgreSQL programs, and the account that runs them: never root."""

    bindir: Path
    account: Account

    @classmethod
    def find(cls, directory: Path, bindir: Path | None = None) -> "Programs":
        """Return the given programs, those of `TODO_PG_BINDIR`, or the first that this machine has.

        As root a copy of the wheel's programs may be made in `directory`.
        """
        account = Account.choose(directory / "none")
        chosen = os.environ.get("TODO_PG_BINDIR")
        given = bindir or (Path(chosen) if chosen else Binaries.find().bindir)
        return cls(open_to(account, given, directory), account)

    def run(self, program: str, *arguments: str | Path, **variables: str) -> str:
        """Run a program to its end and return what it prints. Raises CalledProcessError, with its words in `stderr`."""
        done = subprocess.run(
            [self.bindir / program, *arguments],
            check=True,
            capture_output=True,
            text=True,
            cwd=os.sep,
            env={**ENVIRONMENT, **variables},
            **self.account.identity,
        )
        return done.stdout

    def version(self) -> str:
        """Return the major version, as text."""
        return self.run("postgres", "--version").split()[2].partition(".")[0]


@attrs.define
class Cluster:
    """A server in a directory of its own.

    `port` and `password` are those of the superuser `postgres` and of the role `todo`, which owns the database `todo`.
    """

    programs: Programs
    directory: Path
    port: int
    password: str = attrs.field(repr=False)
    _process: "subprocess.Popen[bytes] | None" = attrs.field(default=None, init=False)

    @classmethod
    def create(cls, programs: Programs, directory: Path, port: int, **settings: str) -> "Cluster":
        """Make the data of a server, its role and its database, and start it. The database has no table yet."""
        cluster = cls(programs, directory, port, secrets.token_hex(16))
        cluster._own()
        secret = directory / "password"
        secret.write_text(cluster.password)
        secret.chmod(0o644)  # the directory is closed to others
        programs.run(
            "initdb",
            *("--pgdata", cluster.data, "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8"),
            *("--auth", "scram-sha-256", "--pwfile", secret, "--no-sync"),
        )
        secret.unlink()
        with cluster.data.joinpath("postgresql.conf").open("a") as configuration:
            configuration.write("include = 'tests.conf'\n")
        cluster.configure(**settings)
        cluster.start()
        cluster._populate()
        return cluster

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """What the server says of itself."""
        return self.directory / "postgres.log"

    @property
    def pid(self) -> int:
        """The postmaster."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = DATABASE, *, role: str = ROLE, host: str = "127.0.0.1", port: int = 0) -> str:
        """Return a libpq URL with the password in it; a port other than the server's leads over something else."""
        return f"postgresql://{role}:{quote(self.password)}@{host}:{port or self.port}/{database}"

    @contextmanager
    def administrator(self, database: str = DATABASE) -> Iterator[psycopg.Connection]:
        """Connect as superuser, without transactions."""
        with psycopg.connect(self.url(database, role="postgres"), autocommit=True) as connection:
            yield connection

    def configure(self, **settings: str) -> None:
        """Replace the server parameters of the tests; a running server needs `reload` or another start."""
        lines = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "log_checkpoints": "off",
            **settings,
        }
        text = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        self.write("tests.conf", text)

    def write(self, name: str, text: str) -> None:
        """Write a file of the server's data directory."""
        file = self.data / name
        file.write_text(text)
        self._give(file)

    def reload(self) -> None:
        """Have the server read its configuration again."""
        os.kill(self.pid, signal.SIGHUP)

    def start(self) -> None:
        """Start the server and return when it takes connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs.bindir / "postgres", "-D", self.data, "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
                cwd=os.sep,
                process_group=0,
                **self.programs.account.identity,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {self.log.read_text()}")
            time.sleep(POLL_SECONDS)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server, if it runs: SIGINT cuts sessions and writes everything, SIGQUIT leaves that to the start."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS)
        self._process = None

    def kill(self) -> None:
        """Kill the postmaster, and wait for the processes that it leaves: they notice and end."""
        assert self._process is not None
        family = children(self._process.pid)
        self._process.kill()
        self._process.wait()
        self._process = None
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(is_alive, family)):
            assert time.monotonic() < deadline, "processes of a killed server do not end"
            time.sleep(POLL_SECONDS)

    def copy(self, directory: Path, port: int, *options: str) -> "Cluster":
        """Take a base backup of the running server into another directory, and return it as a server to be started."""
        copy = Cluster(self.programs, directory, port, self.password)
        copy._own()
        self.programs.run(
            "pg_basebackup",
            f"--pgdata={copy.data}",
            f"--dbname=postgresql://postgres@127.0.0.1:{self.port}/",
            *("--checkpoint=fast", "--no-sync", *options),
            PGPASSWORD=self.password,
        )
        return copy

    def promote(self) -> None:
        """Make a standby the primary, and return when it takes writes."""
        self.programs.run("pg_ctl", "promote", f"--pgdata={self.data}", "--wait")

    def destroy(self) -> None:
        """Stop the server at once and remove all it has."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory)

    def _own(self) -> None:
        self.directory.mkdir(mode=0o700)
        self._give(self.directory)

    def _give(self, path: Path) -> None:
        account = self.programs.account
        if account.uid is not None and account.gid is not None:
            os.chown(path, account.uid, account.gid)

    def _answers(self) -> bool:
        try:
            with self.administrator("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def _populate(self) -> None:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with self.administrator("postgres") as admin:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(self.password)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0 OWNER {}").format(database, role)
            )


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """See that a server is gone at the end of the block, with all it has."""
    try:
        yield cluster
    finally:
        cluster.destroy()


def children(pid: int) -> set[int]:
    """Return the processes that a process has started and that live. Linux only."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return set()


def is_alive(pid: int) -> bool:
    """Return whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def debian_programs() -> Path:
    """Return the newest of Debian's PostgreSQL programs, which know TLS; without them skip the test, but not on CI."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and not os.environ.get("CI"):
        pytest.skip("Debian's postgresql is not installed")
    return found[-1].parent
