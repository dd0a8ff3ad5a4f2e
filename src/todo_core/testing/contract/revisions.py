"""The user's revision: it rises with every change of their tasks and lists, and a page says at which it was read."""

from collections.abc import Awaitable, Callable

import attrs

from todo_core.actors import SessionActor
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import ListDraft, ListId, TaskList
from todo_core.moments import Moment
from todo_core.ports import UnitOfWork
from todo_core.queries import Query
from todo_core.tasks import Draft, Task
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import StoreHarness
from todo_core.testing.contract.recomputation import FIXED, moved
from todo_core.trees import Node

MANY = 10


@attrs.frozen
class Desk:
    """A user with a task, and with a list that is empty."""

    harness: StoreHarness
    actor: SessionActor
    task: Task
    list: TaskList

    @classmethod
    async def of(cls, harness: StoreHarness) -> "Desk":
        """Return one of a new user."""
        actor = await harness.actor()
        empty = TaskList.create(ListDraft("Work"), ListId(harness.ids.new()), harness.clock.now())
        return cls(
            harness,
            actor,
            await harness.add(actor, harness.task(actor, Draft("Buy milk", due=FIXED))),
            await harness.store.write(actor, lambda unit: unit.lists.add(empty)),
        )

    async def revision(self) -> int:
        """Return the user's revision, which every part of a reader agrees on."""
        view = self.harness.view(self.actor)
        revision = await view.feed.revision()
        page = await view.tasks.page(Query(), Moment(self.harness.clock.now()), None, MANY)
        assert revision == page.revision == (await view.feed.page(None, MANY)).next.position
        return revision


async def create(desk: Desk) -> None:
    """Create a task."""
    await desk.harness.store.create_task(desk.actor, desk.harness.task(desk.actor), MANY)


async def create_once(desk: Desk) -> None:
    """Create a task with an idempotency key."""
    key, task = IdempotencyKey("k1", b"request"), desk.harness.task(desk.actor)
    assert await desk.harness.store.create_task_once(desk.actor, task, MANY, key, MANY) is not None


async def replace_optimistically(desk: Desk) -> None:
    """Change a task that was read just before."""

    async def work(unit: UnitOfWork) -> None:
        known = await unit.tasks.get(desk.task.id)
        assert known is not None
        await unit.tasks.replace(attrs.evolve(known, title="Buy bread"))

    await desk.harness.store.write_optimistically(desk.actor, work)


async def restore_a_backup(desk: Desk) -> None:
    """Do what follows the restore of a backup."""
    await desk.harness.store.advance_revisions(7)


WRITES: dict[str, Callable[[Desk, UnitOfWork], Awaitable[object]]] = {
    "tasks.add": lambda desk, unit: unit.tasks.add(desk.harness.task(desk.actor)),
    "tasks.replace": lambda desk, unit: unit.tasks.replace(attrs.evolve(desk.task, title="Buy bread")),
    "tasks.replace, to the trash": lambda desk, unit: unit.tasks.replace(desk.task.trashed(desk.harness.clock.now())),
    "tasks.replace_dues": lambda desk, unit: unit.tasks.replace_dues({desk.task.id: moved(FIXED)}),
    "tree.update": lambda desk, unit: unit.tree.update(
        [Node.of(desk.task).moved(desk.list.id)], desk.harness.clock.now()
    ),
    "lists.add": lambda desk, unit: unit.lists.add(attrs.evolve(desk.list, id=ListId(desk.harness.ids.new()))),
    "lists.replace": lambda desk, unit: unit.lists.replace(attrs.evolve(desk.list, name="Home")),
    "lists.remove": lambda desk, unit: unit.lists.remove(desk.list.id, desk.harness.clock.now()),
}
"""What raises the revision, by the method of the unit of work that does it."""


@check
@cases("name", WRITES)
async def every_change_raises_it(harness: StoreHarness, name: str) -> None:
    """A unit of work does once it has ended well, and not for another user; one that is rolled back does not."""
    desk, other = await Desk.of(harness), await Desk.of(harness)
    before, unchanged = await desk.revision(), await other.revision()

    async def fail(unit: UnitOfWork) -> None:
        await WRITES[name](desk, unit)
        raise ZeroDivisionError

    with expect(ZeroDivisionError):
        await harness.store.write(desk.actor, fail)
    assert before == await desk.revision()
    await harness.store.write(desk.actor, lambda unit: WRITES[name](desk, unit))

    assert before < await desk.revision()
    assert unchanged == await other.revision()


@check
@cases("change", [create, create_once, replace_optimistically, restore_a_backup])
async def every_other_change_raises_it(harness: StoreHarness, change: Callable[[Desk], Awaitable[None]]) -> None:
    """So does what is no unit of work, or may run as one statement."""
    desk = await Desk.of(harness)
    before = await desk.revision()

    await change(desk)

    assert before < await desk.revision()


@check
async def unit_sees_its_own(harness: StoreHarness) -> None:
    """Inside a unit of work the revision is that of its last write."""
    desk = await Desk.of(harness)

    async def work(unit: UnitOfWork) -> None:
        task = await unit.tasks.replace(attrs.evolve(desk.task, title="Buy bread"))
        page = await unit.tasks.page(Query(), Moment(harness.clock.now()), None, MANY)
        assert task.version == page.revision == await unit.feed.revision()

    await harness.store.write(desk.actor, work)
