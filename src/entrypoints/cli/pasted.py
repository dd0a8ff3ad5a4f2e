"""Reads a secret that is one line of text, from a file or from standard input."""

import codecs

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The byte order marks of texts that PowerShell writes with `>`."""


def first_line(raw: bytes) -> str:
    """Return the first line of a text, without its end, and without the byte order mark that editors write before it.

    Raises UnicodeDecodeError for what is neither UTF-8 nor, with a mark, UTF-16.
    """
    text = raw.decode("utf-16") if raw.startswith(UTF_16) else raw.decode("utf-8-sig")
    return text.partition("\n")[0].removesuffix("\r")
