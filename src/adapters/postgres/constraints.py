"""Unique constraints, and the errors of the core that they stand for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg import errors

from todo_core.errors import EmailTaken, IdTaken, TodoError

TAKEN: Mapping[str | None, type[TodoError]] = {
    "users_email_key_key": EmailTaken,
    "tasks_pkey": IdTaken,
    "tasks_id": IdTaken,
    "lists_pkey": IdTaken,
    "lists_id": IdTaken,
}


@contextmanager
def translate_unique_violations() -> Iterator[None]:
    """Raise the core's error for a unique violation. The transaction has failed then, whoever catches it."""
    try:
        yield
    except errors.UniqueViolation as error:
        if error.diag.constraint_name not in TAKEN:
            raise
        raise TAKEN[error.diag.constraint_name] from None
