"""What clients write of accounts and sessions."""

from todo_core.errors import InvalidInput
from todo_core.text import check_unicode, fold


def submitted_account(body: object) -> str | None:
    """Return the key of the account that a body names, whether it exists or not; None when it names none."""
    email = body.get("email") if isinstance(body, dict) else None
    if not isinstance(email, str):
        return None
    try:
        return fold(check_unicode(email.strip()))
    except InvalidInput:
        return None


def submitted_text(body: object, name: str) -> str | None:
    """Return a member that is text, without judging the rest of the body; None when there is none."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
