"""Who may do what: users in person everything, tokens what their scopes say."""

import datetime as dt
from uuid import UUID

import pytest

from todo_core.actors import Actor, ExternalActor, SessionActor, TokenActor, account_holder, check_scope
from todo_core.errors import InsufficientScope
from todo_core.identities import Identity
from todo_core.personal_tokens import PersonalTokenId, Scope
from todo_core.sessions import SessionId
from todo_core.users import UserId

USER = UserId(UUID(int=1))
IN_PERSON: list[SessionActor | ExternalActor] = [
    SessionActor(USER, SessionId(UUID(int=2))),
    ExternalActor(USER, Identity("https://auth.example.com", "ann"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
]
READ, WRITE = Scope.TASKS_READ, Scope.TASKS_WRITE


def by_token(*scopes: Scope) -> TokenActor:
    """Return somebody with a token."""
    return TokenActor(USER, PersonalTokenId(UUID(int=3)), frozenset(scopes))


@pytest.mark.parametrize("actor", IN_PERSON)
def test_in_person(actor: SessionActor | ExternalActor) -> None:
    """A session and an external identity stand for the user, whatever it is about."""
    for scope in (READ, WRITE, None):
        check_scope(actor, scope)
    assert actor is account_holder(actor)


@pytest.mark.parametrize(
    ("actor", "opened"),
    [(by_token(READ), [READ]), (by_token(WRITE), [READ, WRITE]), (by_token(READ, WRITE), [READ, WRITE])],
)
def test_by_token(actor: Actor, opened: list[Scope]) -> None:
    """A token opens what its scopes say, writing includes reading, and no token opens the account."""
    for scope in (READ, WRITE, None):
        if scope in opened:
            check_scope(actor, scope)
        else:
            with pytest.raises(InsufficientScope) as refusal:
                check_scope(actor, scope)
            assert (scope and scope.value) == refusal.value.scope
    with pytest.raises(InsufficientScope):
        account_holder(actor)
