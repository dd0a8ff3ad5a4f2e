"""Log lines: one event, one line, whatever is in it; and no message of an exception."""

import json
import logging
import sys
from collections.abc import Iterator

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
