"""The change feed, against a plain model, and against what a client makes of it."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from todo_core.actors import Actor
from todo_core.changes import Change, Feed, ListChange, SyncPoint, TaskChange
from todo_core.errors import SyncTokenExpired
from todo_core.lists import ListDraft, ListId, TaskList, inbox_id
from todo_core.ports import UnitOfWork
from todo_core.queries import count_fitting
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, Draft, Task, TaskId
from todo_core.testing.contract.harness import StoreHarness

LEAP = 2**32
A_DAY = dt.timedelta(days=1)
STEPS = (
    *("add", "add", "edit", "edit", "trash", "restore", "erase", "drop"),
    *("add list", "add list", "edit list", "remove list", "drop lists"),
    *("page", "page", "page", "page", "again", "leap"),
)


def item(change: Change) -> Task | TaskList | None:
    """Return what a change is of, or None if it is deleted."""
    return change.task if isinstance(change, TaskChange) else change.list


@attrs.define
class Model:
    """What the feed of one user has to say: every task and list they ever had, the revision and the horizon."""

    clock: int = 0
    horizon: int = 0
    tasks: dict[TaskId, Task] = attrs.field(factory=dict)
    erased: set[TaskId] = attrs.field(factory=set)
    lists: dict[ListId, TaskList] = attrs.field(factory=dict)
    removed: dict[ListId, tuple[int, dt.datetime]] = attrs.field(factory=dict)

    def feed(self, since: SyncPoint | None, limit: int) -> Feed | None:
        """Return what a page must be, or None when the point has expired."""
        point = since or SyncPoint(self.clock, 0)
        if max(point.base, point.position) < self.horizon and since is not None:
            return None
        changes = [
            change
            for change in sorted(self.changes(), key=lambda change: change.version)
            if change.version > point.position and (item(change) is not None or change.version > point.base)
        ]
        has_more = len(changes) > limit
        position = changes[limit - 1].version if has_more else self.clock
        return Feed(tuple(changes[:limit]), SyncPoint(point.base, position), has_more)

    def changes(self) -> Iterator[Change]:
        """Yield everything."""
        for task in self.tasks.values():
            yield TaskChange(task.id, task.version, None if task.deleted_at else task)
        for one in self.lists.values():
            yield ListChange(one.id, one.version, one)
        for list_id, (version, _) in self.removed.items():
            yield ListChange(list_id, version, None)

    def old_lists(self, before: dt.datetime) -> list[ListId]:
        """Return the lists that were deleted before, by version."""
        found = [(version, list_id) for list_id, (version, at) in self.removed.items() if at < before]
        return [list_id for _, list_id in sorted(found)]

    def old(self, before: dt.datetime, *, erased: bool) -> list[Task]:
        """Return the deleted tasks from before, erased or not, by version."""
        found = [task for task in self.tasks.values() if task.deleted_at is not None and task.deleted_at < before]
        return sorted((task for task in found if (task.id in self.erased) is erased), key=lambda task: task.version)


@attrs.define
class Mirror:
    """A client that knows nothing but the feed."""

    point: SyncPoint | None = None
    items: dict[UUID, Task | TaskList] = attrs.field(factory=dict)

    def apply(self, feed: Feed) -> None:
        """Take a page in."""
        for change in feed.changes:
            found = item(change)
            if found is None:
                self.items.pop(change.id, None)
            else:
                self.items[change.id] = found
        self.point = feed.next

    def start_again(self) -> None:
        """Forget everything."""
        self.point, self.items = None, {}


@attrs.define
class Run:
    """One user's tasks under random edits, with a client that follows."""

    harness: StoreHarness
    actor: Actor
    model: Model = attrs.field(factory=Model)
    mirror: Mirror = attrs.field(factory=Mirror)

    def took(self, task: Task) -> None:
        """Note a change in the model."""
        self.model.clock += 1
        assert self.model.clock == task.version
        self.model.tasks[task.id] = task

    def took_list(self, one: TaskList) -> None:
        """Note a change of a list in the model."""
        self.model.clock += 1
        assert self.model.clock == one.version
        self.model.lists[one.id] = one

    async def step(self, name: str, data: st.DataObject) -> None:
        """Do one thing, to the store and to the model."""
        if name == "page":
            await self.page(data.draw(st.integers(1, 3)))
        elif name in {"again", "leap"}:
            await self.start_again(name)
        elif name in {"erase", "drop"}:
            before = self.harness.clock.now() - data.draw(st.sampled_from([0, 1, 2])) * A_DAY
            await (self.erase if name == "erase" else self.drop)(before, data.draw(st.integers(1, 3)))
        elif name.endswith(("list", "lists")):
            await self.change_lists(name, data)
        elif name == "add":
            self.took(await self.harness.add(self.actor))
        else:
            await self.change(name, data)

    async def start_again(self, name: str) -> None:
        """Empty the mirror, or make that necessary."""
        if name == "again":
            self.mirror.start_again()
            return
        await self.harness.store.advance_revisions(LEAP)
        self.model.clock += LEAP
        self.model.horizon = self.model.clock

    async def change_lists(self, name: str, data: st.DataObject) -> None:
        """Add, edit or delete a list, or remove what is left of deleted ones."""
        now, store = self.harness.clock.now(), self.harness.store
        others = [one for one in self.model.lists.values() if not one.inbox]
        new = TaskList.create(ListDraft("A list"), ListId(self.harness.ids.new()), now)
        if name == "add list":
            self.took_list(await store.write(self.actor, lambda unit: unit.lists.add(new)))
        elif name == "drop lists":
            await self.drop_lists(now - data.draw(st.sampled_from([0, 1, 2])) * A_DAY, data.draw(st.integers(1, 3)))
        elif name == "edit list":
            one = data.draw(st.sampled_from(list(self.model.lists.values())))
            changed = attrs.evolve(one, name=f"changed in {self.model.clock}")
            self.took_list(await store.write(self.actor, lambda unit: unit.lists.replace(changed)))
        elif others:
            one = data.draw(st.sampled_from(others))
            deleted_at = now - data.draw(st.sampled_from([0, 1, 2])) * A_DAY
            await store.write(self.actor, lambda unit: unit.lists.remove(one.id, deleted_at))
            self.model.clock += 1
            del self.model.lists[one.id]
            self.model.removed[one.id] = self.model.clock, deleted_at

    async def drop_lists(self, before: dt.datetime, limit: int) -> None:
        """Remove old tombstones of lists."""
        old = self.model.old_lists(before)[:limit]
        removing = self.harness.store.write(self.actor, lambda unit: unit.lists.remove_tombstones(before, limit))
        assert len(old) == await removing
        for list_id in old:
            version, _ = self.model.removed.pop(list_id)
            self.model.horizon = max(self.model.horizon, version)

    async def change(self, name: str, data: st.DataObject) -> None:
        """Edit, trash or restore a task, if there is one."""
        tasks = [task for task in self.model.tasks.values() if task.id not in self.model.erased]
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks))
        deleted_at = self.harness.clock.now() - data.draw(st.sampled_from([0, 1, 2])) * A_DAY
        edits = {
            "edit": attrs.evolve(task, title=f"changed in {self.model.clock}"),
            "trash": task.trashed(deleted_at),
            "restore": attrs.evolve(task, deleted_at=None, deleted_with=None),
        }
        self.took(await self.harness.put(self.actor, edits[name]))

    async def erase(self, before: dt.datetime, limit: int) -> None:
        """Erase old trash."""
        old = self.model.old(before, erased=False)[:limit]
        assert len(old) == await self.harness.store.write(self.actor, lambda unit: unit.tasks.erase(before, limit))
        self.model.erased |= {task.id for task in old}

    async def drop(self, before: dt.datetime, limit: int) -> None:
        """Remove old tombstones."""
        old = self.model.old(before, erased=True)[:limit]
        assert len(old) == await self.harness.store.write(
            self.actor, lambda unit: unit.tasks.remove_tombstones(before, limit)
        )
        for task in old:
            del self.model.tasks[task.id]
            self.model.horizon = max(self.model.horizon, task.version)

    async def page(self, limit: int) -> bool:
        """Have the client read a page, and return whether there are more."""
        expected = self.model.feed(self.mirror.point, limit)
        view = self.harness.view(self.actor)
        if expected is None:
            with pytest.raises(SyncTokenExpired):
                await view.feed.page(self.mirror.point, limit)
            self.mirror.start_again()
            return True
        feed = await view.feed.page(self.mirror.point, limit)
        assert expected == feed
        self.mirror.apply(feed)
        return feed.has_more


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_mirror_equals_the_store(harness: StoreHarness, data: st.DataObject) -> None:
    """Each page is what the model says; a client that follows has the live tasks in the end, whatever went on."""
    run = Run(harness, await harness.actor())
    (inbox,) = await harness.view(run.actor).lists.all()
    run.took_list(inbox)

    for name in data.draw(st.lists(st.sampled_from(STEPS), max_size=25)):
        await run.step(name, data)
    while await run.page(2):
        pass

    live = {task.id: task for task in run.model.tasks.values() if task.deleted_at is None}
    items: list[Task | TaskList] = [*live.values(), *run.model.lists.values()]
    assert {one.id: one for one in items} == run.mirror.items
    assert len(live) == await harness.live_tasks(run.actor)


async def test_feed_shows_own_changes_only(harness: StoreHarness) -> None:
    """Another user's changes neither appear nor move the clock."""
    ann, bob = await harness.actor(), await harness.actor()
    await harness.add(bob)

    inbox = await harness.view(ann).lists.get(inbox_id(ann.user))
    assert inbox is not None
    expected = (ListChange(inbox.id, 1, inbox),)
    assert Feed(expected, SyncPoint(1, 1), has_more=False) == await harness.view(ann).feed.page(None, 10)


async def test_page_ends_early_when_it_is_long(harness: StoreHarness) -> None:
    """About 1 MiB of text ends a page; deleted tasks count nothing, however long they were."""
    actor = await harness.actor()
    tasks = []
    for number in range(80):
        task = await harness.add(actor, harness.task(actor, Draft("x", "\U0001f331" * MAX_DESCRIPTION_LENGTH)))
        tasks.append(await harness.put(actor, task.trashed(harness.clock.now())) if number % 2 else task)
    ordered = sorted(tasks, key=lambda task: task.version)
    number = count_fitting(0 if task.deleted_at else task.text_size for task in ordered)

    feed = await harness.view(actor).feed.page(SyncPoint(1, 1), 1000)

    assert number < len(ordered)
    assert [task.id for task in ordered[:number]] == [change.id for change in feed.changes]
    assert feed.has_more
    assert ordered[number - 1].version == feed.next.position


async def test_point_in_the_future_has_expired(harness: StoreHarness) -> None:
    """A point that the clock has not come to is from before a restore of a backup."""
    actor = await harness.actor()
    await harness.add(actor)
    view = harness.view(actor)

    await view.feed.page(SyncPoint(0, 2), 10)
    for point in (SyncPoint(0, 3), SyncPoint(3, 0)):
        with pytest.raises(SyncTokenExpired):
            await view.feed.page(point, 10)


async def test_clocks_leap_after_the_units_that_are_under_way(harness: StoreHarness) -> None:
    """Neither the leap nor the unit's own numbers are lost."""
    actor = await harness.actor()
    inside, leap = asyncio.Event(), asyncio.Event()

    async def work(unit: UnitOfWork) -> Task:
        inside.set()
        await leap.wait()
        return await unit.tasks.add(harness.task(actor))

    unit = asyncio.create_task(harness.store.write(actor, work))
    await inside.wait()
    leaping = asyncio.create_task(harness.store.advance_revisions(LEAP))
    await harness.somebody_waits()
    leap.set()
    await asyncio.gather(unit, leaping)

    assert LEAP + 3 == (await harness.add(actor)).version


async def test_advanced_clocks(harness: StoreHarness) -> None:
    """Every user's points from before have expired, new walks are complete, and numbers go on from there."""
    actors = [await harness.actor() for _ in range(2)]
    for actor in actors:
        await harness.add(actor)

    await harness.store.advance_revisions(LEAP)

    for actor in actors:
        view = harness.view(actor)
        with pytest.raises(SyncTokenExpired):
            await view.feed.page(SyncPoint(1, 1), 10)
        assert 2 == len((await view.feed.page(None, 10)).changes)
        assert LEAP + 3 == (await harness.add(actor)).version
