"""The one error a caller of this package has to know, beside Unavailable."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is one line that says why and what to do."""
