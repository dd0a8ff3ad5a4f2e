"""Lists, subtasks and order as their owners use them, over the in-memory store."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import attrs
import pytest

from tests.support import World
from todo_core.actors import SessionActor
from todo_core.changes import ListChange, TaskChange
from todo_core.errors import (
    Forbidden,
    IdempotencyKeyReused,
    IdTaken,
    InboxIsPermanent,
    InvalidInput,
    ListNotEmpty,
    NotAuthenticated,
    NotFound,
    ParentInTrash,
    QuotaExceeded,
    SiblingGone,
    TooDeep,
)
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import ListDraft, ListId, TaskList, inbox_id
from todo_core.ordering import DIGITS, MAX_POSITION_LENGTH
from todo_core.preconditions import Precondition, VersionMismatch
from todo_core.queries import NO_PARENT, Query, Sort, SortKey
from todo_core.tasks import Draft, Task, TaskId
from todo_core.testing import START
from todo_core.trees import NEW_TASK, Destination
from todo_core.use_cases import After, Before, Contents, Edit, Lists, Move, NewList, NewTask
from todo_core.use_cases.positions import Around, find_slot

KEY = IdempotencyKey("key", b"request")
NOWHERE = TaskId(UUID(int=404))
NO_LIST = ListId(UUID(int=404))
FIRST, LAST = After[TaskId](None), Before[TaskId](None)
LIST = TaskList.create(ListDraft("x"), NO_LIST, START)


@attrs.frozen
class Desk:
    """Somebody with lists and tasks."""

    world: World
    actor: SessionActor

    async def task(
        self, title: str, parent: Task | None = None, into: TaskList | None = None, *, completed: bool = False
    ) -> Task:
        """Make a task below another one, or in a list."""
        destination = Destination(into.id if into else None, parent.id if parent else None)
        new = Draft(title, completed=completed)
        return (await self.world.tasks.create(self.actor, new, destination=destination)).task

    async def new_list(self, name: str = "Garden") -> TaskList:
        """Make a list."""
        return (await self.world.lists.create(self.actor, ListDraft(name))).list

    async def inbox(self) -> TaskList:
        """Return the inbox."""
        return await self.world.lists.get(self.actor, inbox_id(self.actor.user))

    async def titles(self, parent: Task | None = None, of: TaskList | None = None) -> str:
        """Return what the tasks of a list, or below a task, are called, in their order."""
        place = frozenset({(of or await self.inbox()).id})
        query = Query(lists=place, parent=NO_PARENT, sort=Sort(SortKey.POSITION, descending=False))
        if parent is not None:
            query = attrs.evolve(query, lists=frozenset(), parent=parent.id)
        return "".join(task.title for task in (await self.world.tasks.list(self.actor, query)).tasks)

    async def put(self, task: Task, destination: Destination) -> Task:
        """Change where a task stands, as PATCH does."""
        return (await self.world.tasks.change(self.actor, task.id, Edit(lambda task: task.draft, destination))).task

    async def move(self, task: Task, beside: After[TaskId] | Before[TaskId], to: Destination | None = None) -> Task:
        """Move a task."""
        move = Move(beside) if to is None else Move(beside, to)
        return (await self.world.tasks.move(self.actor, task.id, move)).task

    async def now(self, task: Task) -> Task:
        """Return a task as it is now."""
        return await self.world.tasks.get(self.actor, task.id)

    async def changed(self, request: Callable[[], Awaitable[object]]) -> list[tuple[str, int]]:
        """Carry out a request; return what changed, by name, under consecutive numbers."""
        before = (await self.world.tasks.changes(self.actor, None)).next
        await request()
        changes = (await self.world.tasks.changes(self.actor, before)).changes
        assert [*range(before.position + 1, before.position + 1 + len(changes))] == [one.version for one in changes]
        return [(_name(one), one.version - before.position) for one in changes]


def _name(change: TaskChange | ListChange) -> str:
    if isinstance(change, TaskChange):
        return "-" if change.task is None else change.task.title
    return "(-)" if change.list is None else f"({change.list.name})"


@pytest.fixture
def world() -> World:
    """A fresh system."""
    return World.over()


@pytest.fixture
async def ann(world: World) -> Desk:
    """A user of it."""
    return Desk(world, await world.join())


@pytest.fixture
async def bob(world: World) -> Desk:
    """Another one."""
    return Desk(world, await world.join("bob@example.org"))


async def refused(request: Awaitable[object]) -> dict[str, str]:
    """Return the codes of the members that are refused."""
    with pytest.raises(InvalidInput) as refusal:
        await request
    return {str(one.path[0]): one.code for one in refusal.value.violations}


async def test_a_task_goes_where_it_is_told(ann: Desk) -> None:
    """Into the inbox if nothing is said, into a list, below a task; it comes last there."""
    garden = await ann.new_list()
    root = await ann.task("r", into=garden)
    below = await ann.task("b", root)

    assert (inbox_id(ann.actor.user), None) == ((await ann.task("i")).list_id, root.parent_id)
    assert (garden.id, root.id) == (below.list_id, below.parent_id)
    for title in "cd":
        await ann.task(title, root)
    assert "bcd" == await ann.titles(root)


async def test_bad_places_are_named_together_with_bad_members(ann: Desk, bob: Desk) -> None:
    """Lists and parents of others are as unknown as those that nobody has, and so are tasks in the trash."""
    other, trashed = await ann.new_list(), await ann.task("t")
    await ann.world.tasks.delete(ann.actor, trashed.id)
    of_bob, list_of_bob = await bob.task("b"), await bob.new_list()
    root = await ann.task("r")

    def creating(destination: Destination) -> Awaitable[object]:
        return ann.world.tasks.create(ann.actor, lambda: NewTask(Draft("")), destination=destination)

    bad = {"title": "too-short"}
    for parent in (NOWHERE, of_bob.id, trashed.id):
        assert bad | {"parent_id": "unknown-parent"} == await refused(creating(Destination(None, parent)))
    for list_id in (NO_LIST, list_of_bob.id):
        assert bad | {"list_id": "unknown-list"} == await refused(creating(Destination(list_id, None)))
    assert bad | {"list_id": "list-of-parent"} == await refused(creating(Destination(other.id, root.id)))
    both = bad | {"list_id": "unknown-list", "parent_id": "unknown-parent"}
    assert both == await refused(creating(Destination(NO_LIST, NOWHERE)))
    edit = Edit(lambda task: attrs.evolve(task.draft, title=""), Destination(NO_LIST, NOWHERE))
    assert both == await refused(ann.world.tasks.change(ann.actor, root.id, edit))
    with pytest.raises(QuotaExceeded):
        await attrs.evolve(ann.world.tasks, max_tasks=1).create(
            ann.actor, Draft("x"), destination=Destination(other.id, None)
        )


async def test_subtasks_follow_their_parent(ann: Desk) -> None:
    """Into its list, all the way down, each under a number of its own; a subtask alone cannot go there."""
    garden, root = await ann.new_list(), await ann.task("r")
    below = await ann.task("b", root)
    deep = await ann.task("d", below)

    assert {"list_id": "list-of-parent"} == await refused(ann.put(below, Destination(list_id=garden.id)))
    assert [("r", 1), ("b", 2), ("d", 3)] == await ann.changed(lambda: ann.put(root, Destination(list_id=garden.id)))
    assert {garden.id} == {(await ann.now(one)).list_id for one in (root, below, deep)}
    assert [("b", 1), ("d", 2)] == await ann.changed(lambda: ann.put(below, Destination(None, None)))
    assert {inbox_id(ann.actor.user)} == {(await ann.now(one)).list_id for one in (below, deep)}
    assert [] == await ann.changed(lambda: ann.put(deep, Destination(None, below.id)))
    assert [("d", 1)] == await ann.changed(lambda: ann.put(deep, Destination(parent_id=None)))


async def test_a_new_parent_brings_its_list(ann: Desk) -> None:
    """And the task comes last below it."""
    garden, task = await ann.new_list(), await ann.task("t")
    root = await ann.task("r", into=garden)
    await ann.task("a", root)

    moved = await ann.put(task, Destination(parent_id=root.id))

    assert (garden.id, root.id) == (moved.list_id, moved.parent_id)
    assert "at" == await ann.titles(root)


async def test_trees_have_no_cycles_and_five_levels(ann: Desk) -> None:
    """Whatever is moved below whatever."""
    chain = [await ann.task("1")]
    for level in "2345":
        chain.append(await ann.task(level, chain[-1]))
    other = await ann.task("o")
    await ann.task("p", other)

    assert {"parent_id": "too-deep"} == await refused(ann.task("6", chain[-1]))
    assert {"parent_id": "cycle"} == await refused(ann.put(chain[0], Destination(parent_id=chain[4].id)))
    assert {"parent_id": "cycle"} == await refused(ann.put(other, Destination(parent_id=other.id)))
    assert {"parent_id": "too-deep"} == await refused(ann.put(other, Destination(parent_id=chain[3].id)))
    assert {"parent_id": "too-deep"} == await refused(ann.move(other, LAST, Destination(parent_id=chain[3].id)))
    assert chain[2].id == (await ann.put(other, Destination(parent_id=chain[2].id))).parent_id


async def test_moving_among_siblings(ann: Desk) -> None:
    """Behind and in front of others, first and last; only what moves changes, and standing still is no change."""
    a, b, c = [await ann.task(title) for title in "abc"]

    for task, beside, order in (
        (c, FIRST, "cab"),
        (c, LAST, "abc"),
        (a, After(b.id), "bac"),
        (c, Before(b.id), "cba"),
        (b, After(a.id), "cab"),
    ):
        assert 1 == len(await ann.changed(lambda task=task, beside=beside: ann.move(task, beside)))  # type: ignore[misc]
        assert order == await ann.titles()
    for task, beside in (
        (c, FIRST),
        (b, LAST),
        (a, After(c.id)),
        (a, Before(b.id)),
        (c, Before(a.id)),
        (b, After(a.id)),
    ):
        assert [] == await ann.changed(lambda task=task, beside=beside: ann.move(task, beside))  # type: ignore[misc]


async def test_moving_elsewhere(ann: Desk) -> None:
    """Below another task or into another list, to a place among those there; descendants come along."""
    garden = await ann.new_list()
    root, x, y = await ann.task("r", into=garden), await ann.task("x", into=garden), await ann.task("y")
    await ann.task("z", y)
    below = await ann.task("b", root)

    assert [("y", 1), ("z", 2)] == await ann.changed(lambda: ann.move(y, Before(x.id), Destination(list_id=garden.id)))
    assert "ryx" == await ann.titles(of=garden)
    await ann.move(x, FIRST, Destination(parent_id=root.id))
    assert "xb" == await ann.titles(root)
    await ann.move(below, After(root.id), Destination(parent_id=None))
    assert "rby" == await ann.titles(of=garden)


async def test_a_sibling_has_to_be_there(ann: Desk, bob: Desk) -> None:
    """A live task in that place, and not the task itself."""
    task, trashed, elsewhere = await ann.task("t"), await ann.task("x"), await ann.task("e", into=await ann.new_list())
    below = await ann.task("b", task)
    await ann.world.tasks.delete(ann.actor, trashed.id)

    for sibling in (NOWHERE, task.id, trashed.id, elsewhere.id, below.id, (await bob.task("o")).id):
        for beside in (After(sibling), Before(sibling)):
            with pytest.raises(SiblingGone):
                await ann.move(task, beside)


async def test_a_move_comes_after_its_conditions_and_once(ann: Desk) -> None:
    """Version, then body, then sibling; a key carries it out once."""
    a, b = await ann.task("a"), await ann.task("b")
    stale = Precondition(match=frozenset({1}))

    def malformed() -> Move:
        raise InvalidInput.at("after", "required", "one of both")

    with pytest.raises(VersionMismatch):
        await ann.world.tasks.move(ann.actor, a.id, malformed, expected=stale)
    assert {"after": "required"} == await refused(ann.world.tasks.move(ann.actor, a.id, malformed))
    moved = await ann.world.tasks.move(ann.actor, a.id, lambda: Move(After(b.id)), idempotency_key=KEY)
    again = await ann.world.tasks.move(ann.actor, a.id, malformed, idempotency_key=KEY)
    assert attrs.evolve(moved, replayed=True) == again


async def test_room_is_made_among_neighbours(ann: Desk) -> None:
    """When positions have grown long, a few siblings get new ones, each under a number of its own; the order stays."""
    first, *others = [await ann.task(f"{number}") for number in range(3)]
    order, numbers = [one.title for one in (first, *others)], set()
    for turn in range(700):
        task = others[turn % 2]
        numbers.add(len(await ann.changed(lambda task=task: ann.move(task, After(first.id)))))  # type: ignore[misc]
        order.remove(task.title)
        order.insert(1, task.title)

    assert "".join(order) == await ann.titles()
    assert max([len((await ann.now(one)).position) for one in (first, *others)]) <= MAX_POSITION_LENGTH
    assert {0, 1, 3} == numbers  # at first, one stands there already


async def test_toggling_with_subtasks(ann: Desk) -> None:
    """Completes all open descendants too; reopens the task alone; without, it is alone in both."""
    root = await ann.task("r")
    below = await ann.task("b", root)
    deep, done = await ann.task("d", below), await ann.task("x", root, completed=True)
    toggle = ann.world.tasks.toggle

    assert [("r", 1)] == await ann.changed(lambda: toggle(ann.actor, root.id))
    assert [("r", 1)] == await ann.changed(lambda: toggle(ann.actor, root.id, subtasks=True))
    assert [("r", 1), ("b", 2), ("d", 3)] == await ann.changed(lambda: toggle(ann.actor, root.id, subtasks=True))
    assert (await ann.now(done)).completed_at == done.completed_at
    assert (await ann.now(deep)).completed_at == (await ann.now(root)).completed_at
    assert [("r", 1)] == await ann.changed(lambda: toggle(ann.actor, root.id, subtasks=True))


async def test_the_trash_keeps_groups(ann: Desk) -> None:
    """Deleting takes descendants along; restoring brings exactly these back, to where they were."""
    root, other = await ann.task("r"), await ann.task("o")
    below, gone = await ann.task("b", root), await ann.task("g", root)
    deep = await ann.task("d", below)
    await ann.world.tasks.delete(ann.actor, gone.id)

    assert [("-", 1), ("-", 2), ("-", 3)] == await ann.changed(lambda: ann.world.tasks.delete(ann.actor, root.id))
    trash = (await ann.world.tasks.list(ann.actor, Query(deleted=True))).tasks
    assert {root.id, below.id, deep.id, gone.id} == {task.id for task in trash}
    for task in (below, deep, gone):
        with pytest.raises(ParentInTrash):
            await ann.world.tasks.restore(ann.actor, task.id)
    assert [("r", 1), ("b", 2), ("d", 3)] == await ann.changed(lambda: ann.world.tasks.restore(ann.actor, root.id))
    assert "ro" == await ann.titles()
    assert "b" == await ann.titles(root)
    await ann.world.tasks.restore(ann.actor, gone.id)
    assert "bg" == await ann.titles(root)
    assert other == await ann.now(other)


async def test_a_taken_place_is_not_given_back(ann: Desk) -> None:
    """Whoever has it by then keeps it, and what is restored comes last."""
    a, b, c = [await ann.task(title) for title in "abc"]
    await ann.world.tasks.delete(ann.actor, b.id)
    moved = await ann.move(c, After(a.id))
    assert moved == c
    await ann.world.tasks.restore(ann.actor, b.id)
    assert "abc" == await ann.titles()

    await ann.world.tasks.delete(ann.actor, b.id)
    await ann.move(c, FIRST)
    await ann.move(c, After(a.id))
    c = await ann.move(c, Before(a.id))
    await ann.world.tasks.restore(ann.actor, b.id)
    assert "cab" == await ann.titles()


async def test_a_position_that_was_taken_meanwhile(ann: Desk) -> None:
    """The same fraction is made again for another task while the first is in the trash."""
    a, b, c = [await ann.task(title) for title in "abc"]
    c = await ann.move(c, After(a.id))
    await ann.world.tasks.delete(ann.actor, c.id)
    d = await ann.task("d")
    d = await ann.move(d, After(a.id))
    assert c.position == d.position

    restored = (await ann.world.tasks.restore(ann.actor, c.id)).task

    assert restored.position > b.position
    assert "adbc" == await ann.titles()


async def test_restoring_where_the_parent_went(ann: Desk) -> None:
    """Into its list of now; not below five levels; without a parent once that is erased."""
    garden, root = await ann.new_list(), await ann.task("r")
    below = await ann.task("b", root)
    deep = await ann.task("d", below)
    await ann.world.tasks.delete(ann.actor, below.id)
    await ann.put(root, Destination(list_id=garden.id))
    await ann.world.tasks.restore(ann.actor, below.id)
    assert {garden.id} == {(await ann.now(one)).list_id for one in (below, deep)}

    await ann.world.tasks.delete(ann.actor, below.id)
    chain = [await ann.task("1", into=garden)]
    for level in "23":
        chain.append(await ann.task(level, chain[-1]))
    await ann.put(root, Destination(parent_id=chain[-1].id))
    with pytest.raises(TooDeep):
        await ann.world.tasks.restore(ann.actor, below.id)

    await ann.put(root, Destination(parent_id=None))
    assert root.id == (await ann.world.tasks.restore(ann.actor, below.id)).task.parent_id


async def test_restoring_without_the_parent_that_was_erased(ann: Desk) -> None:
    """A purge in batches may come to the parent first."""
    root = await ann.task("r")
    below = await ann.task("b", root)
    deep = await ann.task("d", below)
    await ann.world.tasks.delete(ann.actor, root.id)
    ann.world.advance(days=1)
    await ann.world.store.write_as(ann.actor.user, lambda unit: unit.tasks.erase(ann.world.clock.now(), 1))

    restored = (await ann.world.tasks.restore(ann.actor, below.id)).task

    assert (inbox_id(ann.actor.user), None) == (restored.list_id, restored.parent_id)
    assert "d" == await ann.titles(restored)
    assert below.id == (await ann.now(deep)).parent_id


async def test_restoring_counts_the_whole_group(ann: Desk) -> None:
    """Towards the quota, before anything else is looked at."""
    root = await ann.task("r")
    await ann.task("b", root)
    await ann.world.tasks.delete(ann.actor, root.id)
    limited = attrs.evolve(ann.world.tasks, max_tasks=1)

    with pytest.raises(QuotaExceeded):
        await limited.restore(ann.actor, root.id)
    assert "r" == (await attrs.evolve(limited, max_tasks=2).restore(ann.actor, root.id)).task.title


async def test_lists_from_beginning_to_end(ann: Desk) -> None:
    """Made, read, changed, listed in order; what changes nothing takes no number."""
    garden, house = await ann.new_list("Garden"), await ann.new_list("House")
    inbox = await ann.inbox()

    def renamed(one: TaskList) -> ListDraft:
        return attrs.evolve(one.draft, name="Park", color="#00FF00")

    assert [inbox, garden, house] == list(await ann.world.lists.all(ann.actor))
    assert [("(Park)", 1)] == await ann.changed(lambda: ann.world.lists.change(ann.actor, garden.id, renamed))
    assert [] == await ann.changed(lambda: ann.world.lists.change(ann.actor, garden.id, renamed))
    assert ("Park", "#00ff00") == attrs.astuple((await ann.world.lists.get(ann.actor, garden.id)).draft)
    assert [("(Mine)", 1)] == await ann.changed(
        lambda: ann.world.lists.change(ann.actor, inbox.id, lambda _: ListDraft("Mine"))
    )
    assert [("(-)", 1)] == await ann.changed(lambda: ann.world.lists.delete(ann.actor, house.id))
    with pytest.raises(NotFound):
        await ann.world.lists.get(ann.actor, house.id)


async def test_lists_are_moved(ann: Desk) -> None:
    """As tasks are; the inbox too."""
    for name in "abc":
        await ann.new_list(name)
    inbox, a, b, c = await ann.world.lists.all(ann.actor)
    lists = ann.world.lists

    async def order() -> str:
        return "".join(one.name[0] for one in await lists.all(ann.actor))

    for one, beside, expected in (
        (c, After[ListId](None), "cIab"),
        (inbox, Before[ListId](None), "cabI"),
        (a, After(b.id), "cbaI"),
        (a, Before(c.id), "acbI"),
    ):
        assert 1 == len(await ann.changed(lambda one=one, beside=beside: lists.move(ann.actor, one.id, beside)))  # type: ignore[misc]
        assert expected == await order()
    assert [] == await ann.changed(lambda: lists.move(ann.actor, b.id, lambda: After(c.id)))
    for gone in (NO_LIST, a.id):
        with pytest.raises(SiblingGone):
            await lists.move(ann.actor, a.id, After(gone))


async def test_many_moves_of_lists_renumber_neighbours(ann: Desk) -> None:
    """As those of tasks do."""
    b, c = await ann.new_list("b"), await ann.new_list("c")
    inbox = await ann.inbox()
    for turn in range(700):
        one = (b, c)[turn % 2]
        await ann.world.lists.move(ann.actor, one.id, After(inbox.id))

    lists = await ann.world.lists.all(ann.actor)
    assert [inbox.id, c.id, b.id] == [one.id for one in lists]
    assert max(len(one.position) for one in lists) <= MAX_POSITION_LENGTH


async def test_lists_have_a_quota(ann: Desk) -> None:
    """The inbox counts."""
    limited = attrs.evolve(ann.world.lists, max_lists=2)
    await limited.create(ann.actor, NewList(ListDraft("x")))

    with pytest.raises(QuotaExceeded):
        await limited.create(ann.actor, lambda: NewList(ListDraft("y")))


async def test_list_ids_made_by_clients(ann: Desk, bob: Desk) -> None:
    """Taken by anybody, they are refused; put is refused while the list is there."""
    list_id = ListId(UUID(int=77))
    made = await ann.world.lists.put_new(ann.actor, list_id, lambda: ListDraft("x"))

    with pytest.raises(VersionMismatch) as mismatch:
        await ann.world.lists.put_new(ann.actor, list_id, lambda: ListDraft("x"))
    assert made == mismatch.value.current
    with pytest.raises(Forbidden):
        await bob.world.lists.put_new(bob.actor, list_id, lambda: ListDraft("x"))
    await ann.world.lists.delete(ann.actor, list_id)
    for desk in (ann, bob):
        with pytest.raises(IdTaken):
            await desk.world.lists.create(desk.actor, NewList(ListDraft("x"), list_id))


@pytest.mark.parametrize("deleted", [False, True])
async def test_lists_of_others_are_forbidden(ann: Desk, bob: Desk, *, deleted: bool) -> None:
    """Whatever is asked; an id that nobody has is not found."""
    one = await bob.new_list()
    if deleted:
        await bob.world.lists.delete(bob.actor, one.id)
    lists = ann.world.lists

    for expected, list_id in ((Forbidden, one.id), (NotFound, NO_LIST), (Forbidden, inbox_id(bob.actor.user))):
        for request in (
            lists.get(ann.actor, list_id),
            lists.change(ann.actor, list_id, lambda one: one.draft),
            lists.move(ann.actor, list_id, After(None)),
            lists.delete(ann.actor, list_id),
        ):
            with pytest.raises(expected):
                await request


async def test_conditions_and_keys_of_lists(ann: Desk) -> None:
    """As for tasks; a key stands for one request, of a task or of a list."""
    one = await ann.new_list()
    stale, lists = Precondition(match=frozenset({one.version - 1})), ann.world.lists

    for request in (
        lists.change(ann.actor, one.id, lambda one: one.draft, expected=stale),
        lists.move(ann.actor, one.id, After(None), expected=stale),
        lists.delete(ann.actor, one.id, expected=stale),
    ):
        with pytest.raises(VersionMismatch):
            await request
    made = await lists.create(ann.actor, ListDraft("x"), idempotency_key=KEY)
    assert attrs.evolve(made, replayed=True) == await lists.create(ann.actor, ListDraft("x"), idempotency_key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        await lists.create(ann.actor, ListDraft("x"), idempotency_key=IdempotencyKey(KEY.value, b"other"))
    with pytest.raises(IdempotencyKeyReused):
        await ann.world.tasks.create(ann.actor, Draft("x"), idempotency_key=KEY)


async def test_a_list_with_tasks_is_not_deleted_by_itself(ann: Desk) -> None:
    """Live ones; the inbox never is."""
    garden = await ann.new_list()
    task = await ann.task("t", into=garden)

    with pytest.raises(ListNotEmpty):
        await ann.world.lists.delete(ann.actor, garden.id)
    with pytest.raises(InboxIsPermanent):
        await ann.world.lists.delete(ann.actor, inbox_id(ann.actor.user))
    await ann.world.tasks.delete(ann.actor, task.id)
    await ann.world.lists.delete(ann.actor, garden.id)
    restored = (await ann.world.tasks.restore(ann.actor, task.id)).task
    assert inbox_id(ann.actor.user) == restored.list_id


async def test_a_list_takes_its_tasks_to_the_trash(ann: Desk) -> None:
    """Each root with its descendants as a group, which is restored into the inbox."""
    garden = await ann.new_list()
    a, b = await ann.task("a", into=garden), await ann.task("b", into=garden)
    below = await ann.task("c", a)
    other = await ann.task("o")

    assert [("-", 1), ("-", 2), ("-", 3), ("(-)", 4)] == await ann.changed(
        lambda: ann.world.lists.delete(ann.actor, garden.id, contents=Contents.TRASH)
    )
    await ann.world.tasks.restore(ann.actor, a.id)
    assert "oa" == await ann.titles()
    assert "c" == await ann.titles(a)
    assert inbox_id(ann.actor.user) == (await ann.now(below)).list_id
    assert [b.id] == [task.id for task in (await ann.world.tasks.list(ann.actor, Query(deleted=True))).tasks]
    assert other == await ann.now(other)


async def test_a_list_leaves_its_tasks_to_the_inbox(ann: Desk) -> None:
    """Behind those there, in their order."""
    garden, _ = await ann.new_list(), await ann.task("o")
    a, b = await ann.task("a", into=garden), await ann.task("b", into=garden)
    await ann.task("c", a)
    await ann.move(b, FIRST)

    await ann.world.lists.delete(ann.actor, garden.id, contents=Contents.INBOX)

    assert "oba" == await ann.titles()
    assert "c" == await ann.titles(a)


async def test_purged_lists_are_forgotten(ann: Desk) -> None:
    """Ninety days after the deletion, when no task in the trash is in them."""
    one = await ann.new_list()
    await ann.world.lists.delete(ann.actor, one.id)
    ann.world.advance(days=91)

    assert 1 == (await ann.world.housekeeping.purge()).tombstones
    assert await ann.world.store.list_owner(one.id) is None


async def test_an_ended_session_reaches_nothing(ann: Desk) -> None:
    """Every use case refuses it."""
    one, task = await ann.new_list(), await ann.task("t")
    await ann.world.sessions.log_out(ann.actor)
    lists, tasks = ann.world.lists, ann.world.tasks

    for request in (
        lists.all(ann.actor),
        lists.get(ann.actor, one.id),
        lists.create(ann.actor, ListDraft("x")),
        lists.put_new(ann.actor, NO_LIST, lambda: ListDraft("x")),
        lists.change(ann.actor, one.id, lambda one: one.draft),
        lists.move(ann.actor, one.id, After(None)),
        lists.delete(ann.actor, one.id),
        tasks.move(ann.actor, task.id, Move(FIRST)),
        tasks.skip(ann.actor, task.id),
        tasks.reopen(ann.actor, task.id),
        tasks.occurrences(ann.actor, task.id),
        tasks.create(ann.actor, Draft("x"), destination=NEW_TASK, idempotency_key=KEY),
    ):
        with pytest.raises(NotAuthenticated):
            await request


def test_the_limit_of_lists_is_the_contracts() -> None:
    """Five hundred."""
    world = World.over()

    assert 500 == Lists(world.store, world.clock, world.tasks.ids).max_lists


async def test_more_siblings_are_asked_for_where_it_is_crowded() -> None:
    """All of forty in the smallest gaps there can be get new positions, and it takes no more than that."""
    crowd = [attrs.evolve(LIST, position=f"V{'0' * 61}1{digit}") for digit in DIGITS[5:45]]
    asked = []

    async def around(limit: int) -> Around[TaskList]:
        asked.append(limit)
        return crowd[20 - min(limit, 20) : 20], crowd[20 : 20 + limit]

    slot = await find_slot(around, None)

    assert slot is not None
    assert crowd == [one for one, _ in slot.renumbered]
    new = [position for _, position in slot.renumbered]
    assert [*new[:20], slot.position, *new[20:]] == sorted({*new, slot.position})
    assert [9, 18, 36] == asked
