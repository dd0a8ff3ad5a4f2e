"""What happens to tasks under their owner's lock: where they stand, how occurrences end, what subtasks do."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import attrs

from todo_core.due import Zones
from todo_core.errors import (
    InvalidInput,
    NotFound,
    NothingToReopen,
    ParentInTrash,
    PreconditionRequired,
    QuotaExceeded,
    SiblingGone,
    TooDeep,
    Violations,
)
from todo_core.lists import ListId, inbox_id
from todo_core.ordering import LAST
from todo_core.ports import UnitOfWork
from todo_core.recurrence import LocalTime, Occurrence, Outcome
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.trees import MAX_LEVELS, STAY, Destination, Node, check_parent, followers, height
from todo_core.use_cases.positions import After, Around, Before, find_slot
from todo_core.users import UserId


@attrs.frozen
class Edit:
    """A requested change of a task: what it is to say, and where it is to stand.

    `completed`: what the request says of that, as far as it is known when `compose` raises InvalidInput.
    `with_subtasks`: if it completes the task, it completes all open descendants too.
    """

    compose: Callable[[Task], Draft]
    destination: Destination = STAY
    completed: bool | None = None
    with_subtasks: bool = False

    def ends_or_reopens(self, task: Task, draft: Draft | None) -> bool:
        """Return whether an occurrence of the task ends or is taken back. `draft` None: the request is invalid."""
        if draft is None:
            return task.series is not None and self.completed not in {None, task.completed}
        return task.series is not None and draft.recurrence is not None and draft.completed != task.completed


@attrs.frozen
class TaskEditor:
    """The tasks of a user in a unit of work, at an instant.

    `is_once`: the request cannot be carried out twice by mistake.
    """

    unit: UnitOfWork
    user: UserId
    now: dt.datetime
    zones: Zones
    max_tasks: int
    is_once: bool

    async def live(self, task_id: TaskId) -> Task:
        """Return a live task. Raises NotFound."""
        task = await self.unit.tasks.get(task_id)
        if task is None or task.deleted_at is not None:
            raise NotFound("task", task_id)
        return task

    async def check_quota(self, added: int = 1) -> None:
        """Raise QuotaExceeded when the user would have more live tasks than one may have."""
        if await self.unit.tasks.live_count() + added > self.max_tasks:
            raise QuotaExceeded("tasks", self.max_tasks)

    async def place(self, task: Task | None, destination: Destination) -> Place:
        """Return the place of a task; None stands for a new one. Raises InvalidInput naming list and parent."""
        parent_id, list_id = destination.parent_from(task), destination.list_from(task)
        if task is not None and task.stays(parent_id, list_id):
            return task.place
        problems = Violations()
        parent = None if parent_id is None else await self._parent(task, parent_id, problems)
        if list_id is not None and not await self._has_list(list_id):
            problems.note("list_id", "unknown-list", "one of your lists")
        elif parent is not None and list_id not in {None, parent.list_id}:
            problems.note("list_id", "list-of-parent", "a subtask is in the list of its parent")
        problems.raise_any()
        return Place(parent.list_id if parent else list_id or inbox_id(self.user), parent_id)

    async def add(self, create: Callable[[Place], Task], destination: Destination) -> Task:
        """Store the task that `create` makes for a place. Raises InvalidInput naming everything, and QuotaExceeded."""
        problems, place = Violations(), Place(inbox_id(self.user))
        with problems.collecting():
            place = await self.place(None, destination)
        task = problems.attempt(partial(create, place))
        if task is None or problems.found:
            raise InvalidInput(tuple(problems.found))
        await self.check_quota()
        return await self.unit.tasks.add(task)

    async def change(self, task: Task, request: Edit) -> Task:
        """Change a task. Raises PreconditionRequired, InvalidInput naming everything, and NothingToReopen."""
        problems, place = Violations(), task.place
        draft = problems.attempt(partial(request.compose, task))
        occurs = request.ends_or_reopens(task, draft)
        if occurs:
            self._check_is_once()
        with problems.collecting():
            place = await self.place(task, request.destination)
        edited = None if draft is None else problems.attempt(partial(self._edited, task, draft, occurs=occurs))
        if edited is None or problems.found:
            raise InvalidInput(tuple(problems.found))
        if place != task.place:
            edited = edited.placed(place, LAST, self.now)
        completing = request.with_subtasks and not task.completed
        if not occurs:
            return task if edited is task else await self._save(task, edited, completing=completing)
        if task.completed:
            return await self._reopen(task, edited)
        return await self._end(task, edited, Outcome.COMPLETED, completing=completing)

    async def skip(self, task: Task) -> Task:
        """Skip the current occurrence. Raises PreconditionRequired and NotRepeating."""
        if task.series is not None and not task.completed:
            self._check_is_once()
        return await self._end(task, task, Outcome.SKIPPED)

    async def reopen(self, task: Task) -> Task:
        """Take the latest occurrence back. Raises PreconditionRequired and NothingToReopen."""
        self._check_is_once()
        return await self._reopen(task, task)

    async def move(self, task: Task, place: Place, beside: After[TaskId] | Before[TaskId]) -> Task:
        """Put a task beside another one; where it stands already, nothing changes. Raises SiblingGone."""
        point = beside.point(await self._sibling(task, place, beside.sibling))

        async def around(limit: int) -> Around[Node]:
            found = await self.unit.tree.neighbours(place, point, limit, task.id)
            return found.before, found.after

        slot = await find_slot(around, task.position if place == task.place else None)
        if slot is None:
            return task
        saved = await self._save(task, task.placed(place, slot.position, self.now))
        renumbered = [attrs.evolve(node, position=position) for node, position in slot.renumbered]
        await self.unit.tree.update(renumbered, self.now)
        return saved

    async def delete(self, task: Task) -> Task:
        """Move a task to the trash, with its descendants in its group."""
        below = await self._live_below(task.id)
        saved = await self.unit.tasks.replace(task.trashed(self.now))
        await self.unit.tree.update([node.trashed(task.id, self.now) for node in below], self.now)
        return saved

    async def restore(self, task: Task) -> Task:
        """Take a task out of the trash, with its group. Raises QuotaExceeded, ParentInTrash and TooDeep."""
        below = await self.unit.tree.below(task.id)
        group = [node for node in below if node.deleted_with == task.deleted_with]
        await self.check_quota(1 + len(group))
        place = await self._place_restored(task, group)
        is_free = place == task.place and await self._is_free(task)
        saved = await self.unit.tasks.replace(task.restored(place, task.position if is_free else LAST, self.now))
        await self.unit.tree.update([node.restored(place.list_id) for node in group], self.now)
        return saved

    def _check_is_once(self) -> None:
        if not self.is_once:
            raise PreconditionRequired

    def _edited(self, task: Task, draft: Draft, *, occurs: bool) -> Task:
        """Return the task with a draft; whether it is completed is left to what happens to its occurrence."""
        return task.replaced(attrs.evolve(draft, completed=task.completed) if occurs else draft, self.now)

    async def _save(
        self, before: Task, after: Task, *, occurrence: Occurrence | None = None, completing: bool = False
    ) -> Task:
        """Store a changed task, the occurrence that ended with it, and what changes of its subtasks."""
        saved = await self.unit.tasks.replace(after)
        if occurrence is not None:
            await self.unit.occurrences.add(saved.id, attrs.evolve(occurrence, version=saved.version))
        if completing or occurrence is not None or before.list_id != saved.list_id:
            below = await self._live_below(saved.id)
            changed = followers(saved, below, recurred=occurrence is not None, completing=completing)
            await self.unit.tree.update(changed, self.now)
        return saved

    async def _end(self, before: Task, task: Task, outcome: Outcome, *, completing: bool = False) -> Task:
        """End the current occurrence of `task`, which was `before`."""
        owner = await self.unit.account.get()
        local = LocalTime(self.now, self.zones(owner.profile.timezone), self.zones)
        after, occurrence = task.ended(outcome, local)
        return await self._save(before, after, occurrence=occurrence, completing=completing)

    async def _reopen(self, before: Task, task: Task) -> Task:
        """Take the latest occurrence of `task` back, which was `before`."""
        latest = await self.unit.occurrences.list(task.id, None, 1)
        if not latest:
            raise NothingToReopen
        await self.unit.occurrences.remove(task.id, latest[0].version)
        occurrence = attrs.evolve(latest[0], due=latest[0].due.recomputed(self.zones))  # the rules may have changed
        return await self._save(before, task.reopened(occurrence, self.now))

    async def _parent(self, task: Task | None, parent_id: TaskId, problems: Violations) -> Task | None:
        parent = await self.unit.tasks.get(parent_id)
        if parent is None or parent.deleted_at is not None:
            problems.note("parent_id", "unknown-parent", "one of your tasks, outside the trash")
            return None
        if task is None or task.parent_id != parent_id:
            path = await self.unit.tree.path(parent_id)
            below = [] if task is None else await self._live_below(task.id)
            problems.take("parent_id", partial(check_parent, task, path), below)
        return parent

    async def _has_list(self, list_id: ListId) -> bool:
        return list_id == inbox_id(self.user) or await self.unit.lists.get(list_id) is not None

    async def _live_below(self, task_id: TaskId) -> list[Node]:
        return [node for node in await self.unit.tree.below(task_id) if node.live]

    async def _sibling(self, task: Task, place: Place, sibling_id: TaskId | None) -> Task | None:
        if sibling_id is None:
            return None
        sibling = await self.unit.tasks.get(sibling_id)
        if sibling is None or sibling.deleted_at is not None or sibling.place != place or sibling.id == task.id:
            raise SiblingGone
        return sibling

    async def _place_restored(self, task: Task, group: list[Node]) -> Place:
        """Return the place to which a task is restored: below its parent, else in its list, else in the inbox."""
        parent = None if task.parent_id is None else await self.unit.tasks.get(task.parent_id)
        if parent is None:
            return Place(task.list_id if await self._has_list(task.list_id) else inbox_id(self.user))
        if parent.deleted_at is not None:
            raise ParentInTrash
        if len(await self.unit.tree.path(parent.id)) + height(task.id, group) > MAX_LEVELS:
            raise TooDeep
        return Place(parent.list_id, parent.id)

    async def _is_free(self, task: Task) -> bool:
        """Return whether no live task has the place and the position of this one."""
        found = await self.unit.tree.neighbours(task.place, task.position, 1, task.id)
        return not found.after or found.after[0].position != task.position
