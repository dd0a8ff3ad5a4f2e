"""Lists are kept as they are, under the numbers of their user; deleted ones leave a tombstone and their id."""

import datetime as dt

import attrs

from todo_core.actors import Actor
from todo_core.changes import ListChange
from todo_core.errors import IdTaken
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.lists import MAX_LIST_NAME_LENGTH, ListDraft, ListId, TaskList, inbox_id
from todo_core.ordering import at_end
from todo_core.ports import UnitOfWork
from todo_core.testing.contract.checks import cases, check, expect
from todo_core.testing.contract.harness import StoreHarness

A_DAY = dt.timedelta(days=1)


def new(harness: StoreHarness, draft: ListDraft | None = None, list_id: ListId | None = None) -> TaskList:
    """Return a list that is not kept yet."""
    return TaskList.create(draft or ListDraft("A list"), list_id or ListId(harness.ids.new()), harness.clock.now())


async def add(harness: StoreHarness, actor: Actor, one: TaskList) -> TaskList:
    """Keep a list."""
    return await harness.store.write(actor, lambda unit: unit.lists.add(one))


async def remove(harness: StoreHarness, actor: Actor, one: TaskList, at: dt.datetime | None = None) -> None:
    """Delete a list."""
    await harness.store.write(actor, lambda unit: unit.lists.remove(one.id, at or harness.clock.now()))


@check
@cases("draft", [ListDraft("x"), ListDraft("\U0001f331" * MAX_LIST_NAME_LENGTH, "#00ff7f")])
async def list_is_kept(harness: StoreHarness, draft: ListDraft) -> None:
    """Every member comes back, from a read, from inside a unit and from a stored result."""
    actor = await harness.actor()
    one = await add(harness, actor, new(harness, draft))

    assert (2, at_end(2), draft) == (one.version, one.position, one.draft)
    assert one == await harness.view(actor).lists.get(one.id)
    changed = attrs.evolve(one, name="Other", position="V00001k")

    async def work(unit: UnitOfWork) -> TaskList:
        result = await unit.lists.replace(changed)
        assert result == await unit.lists.get(one.id)
        await unit.idempotency.add(StoredResult(IdempotencyKey("key", b""), result, harness.clock.now()))
        return result

    result = await harness.store.write(actor, work)
    assert attrs.evolve(changed, version=3) == result == await harness.view(actor).lists.get(one.id)
    stored = await harness.store.write(actor, lambda unit: unit.idempotency.get("key"))
    assert stored is not None
    assert result == stored.item


@check
async def lists_come_in_order(harness: StoreHarness) -> None:
    """By position, the inbox among them, and only one's own."""
    actor, other = await harness.actor(), await harness.actor()
    last = await add(harness, actor, new(harness))
    first = await add(harness, actor, attrs.evolve(new(harness), position="000001"))
    await add(harness, other, new(harness))
    inbox = await harness.view(actor).lists.get(inbox_id(actor.user))

    assert [first, inbox, last] == list(await harness.view(actor).lists.all())
    assert [first, inbox, last] == list(await harness.store.write(actor, lambda unit: unit.lists.all()))
    assert inbox is not None
    assert [False, True, False] == [one.inbox for one in (first, inbox, last)]


@check
async def list_of_another_user_is_not_there(harness: StoreHarness) -> None:
    """A reader shows its own user's lists only."""
    ann, bob = await harness.actor(), await harness.actor()
    one = await add(harness, ann, new(harness))

    assert await harness.view(bob).lists.get(one.id) is None
    assert await harness.store.write(bob, lambda unit: unit.lists.get(one.id)) is None


@check
async def ids_are_taken_for_good(harness: StoreHarness) -> None:
    """By anybody's list and inbox, and by deleted lists; the refusal takes no number."""
    ann, bob = await harness.actor(), await harness.actor()
    live, deleted = await add(harness, ann, new(harness)), await add(harness, ann, new(harness))
    await remove(harness, ann, deleted)
    for actor in (ann, bob):
        for list_id in (live.id, deleted.id, inbox_id(ann.user)):
            with expect(IdTaken):
                await add(harness, actor, new(harness, list_id=list_id))

    assert 2 == (await add(harness, bob, new(harness))).version


@check
async def owner_of_a_list(harness: StoreHarness) -> None:
    """Whoever has it, deleted or not; nobody for an unknown id."""
    ann = await harness.actor()
    one = await add(harness, ann, new(harness))

    assert ann.user == await harness.store.list_owner(one.id)
    assert ann.user == await harness.store.list_owner(inbox_id(ann.user))
    await remove(harness, ann, one)
    assert ann.user == await harness.store.list_owner(one.id)
    assert await harness.store.list_owner(ListId(harness.ids.new())) is None


@check
async def deleted_list_leaves_a_tombstone(harness: StoreHarness) -> None:
    """It is not there any more, but in the feed, under the next number."""
    actor = await harness.actor()
    one = await add(harness, actor, new(harness))
    mirror = (await harness.view(actor).feed.page(None, 10)).next

    await remove(harness, actor, one)

    assert await harness.view(actor).lists.get(one.id) is None
    assert [inbox_id(actor.user)] == [one.id for one in await harness.view(actor).lists.all()]
    assert (ListChange(one.id, 3, None),) == (await harness.view(actor).feed.page(mirror, 10)).changes


@check
async def tombstones_are_purged(harness: StoreHarness) -> None:
    """The oldest first; those of lists that tasks in the trash are in stay; the horizon rises."""
    actor, now = await harness.actor(), harness.clock.now()
    lists = [await add(harness, actor, new(harness)) for _ in range(4)]
    task = await harness.add(actor, attrs.evolve(harness.task(actor), list_id=lists[0].id))
    await harness.put(actor, task.trashed(now - A_DAY))
    for one, age in zip(lists, (3, 2, 1, 0), strict=True):
        await remove(harness, actor, one, now - age * A_DAY)
    mirror = (await harness.view(actor).feed.page(None, 10)).next

    async def purge(limit: int) -> int:
        return await harness.store.write(actor, lambda unit: unit.lists.remove_tombstones(now - A_DAY / 2, limit))

    assert 1 == await purge(1)
    assert await harness.store.list_owner(lists[1].id) is None
    assert 1 == await purge(10)
    assert 0 == await purge(10)
    await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 10))
    assert 1 == await purge(10)
    assert actor.user == await harness.store.list_owner(lists[3].id)
    assert () == (await harness.view(actor).feed.page(mirror, 10)).changes


@check
async def removed_user_takes_lists_along(harness: StoreHarness) -> None:
    """Their ids are free again, whatever was in them."""
    ann, bob = await harness.actor(), await harness.actor()
    one = await add(harness, ann, new(harness))
    task = await harness.add(ann, attrs.evolve(harness.task(ann), list_id=one.id))
    await harness.add(ann, attrs.evolve(harness.task(ann), list_id=one.id, parent_id=task.id))

    await harness.store.write(ann, lambda unit: unit.account.remove())

    assert await harness.store.list_owner(one.id) is None
    assert one.id == (await add(harness, bob, new(harness, list_id=one.id))).id
