"""What clients write of accounts and sessions: credentials, wishes for an account, changes to it."""

from typing import cast

import attrs

from entrypoints.http.wire.reader import Members, one_of, text
from todo_core.errors import InvalidInput, Violations
from todo_core.text import check_unicode, fold
from todo_core.use_cases.accounts import Registration
from todo_core.users import UNCHANGED, ProfileChanges, Unchanged

DELIVERIES = {"body": False, "cookie": True}
"""Whether the refresh token goes into a cookie."""

READ_ONLY = ("id", "created_at")


@attrs.frozen
class LogIn:
    """Credentials, unchecked, and whether the refresh token goes into a cookie."""

    email: str
    password: str = attrs.field(repr=False)
    in_cookie: bool = False


@attrs.frozen
class PasswordChange:
    """A new password, unchecked, with its proof (None: not sent)."""

    current_password: str | None = attrs.field(repr=False)
    new_password: str = attrs.field(repr=False)
    in_cookie: bool = False


def log_in(body: object) -> LogIn:
    """Return the credentials of a log-in. Raises InvalidInput for what is not even text."""
    members = Members.of(body, ("email", "password", "delivery"))
    email = members.required("email", text, "")
    password = members.required("password", text, "")
    in_cookie = members.not_null("delivery", one_of(DELIVERIES), default=False)
    members.problems.raise_any()
    return LogIn(email, password, in_cookie)


def registration(body: object, problems: Violations) -> Registration:
    """Return a wish for an account, after adding to `problems` what is not even text; the core judges the rest."""
    members = Members.of(body, ("email", "password", "display_name", "timezone"), READ_ONLY, problems)
    email = members.required("email", text, "")
    password = members.required("password", text, "")
    name = members.optional("display_name", text, absent=None, null=None)
    timezone = members.optional("timezone", text, absent="UTC", null="UTC")
    return Registration(email, password, name, timezone)


def profile(body: object, problems: Violations) -> ProfileChanges:
    """Return the changes that a PATCH asks for, after adding to `problems` what is not even text."""
    members = Members.of(body, ("display_name", "timezone", "email", "current_password"), READ_ONLY, problems)
    email = members.not_null("email", text, UNCHANGED)
    name = members.optional("display_name", text, absent=UNCHANGED, null=None)
    timezone = members.optional("timezone", text, absent=cast("str | Unchanged", UNCHANGED), null="UTC")
    members.not_null("current_password", text, None)
    return ProfileChanges(email, name, timezone)


def password_change(body: object, problems: Violations) -> PasswordChange:
    """Return a change of password, after adding to `problems` what is not even text."""
    members = Members.of(body, ("current_password", "new_password", "delivery"), problems=problems)
    current = members.not_null("current_password", text, None)
    new = members.required("new_password", text, "")
    in_cookie = members.not_null("delivery", one_of(DELIVERIES), default=False)
    return PasswordChange(current, new, in_cookie)


def current_password(body: object, problems: Violations) -> str | None:
    """Return the proof for the deletion of an account, or None, after adding every bad member to `problems`."""
    members = Members.of(body or {}, ("current_password",), problems=problems)
    return members.not_null("current_password", text, None)


def refresh_token(body: object) -> str:
    """Return the refresh token in a body. Raises InvalidInput."""
    members = Members.of(body, ("refresh_token",))
    token = members.required("refresh_token", text, "")
    members.problems.raise_any()
    return token


def submitted_account(body: object) -> str | None:
    """Return the key of the account that a body names, whether it exists or not; None when it names none."""
    email = body.get("email") if isinstance(body, dict) else None
    if not isinstance(email, str):
        return None
    try:
        return fold(check_unicode(email.strip()))
    except InvalidInput:
        return None
