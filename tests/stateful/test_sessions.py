"""The session machine, over the stores there are."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.databases import postgres_stores
from tests.stateful.session_machine import SessionMachine
from todo_core.ports import UnitOfWork
from todo_core.testing import MemoryStore
from todo_core.testing.account import Account
from todo_core.users import UserId

T = TypeVar("T")


class RehearsingStore(MemoryStore):
    """A store that runs each unit of work twice, as the port permits; what the first run did is gone."""

    async def _run(self, user: UserId, find: Callable[[], Account], work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        async def rehearse(unit: UnitOfWork) -> None:
            await work(unit)
            raise Rehearsed

        with suppress(Rehearsed):
            await super()._run(user, find, rehearse)
        return await super()._run(user, find, work)


class Rehearsed(Exception):
    """Ends the first run."""


def test_sessions_in_memory(tmp_path: Path) -> None:
    """The use cases over the in-memory store agree with the model."""
    with asyncio.Runner() as runner:

        class InMemory(SessionMachine):
            """One world."""

        InMemory.runner, InMemory.directory, InMemory.stores = runner, tmp_path, [RehearsingStore]
        run_state_machine_as_test(InMemory, settings=settings(max_examples=200, stateful_step_count=40))


def test_sessions_in_memory_and_in_postgres(tmp_path: Path, database: str) -> None:
    """Both stores agree with the model and with each other, down to the tokens."""
    with asyncio.Runner() as runner, postgres_stores(runner, database) as emptied:

        class InBoth(SessionMachine):
            """Two worlds."""

        InBoth.runner, InBoth.directory, InBoth.stores = runner, tmp_path, [MemoryStore, emptied]
        run_state_machine_as_test(InBoth, settings=settings(max_examples=60, stateful_step_count=40))
