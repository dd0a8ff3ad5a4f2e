"""Users of external issuers: who they are there, and what a token of an issuer says.

A user of an external issuer is the pair (issuer, subject) and nothing else: e-mail addresses link no accounts
(ASVS 6.8.1, 10.3.3).
"""

import datetime as dt

import attrs

from todo_core.errors import InvalidToken
from todo_core.text import check_text

MAX_SUBJECT_LENGTH = 255
MAX_TOKEN_LIFETIME = dt.timedelta(hours=24)
"""The longest time from `issued_at` to `expires_at`: a revocation of all tokens is remembered that long."""
NO_TIME = dt.timedelta()
LEEWAY = dt.timedelta(seconds=10)
"""How far the clock of an issuer may be ahead."""


def _check_subject(_: object, __: object, subject: str) -> None:
    check_text(subject, min_length=1, max_length=MAX_SUBJECT_LENGTH)


def first_accepted(now: dt.datetime) -> dt.datetime:
    """Return from when on a token has to be issued once all tokens are refused `now`: times in tokens are seconds."""
    return now.replace(microsecond=0) + dt.timedelta(seconds=1)


@attrs.frozen
class Identity:
    """A user as the issuer names them; both texts are compared code point by code point.

    `subject` has 1 to 255 characters and no controls, else InvalidInput.
    """

    issuer: str
    subject: str = attrs.field(validator=_check_subject)


@attrs.frozen
class ExternalClaims:
    """What a token of an external issuer says. `name` is what the issuer calls the user, unchecked."""

    identity: Identity
    issued_at: dt.datetime
    expires_at: dt.datetime
    not_before: dt.datetime | None = None
    name: str | None = None

    def check(self, now: dt.datetime) -> None:
        """Raise InvalidToken unless the token is good at `now` and was not made to live too long."""
        starts_at = max(self.issued_at, self.not_before or self.issued_at)
        lifetime = self.expires_at - self.issued_at
        if not starts_at - LEEWAY <= now < self.expires_at or not NO_TIME < lifetime <= MAX_TOKEN_LIFETIME:
            raise InvalidToken
