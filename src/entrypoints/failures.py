"""What keeps the program from starting, or a command from being done: one line for people."""

import attrs

CONFIGURATION = 78  # EX_CONFIG of sysexits.h


@attrs.frozen
class Failure(Exception):
    """The program cannot go on. `message` says why and what to do; `code` is the exit code."""

    message: str
    code: int = 1

    def __str__(self) -> str:
        return self.message
