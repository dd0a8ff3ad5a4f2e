"""The one error that this package raises for its callers."""


class EmbeddedError(Exception):
    """The private server is not available. The message is one line with the cause, the place and the remedy."""
