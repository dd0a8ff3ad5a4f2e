"""The port: kept from the first moment on, so that nobody else believes it is free."""

import socket
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest

from entrypoints.failures import Failure
from entrypoints.serving import Address
from tests.serving import eventually

DESCRIPTORS = """
import resource
from entrypoints.serving import allowed_descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (512, 4096))
print([allowed_descriptors(wanted) for wanted in (256, 1000, 9000)], resource.getrlimit(resource.RLIMIT_NOFILE))
"""
TELL_LOOP = """
import asyncio, datetime, sys
from entrypoints.serving import Address, serve
from entrypoints.settings import ServerSettings

async def tell(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": type(asyncio.get_running_loop()).__module__.encode()})

port = int(sys.argv[1])
serve(
    ServerSettings("127.0.0.1", port, 1, "http://todo.test", datetime.timedelta(0), datetime.timedelta(seconds=5)),
    Address.resolve("127.0.0.1", port),
    lambda shared: tell,
)
"""
AS_WORKERS = (socket.SO_REUSEADDR, socket.SO_REUSEPORT)


@pytest.fixture
def address(unused_tcp_port: int) -> Address:
    """Return an address that nobody listens on."""
    return Address.resolve("127.0.0.1", unused_tcp_port)


def taken(address: Address) -> bool:
    """Say whether a server that starts now would be told that the port is in use."""
    try:
        with address.reserved():
            return False
    except Failure as failure:
        return str(failure).startswith(f"port {address.port} on 127.0.0.1 is in use: ")


def listening(address: Address, *options: int) -> socket.socket:
    """Return a socket that listens there."""
    listener = socket.socket()
    for option in options:
        listener.setsockopt(socket.SOL_SOCKET, option, 1)
    listener.bind((address.ip, address.port))
    listener.listen()
    return listener


def test_descriptors_are_raised_as_far_as_they_may_be() -> None:
    """The soft limit goes up to the hard one and no further, and never down; in a process that may spoil its own."""
    process = subprocess.run([sys.executable, "-c", DESCRIPTORS], capture_output=True, text=True, check=True)

    assert "[256, 1000, 4096] (4096, 4096)\n" == process.stdout


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="uvloop is for CPython")
def test_workers_run_on_uvloop(unused_tcp_port: int) -> None:
    """The event loop of a worker is uvloop's."""
    answers: list[str] = []

    def answered() -> bool:
        with suppress(httpx.TransportError):  # it is not up yet
            answers.append(httpx.get(f"http://127.0.0.1:{unused_tcp_port}").text)
        return bool(answers)

    with subprocess.Popen([sys.executable, "-c", TELL_LOOP, str(unused_tcp_port)]) as server:
        try:
            eventually(answered)
        finally:
            server.terminate()

    assert ["uvloop"] == answers


def test_free_port(address: Address) -> None:
    """A free port is reserved, and free again afterwards."""
    assert [taken(address) for _ in range(3)] == [False] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the port is looked at, but not held")
def test_two_starts(address: Address) -> None:
    """Of two servers that start at the same time, the second is told, before the first listens."""
    with address.reserved():
        assert taken(address)
    assert not taken(address)


@pytest.mark.parametrize("options", [(), (socket.SO_REUSEADDR,), (socket.SO_REUSEPORT,), AS_WORKERS])
def test_somebody_listens(address: Address, options: tuple[int, ...]) -> None:
    """A port on which somebody listens is taken, however willing they are to share it."""
    with listening(address, *options):
        assert taken(address)


def test_workers_may_listen(address: Address) -> None:
    """The reserved port is free for workers, who bind it with SO_REUSEPORT, and they get every connection."""
    with (
        address.reserved(),
        listening(address, *AS_WORKERS) as worker,
        socket.create_connection((address.ip, address.port)) as client,
    ):
        accepted, peer = worker.accept()
        accepted.close()

        assert peer == client.getsockname()


def test_restart(address: Address) -> None:
    """A port with connections of an earlier server that have just ended is free."""
    with (
        listening(address, *AS_WORKERS) as server,
        socket.create_connection((address.ip, address.port)) as client,
    ):
        accepted, _ = server.accept()
        accepted.close()  # first, so that this side waits in TIME_WAIT
        assert client.recv(1) == b""

    assert not taken(address)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("nosuch.invalid", "TODO_HOST: 'nosuch.invalid' is no address of this machine"),
        ("203.0.113.9", "cannot listen on 203.0.113.9: Cannot assign requested address: set TODO_HOST to "),
    ],
)
def test_no_address_of_this_machine(host: str, message: str, unused_tcp_port: int) -> None:
    """A host that is not this machine is one line that names the setting."""
    with pytest.raises(Failure) as caught, Address.resolve(host, unused_tcp_port).reserved():
        pass

    assert str(caught.value).startswith(message)


def test_names_and_ipv6(unused_tcp_port: int) -> None:
    """A host name stands for its first address; an IPv6 address is taken as it is."""
    assert Address.resolve("localhost", unused_tcp_port).ip in {"127.0.0.1", "::1"}
    assert Address.resolve("::1", unused_tcp_port) == Address("::1", unused_tcp_port, socket.AF_INET6)
