"""Users, their e-mail addresses and profiles, and what a password has to be."""

import datetime as dt
from enum import Enum
from typing import Final, NewType
from uuid import UUID

import attrs

from todo_core.due import Zones
from todo_core.errors import InvalidInput, UnknownTimezone
from todo_core.text import check_controls, check_formats, check_text, check_unicode, check_visible, fold, nfc

UserId = NewType("UserId", UUID)

MAX_EMAIL_LENGTH = 254
MAX_EMAIL_LOCAL_LENGTH = 64
MAX_DISPLAY_NAME_LENGTH = 100
MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 256
PRODUCT_WORDS = ("todo-core", "todocore", "todo")


@attrs.frozen
class EmailAddress:
    """An e-mail address: `address` as shown, `key` for comparing it regardless of case."""

    address: str

    @classmethod
    def parse(cls, text: str) -> "EmailAddress":
        """Return the address in `text`, trimmed and in NFC. Raises InvalidInput (path empty)."""
        pasted = text.strip(" \t\r\n")  # surrounding white space from pasting
        trimmed = check_controls(pasted).strip()  # to Python more control characters are white space
        address = check_formats(check_text(nfc(trimmed), min_length=1, max_length=MAX_EMAIL_LENGTH))
        local, at, domain = address.partition("@")
        if not at or not domain or "@" in domain or not 1 <= len(local) <= MAX_EMAIL_LOCAL_LENGTH:
            raise InvalidInput.at((), "not-an-email", "one @ with 1 to 64 characters before it and a domain behind it")
        if any(character.isspace() for character in address):
            raise InvalidInput.at((), "not-an-email", "no blanks inside")
        return cls(address)

    @property
    def key(self) -> str:
        """The form under which addresses are unique and looked up."""
        return fold(self.address)

    @property
    def local(self) -> str:
        """The local part, before the @."""
        return self.address.partition("@")[0]


def check_display_name(name: str) -> str:
    """Return the display name in NFC: one of its characters can be seen. Raises InvalidInput (path empty)."""
    return check_visible(nfc(name), max_length=MAX_DISPLAY_NAME_LENGTH)


def check_timezone(name: str, zones: Zones) -> str:
    """Return the name of a known IANA zone. Raises InvalidInput (path empty)."""
    try:
        zones(name)
    except UnknownTimezone:
        raise InvalidInput.at((), "unknown-timezone", "an IANA time zone such as Europe/Berlin") from None
    return name


@attrs.frozen
class Profile:
    """What users enter about themselves, as it is kept. What they write is checked before (`check_display_name` …).

    An account from before a rule can be read and shown. `email` is None for a user of an external issuer.
    """

    email: EmailAddress | None
    display_name: str | None = attrs.field(default=None, converter=attrs.converters.optional(nfc))
    timezone: str = "UTC"


class Unchanged(Enum):
    """Marks a member that a request leaves as it is; None is a value."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@attrs.frozen
class ProfileChanges:
    """Requested changes of a profile, unchecked."""

    email: str | Unchanged = UNCHANGED
    display_name: str | Unchanged | None = UNCHANGED
    timezone: str | Unchanged = UNCHANGED


@attrs.frozen
class User:
    """An account.

    `password_changed_at` moves with every change of the password (not with a rehash): a log-in may finish only if it
    is what it was when the password was verified. `disabled_at`: no session is opened or honoured while it is set.
    """

    id: UserId
    profile: Profile
    created_at: dt.datetime
    password_hash: str | None = attrs.field(default=None, repr=False)
    password_changed_at: dt.datetime | None = None
    disabled_at: dt.datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Raise InvalidInput for an account with a password that nobody could log in to."""
        if self.password_hash is not None and self.profile.email is None:
            raise InvalidInput.at("email", "required", "who logs in with a password needs an e-mail address")

    @property
    def email(self) -> EmailAddress | None:
        """The address to log in with."""
        return self.profile.email

    def with_password(self, password_hash: str, now: dt.datetime) -> "User":
        """Return the user with another password; `password_changed_at` moves even when the clock does not."""
        last = self.password_changed_at
        changed_at = now if last is None else max(now, last + dt.timedelta.resolution)
        return attrs.evolve(self, password_hash=password_hash, password_changed_at=changed_at)

    def rehashed(self, password_hash: str) -> "User":
        """Return the user with the same password under newer hashing parameters."""
        return attrs.evolve(self, password_hash=password_hash)


@attrs.frozen
class PasswordPolicy:
    """The rules for a new password: a length, no composition rules (ASVS 6.2.1, 6.2.5; NIST SP 800-63B-4 3.1.1.2)."""

    min_length: int = attrs.field(
        default=12, validator=[attrs.validators.ge(MIN_PASSWORD_LENGTH), attrs.validators.le(MAX_PASSWORD_LENGTH)]
    )

    def check(self, password: str) -> str:
        """Return the password in NFC, otherwise as given. Raises InvalidInput (path empty)."""
        normal = nfc(check_unicode(password))
        if "\0" in normal:
            raise InvalidInput.at((), "control-character", "NUL is not allowed")
        if len(normal) < self.min_length:
            raise InvalidInput.at((), "too-short", f"at least {self.min_length} characters")
        if len(normal) > MAX_PASSWORD_LENGTH:
            raise InvalidInput.at((), "too-long", f"at most {MAX_PASSWORD_LENGTH} characters")
        return normal


def normalise_password(password: str) -> str | None:
    """Normalise a submitted password. None if it cannot match any stored hash."""
    try:
        normal = nfc(check_unicode(password))
    except InvalidInput:
        return None
    return normal if len(normal) <= MAX_PASSWORD_LENGTH else None


def known_words(profile: Profile) -> tuple[str, ...]:
    """Return the words that make a password of this user easy to guess (ASVS 6.2.11)."""
    words = [*PRODUCT_WORDS]
    if profile.email is not None:
        words += [profile.email.address, profile.email.local]
    if profile.display_name is not None:
        words.append(profile.display_name)
    return tuple(words)
