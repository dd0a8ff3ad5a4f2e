"""Whose identity the tokens of external issuers are, remembered: each request with such a token asks."""

from collections import OrderedDict

import attrs

from todo_core.identities import ExternalClaims
from todo_core.users import UserId

MAX_REMEMBERED = 4096


@attrs.frozen
class RememberedIdentities:
    """The users of the claims asked for last. That an account is gone, each statement finds out by itself.

    An account that comes after it has tokens of a later time, which are other claims. So claims from the future, of an
    issuer whose clock is ahead, are not remembered: they could be those of the next account, too.
    """

    _users: OrderedDict[tuple[str, str, float], UserId] = attrs.field(factory=OrderedDict)

    def find(self, claims: ExternalClaims) -> UserId | None:
        """Return whose identity it was when it was looked up, or None."""
        key = _key(claims)
        if key not in self._users:
            return None
        self._users.move_to_end(key)
        return self._users[key]

    def add(self, claims: ExternalClaims, user: UserId, now: float) -> None:
        """Remember whose identity it is."""
        key = _key(claims)
        if key[2] <= now:
            self._users[key] = user
            if len(self._users) > MAX_REMEMBERED:
                self._users.popitem(last=False)


def _key(claims: ExternalClaims) -> tuple[str, str, float]:
    return claims.identity.issuer, claims.identity.subject, claims.issued_at.timestamp()
