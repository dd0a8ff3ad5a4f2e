"""The small ports: time, ids, randomness, passwords, tokens."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import attrs

from todo_core.identities import ExternalClaims
from todo_core.recomputation import Release
from todo_core.sessions import AccessClaims, RefreshClaim


class Clock(Protocol):
    """The time, and the time zones."""

    def now(self) -> dt.datetime:
        """Return the current instant, in UTC."""

    def zone(self, name: str) -> dt.tzinfo:
        """Return the IANA time zone of this exact name. Raises UnknownTimezone."""

    def zone_release(self) -> Release:
        """Return the release of the rules that `zone` follows."""


class Ids(Protocol):
    """Fresh identifiers."""

    def new(self) -> UUID:
        """Return an id that nobody has: UUIDv7 (RFC 9562 5.7), so ids made later sort later."""


class Randomness(Protocol):
    """A cryptographic source of randomness."""

    def characters(self, alphabet: str, count: int) -> str:
        """Return `count` characters of `alphabet`, each drawn by itself and each as likely as another."""


@attrs.frozen
class PasswordCheck:
    """The result of comparing a password with a hash.

    `outdated`: the password is right, and its hash should be renewed with the current parameters.
    """

    matches: bool
    outdated: bool = False


class Passwords(Protocol):
    """Hashes and judges passwords in a bounded pool, off the caller's thread. Every method raises Busy when it is full.

    Passwords come in NFC, at most 256 characters.
    """

    async def hash(self, password: str) -> str:
        """Return a salted, memory-hard hash with its parameters, as one string."""

    async def verify(self, stored: str | None, password: str) -> PasswordCheck:
        """Compare with a stored hash. None takes the same time and never matches (ASVS 6.3.8)."""

    async def weakness(self, password: str, known: Sequence[str]) -> str | None:
        """Return why the password is easy to guess for someone who knows the words `known`; None if it is not."""


class Tokens(Protocol):
    """Makes and reads the tokens that clients hold. A token of one kind is never accepted as the other."""

    def access(self, claims: AccessClaims) -> str:
        """Return a signed access token."""

    async def read_access(self, token: str) -> AccessClaims:
        """Return the claims of an unexpired token. Raises InvalidToken for anything else (RFC 8725)."""

    def refresh(self, claim: RefreshClaim) -> str:
        """Return the refresh token of a claim: always the same, and impossible to derive from what a store holds."""

    def read_refresh(self, token: str) -> RefreshClaim:
        """Return the claim of a token. Raises InvalidToken unless this issuer made it."""


class ExternalTokens(Protocol):
    """Reads the access tokens of one external issuer, whose keys this program does not have or does not make."""

    def knows(self, token: str) -> bool:
        """Return whether `read` has accepted this token before, and it need not be tried as another kind first."""

    async def read(self, token: str) -> ExternalClaims:
        """Return the claims of a token that is good now (see `ExternalClaims.check`).

        Raises InvalidToken for anything else (RFC 8725), and Unavailable when the issuer's keys are not known.
        """
