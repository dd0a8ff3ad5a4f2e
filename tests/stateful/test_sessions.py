"""The session machine, on the stores there are."""

import asyncio
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.session_machine import SessionMachine


def test_sessions_in_memory(tmp_path: Path) -> None:
    """The use cases over the in-memory store agree with the model."""
    with asyncio.Runner() as runner:

        class InMemory(SessionMachine):
            """One world."""

        InMemory.runner, InMemory.directory = runner, tmp_path
        run_state_machine_as_test(InMemory, settings=settings(max_examples=100, stateful_step_count=40))
