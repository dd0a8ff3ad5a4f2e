"""Prints lines. All text from users (addresses, names) reaches an operator's terminal through these functions."""

import sys

import click


def show(line: str, *, err: bool = False) -> None:
    """Print one line, with characters that are not printable as Python's escape sequences."""
    stream = sys.stderr if err else sys.stdout
    encoding = stream.encoding or "utf-8"
    click.echo(printable(line).encode(encoding, "backslashreplace").decode(encoding), err=err)


def printable(text: str) -> str:
    r"""Return `text` with each character that is not printable as `\x9b` or `\u202e`.

    Those are controls, format characters (which turn text around or have no width), separators other than the space,
    and what has no meaning: Unicode's categories "Other" and "Separator".
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
