"""Log lines: one event, one line, whatever is in it; and no message of an exception."""

import asyncio
import io
import json
import logging
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrypoints.logs import configure_logs
from entrypoints.settings import LogFormat, LogSettings

JSON = LogSettings("info", LogFormat.JSON)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that were written."""
    return capsys.readouterr().err.split("\n")[:-1]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A line is one JSON object with time, level, event and fields."""
    configure_logs(JSON)
    structlog.get_logger("http").info("request", request_id="abc", status=200, parts=["x", 1.5, None, True])

    (line,) = map(json.loads, lines(capsys))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "abc",
        "status": 200,
        "parts": ["x", 1.5, None, True],
    }


def test_console(capsys: pytest.CaptureFixture[str]) -> None:
    """For people a line is plain text; without a terminal there are no colours."""
    configure_logs(LogSettings("info", LogFormat.CONSOLE))
    structlog.get_logger().warning("something", at=["place"], number=7)

    (line,) = lines(capsys)
    assert "warning" in line
    assert "something" in line
    assert "place" in line
    assert "number=7" in line
    assert "\x1b" not in line


def test_json_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Unless chosen, the form is JSON when nobody looks on."""
    configure_logs(LogSettings("info", None))
    structlog.get_logger().info("something")

    assert json.loads(lines(capsys)[0])["event"] == "something"


def test_level(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines below the level are not written."""
    configure_logs(LogSettings("error", LogFormat.JSON))
    structlog.get_logger().warning("no")
    logging.getLogger("library").warning("no")
    structlog.get_logger().error("yes")

    assert [json.loads(line)["event"] for line in lines(capsys)] == ["yes"]


def test_standard_library(capsys: pytest.CaptureFixture[str]) -> None:
    """What libraries log comes in the same form, with the logger's name."""
    configure_logs(JSON)
    logging.getLogger("psycopg.pool").warning("lost %s of %d", "one\nline", 7)

    (line,) = map(json.loads, lines(capsys))
    del line["time"]
    assert line == {"level": "warning", "event": "lost one\\nline of 7", "logger": "psycopg.pool"}


@pytest.mark.parametrize("form", list(LogFormat))
def test_exceptions_tell_places_only(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """Of an exception, class and places are written, never its message: that may quote a row."""
    configure_logs(LogSettings("info", form))
    try:
        int("hunter2")
    except ValueError as error:
        logging.getLogger("library").exception("failed")
        structlog.get_logger().exception("failed")
        structlog.get_logger().error("failed", exc_info=error)

    found = lines(capsys)
    assert len(found) == 3
    for line in found:
        assert "hunter2" not in line
        assert "ValueError" in line
        assert "test_exceptions_tell_places_only" in line


@pytest.mark.parametrize("form", list(LogFormat))
@given(text=st.text() | st.text(st.sampled_from("\r\n\x1b\0\x85\u2028\u2029\u202e\u2066\x7f\ufeff\ud800a{}\"'")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_forges_a_line(form: LogFormat, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is logged, by whom and under which name: one line, of printable characters."""
    configure_logs(LogSettings("info", form))
    structlog.get_logger().info(text, value=text, nested={text: [text]}, other=ValueError(text))
    logging.getLogger("library").warning("%s", text)
    sys.stderr.flush()

    found = capsys.readouterr().err
    assert found.count("\n") == 2
    assert found.replace("\n", "").isprintable()


class Written:
    """What was written to a stream, system call by system call."""

    def __init__(self, receiver: socket.socket) -> None:
        self.receiver = receiver
        self._parts: list[bytes] = []

    @property
    def parts(self) -> list[bytes]:
        """What each system call wrote: to a socket of datagrams, each of them is one."""
        with suppress(BlockingIOError):
            while True:
                self._parts.append(self.receiver.recv(100_000))
        return self._parts


@pytest.fixture(params=[-1, 0], ids=["buffered", "unbuffered"])
def written(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Written]:
    """What goes to standard error, which Python made with or without a buffer, in lines as servers write them."""
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.settimeout(0)
    with sender, receiver, open(sender.fileno(), "wb", request.param, closefd=False) as binary:
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(binary, write_through=True))
        for _ in range(2):  # as in a worker: once in the process that it was forked from
            configure_logs(JSON)
        yield Written(receiver)


def test_lines_outside_an_event_loop(written: Written) -> None:
    """Each is written at once, also after an event loop has ended."""

    async def say() -> None:
        structlog.get_logger().info("within")

    structlog.get_logger().info("first")
    assert 1 == len(written.parts)
    asyncio.run(say())
    assert 2 == len(written.parts)
    structlog.get_logger().info("last")
    assert 3 == len(written.parts)


async def test_lines_of_one_turn(written: Written) -> None:
    """They are written together at the end of the turn, in their order; those of the standard library at once."""
    structlog.get_logger().info("first")
    structlog.get_logger().info("second")
    assert [] == written.parts
    await asyncio.sleep(0)
    assert 1 == len(written.parts)
    structlog.get_logger().info("third")
    logging.getLogger("library").warning("of the library")
    assert 2 == len(written.parts)
    structlog.get_logger().info("fourth")
    await asyncio.sleep(0)

    events = [json.loads(line)["event"] for line in b"".join(written.parts).splitlines()]
    assert ["first", "second", "third", "fourth"] == [event for event in events if event != "of the library"]
    assert "of the library" in events


async def test_lines_of_several_processes(written: Written) -> None:
    """What is written at once ends with a line, and a pipe keeps it apart from what others write."""
    for number in range(100):
        structlog.get_logger().info("said", number=number, padding="x" * (number % 7 * 100))
    await asyncio.sleep(0)

    assert all(part.endswith(b"\n") and len(part) <= select.PIPE_BUF for part in written.parts)
    assert list(range(100)) == [json.loads(line)["number"] for line in b"".join(written.parts).splitlines()]
    assert 20 > len(written.parts)


async def test_one_long_line(written: Written) -> None:
    """It is written, whatever its length."""
    for length in (10, 10_000, 20):
        structlog.get_logger().info("said", padding="x" * length)
    await asyncio.sleep(0)

    assert [10, 10_000, 20] == [len(json.loads(line)["padding"]) for line in b"".join(written.parts).splitlines()]
