"""The refresh decision, case by case and over random histories."""

import datetime as dt
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_core.sessions import (
    NO_TIME,
    Client,
    Decision,
    Expired,
    Rejected,
    Replayed,
    Reused,
    Rotated,
    Session,
    SessionId,
    SessionPolicy,
)
from todo_core.users import UserId

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POLICY = SessionPolicy()
SECOND = dt.timedelta(seconds=1)


def new_session() -> Session:
    """Return a session that was just opened."""
    return Session.open(UserId(UUID(int=1)), SessionId(UUID(int=2)), Client("192.0.2.1", "x" * 300), NOW, POLICY)


def test_a_new_session_knows_its_client_and_its_ends() -> None:
    """The user agent is cut at 256 characters; idle comes before the final end."""
    session = new_session()

    assert session.user_agent == "x" * 256
    assert session.expires_at == NOW + dt.timedelta(days=7)
    assert session.ends_at == NOW + dt.timedelta(days=30)


def test_the_current_generation_rotates() -> None:
    """One generation on, used now, idle end moved."""
    decision = new_session().refresh(1, NOW + SECOND, POLICY)

    assert isinstance(decision, Rotated)
    assert decision.session.generation == 2
    assert decision.session.used_at == NOW + SECOND
    assert decision.session.expires_at == NOW + SECOND + POLICY.idle_timeout


@pytest.mark.parametrize(
    "policy",
    [
        {"access_token_lifetime": NO_TIME},
        {"idle_timeout": NO_TIME},
        {"absolute_timeout": NO_TIME},
        {"grace_period": -SECOND},
        {"max_sessions": 0},
    ],
)
def test_policies_that_let_nobody_in_are_refused(policy: dict[str, Any]) -> None:
    """Durations are positive, the window may be closed, one session has to be possible."""
    with pytest.raises(ValueError, match=next(iter(policy))):
        SessionPolicy(**policy)


def test_a_client_has_no_control_characters() -> None:
    """A header may carry them; no store and no terminal should."""
    assert Client(user_agent="a\0b\x1b[2Jc").user_agent == "ab[2Jc"


@pytest.mark.parametrize(
    ("generation", "after", "grace", "decision"),
    [
        (2, 0, 10, Replayed),
        (2, 9.999, 10, Replayed),
        (2, 10, 10, Reused),
        (2, 0, 0, Reused),
        (2, -5, 0, Reused),  # a clock that went back opens no window
        (1, 0, 10, Reused),
        (4, 0, 10, Rejected),
        (3, 7 * 86_400, 10, Expired),
    ],
)
def test_other_generations(generation: int, after: float, grace: int, decision: type[Decision]) -> None:
    """Only the immediate predecessor, only within the window; what was never made is rejected."""
    session = attrs.evolve(new_session(), generation=3)
    policy = attrs.evolve(POLICY, grace_period=grace * SECOND)

    assert type(session.refresh(generation, NOW + after * SECOND, policy)) is decision


def test_nothing_comes_before_the_first_generation() -> None:
    """A new session has no predecessor that the window could let in."""
    assert new_session().refresh(0, NOW, POLICY) == Rejected()


def test_a_replay_changes_nothing() -> None:
    """The successor is the same, and the window does not move."""
    session = attrs.evolve(new_session(), generation=3)

    assert session.refresh(2, NOW, POLICY) == Replayed(session)


@given(st.lists(st.timedeltas(dt.timedelta(0), dt.timedelta(days=8)), max_size=12))
def test_no_chain_of_refreshes_passes_the_final_end(pauses: list[dt.timedelta]) -> None:
    """Generations rise by one; the final end never moves, and nothing is accepted behind it."""
    session, now = new_session(), NOW
    for pause in pauses:
        now += pause
        decision = session.refresh(session.generation, now, POLICY)
        if not isinstance(decision, Rotated):
            assert decision == Expired()
            assert now >= session.expires_at
            break
        assert decision.session.generation == session.generation + 1
        assert decision.session.expires_at <= session.ends_at == decision.session.ends_at
        assert now < session.ends_at
        session = decision.session
