"""Subtasks: where a task may stand, and what happens to those below it."""

import datetime as dt
from uuid import UUID

import attrs
import pytest

from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.ordering import LAST
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.trees import (
    MAX_LEVELS,
    NEW_TASK,
    STAY,
    Destination,
    Node,
    check_parent,
    followers,
    height,
    with_roots,
)

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
EARLIER = NOW - dt.timedelta(hours=1)
INBOX, OTHER = ListId(UUID(int=100)), ListId(UUID(int=200))


def tid(number: int) -> TaskId:
    """Return the id of a task."""
    return TaskId(UUID(int=number))


def ids(*numbers: int) -> list[TaskId]:
    """Return ids of tasks."""
    return [tid(number) for number in numbers]


def node(number: int, parent: int | None = None, position: str = "V0000001", *, repeats: bool = False) -> Node:
    """Return an open task of the inbox."""
    parent_id = None if parent is None else tid(parent)
    return Node(tid(number), INBOX, parent_id, position, completed_at=None, repeats=repeats)


def task(*, completed: bool = False, list_id: ListId = INBOX) -> Task:
    """Return task 1."""
    return Task.create(Draft("x", completed=completed), tid(1), Place(list_id), NOW)


def test_a_node_is_the_light_part_of_a_task() -> None:
    """It says the same, and what it becomes is what the task becomes."""
    whole = attrs.evolve(task(), position="V0000001")

    assert node(1) == Node.of(whole)
    assert Node.of(whole.trashed(NOW)) == node(1).trashed(whole.id, NOW)
    assert not node(1).trashed(whole.id, NOW).live
    assert attrs.evolve(node(1), list_id=OTHER) == node(1).trashed(whole.id, NOW).restored(OTHER)


def test_in_another_list_only_roots_come_last() -> None:
    """Subtasks keep their order: their siblings move with them."""
    assert (OTHER, LAST) == (node(1).moved(OTHER).list_id, node(1).moved(OTHER).position)
    assert (OTHER, "V0000001") == (node(2, 1).moved(OTHER).list_id, node(2, 1).moved(OTHER).position)


@pytest.mark.parametrize(
    ("destination", "current", "expected"),
    [
        (NEW_TASK, None, (None, None)),
        (STAY, None, (None, None)),
        (Destination(OTHER, None), None, (OTHER, None)),
        (STAY, Place(OTHER, None), (OTHER, None)),
        (STAY, Place(OTHER, tid(9)), (OTHER, tid(9))),
        (Destination(list_id=None), Place(OTHER, None), (None, None)),
        (Destination(list_id=INBOX), Place(OTHER, tid(9)), (INBOX, tid(9))),
        (Destination(parent_id=tid(8)), Place(OTHER, None), (None, tid(8))),
        (Destination(parent_id=tid(8)), Place(OTHER, tid(9)), (None, tid(8))),
        (Destination(parent_id=None), Place(OTHER, tid(9)), (OTHER, None)),
        (Destination(INBOX, None), Place(OTHER, tid(9)), (INBOX, None)),
    ],
)
def test_destinations(
    destination: Destination, current: Place | None, expected: tuple[ListId | None, TaskId | None]
) -> None:
    """What is not named stays, but a new parent brings its list along."""
    before = None
    if current is not None:
        before = attrs.evolve(task(), list_id=current.list_id, parent_id=current.parent_id)

    assert expected == (destination.list_from(before), destination.parent_from(before))


def test_a_task_cannot_be_below_itself() -> None:
    """Neither directly nor further down."""
    for path in (ids(1), ids(3, 2, 1)):
        with pytest.raises(InvalidInput) as refusal:
            check_parent(task(), path, [])
        assert [((), "cycle")] == [(one.path, one.code) for one in refusal.value.violations]


@pytest.mark.parametrize(("levels_above", "levels_of_task"), [(1, 4), (2, 3), (4, 1)])
def test_levels_are_limited(levels_above: int, levels_of_task: int) -> None:
    """What lies above and the task with all that lies below it are five together."""
    path = ids(*range(11, 11 + levels_above))
    below = [node(number + 1, number) for number in range(1, levels_of_task)]

    check_parent(task(), path, below)
    assert levels_of_task == height(tid(1), below)
    assert MAX_LEVELS == levels_above + levels_of_task
    for deeper in ((path, [*below, node(9, levels_of_task)]), ([*path, *ids(99)], below)):
        with pytest.raises(InvalidInput) as refusal:
            check_parent(task(), *deeper)
        assert [((), "too-deep")] == [(one.path, one.code) for one in refusal.value.violations]


def test_a_new_task_is_one_level() -> None:
    """It has nothing below it."""
    check_parent(None, ids(1, 2, 3, 4), [])
    with pytest.raises(InvalidInput):
        check_parent(None, ids(1, 2, 3, 4, 5), [])


BELOW = [
    node(2, 1),
    attrs.evolve(node(3, 2), completed_at=EARLIER),
    node(4, 1, repeats=True),
    attrs.evolve(node(5, 4, repeats=True), completed_at=EARLIER),
]


def test_nobody_follows_who_is_there_already() -> None:
    """A change of the task alone is none of its subtasks."""
    assert [] == followers(task(), BELOW, recurred=False, completing=False)
    assert [] == followers(task(completed=True), BELOW, recurred=False, completing=False)


def test_all_follow_into_another_list() -> None:
    """Repeating ones too, whatever state they are in."""
    moved = followers(task(list_id=OTHER), BELOW, recurred=False, completing=False)

    assert [attrs.evolve(one, list_id=OTHER) for one in BELOW] == moved


def test_open_ones_are_completed_with_the_task() -> None:
    """Except repeating ones; and only if the task is completed."""
    completed = followers(task(completed=True), BELOW, recurred=False, completing=True)

    assert [attrs.evolve(BELOW[0], completed_at=NOW)] == completed
    assert [] == followers(task(), BELOW, recurred=False, completing=True)


def test_completed_ones_are_opened_for_the_next_occurrence() -> None:
    """Except repeating ones. With the last occurrence they stay, or are completed with it."""
    opened = [attrs.evolve(BELOW[1], completed_at=None)]

    for completing in (False, True):
        assert opened == followers(task(), BELOW, recurred=True, completing=completing)
    assert [] == followers(task(completed=True), BELOW, recurred=True, completing=False)
    assert 1 == len(followers(task(completed=True), BELOW, recurred=True, completing=True))


def test_trees_are_walked_level_by_level_and_in_order() -> None:
    """Each node with the root of its tree; parents come before children."""
    forest = [node(4, 2, "b"), node(1, None, "b"), node(5, 2, "a"), node(2, None, "a"), node(6, 4, "a")]

    assert list(zip(ids(2, 1, 2, 2, 2), ids(2, 1, 5, 4, 6), strict=True)) == [
        (root, one.id) for root, one in with_roots(forest)
    ]
