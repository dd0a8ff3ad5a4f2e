"""Log lines: each event is one JSON object, or one coloured line for people.

structlog's own loggers and those of the standard library (the server, the connection pool) use the same format.
Characters that are not printable are escaped, so no text can forge a line or move a terminal's cursor. Of an exception
that a library logs, its class and places are kept; its message is not, because it may quote a row.
"""

import asyncio
import datetime as dt
import io
import logging
import select
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, AnyStr, BinaryIO, Generic, TextIO, cast

import attrs
import orjson
import structlog
from structlog.typing import BindableLogger, EventDict, Processor, WrappedLogger

from entrypoints.settings import LogFormat, LogSettings

DELETE = b"\x7f"
"""The one control character that JSON does not escape."""


def configure_logs(settings: LogSettings, *, traced: bool = False) -> None:
    """Send every log line of this process to standard error, in the form and from the level of the settings.

    `traced`: a line has the id of the trace that it belongs to, which is in structlog's context variables.
    """
    terminal = sys.stderr.isatty()
    form = settings.format or (LogFormat.CONSOLE if terminal else LogFormat.JSON)
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    lines = _as_json() if form is LogFormat.JSON else _for_people(colors=terminal)
    context: list[Processor] = [structlog.contextvars.merge_contextvars] if traced else []
    structlog.configure(
        processors=[*context, *lines.pre_chain, *lines.renderers],
        wrapper_class=cast("type[BindableLogger]", structlog.make_filtering_bound_logger(level)),
        logger_factory=lines.logger_factory,
        cache_logger_on_first_use=True,
    )
    _adopt_standard_library(level, lines)


@attrs.frozen
class LineFormat:
    """How lines are written: what is added to an event first, what renders it, and the factory of the loggers.

    `decoders` make a text of a rendered line, for the standard library.
    """

    pre_chain: tuple[Processor, ...]
    renderers: tuple[Processor, ...]
    logger_factory: Callable[..., WrappedLogger]
    decoders: tuple[Processor, ...] = ()


def _as_json() -> LineFormat:
    lines = BatchedLines(Forgiving(_buffered(sys.stderr.buffer)))
    factory = structlog.BytesLoggerFactory(cast("BinaryIO", lines))
    return LineFormat((structlog.stdlib.add_log_level, _time), (only_places, _json), factory, (_decoded,))


def _for_people(*, colors: bool) -> LineFormat:
    time = structlog.processors.TimeStamper(fmt="iso", key="time")
    renderer = structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time")
    factory = structlog.WriteLoggerFactory(cast("TextIO", Forgiving(sys.stderr)))
    return LineFormat((structlog.stdlib.add_log_level, time), (only_places, only_printable, renderer), factory)


@attrs.frozen
class Forgiving(Generic[AnyStr]):
    """Where lines go: what cannot be written, because the disk is full, is lost, and stops nobody."""

    stream: IO[AnyStr]

    def write(self, text: AnyStr) -> None:
        """Write a line, if that is possible."""
        with suppress(OSError):
            self.stream.write(text)

    def flush(self) -> None:
        """Write what is left, if that is possible."""
        with suppress(OSError):
            self.stream.flush()


@attrs.define(eq=False)
class BatchedLines:
    """Where lines of requests go: those of one turn of the event loop are written at its end, with one system call.

    They are no more than `PIPE_BUF` bytes together: so many are not mixed with what other processes write (pipe(7)).
    """

    _stream: Forgiving[bytes]
    _size: int = attrs.field(default=0, init=False)
    _is_due: bool = attrs.field(default=False, init=False)

    def write(self, line: bytes) -> None:
        """Add a line."""
        if self._size + len(line) > select.PIPE_BUF:
            self._flush()
        self._size += len(line)
        self._stream.write(line)

    def flush(self) -> None:
        """Write the lines at the end of this turn; outside an event loop, at once."""
        if self._is_due:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._flush()
        else:
            loop.call_soon(self._end_turn)
            self._is_due = True

    def _end_turn(self) -> None:
        self._is_due = False
        self._flush()

    def _flush(self) -> None:
        self._size = 0
        self._stream.flush()


def _buffered(stream: BinaryIO) -> BinaryIO:
    """Return a stream that writes when it is flushed: PYTHONUNBUFFERED, usual in containers, takes the buffer away."""
    return open(stream.fileno(), "wb", closefd=False) if isinstance(stream, io.RawIOBase) else stream


def _time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Note when it happened."""
    event["time"] = dt.datetime.now(dt.UTC)
    return event


def _json(logger: WrappedLogger, method: str, event: EventDict) -> bytes:
    """Return one line. Most have nothing to escape, which their JSON text shows sooner than a look at each value."""
    ordered = {"time": event.pop("time"), "level": event.pop("level"), "event": event.pop("event"), **event}
    try:
        line = orjson.dumps(ordered, str, orjson.OPT_UTC_Z)
    except TypeError:  # a name that is no text, or text that is not Unicode
        line = b"\\"
    if b"\\" in line or DELETE in line or not line.isascii():
        printable = {**only_printable(logger, method, ordered), "time": ordered["time"]}
        line = orjson.dumps(printable, str, orjson.OPT_UTC_Z)
    return line


def _decoded(_logger: WrappedLogger, _method: str, line: Any) -> str:  # noqa: ANN401 - what `_json` returned
    text: str = line.decode()
    return text


def _adopt_standard_library(level: int, lines: LineFormat) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*lines.pre_chain, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *lines.renderers, *lines.decoders],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))  # below that, libraries log their own work
    logging.getLogger("psycopg.pool").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a line of the connection pool is more than a notice of a connection that this program closed."""
    return not str(record.msg).startswith("discarding closed connection")


def only_places(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its class and the places it passed."""
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        trace = traceback.TracebackException.from_exception(error)
        event["error"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in trace.stack]
    return event


def _exception(told: object) -> BaseException | None:
    """Return the exception of an `exc_info`: itself, the interpreter's triple, or `True` for the current one."""
    found = sys.exc_info() if told is True else told
    error = found[1] if isinstance(found, tuple) else found
    return error if isinstance(error, BaseException) else None


def only_printable(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape what is not printable, in names and values: control characters, line separators, changes of direction."""
    return {_printable(name): _printable(value) for name, value in event.items()}


def _printable(value: Any) -> Any:  # noqa: ANN401 - whatever somebody logs
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_escaped, value))
    if isinstance(value, Mapping):
        return {_printable(name): _printable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else _printable(str(value))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
