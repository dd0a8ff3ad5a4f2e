"""The one error a caller of this package has to know."""


class EmbeddedError(Exception):
    """The private server cannot be had; the message is one line that says why, where, and what to do."""
