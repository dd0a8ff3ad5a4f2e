"""What clients write of accounts and sessions: credentials, wishes for an account, changes to it."""

import attrs

from entrypoints.http.members import Members, checked, one_of, text
from todo_core.due import Zones
from todo_core.errors import InvalidInput, Violations
from todo_core.text import check_unicode, fold
from todo_core.use_cases.accounts import Registration
from todo_core.users import EmailAddress, PasswordPolicy, Profile, check_display_name, check_timezone

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


def registration(body: object, policy: PasswordPolicy, zones: Zones) -> Registration:
    """Return a wish for an account. Raises InvalidInput naming every bad member when one is not even text.

    Where all of them are, the core judges them: it knows guessable passwords, too.
    """
    members = Members.of(body, ("email", "password", "display_name", "timezone"), READ_ONLY)
    email = members.required("email", text, "")
    password = members.required("password", text, "")
    name = members.optional("display_name", text, absent=None, null=None)
    timezone = members.optional("timezone", text, absent="UTC", null="UTC")
    if members.problems.found:
        _name_all(body, policy, zones)
    return Registration(email, password, name, timezone)


def _name_all(body: object, policy: PasswordPolicy, zones: Zones) -> None:
    """Raise InvalidInput for wrong types and broken rules together."""
    members = Members.of(body, ("email", "password", "display_name", "timezone"), READ_ONLY)
    members.required("email", checked(EmailAddress.parse), None)
    members.required("password", checked(policy.check), None)
    members.optional("display_name", checked(check_display_name), absent=None, null=None)
    members.optional("timezone", checked(lambda name: check_timezone(name, zones)), absent=None, null=None)
    members.problems.raise_any()


def profile(body: object, zones: Zones, base: Profile, problems: Violations) -> Profile:
    """Return what a PATCH makes of a profile, after adding every bad member to `problems`."""
    members = Members.of(body, ("display_name", "timezone", "email", "current_password"), READ_ONLY)
    email = members.not_null("email", checked(EmailAddress.parse), base.email)
    name = members.optional("display_name", checked(check_display_name), absent=base.display_name, null=None)
    timezone = members.optional(
        "timezone", checked(lambda name: check_timezone(name, zones)), absent=base.timezone, null="UTC"
    )
    members.not_null("current_password", text, None)
    problems.found.extend(members.problems.found)
    return Profile(email, name, timezone)


def password_change(body: object) -> PasswordChange:
    """Return a change of password. Raises InvalidInput for what is not even text."""
    members = Members.of(body, ("current_password", "new_password", "delivery"))
    current = members.not_null("current_password", text, None)
    new = members.required("new_password", text, "")
    in_cookie = members.not_null("delivery", one_of(DELIVERIES), default=False)
    if members.problems.found:
        members.require("current_password")  # otherwise the core says so: not every user has one
    members.problems.raise_any()
    return PasswordChange(current, new, in_cookie)


def current_password(body: object) -> str | None:
    """Return the proof for the deletion of an account, or None. Raises InvalidInput."""
    members = Members.of(body or {}, ("current_password",))
    proof = members.not_null("current_password", text, None)
    members.problems.raise_any()
    return proof


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
