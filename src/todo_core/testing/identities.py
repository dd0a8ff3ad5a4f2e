"""Whose the identities of external issuers are."""

import datetime as dt

import attrs

from todo_core.actors import ExternalActor
from todo_core.identities import ExternalClaims, Identity
from todo_core.users import UserId


@attrs.frozen
class Entry:
    """One identity. `user` None: its user was removed. Tokens issued before `refused_before` are refused."""

    user: UserId | None
    refused_before: dt.datetime | None = None

    def accepts(self, issued_at: dt.datetime) -> bool:
        """Return whether tokens issued at that time are accepted."""
        return self.refused_before is None or self.refused_before <= issued_at


@attrs.define
class Identities:
    """All identities."""

    _entries: dict[Identity, Entry] = attrs.field(factory=dict)

    def user(self, claims: ExternalClaims) -> UserId | None:
        """Return whose identity this is, if tokens issued at that time are accepted."""
        entry = self._entries.get(claims.identity)
        return entry.user if entry is not None and entry.accepts(claims.issued_at) else None

    def free(self, claims: ExternalClaims) -> bool:
        """Return whether the identity is nobody's and such a token may give it to somebody."""
        entry = self._entries.get(claims.identity)
        return entry is None or (entry.user is None and entry.accepts(claims.issued_at))

    def give(self, identity: Identity, user: UserId) -> None:
        """Make the identity the user's; what it refuses it goes on to refuse."""
        entry = self._entries.get(identity, Entry(None))
        self._entries[identity] = attrs.evolve(entry, user=user)

    def stands_for(self, actor: ExternalActor) -> bool:
        """Return whether the actor's identity is still the actor's, and its token accepted."""
        entry = self._entries.get(actor.identity)
        return entry is not None and entry.user == actor.user and entry.accepts(actor.issued_at)

    def refuse(self, user: UserId, before: dt.datetime) -> None:
        """Refuse tokens of the user issued before that; never fewer than now."""
        for identity, entry in self._entries.items():
            if entry.user == user:
                self._entries[identity] = attrs.evolve(
                    entry, refused_before=max(before, entry.refused_before or before)
                )

    def leave(self, user: UserId) -> None:
        """Make the identities of a removed user nobody's."""
        for identity, entry in self._entries.items():
            if entry.user == user:
                self._entries[identity] = attrs.evolve(entry, user=None)

    def forget(self, before: dt.datetime) -> int:
        """Forget nobody's identities that refuse only tokens issued before that; return how many."""
        old = [identity for identity, entry in self._entries.items() if entry.user is None and entry.accepts(before)]
        for identity in old:
            del self._entries[identity]
        return len(old)
