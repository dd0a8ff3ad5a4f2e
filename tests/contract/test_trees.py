"""How tasks lie below each other and in order: paths, descendants, neighbours, and changes of many at once."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from todo_core.actors import Actor
from todo_core.lists import ListDraft, ListId, TaskList, inbox_id
from todo_core.ordering import END, LAST, START, at_end
from todo_core.ports import TreeRepository
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.testing.contract.harness import StoreHarness
from todo_core.trees import Node

T = TypeVar("T")
POSITIONS = ["000001", "V00000", "V00000V", "V00001", "V00001z", "zzzzzz"]


async def ask(harness: StoreHarness, actor: Actor, question: Callable[[TreeRepository], Awaitable[T]]) -> T:
    """Return an answer from inside a unit of work."""
    return await harness.store.write(actor, lambda unit: question(unit.tree))


async def current(harness: StoreHarness, actor: Actor, tasks: Sequence[Task]) -> list[Task]:
    """Return tasks as they are now."""
    found = [await harness.view(actor).tasks.get(task.id) for task in tasks]
    return [task for task in found if task is not None]


@attrs.define
class Forest:
    """Some trees of somebody new, of which some tasks are in the trash or erased."""

    actor: Actor
    tasks: list[Task]
    erased: set[TaskId]

    def below(self, task: Task) -> list[Node]:
        """Return the nodes of its descendants, level by level; what lies below an erased task is not reached."""
        found: list[Node] = []
        level = [task.id]
        while level:
            children = [one for one in self.tasks if one.parent_id in level and one.id not in self.erased]
            found += map(Node.of, sorted(children, key=lambda one: (one.position, one.id)))
            level = [one.id for one in children]
        return found


async def grown(harness: StoreHarness, shape: list[tuple[int, bool, bool]]) -> Forest:
    """Keep tasks, each below an earlier one or below none."""
    actor, erased = await harness.actor(), set()
    long_ago, now = harness.clock.now() - dt.timedelta(days=1), harness.clock.now()
    tasks: list[Task] = []
    for parent, trashed, is_erased in shape:
        new = harness.task(actor)
        if parent < len(tasks):
            new = attrs.evolve(new, parent_id=tasks[parent].id)
        task = await harness.add(actor, new)
        if trashed or is_erased:
            task = await harness.put(actor, task.trashed(long_ago if is_erased else now))
        if is_erased:
            erased.add(task.id)
        tasks.append(task)
    await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 100))
    return Forest(actor, tasks, erased)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.booleans()), min_size=1, max_size=8))
async def test_descendants(harness: StoreHarness, shape: list[tuple[int, bool, bool]]) -> None:
    """All of them at any depth, in the trash too, in their order; below an erased one nothing is found."""
    forest = await grown(harness, shape)

    for task in forest.tasks:
        found = await ask(harness, forest.actor, lambda tree, task=task: tree.below(task.id))  # type: ignore[misc]
        assert forest.below(task) == list(found)


async def test_subtasks_outlive_the_tombstones_of_their_parents(harness: StoreHarness) -> None:
    """Where a purge in batches came to the parent first."""
    actor, now = await harness.actor(), harness.clock.now()
    parent = await harness.add(actor)
    below = await harness.add(actor, attrs.evolve(harness.task(actor), parent_id=parent.id))
    for task in (parent, below):
        await harness.put(actor, task.trashed(now - dt.timedelta(days=1)))

    assert 1 == await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 1))
    assert 1 == await harness.store.write(actor, lambda unit: unit.tasks.remove_tombstones(now, 1))

    assert await harness.store.task_owner(parent.id) is None
    assert [below.id] == [task.id for task in await current(harness, actor, [below])]


async def test_removed_user_takes_trees_along(harness: StoreHarness) -> None:
    """A subtask in the trash of another list than its parent is in nobody's way."""
    actor, now = await harness.actor(), harness.clock.now()
    first, second = await added_list(harness, actor), await added_list(harness, actor)
    parent = await harness.add(actor, attrs.evolve(harness.task(actor), list_id=first.id))
    below = await harness.add(actor, attrs.evolve(harness.task(actor), list_id=second.id, parent_id=parent.id))
    above = await harness.add(actor, attrs.evolve(harness.task(actor), list_id=second.id))
    other = await harness.add(actor, attrs.evolve(harness.task(actor), list_id=first.id, parent_id=above.id))
    for task in (below, other):
        await harness.put(actor, task.trashed(now))

    await harness.store.write(actor, lambda unit: unit.account.remove())

    assert [None] * 4 == [await harness.store.task_owner(task.id) for task in (parent, below, above, other)]


async def test_path(harness: StoreHarness) -> None:
    """From the task itself up to the root."""
    actor = await harness.actor()
    path: list[TaskId] = []
    for _ in range(5):
        task = await harness.add(actor, attrs.evolve(harness.task(actor), parent_id=path[0] if path else None))
        path.insert(0, task.id)

    assert path == list(await ask(harness, actor, lambda tree: tree.path(path[0])))
    assert path[3:] == list(await ask(harness, actor, lambda tree: tree.path(path[3])))


async def test_tasks_of_a_list(harness: StoreHarness) -> None:
    """The live ones, subtasks too, and none of another list or user."""
    ann, bob = await harness.actor(), await harness.actor()
    other = await added_list(harness, ann)
    root = await harness.add(ann)
    below = await harness.add(ann, attrs.evolve(harness.task(ann), parent_id=root.id))
    trashed = await harness.add(ann)
    await harness.put(ann, trashed.trashed(harness.clock.now()))
    elsewhere = await harness.add(ann, attrs.evolve(harness.task(ann), list_id=other.id))
    await harness.add(bob)

    assert {Node.of(root), Node.of(below)} == set(
        await ask(harness, ann, lambda tree: tree.in_list(inbox_id(ann.user)))
    )
    assert [Node.of(elsewhere)] == list(await ask(harness, ann, lambda tree: tree.in_list(other.id)))
    assert [] == list(await ask(harness, bob, lambda tree: tree.in_list(other.id)))


async def added_list(harness: StoreHarness, actor: Actor) -> TaskList:
    """Keep another list."""
    new = TaskList.create(ListDraft("A list"), ListId(harness.ids.new()), harness.clock.now())
    return await harness.store.write(actor, lambda unit: unit.lists.add(new))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(POSITIONS), unique=True),
    st.sampled_from([START, END, *POSITIONS, "V000000", "V00001zz"]),
    st.integers(1, 3),
    st.booleans(),
)
async def test_neighbours(harness: StoreHarness, positions: list[str], point: str, limit: int, below: bool) -> None:  # noqa: FBT001 - drawn
    """The nearest live siblings with lower positions, and the nearest of the others; not those of another place."""
    actor = await harness.actor()
    parent, stranger = await harness.add(actor), await harness.add(actor)
    place = Place(inbox_id(actor.user), parent.id if below else None)

    async def add(position: str) -> Task:
        return await harness.add(actor, attrs.evolve(harness.task(actor), position=position, parent_id=place.parent_id))

    tasks = [await add(one) for one in positions]
    await harness.put(actor, (await add("V00000k")).trashed(harness.clock.now()))
    elsewhere = parent.id if not below else stranger.id
    await harness.add(actor, attrs.evolve(harness.task(actor), position="V00000l", parent_id=elsewhere))

    nodes = sorted(map(Node.of, tasks[1:]), key=lambda node: node.position)
    besides = tasks[0].id if tasks else parent.id
    if not below:
        nodes = sorted([*nodes, Node.of(stranger), Node.of(parent)], key=lambda node: node.position)
        nodes = [node for node in nodes if node.id != besides]
    found = await ask(harness, actor, lambda tree: tree.neighbours(place, point, limit, besides))

    assert tuple(node for node in nodes if node.position < point)[-limit:] == found.before
    assert tuple(node for node in nodes if node.position >= point)[:limit] == found.after


async def test_many_change_at_once(harness: StoreHarness) -> None:
    """Each under a number of its own, in their order; nothing else of them changes, and live tasks are counted."""
    actor, later = await harness.actor(), harness.clock.now() + dt.timedelta(hours=1)
    other = await added_list(harness, actor)
    tasks = [await harness.add(actor, harness.task(actor, Draft(f"{number}", tags=("a",)))) for number in range(4)]
    tasks[3] = await harness.put(actor, tasks[3].trashed(harness.clock.now()))
    nodes = [Node.of(task) for task in tasks]
    changed = [
        attrs.evolve(nodes[1], list_id=other.id, position=LAST, completed_at=later),
        nodes[0].trashed(tasks[1].id, later),
        nodes[3].restored(other.id),
    ]

    await ask(harness, actor, lambda tree: tree.update(changed, later))

    first = tasks[3].version + 1
    assert [
        attrs.evolve(tasks[0], version=first + 1, deleted_at=later, deleted_with=tasks[1].id, updated_at=later),
        attrs.evolve(
            tasks[1],
            version=first,
            list_id=other.id,
            position=at_end(first),
            completed_at=later,
            updated_at=later,
        ),
        tasks[2],
        attrs.evolve(
            tasks[3], version=first + 2, list_id=other.id, deleted_at=None, deleted_with=None, updated_at=later
        ),
    ] == await current(harness, actor, tasks)
    assert 3 == await harness.live_tasks(actor)
    assert first + 3 == (await harness.add(actor)).version


async def test_none_change(harness: StoreHarness) -> None:
    """No node, no number."""
    actor = await harness.actor()

    await ask(harness, actor, lambda tree: tree.update([], harness.clock.now()))

    assert 2 == (await harness.add(actor)).version


async def test_nodes_say_what_tasks_say(harness: StoreHarness) -> None:
    """Whatever a node has is that of the task."""
    actor = await harness.actor()
    parent = await harness.add(actor)
    tasks = [
        await harness.add(actor, attrs.evolve(harness.task(actor, draft), parent_id=parent.id))
        for draft in (Draft("done", completed=True), Draft("open"))
    ]
    tasks.append(await harness.put(actor, tasks[0].trashed(harness.clock.now())))

    found = await ask(harness, actor, lambda tree: tree.below(parent.id))

    assert {Node.of(task) for task in tasks[1:]} == set(found)


async def test_positions_at_the_end_are_the_cores(harness: StoreHarness) -> None:
    """What comes last gets the position of its revision, on every way in, however great the number is."""
    actor = await harness.actor()
    for leap in (1, 61, 62**2, 62**5):
        await harness.store.advance_revisions(leap)
        added = await harness.add(actor)
        created = await harness.store.create_task(actor, harness.task(actor), 1000)
        moved = await harness.put(actor, attrs.evolve(added, position=LAST))
        one = await added_list(harness, actor)
        nodes = [Node.of(created).moved(inbox_id(actor.user))]
        await ask(harness, actor, lambda tree, nodes=nodes: tree.update(nodes, harness.clock.now()))  # type: ignore[misc]
        (last,) = await current(harness, actor, [created])

        for item in (added, created, moved, one, last):
            assert at_end(item.version) == item.position
