"""The pool of threads where a filter of system calls refuses what it asks for, as units and containers have one."""

import platform
import subprocess
import sys

import pytest

SETPRIORITY = {"x86_64": 141, "aarch64": 140}
"""The number of the system call behind `nice`, by machine."""

PROGRAM = """
import asyncio, ctypes, os, struct, sys
from adapters.passwords.pool import BoundedPool

steps = [(0x20, 0, 0, 0), (0x15, 0, 1, int(sys.argv[1])), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges, without which there is no filter
assert libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(program)), 0, 0) == 0  # refuse this one call: EPERM

try:
    os.nice(1)
except PermissionError:
    print(asyncio.run(BoundedPool(1, 1).run(int, "42")))
"""


@pytest.mark.skipif(platform.machine() not in SETPRIORITY or sys.platform != "linux", reason="a filter of Linux")
def test_hashing_goes_on_at_the_common_niceness() -> None:
    """A pool that may not step back works all the same: passwords are still checked."""
    command = [sys.executable, "-c", PROGRAM, str(SETPRIORITY[platform.machine()])]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ("42\n", "", 0) == (done.stdout, done.stderr, done.returncode)
