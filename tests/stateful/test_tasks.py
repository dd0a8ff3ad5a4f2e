"""The task machine, over the stores there are."""

import asyncio
from hashlib import sha256

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.databases import postgres_stores
from tests.stateful.http_tasks import over_http
from tests.stateful.task_machine import TaskMachine
from todo_core.idempotency import IdempotencyKey
from todo_core.testing import MemoryStore


def test_tasks_in_memory() -> None:
    """The use cases over the in-memory store agree with the model."""
    with asyncio.Runner() as runner:

        class InMemory(TaskMachine):
            """One world."""

        InMemory.runner = runner
        run_state_machine_as_test(InMemory, settings=settings(max_examples=60, stateful_step_count=40))


def test_tasks_in_memory_and_in_postgres(database: str) -> None:
    """Both stores agree with the model and with each other."""
    with asyncio.Runner() as runner, postgres_stores(runner, database) as emptied:

        class InBoth(TaskMachine):
            """Two worlds."""

        InBoth.runner, InBoth.stores = runner, [MemoryStore, emptied]
        run_state_machine_as_test(InBoth, settings=settings(max_examples=20, stateful_step_count=40))


def test_tasks_in_memory_and_over_http_in_postgres(database: str) -> None:
    """The HTTP API agrees with the model and with the use cases that nothing stands in front of."""
    with asyncio.Runner() as runner, postgres_stores(runner, database) as emptied:

        class OverHttp(TaskMachine):
            """Two worlds, one of them behind HTTP, where the request itself is what a key stands for."""

            def promise(self, idempotency_key: IdempotencyKey | None, *request: object) -> IdempotencyKey | None:
                if idempotency_key is None or request[0] == "edit":  # PATCH takes no key
                    return None
                return IdempotencyKey(idempotency_key.value, sha256(repr(request).encode()).digest())

        OverHttp.runner, OverHttp.stores, OverHttp.fronts = runner, [MemoryStore, emptied], {1: over_http}
        run_state_machine_as_test(OverHttp, settings=settings(max_examples=10, stateful_step_count=40))
