"""The standard streams, which whoever starts the command may have closed."""

import os
import sys

MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}
"""By the number of the stream."""


def open_missing_streams() -> None:
    """Open closed standard streams on /dev/null. Otherwise another file or a socket would get their numbers."""
    for number, (name, mode) in enumerate(MODES.items()):
        if getattr(sys, name) is None:  # as Python leaves it
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - no path, and for good
