"""Actors: one class for each kind of credential. Every use case takes the actor first.

A new way to ask is a new case here, and mypy names every place that has to say what it means there.
"""

import datetime as dt
from typing import assert_never

import attrs

from todo_core.errors import InsufficientScope
from todo_core.identities import Identity
from todo_core.personal_tokens import PersonalTokenId, Scope
from todo_core.sessions import SessionId
from todo_core.users import UserId


@attrs.frozen
class SessionActor:
    """A user, by one of their sessions."""

    user: UserId
    session: SessionId


@attrs.frozen
class ExternalActor:
    """A user of an external issuer, by a token that it issued at that time."""

    user: UserId
    identity: Identity
    issued_at: dt.datetime


@attrs.frozen
class TokenActor:
    """A user, by a personal access token: within its scopes."""

    user: UserId
    token: PersonalTokenId
    scopes: frozenset[Scope]

    def opens(self, scope: Scope) -> bool:
        """Return whether the token's scopes include this one; writing includes reading."""
        return scope in self.scopes or (scope is Scope.TASKS_READ and Scope.TASKS_WRITE in self.scopes)


AccountHolder = SessionActor | ExternalActor
"""Who may manage the account, its sessions and its tokens; whoever has a token may not."""
Actor = AccountHolder | TokenActor


def check_scope(actor: Actor, scope: Scope | None) -> None:
    """Raise InsufficientScope unless the actor may do what needs this scope. None: never allowed with a token."""
    match actor:
        case SessionActor() | ExternalActor():
            return
        case TokenActor():
            if scope is None or not actor.opens(scope):
                raise InsufficientScope(scope and scope.value)
        case _:
            assert_never(actor)


def account_holder(actor: Actor) -> AccountHolder:
    """Return the actor as one who may manage the account. Raises InsufficientScope for a token."""
    if isinstance(actor, TokenActor):
        raise InsufficientScope(None)
    return actor
