"""Starts the server's process, waits until it is ready, and stops it."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.embedded.account import Account
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.home import Home, Status

# Not the caller's environment: PGPORT or PGOPTIONS there would change the server's settings.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}

START_SECONDS = 120  # crash recovery may take a while
STOP_SECONDS = 60
TAKEOVER_SECONDS = 10  # how long the processes of a killed server may take to go
_RETRY_SECONDS = 0.1
_POLL_SECONDS = 0.005
_NEVER = threading.Event()
_LISTED = re.compile(r'lock file "postmaster.pid" already exists')
_STILL_THERE = re.compile(rf"{_LISTED.pattern}|pre-existing shared memory block")
_REASON = re.compile(r"(?:FATAL|PANIC|ERROR|error): +(.+)")
_HINT = re.compile(r"HINT: +(.+)")
_PR_SET_PDEATHSIG = 1


class Stopping(Exception):
    """A start was cancelled because the server is no longer needed; no process of it is left."""


def start(
    home: Home, bindir: Path, account: Account, settings: Mapping[str, str], stopping: threading.Event = _NEVER
) -> "subprocess.Popen[bytes]":
    """Start the server and return when it accepts connections.

    After a kill, processes of the previous server may exist for a moment, and PostgreSQL refuses to start beside
    them: the start is then repeated for a while.

    Raises:
        EmbeddedError: it did not start; the message has the reason and the name of the log.
        Stopping: `stopping` was set during the start.
    """
    deadline = time.monotonic() + TAKEOVER_SECONDS
    while True:
        offset = home.log.stat().st_size if home.log.exists() else 0
        process = _launch(home, bindir, account, settings)
        try:
            if _became_ready(process, home, stopping):
                return process
        except BaseException:
            stop(process)
            raise
        said = _said(home.log, offset)
        if not _STILL_THERE.search(said):
            raise EmbeddedError(f"the database did not start: {reason(said, home.path)} (log: {home.log})")
        if time.monotonic() > deadline:
            raise EmbeddedError(_what_is_there(said, home))
        _pause(_RETRY_SECONDS, stopping)


def _what_is_there(said: str, home: Home) -> str:
    if not _LISTED.search(said):  # the process in the file is gone, but those that served its clients are not
        return f"a database that was killed has left processes: end those whose working directory is {home.data}"
    pid = home.postmaster().pid
    return (
        f"a database left behind by a process that was killed still runs in {home.path}: end it with"
        f" `kill -INT {pid}`, or remove {home.data / 'postmaster.pid'} if {pid} is something else"
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop the server cleanly: it ends sessions, writes a checkpoint and removes its pid file."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # at once; the next start recovers from the log
        process.wait()


def reason(said: str, path: Path) -> str:
    """Return the reason that PostgreSQL's messages give, with the hint if there is one, on one line."""
    if found := _REASON.findall(said):
        return " ".join([*found[:1], *_HINT.findall(said)[:1]])
    if shutil.disk_usage(path).free == 0:
        return "no space is left on the device"
    return said.strip().splitlines()[-1] if said.strip() else "it ended without a word"


def _launch(home: Home, bindir: Path, account: Account, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(home.log, "ab", opener=_private) as log:
        return subprocess.Popen(
            [bindir / "postgres", "-D", home.data, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=ENVIRONMENT,
            cwd=os.sep,
            process_group=0,  # Ctrl-C goes to this process alone: the database stops after the last request
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 -- it makes two system calls and takes no lock
            **account.identity,
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _end_with_parent() -> Callable[[], None] | None:
    """Return what makes Linux stop the server when this process dies. It runs after the change of account."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # the parent died before the call
            os._exit(1)

    return arrange


def _became_ready(process: "subprocess.Popen[bytes]", home: Home, stopping: threading.Event) -> bool:
    """Wait until `postmaster.pid` says that the server is ready; a file of another process is left from a crash."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None:
        postmaster = home.postmaster()
        if postmaster.pid == process.pid and postmaster.status is Status.READY:
            return True
        if time.monotonic() > deadline:
            raise EmbeddedError(f"the database was not ready after {START_SECONDS} seconds (log: {home.log})")
        _pause(_POLL_SECONDS, stopping)
    return False


def _pause(seconds: float, stopping: threading.Event) -> None:
    if stopping.wait(seconds):
        raise Stopping


def _said(log: Path, offset: int) -> str:
    with log.open("rb") as lines:
        lines.seek(offset)
        return lines.read().decode(errors="replace")
