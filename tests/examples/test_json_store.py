"""The worked example of an adapter keeps the contract, and what it keeps survives the process."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from examples.json_store import JsonStore
from todo_core.audit import Event
from todo_core.errors import Unavailable
from todo_core.testing import ManualClock
from todo_core.testing.contract import STORE_CHECKS, Check, StoreHarness


def harness_in(path: Path) -> StoreHarness:
    """Return a store in this file."""
    clock = ManualClock()
    store = JsonStore(clock, path=path)

    async def events() -> Sequence[Event]:
        return store.events

    return StoreHarness(store, clock, events)


@pytest.mark.parametrize("check", STORE_CHECKS, ids=str)
async def test_store_keeps_its_contract(check: Check, tmp_path: Path) -> None:
    """Each shipped check."""
    await check.run(harness_in(tmp_path / "store.json"))


async def test_everything_is_there_again(tmp_path: Path) -> None:
    """Another process that opens the file sees the same tasks and lets the same sessions in."""
    first = harness_in(tmp_path / "store.json")
    actor = await first.actor()
    task = await first.add(actor)

    again = harness_in(tmp_path / "store.json")

    assert task == await again.view(actor).tasks.get(task.id)
    assert await first.events() == await again.events()


async def test_what_cannot_be_written_has_not_happened(tmp_path: Path) -> None:
    """A store whose directory is gone says so, and keeps what it had."""
    directory = tmp_path / "gone"
    directory.mkdir()
    harness = harness_in(directory / "store.json")
    actor = await harness.actor()
    (directory / "store.json").unlink()
    directory.rmdir()

    with pytest.raises(Unavailable):
        await harness.add(actor)

    assert [] == list(await harness.view(actor).tasks.tags())
