"""How one user's tasks lie below each other and in order, and their past occurrences."""

import datetime as dt
from collections.abc import Sequence

import attrs

from todo_core.lists import ListId
from todo_core.ports import OccurrenceRepository, TreeRepository
from todo_core.recurrence import Occurrence
from todo_core.tasks import Place, Task, TaskId
from todo_core.testing.account import positioned
from todo_core.testing.override import override
from todo_core.testing.reader import FindAccount, MemoryOccurrenceReader
from todo_core.trees import Neighbours, Node


@attrs.frozen
class MemoryTreeRepository(TreeRepository):
    """The TreeRepository port."""

    find: FindAccount

    @override
    async def path(self, task_id: TaskId) -> Sequence[TaskId]:
        parents = {task.id: task.parent_id for task in self.find().readable_tasks()}
        path = [task_id]
        while (parent := parents[path[-1]]) is not None:
            path.append(parent)
        return path

    @override
    async def below(self, task_id: TaskId) -> Sequence[Node]:
        nodes = sorted(map(Node.of, self.find().readable_tasks()), key=lambda node: (node.position, node.id))
        found: list[Node] = []
        above = {task_id}
        while level := [node for node in nodes if node.parent_id in above]:
            found += level
            above = {node.id for node in level}
        return found

    @override
    async def in_list(self, list_id: ListId) -> Sequence[Node]:
        return [Node.of(task) for task in self._live() if task.list_id == list_id]

    @override
    async def neighbours(self, place: Place, point: str, limit: int, besides: TaskId) -> Neighbours:
        siblings = [Node.of(task) for task in self._live() if task.place == place and task.id != besides]
        ordered = sorted(siblings, key=lambda node: node.position)
        before = [node for node in ordered if node.position < point]
        after = [node for node in ordered if node.position >= point]
        return Neighbours(tuple(before[-limit:]), tuple(after[:limit]))

    @override
    async def update(self, nodes: Sequence[Node], now: dt.datetime) -> None:
        account = self.find()
        for node in nodes:
            task, version = account.tasks[node.id], account.next_revision()
            assert isinstance(task, Task)  # noqa: S101 - erased tasks have no node
            account.tasks[node.id] = attrs.evolve(
                task,
                version=version,
                list_id=node.list_id,
                position=positioned(node.position, version),
                completed_at=node.completed_at,
                deleted_at=node.deleted_at,
                deleted_with=node.deleted_with,
                updated_at=now,
            )

    def _live(self) -> list[Task]:
        return [task for task in self.find().readable_tasks() if task.deleted_at is None]


@attrs.frozen
class MemoryOccurrenceRepository(MemoryOccurrenceReader, OccurrenceRepository):
    """The OccurrenceRepository port."""

    @override
    async def add(self, task_id: TaskId, occurrence: Occurrence) -> None:
        occurrences = self.find().occurrences
        occurrences[task_id] = (*occurrences.get(task_id, ()), occurrence)

    @override
    async def remove(self, task_id: TaskId, version: int) -> None:
        occurrences = self.find().occurrences
        occurrences[task_id] = tuple(one for one in occurrences[task_id] if one.version != version)
