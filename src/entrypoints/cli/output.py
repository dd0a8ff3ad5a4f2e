"""Prints lines. All text from users (addresses, names) reaches an operator's terminal through these functions."""

import os
import sys

import click

from entrypoints.failures import Failure


def show(line: str, *, err: bool = False) -> None:
    """Print one line, with characters that are not printable as Python's escape sequences."""
    stream = sys.stderr if err else sys.stdout
    encoding = stream.encoding or "utf-8"
    write(printable(line).encode(encoding, "backslashreplace").decode(encoding) + "\n", err=err)


def write(text: str, *, err: bool = False) -> None:
    """Write text as it is. Raises Failure when standard output cannot take it; nobody can be told of standard error."""
    try:
        click.echo(text, nl=False, err=err)
    except BrokenPipeError:
        raise  # who has read enough: click ends the command quietly
    except OSError as error:
        _give_up((sys.stderr if err else sys.stdout).fileno())
        if not err:
            raise Failure(f"standard output cannot be written: {error.strerror}") from error


def end_of_log() -> None:
    """Forget lines of the log that could not be written: they are no failure of the command."""
    try:
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr.fileno())


def _give_up(descriptor: int) -> None:
    """Point a stream at /dev/null: at its end Python would try to write what is left, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def printable(text: str) -> str:
    r"""Return `text` with each character that is not printable as `\x9b` or `\u202e`.

    Those are controls, format characters (which turn text around or have no width), separators other than the space,
    and what has no meaning: Unicode's categories "Other" and "Separator".
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
