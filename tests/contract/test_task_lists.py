"""Lists are kept as they are, under the numbers of their user; deleted ones leave a tombstone and their id."""

import datetime as dt

import attrs
import pytest

from tests.contract.conftest import Kept
from todo_core.actors import Actor
from todo_core.changes import ListChange
from todo_core.errors import IdTaken
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import MAX_LIST_NAME_LENGTH, ListDraft, ListId, TaskList, inbox_id
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork

A_DAY = dt.timedelta(days=1)


def new(kept: Kept, draft: ListDraft | None = None, list_id: ListId | None = None) -> TaskList:
    """Return a list that is not kept yet."""
    return TaskList.create(draft or ListDraft("A list"), list_id or ListId(kept.ids.new()), kept.clock.now())


async def add(kept: Kept, actor: Actor, one: TaskList) -> TaskList:
    """Keep a list."""
    return await kept.store.write(actor, lambda unit: unit.lists.add(one))


async def remove(kept: Kept, actor: Actor, one: TaskList, at: dt.datetime | None = None) -> None:
    """Delete a list."""
    await kept.store.write(actor, lambda unit: unit.lists.remove(one.id, at or kept.clock.now()))


@pytest.mark.parametrize("draft", [ListDraft("x"), ListDraft("\U0001f331" * MAX_LIST_NAME_LENGTH, "#00ff7f")])
async def test_list_is_kept(kept: Kept, draft: ListDraft) -> None:
    """Every member comes back, from a read, from inside a unit and from a stored result."""
    actor = await kept.actor()
    one = await add(kept, actor, new(kept, draft))

    assert (2, at_end(2), draft) == (one.version, one.position, one.draft)
    assert one == await kept.view(actor).lists.get(one.id)
    changed = attrs.evolve(one, name="Other", position="V00001k")

    async def work(unit: UnitOfWork) -> TaskList:
        result = await unit.lists.replace(changed)
        assert result == await unit.lists.get(one.id)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b""), result, kept.clock.now()))
        return result

    result = await kept.store.write(actor, work)
    assert attrs.evolve(changed, version=3) == result == await kept.view(actor).lists.get(one.id)
    stored = await kept.store.write(actor, lambda unit: unit.idempotency.get("key"))
    assert stored is not None
    assert result == stored.item


async def test_lists_come_in_order(kept: Kept) -> None:
    """By position, the inbox among them, and only one's own."""
    actor, other = await kept.actor(), await kept.actor()
    last = await add(kept, actor, new(kept))
    first = await add(kept, actor, attrs.evolve(new(kept), position="000001"))
    await add(kept, other, new(kept))
    inbox = await kept.view(actor).lists.get(inbox_id(actor.user))

    assert [first, inbox, last] == list(await kept.view(actor).lists.all())
    assert [first, inbox, last] == list(await kept.store.write(actor, lambda unit: unit.lists.all()))
    assert inbox is not None
    assert [False, True, False] == [one.inbox for one in (first, inbox, last)]


async def test_list_of_another_user_is_not_there(kept: Kept) -> None:
    """A reader shows its own user's lists only."""
    ann, bob = await kept.actor(), await kept.actor()
    one = await add(kept, ann, new(kept))

    assert await kept.view(bob).lists.get(one.id) is None
    assert await kept.store.write(bob, lambda unit: unit.lists.get(one.id)) is None


async def test_ids_are_taken_for_good(kept: Kept) -> None:
    """By anybody's list and inbox, and by deleted lists; the refusal takes no number."""
    ann, bob = await kept.actor(), await kept.actor()
    live, deleted = await add(kept, ann, new(kept)), await add(kept, ann, new(kept))
    await remove(kept, ann, deleted)
    for actor in (ann, bob):
        for list_id in (live.id, deleted.id, inbox_id(ann.user)):
            with pytest.raises(IdTaken):
                await add(kept, actor, new(kept, list_id=list_id))

    assert 2 == (await add(kept, bob, new(kept))).version


async def test_owner_of_a_list(kept: Kept) -> None:
    """Whoever has it, deleted or not; nobody for an unknown id."""
    ann = await kept.actor()
    one = await add(kept, ann, new(kept))

    assert ann.user == await kept.store.list_owner(one.id)
    assert ann.user == await kept.store.list_owner(inbox_id(ann.user))
    await remove(kept, ann, one)
    assert ann.user == await kept.store.list_owner(one.id)
    assert await kept.store.list_owner(ListId(kept.ids.new())) is None


async def test_deleted_list_leaves_a_tombstone(kept: Kept) -> None:
    """It is not there any more, but in the feed, under the next number."""
    actor = await kept.actor()
    one = await add(kept, actor, new(kept))
    mirror = (await kept.view(actor).feed.page(None, 10)).next

    await remove(kept, actor, one)

    assert await kept.view(actor).lists.get(one.id) is None
    assert [inbox_id(actor.user)] == [one.id for one in await kept.view(actor).lists.all()]
    assert (ListChange(one.id, 3, None),) == (await kept.view(actor).feed.page(mirror, 10)).changes


async def test_tombstones_are_purged(kept: Kept) -> None:
    """The oldest first; those of lists that tasks in the trash are in stay; the horizon rises."""
    actor, now = await kept.actor(), kept.clock.now()
    lists = [await add(kept, actor, new(kept)) for _ in range(4)]
    task = await kept.add(actor, attrs.evolve(kept.task(actor), list_id=lists[0].id))
    await kept.put(actor, task.trashed(now - A_DAY))
    for one, age in zip(lists, (3, 2, 1, 0), strict=True):
        await remove(kept, actor, one, now - age * A_DAY)
    mirror = (await kept.view(actor).feed.page(None, 10)).next

    async def purge(limit: int) -> int:
        return await kept.store.write(actor, lambda unit: unit.lists.remove_tombstones(now - A_DAY / 2, limit))

    assert 1 == await purge(1)
    assert await kept.store.list_owner(lists[1].id) is None
    assert 1 == await purge(10)
    assert 0 == await purge(10)
    await kept.store.write(actor, lambda unit: unit.tasks.erase(now, 10))
    assert 1 == await purge(10)
    assert actor.user == await kept.store.list_owner(lists[3].id)
    assert () == (await kept.view(actor).feed.page(mirror, 10)).changes


async def test_removed_user_takes_lists_along(kept: Kept) -> None:
    """Their ids are free again, whatever was in them."""
    ann, bob = await kept.actor(), await kept.actor()
    one = await add(kept, ann, new(kept))
    task = await kept.add(ann, attrs.evolve(kept.task(ann), list_id=one.id))
    await kept.add(ann, attrs.evolve(kept.task(ann), list_id=one.id, parent_id=task.id))

    await kept.store.write(ann, lambda unit: unit.account.remove())

    assert await kept.store.list_owner(one.id) is None
    assert one.id == (await add(kept, bob, new(kept, list_id=one.id))).id
