"""Argon2id (RFC 9106), with the parameters of OWASP's password storage cheat sheet."""

import argon2
import attrs

from todo_core.ports import PasswordCheck


@attrs.frozen
class Profile:
    """What one hash costs: memory in KiB, passes over it, lanes."""

    memory: int = 19_456
    passes: int = 2
    lanes: int = 1

    @classmethod
    def cheapest(cls) -> "Profile":
        """Return the cheapest parameters that Argon2id allows. For tests only."""
        return cls(memory=8, passes=1)


@attrs.frozen(init=False)
class Argon2:
    """Hashes and verifies in the calling thread, so it belongs in a pool."""

    _hasher: argon2.PasswordHasher
    _nobody: str

    def __init__(self, profile: Profile) -> None:
        hasher = argon2.PasswordHasher(profile.passes, profile.memory, profile.lanes)
        self.__attrs_init__(hasher, hasher.hash("nobody's"))

    def hash(self, password: str) -> str:
        """Return a PHC string: parameters, fresh salt, hash."""
        return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> PasswordCheck:
        """Compare with a PHC string. Without one the password is compared with a dummy hash, which takes as long."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except argon2.exceptions.VerifyMismatchError:
            return PasswordCheck(matches=False)
        return PasswordCheck(
            matches=stored is not None, outdated=self._hasher.check_needs_rehash(stored or self._nobody)
        )
