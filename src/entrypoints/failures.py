"""The error that ends a command: one line for people, and an exit code."""

import attrs

from todo_core.errors import Unavailable

CONFIGURATION = 78  # EX_CONFIG of sysexits.h


@attrs.frozen
class Failure(Exception):
    """The program cannot go on. `message` says why and what to do; `code` is the exit code."""

    message: str
    code: int = 1

    @classmethod
    def of(cls, error: Unavailable) -> "Failure":
        """Return the failure for a database that is not available; libpq's message may have several lines."""
        return cls(" ".join(" ".join(map(str, error.args)).split()) or "the database is not available")

    def __str__(self) -> str:
        return self.message
