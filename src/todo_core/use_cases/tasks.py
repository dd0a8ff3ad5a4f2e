"""What a user does with tasks. The actor comes first; another user's rows cannot be addressed."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import attrs

from todo_core.actors import Actor
from todo_core.errors import InvalidInput, NotFound
from todo_core.idempotency import FEW_RESULTS, IdempotencyKey, Result
from todo_core.lists import inbox_id
from todo_core.ports import UnitOfWork
from todo_core.preconditions import UNCONDITIONAL, Precondition, VersionMismatch
from todo_core.tasks import Draft, Place, Task, TaskId
from todo_core.trees import NEW_TASK, STAY, Destination
from todo_core.use_cases.editor import Edit, TaskEditor
from todo_core.use_cases.positions import After, Before
from todo_core.use_cases.requests import Requests, or_forbidden
from todo_core.use_cases.task_queries import TaskQueries

T = TypeVar("T")


@attrs.frozen
class NewTask:
    """A task to create; without `id` it gets a new one."""

    draft: Draft
    id: TaskId | None = None


@attrs.frozen
class Move:
    """Where a task is to stand, and beside which of its siblings there."""

    beside: After[TaskId] | Before[TaskId]
    destination: Destination = STAY


@attrs.frozen
class Tasks(TaskQueries):
    """The use cases of tasks.

    Each raises NotAuthenticated once the actor's session has ended. Those that take a task's id raise NotFound when
    nobody has it or it lies in the actor's own trash, and Forbidden when it is another user's, whatever its state.
    Those that take a precondition raise VersionMismatch when the task is not as expected.

    Where a method takes a function, it is called under the user's lock: input is validated after access, preconditions
    and idempotency are checked (docs/adr/0013), and what the function raises reaches the caller. A plain value does
    where that order does not matter.

    With an `idempotency_key`, a request that was carried out before is not carried out again. Completing an occurrence,
    skipping and reopening need one, or a precondition that names a version; else they raise PreconditionRequired.
    """

    async def create(
        self,
        actor: Actor,
        new: Draft | NewTask | Callable[[], NewTask],
        *,
        destination: Destination = NEW_TASK,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Create a task. Raises InvalidInput, IdTaken when anybody has its id, and QuotaExceeded."""
        if idempotency_key is None and destination == NEW_TASK:
            task = await self._checked(actor, new)
            return Result(await self.store.create_task(actor, task, self.max_tasks))
        if idempotency_key is not None and destination == NEW_TASK:
            created = await self._create_once(actor, new, idempotency_key)
            if created is not None:
                return Result(created)

        async def work(editor: TaskEditor) -> Task:
            return await editor.add(lambda place: self._new_task(_evaluate(new), place), destination)

        return await self._run(actor, work, idempotency_key)

    async def put_new(
        self, actor: Actor, task_id: TaskId, compose: Callable[[], Draft], *, destination: Destination = NEW_TASK
    ) -> Task:
        """Create a task with this id. Raises VersionMismatch when a live one has it, IdTaken for a deleted one."""
        if await self.store.read(actor).tasks.get(task_id) is None:
            await self.check_owner(actor, task_id)

        async def work(editor: TaskEditor) -> Task:
            existing = await editor.unit.tasks.get(task_id)
            if existing is not None and existing.deleted_at is None:
                raise VersionMismatch(existing)
            return await editor.add(lambda place: self._new_task(NewTask(compose(), task_id), place), destination)

        return (await self._run(actor, work, None)).task

    async def change(
        self,
        actor: Actor,
        task_id: TaskId,
        edit: Edit | Callable[[Task], Draft],
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Replace the task's draft by what `edit` returns; an edit that changes nothing takes no version.

        Completing a repeating task ends its current occurrence, opening it takes the latest one back. Raises
        InvalidInput naming everything that is wrong, and NothingToReopen.
        """
        request = edit if isinstance(edit, Edit) else Edit(edit)
        return await self._change_live(actor, task_id, partial(_edit, request), expected, idempotency_key)

    async def toggle(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        subtasks: bool = False,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Complete an open task, with `subtasks` all its open descendants too, or reopen a completed one alone."""
        request = Edit(lambda task: task.draft.toggled(), with_subtasks=subtasks)
        return await self._change_live(actor, task_id, partial(_edit, request), expected, idempotency_key)

    async def skip(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Skip the current occurrence of a repeating task. Raises NotRepeating."""
        return await self._change_live(actor, task_id, TaskEditor.skip, expected, idempotency_key)

    async def reopen(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Take the latest occurrence of a task back. Raises NothingToReopen."""
        return await self._change_live(actor, task_id, TaskEditor.reopen, expected, idempotency_key)

    async def move(
        self,
        actor: Actor,
        task_id: TaskId,
        move: Move | Callable[[], Move],
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Put a task beside another one; where it stands already, nothing changes.

        Raises InvalidInput, and SiblingGone when the other one is no live task there.
        """

        async def work(editor: TaskEditor, task: Task) -> Task:
            wanted = move() if callable(move) else move
            return await editor.move(task, await editor.place(task, wanted.destination), wanted.beside)

        return await self._change_live(actor, task_id, work, expected, idempotency_key)

    async def delete(self, actor: Actor, task_id: TaskId, *, expected: Precondition = UNCONDITIONAL) -> None:
        """Move a task to the trash, and all its descendants with it."""
        await self._change_live(actor, task_id, TaskEditor.delete, expected, None)

    async def restore(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Take a task out of the trash, and what came there with it; a live one stays as it is.

        Raises QuotaExceeded, ParentInTrash and TooDeep.
        """

        async def work(editor: TaskEditor) -> Task:
            task = await editor.unit.tasks.get(task_id)
            if task is None:
                raise NotFound("task", task_id)
            expected.check(task)
            return task if task.deleted_at is None else await editor.restore(task)

        return await self._or_forbidden(actor, task_id, self._run(actor, work, idempotency_key))

    async def _change_live(
        self,
        actor: Actor,
        task_id: TaskId,
        change: Callable[[TaskEditor, Task], Awaitable[Task]],
        expected: Precondition,
        key: IdempotencyKey | None,
    ) -> Result:
        """Change a live task that is as expected."""
        is_once = expected.names_a_version or key is not None

        async def work(editor: TaskEditor) -> Task:
            task = await editor.live(task_id)
            expected.check(task)
            return await change(editor, task)

        return await self._or_forbidden(actor, task_id, self._run(actor, work, key, is_once=is_once))

    async def _run(
        self,
        actor: Actor,
        work: Callable[[TaskEditor], Awaitable[Task]],
        key: IdempotencyKey | None,
        *,
        is_once: bool = False,
    ) -> Result:
        async def run(unit: UnitOfWork) -> Task:
            editor = TaskEditor(unit, actor.user, self.clock.now(), self.zones, self.max_tasks, is_once=is_once)
            return await work(editor)

        return Result(*await Requests(self.store, self.clock).write(actor, Task, run, key))

    async def _or_forbidden(self, actor: Actor, task_id: TaskId, request: Awaitable[T]) -> T:
        return await or_forbidden(actor, request, partial(self.store.task_owner, task_id))

    async def _create_once(
        self, actor: Actor, new: Draft | NewTask | Callable[[], NewTask], key: IdempotencyKey
    ) -> Task | None:
        """Create a task in the inbox; None when the request was carried out before, or is to be refused."""
        try:
            task = self._new_task(_evaluate(new), Place(inbox_id(actor.user)))
        except InvalidInput:
            return None  # what was carried out before comes first
        return await self.store.create_task_once(actor, task, self.max_tasks, key, FEW_RESULTS)

    async def _checked(self, actor: Actor, new: Draft | NewTask | Callable[[], NewTask]) -> Task:
        """Return a new task for the inbox. Raises NotAuthenticated before InvalidInput if the session has ended."""
        try:
            return self._new_task(_evaluate(new), Place(inbox_id(actor.user)))
        except InvalidInput:
            await self.store.read(actor).account.get()
            raise

    def _new_task(self, new: NewTask, place: Place) -> Task:
        task_id = TaskId(self.ids.new()) if new.id is None else new.id
        return Task.create(new.draft, task_id, place, self.clock.now())


async def _edit(request: Edit, editor: TaskEditor, task: Task) -> Task:
    return await editor.change(task, request)


def _evaluate(new: Draft | NewTask | Callable[[], NewTask]) -> NewTask:
    if isinstance(new, Draft):
        return NewTask(new)
    return new if isinstance(new, NewTask) else new()
