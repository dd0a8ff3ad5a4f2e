"""The organiser machine, over the stores there are."""

import asyncio

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.databases import postgres_stores
from tests.stateful.organiser_machine import OrganiserMachine
from todo_core.testing import MemoryStore


def test_organising_in_memory() -> None:
    """The use cases over the in-memory store agree with the model."""
    with asyncio.Runner() as runner:

        class InMemory(OrganiserMachine):
            """One world."""

        InMemory.runner = runner
        run_state_machine_as_test(InMemory, settings=settings(max_examples=60, stateful_step_count=50))


def test_organising_in_memory_in_postgres_and_over_http(database: str) -> None:
    """Both stores agree with the model, with each other, and with what the API says of PostgreSQL and of memory."""
    with asyncio.Runner() as runner, postgres_stores(runner, database) as emptied:

        class Everywhere(OrganiserMachine):
            """Three worlds."""

        Everywhere.runner = runner
        Everywhere.worlds = [(MemoryStore, "core"), (emptied, "http"), (MemoryStore, "http")]
        run_state_machine_as_test(Everywhere, settings=settings(max_examples=12, stateful_step_count=50))
