"""Tasks are kept as they are, under the numbers of their user's clock; ids are unique over all users."""

import datetime as dt

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from tests.support import drafts
from todo_core.due import Due
from todo_core.errors import IdTaken
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork
from todo_core.queries import TagCount
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, MAX_TAG_LENGTH, MAX_TAGS, MAX_TITLE_LENGTH, Draft, Priority, Task
from todo_core.testing import ManualClock
from todo_core.testing.contract.harness import StoreHarness

zones = ManualClock().zone
EXTREMES = [
    Draft("first", due=Due.all_day(dt.date.min)),
    Draft("first minute", due=Due.floating(dt.date.min, dt.time.min)),
    Draft("first instant", due=Due.fixed(dt.date.min, dt.time.min, "UTC", zones)),
    Draft("last", due=Due.all_day(dt.date.max)),
    Draft("last minute", due=Due.floating(dt.date.max, dt.time(23, 59))),
    Draft("last instant", due=Due.fixed(dt.date.max, dt.time(23, 59), "UTC", zones)),
    Draft(
        "ß" * MAX_TITLE_LENGTH,
        "ﬃ" * MAX_DESCRIPTION_LENGTH,
        tags=tuple(chr(0x4E00 + n) * MAX_TAG_LENGTH for n in range(MAX_TAGS)),
    ),
    Draft("%_\\'\"{},", "100 % \\ 'quoted' \"too\" {a,b} NULL", tags=("NULL", "{a,b}", '"', "\\", "a b", "'", ",")),
]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drafts)
async def test_any_task_is_kept(harness: StoreHarness, draft: Draft) -> None:
    """Every member comes back, from a read, from inside a unit and from an outcome."""
    await comes_back(harness, draft)


@pytest.mark.parametrize("draft", EXTREMES, ids=lambda draft: draft.title[:20])
async def test_extreme_task_is_kept(harness: StoreHarness, draft: Draft) -> None:
    """So do the longest texts, the furthest dates, and what means something in SQL."""
    await comes_back(harness, draft)


async def comes_back(harness: StoreHarness, draft: Draft) -> None:
    """Keep a task, change it, and compare."""
    actor = await harness.actor()
    new = harness.task(actor, draft)

    task = await harness.add(actor, new)

    assert attrs.evolve(new, version=2, position=at_end(2)) == task
    assert task == await harness.view(actor).tasks.get(task.id)
    changed = attrs.evolve(task.trashed(harness.clock.now() + dt.timedelta.resolution), priority=Priority.HIGH)

    async def work(unit: UnitOfWork) -> Task:
        result = await unit.tasks.replace(changed)
        assert result == await unit.tasks.get(task.id)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b""), result, harness.clock.now()))
        return result

    result = await harness.store.write(actor, work)
    assert attrs.evolve(changed, version=3) == result
    assert result == await harness.view(actor).tasks.get(task.id)
    remembered = await harness.store.write(actor, lambda unit: unit.idempotency.get("key"))
    assert remembered is not None
    assert result == remembered.item


async def test_each_change_takes_the_next_number(harness: StoreHarness) -> None:
    """Of its own user, whose inbox has the first, several in one unit too."""
    ann, bob = await harness.actor(), await harness.actor()

    async def work(unit: UnitOfWork) -> list[int]:
        first, second = await unit.tasks.add(harness.task(ann)), await unit.tasks.add(harness.task(ann))
        return [first.version, second.version, (await unit.tasks.replace(first)).version]

    assert [2, 3, 4] == await harness.store.write(ann, work)
    assert 2 == (await harness.add(bob)).version
    assert 5 == (await harness.add(ann)).version


async def test_id_is_taken_whatever_its_state(harness: StoreHarness) -> None:
    """A live task, one in the trash and an erased one keep their ids, for their own user as for others."""
    ann, bob = await harness.actor(), await harness.actor()
    live, trashed, erased = [await harness.add(ann) for _ in range(3)]
    await harness.put(ann, trashed.trashed(harness.clock.now()))
    await harness.put(ann, erased.trashed(harness.clock.now() - dt.timedelta(days=1)))
    assert 1 == await harness.store.write(ann, lambda unit: unit.tasks.erase(harness.clock.now(), 10))

    for actor in (ann, bob):
        clock = (await harness.view(actor).feed.page(None, 10)).next.position
        for task in (live, trashed, erased):
            with pytest.raises(IdTaken):
                await harness.add(actor, harness.task(actor, task_id=task.id))
        assert clock == (await harness.view(actor).feed.page(None, 10)).next.position


async def test_owner_of_a_task(harness: StoreHarness) -> None:
    """Whoever has it, whatever its state; nobody for an unknown id."""
    ann, bob = await harness.actor(), await harness.actor()
    of_ann, of_bob = await harness.add(ann), await harness.add(bob)
    await harness.put(ann, of_ann.trashed(harness.clock.now() - dt.timedelta(days=1)))

    assert ann.user == await harness.store.task_owner(of_ann.id)
    assert bob.user == await harness.store.task_owner(of_bob.id)
    assert await harness.store.task_owner(harness.task(ann).id) is None
    await harness.store.write(ann, lambda unit: unit.tasks.erase(harness.clock.now(), 10))
    assert ann.user == await harness.store.task_owner(of_ann.id)


async def test_task_of_another_user_is_not_there(harness: StoreHarness) -> None:
    """A view shows its own user's tasks only."""
    ann, bob = await harness.actor(), await harness.actor()
    task = await harness.add(ann)

    assert await harness.view(bob).tasks.get(task.id) is None
    assert await harness.store.write(bob, lambda unit: unit.tasks.get(task.id)) is None


async def test_live_tasks_are_counted(harness: StoreHarness) -> None:
    """Adding and restoring count up, trashing counts down, other changes and erasing do not count."""
    actor = await harness.actor()
    await harness.add(await harness.actor())
    now = harness.clock.now()

    first, second = await harness.add(actor), await harness.add(actor)
    assert 2 == await harness.live_tasks(actor)
    first = await harness.put(actor, attrs.evolve(first, title="Changed"))
    assert 2 == await harness.live_tasks(actor)
    first = await harness.put(actor, first.trashed(now))
    assert 1 == await harness.live_tasks(actor)
    first = await harness.put(actor, attrs.evolve(first, title="Changed in the trash"))
    assert 1 == await harness.live_tasks(actor)
    await harness.put(actor, first.restored(first.place, first.position, now))
    assert 2 == await harness.live_tasks(actor)
    await harness.put(actor, second.trashed(now - dt.timedelta(days=1)))
    await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 10))
    assert 1 == await harness.live_tasks(actor)


async def test_tags_are_counted(harness: StoreHarness) -> None:
    """Of live tasks, open ones and all, sorted by code point; case counts."""
    actor = await harness.actor()
    other = await harness.actor()
    await harness.add(other, harness.task(other, Draft("another user's", tags=("secret",))))
    assert [] == list(await harness.view(actor).tasks.tags())

    await harness.add(actor, harness.task(actor, Draft("open", tags=("b", "B", "é", "z"))))
    await harness.add(actor, harness.task(actor, Draft("done", completed=True, tags=("b", "\U0001f331", "ﬃ"))))
    trashed = await harness.add(actor, harness.task(actor, Draft("in the trash", tags=("b", "gone"))))
    await harness.put(actor, trashed.trashed(harness.clock.now()))

    assert [
        TagCount("B", 1, 1),
        TagCount("b", 1, 2),
        TagCount("z", 1, 1),
        TagCount("é", 1, 1),
        TagCount("ﬃ", 0, 1),
        TagCount("\U0001f331", 0, 1),
    ] == list(await harness.view(actor).tasks.tags())
