"""The machine of identities and personal access tokens, over the stores there are."""

import asyncio

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.databases import postgres_stores
from tests.stateful.identity_machine import IdentityMachine
from todo_core.testing import MemoryStore


def test_identities_in_memory() -> None:
    """The use cases over the in-memory store agree with the model."""
    with asyncio.Runner() as runner:

        class InMemory(IdentityMachine):
            """One world."""

        InMemory.runner = runner
        run_state_machine_as_test(InMemory, settings=settings(max_examples=60, stateful_step_count=40))


def test_identities_in_memory_and_in_postgres(database: str) -> None:
    """Both stores agree with the model and with each other."""
    with asyncio.Runner() as runner, postgres_stores(runner, database) as emptied:

        class InBoth(IdentityMachine):
            """Two worlds."""

        InBoth.runner, InBoth.stores = runner, [MemoryStore, emptied]
        run_state_machine_as_test(InBoth, settings=settings(max_examples=25, stateful_step_count=40))
