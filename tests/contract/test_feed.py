"""The change feed, against a plain model, and against what a client makes of it."""

import asyncio
import datetime as dt
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import Kept
from todo_core.actors import Actor
from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import SyncTokenExpired
from todo_core.ports import UnitOfWork
from todo_core.queries import count_fitting
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, Draft, Task, TaskId

LEAP = 2**32
A_DAY = dt.timedelta(days=1)
STEPS = ("add", "add", "edit", "edit", "trash", "restore", "erase", "drop", "page", "page", "page", "again", "leap")


@attrs.define
class Model:
    """What the feed of one user has to say: every task they ever had, the clock and the horizon."""

    clock: int = 0
    horizon: int = 0
    tasks: dict[TaskId, Task] = attrs.field(factory=dict)
    erased: set[TaskId] = attrs.field(factory=set)

    def feed(self, since: SyncPoint | None, limit: int) -> Feed | None:
        """Return what a page must be, or None when the point has expired."""
        point = since or SyncPoint(self.clock, 0)
        if max(point.base, point.position) < self.horizon and since is not None:
            return None
        changes = [
            Change(task.id, task.version, None if task.deleted_at else task)
            for task in sorted(self.tasks.values(), key=lambda task: task.version)
            if task.version > point.position and (task.deleted_at is None or task.version > point.base)
        ]
        has_more = len(changes) > limit
        position = changes[limit - 1].version if has_more else self.clock
        return Feed(tuple(changes[:limit]), SyncPoint(point.base, position), has_more)

    def old(self, before: dt.datetime, *, erased: bool) -> list[Task]:
        """Return the deleted tasks from before, erased or not, by version."""
        found = [task for task in self.tasks.values() if task.deleted_at is not None and task.deleted_at < before]
        return sorted((task for task in found if (task.id in self.erased) is erased), key=lambda task: task.version)


@attrs.define
class Mirror:
    """A client that knows nothing but the feed."""

    point: SyncPoint | None = None
    tasks: dict[UUID, Task] = attrs.field(factory=dict)

    def apply(self, feed: Feed) -> None:
        """Take a page in."""
        for change in feed.changes:
            if change.task is None:
                self.tasks.pop(change.id, None)
            else:
                self.tasks[change.id] = change.task
        self.point = feed.next

    def start_again(self) -> None:
        """Forget everything."""
        self.point, self.tasks = None, {}


@attrs.define
class Run:
    """One user's tasks under random edits, with a client that follows."""

    kept: Kept
    actor: Actor
    model: Model = attrs.field(factory=Model)
    mirror: Mirror = attrs.field(factory=Mirror)

    def took(self, task: Task) -> None:
        """Note a change in the model."""
        self.model.clock += 1
        assert self.model.clock == task.version
        self.model.tasks[task.id] = task

    async def step(self, name: str, data: st.DataObject) -> None:
        """Do one thing, to the store and to the model."""
        now = self.kept.clock.now()
        if name == "page":
            await self.page(data.draw(st.integers(1, 3)))
        elif name == "again":
            self.mirror.start_again()
        elif name == "leap":
            await self.kept.store.advance_revisions(LEAP)
            self.model.clock += LEAP
            self.model.horizon = self.model.clock
        elif name == "add":
            self.took(await self.kept.add(self.actor))
        elif name in {"erase", "drop"}:
            before, limit = now - data.draw(st.sampled_from([0, 1, 2])) * A_DAY, data.draw(st.integers(1, 3))
            await (self.erase(before, limit) if name == "erase" else self.drop(before, limit))
        else:
            await self.change(name, data)

    async def change(self, name: str, data: st.DataObject) -> None:
        """Edit, trash or restore a task, if there is one."""
        tasks = [task for task in self.model.tasks.values() if task.id not in self.model.erased]
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks))
        deleted_at = self.kept.clock.now() - data.draw(st.sampled_from([0, 1, 2])) * A_DAY
        edits = {
            "edit": attrs.evolve(task, title=f"changed in {self.model.clock}"),
            "trash": task.trashed(deleted_at),
            "restore": attrs.evolve(task, deleted_at=None),
        }
        self.took(await self.kept.put(self.actor, edits[name]))

    async def erase(self, before: dt.datetime, limit: int) -> None:
        """Erase old trash."""
        old = self.model.old(before, erased=False)[:limit]
        assert len(old) == await self.kept.store.write(self.actor, lambda unit: unit.tasks.erase(before, limit))
        self.model.erased |= {task.id for task in old}

    async def drop(self, before: dt.datetime, limit: int) -> None:
        """Remove old tombstones."""
        old = self.model.old(before, erased=True)[:limit]
        assert len(old) == await self.kept.store.write(
            self.actor, lambda unit: unit.tasks.remove_tombstones(before, limit)
        )
        for task in old:
            del self.model.tasks[task.id]
            self.model.horizon = max(self.model.horizon, task.version)

    async def page(self, limit: int) -> bool:
        """Have the client read a page, and return whether there are more."""
        expected = self.model.feed(self.mirror.point, limit)
        view = self.kept.view(self.actor)
        if expected is None:
            with pytest.raises(SyncTokenExpired):
                await view.tasks.changes(self.mirror.point, limit)
            self.mirror.start_again()
            return True
        feed = await view.tasks.changes(self.mirror.point, limit)
        assert expected == feed
        self.mirror.apply(feed)
        return feed.has_more


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_mirror_equals_the_store(kept: Kept, data: st.DataObject) -> None:
    """Each page is what the model says; a client that follows has the live tasks in the end, whatever went on."""
    run = Run(kept, await kept.actor())

    for name in data.draw(st.lists(st.sampled_from(STEPS), max_size=25)):
        await run.step(name, data)
    while await run.page(2):
        pass

    live = {task.id: task for task in run.model.tasks.values() if task.deleted_at is None}
    assert live == run.mirror.tasks
    assert len(live) == await kept.live_tasks(run.actor)


async def test_feed_shows_own_changes_only(kept: Kept) -> None:
    """Another user's changes neither appear nor move the clock."""
    ann, bob = await kept.actor(), await kept.actor()
    await kept.add(bob)

    assert Feed((), SyncPoint(0, 0), has_more=False) == await kept.view(ann).tasks.changes(None, 10)


async def test_page_ends_early_when_it_is_long(kept: Kept) -> None:
    """About 1 MiB of text ends a page; deleted tasks count nothing, however long they were."""
    actor = await kept.actor()
    tasks = []
    for number in range(80):
        task = await kept.add(actor, kept.task(Draft("x", "\U0001f331" * MAX_DESCRIPTION_LENGTH)))
        tasks.append(await kept.put(actor, task.trashed(kept.clock.now())) if number % 2 else task)
    ordered = sorted(tasks, key=lambda task: task.version)
    number = count_fitting(0 if task.deleted_at else task.text_size for task in ordered)

    feed = await kept.view(actor).tasks.changes(SyncPoint(0, 0), 1000)

    assert number < len(ordered)
    assert [task.id for task in ordered[:number]] == [change.id for change in feed.changes]
    assert feed.has_more
    assert ordered[number - 1].version == feed.next.position


async def test_point_in_the_future_has_expired(kept: Kept) -> None:
    """A point that the clock has not come to is from before a restore of a backup."""
    actor = await kept.actor()
    await kept.add(actor)
    view = kept.view(actor)

    await view.tasks.changes(SyncPoint(0, 1), 10)
    for point in (SyncPoint(0, 2), SyncPoint(2, 0)):
        with pytest.raises(SyncTokenExpired):
            await view.tasks.changes(point, 10)


async def test_clocks_leap_after_the_units_that_are_under_way(kept: Kept) -> None:
    """Neither the leap nor the unit's own numbers are lost."""
    actor = await kept.actor()
    inside, leap = asyncio.Event(), asyncio.Event()

    async def work(unit: UnitOfWork) -> Task:
        inside.set()
        await leap.wait()
        return await unit.tasks.add(kept.task())

    unit = asyncio.create_task(kept.store.write(actor, work))
    await inside.wait()
    leaping = asyncio.create_task(kept.store.advance_revisions(LEAP))
    await kept.somebody_waits()
    leap.set()
    await asyncio.gather(unit, leaping)

    assert LEAP + 2 == (await kept.add(actor)).version


async def test_advanced_clocks(kept: Kept) -> None:
    """Every user's points from before have expired, new walks are complete, and numbers go on from there."""
    actors = [await kept.actor() for _ in range(2)]
    for actor in actors:
        await kept.add(actor)

    await kept.store.advance_revisions(LEAP)

    for actor in actors:
        view = kept.view(actor)
        with pytest.raises(SyncTokenExpired):
            await view.tasks.changes(SyncPoint(1, 1), 10)
        assert 1 == len((await view.tasks.changes(None, 10)).changes)
        assert LEAP + 2 == (await kept.add(actor)).version
