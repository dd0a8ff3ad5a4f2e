"""PgBouncer in transaction mode, with a pool of two connections, in front of a test's PostgreSQL server."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded.account import Account
from tests.conftest import directory_for_all
from tests.serving import free_port

POOL_SIZE = 2
NEWER = os.environ.get("NEWER_PGBOUNCER")
"""A PgBouncer, 1.21 or later, that knows prepared statements: Debian 12 has an older one."""
PREPARED_STATEMENTS = 200
"""How many it keeps for each connection: more than a process of ours prepares."""
START_SECONDS = 30
STOP_SECONDS = 30
CONFIGURATION = """\
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {directory}/users
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 500
server_check_delay = 10
ignore_startup_parameters = extra_float_digits{ignored}
"""
PREPARES = f"max_prepared_statements = {PREPARED_STATEMENTS}\n"


@attrs.frozen
class PgBouncer:
    """A running pooler; `role` is whom it knows, without a password. `prepares`: it knows prepared statements."""

    port: int
    role: str
    prepares: bool

    def url(self, database_url: str) -> str:
        """Return the URL that leads to a database over the pooler."""
        return urlsplit(database_url)._replace(netloc=f"{self.role}@127.0.0.1:{self.port}", query="").geturl()


def program(*, prepares: bool) -> str:
    """Return PgBouncer's program; skip the test where there is none, but on CI; or the newer one."""
    if prepares:
        return NEWER or pytest.skip("NEWER_PGBOUNCER names no PgBouncer that knows prepared statements")
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("PgBouncer is not installed")
        pytest.skip("PgBouncer is not installed")
    return found


@contextmanager
def pgbouncer(server_url: str, ignored: str = "", *, prepares: bool = False) -> Iterator[PgBouncer]:
    """Run PgBouncer before a server for as long as the block. `ignored`: start-up parameters that it does not read.

    `prepares`: it is the newer one, which keeps prepared statements.
    """
    server = conninfo_to_dict(server_url)
    with directory_for_all("todo-pgbouncer-") as directory:
        account, port = Account.choose(directory / "none"), free_port()
        directory.joinpath("users").write_text(f'"{server["user"]}" ""\n')
        directory.joinpath("pgbouncer.ini").write_text(
            CONFIGURATION.format(
                host=server["host"],
                port=server.get("port", 5432),
                listen=port,
                directory=directory,
                pool=POOL_SIZE,
                ignored=ignored,
            )
            + (PREPARES if prepares else "")
        )
        with _process(
            [program(prepares=prepares), "-q", str(directory / "pgbouncer.ini")], account, directory / "log"
        ) as process:
            _wait(process, port, directory / "log")
            yield PgBouncer(port, str(server["user"]), prepares)


@contextmanager
def _process(command: list[str], account: Account, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **account.identity)
    try:
        yield process
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    pytest.fail(f"PgBouncer does not start: {log.read_text()}")
