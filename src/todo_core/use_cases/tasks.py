"""What a user does with tasks. The actor comes first; another user's rows cannot be addressed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from todo_core.actors import Actor
from todo_core.changes import MAX_FEED_SIZE, Feed, SyncPoint
from todo_core.due import Zones
from todo_core.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded
from todo_core.idempotency import MAX_IDEMPOTENCY_KEYS, IdempotencyKey, Result, StoredResult
from todo_core.ports import Clock, Ids, Store, UnitOfWork
from todo_core.queries import Cursor, Moment, Page, Query, TagCount, check_limit
from todo_core.tasks import Draft, Precondition, Task, TaskId, VersionMismatch

T = TypeVar("T")

DEFAULT_MAX_TASKS = 100_000
DEFAULT_PAGE_SIZE = 50
DEFAULT_FEED_SIZE = 500
UNCONDITIONAL = Precondition()


@attrs.frozen
class NewTask:
    """A task to create; without `id` it gets a new one."""

    draft: Draft
    id: TaskId | None = None


@attrs.frozen
class Tasks:
    """The use cases of tasks.

    Each raises NotAuthenticated once the actor's session has ended. Those that take a task's id raise NotFound when
    nobody has it or it lies in the actor's own trash, and Forbidden when it is another user's, whatever its state.

    Where a method takes a function, it is called under the user's lock: input is validated after access, preconditions
    and idempotency are checked (docs/adr/0013), and what the function raises reaches the caller. A plain value does
    where that order does not matter.

    With an `idempotency_key`, a request that was carried out before is not carried out again.
    """

    store: Store
    clock: Clock
    ids: Ids
    max_tasks: int = DEFAULT_MAX_TASKS

    @property
    def zones(self) -> Zones:
        """Looks up the time zones that due dates may name. Raises UnknownTimezone."""
        return self.clock.zone

    async def get(self, actor: Actor, task_id: TaskId) -> Task:
        """Return a live task."""
        task = await self.store.read(actor).tasks.get(task_id)
        if task is None or task.deleted_at is not None:
            await self._check_owner(actor, task_id)
            raise NotFound("task", task_id)
        return task

    async def list(
        self,
        actor: Actor,
        query: Query,
        *,
        limit: int = DEFAULT_PAGE_SIZE,
        cursor: Cursor | None = None,
        count: bool = False,
    ) -> Page:
        """Return a page of tasks, the one at `cursor` or the first. Raises InvalidInput for `limit`."""
        check_limit(limit)
        reader = self.store.read(actor)
        now = cursor.now if cursor else self.clock.now()
        timezone = cursor.timezone if cursor else "UTC"
        if cursor is None and query.needs_timezone:
            timezone = (await reader.account.get()).profile.timezone
        moment = Moment(now, self.clock.zone(timezone))
        page = await reader.tasks.page(query, moment, cursor.position if cursor else None, limit)
        return Page(
            tasks=page.tasks,
            next=Cursor(page.next, now, timezone) if page.next else None,
            total=await reader.tasks.count(query, moment) if count else None,
        )

    async def tags(self, actor: Actor) -> Sequence[TagCount]:
        """Return the tags of live tasks, with counts."""
        return await self.store.read(actor).tasks.tags()

    async def changes(self, actor: Actor, since: SyncPoint | None, *, limit: int = DEFAULT_FEED_SIZE) -> Feed:
        """Return what changed since that point. Raises SyncTokenExpired, and InvalidInput for `limit`."""
        check_limit(limit, MAX_FEED_SIZE)
        return await self.store.read(actor).tasks.changes(since, limit)

    async def create(
        self,
        actor: Actor,
        new: Draft | NewTask | Callable[[], NewTask],
        *,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Create a task. Raises IdTaken when anybody has its id, and QuotaExceeded."""
        if idempotency_key is None:
            task = self._new_task(await self._checked(actor, new))
            return Result(await self.store.create_task(actor, task, self.max_tasks))

        async def work(unit: UnitOfWork) -> Task:
            return await self._add(unit, _evaluate(new))

        return await self._write(actor, work, idempotency_key)

    async def put_new(self, actor: Actor, task_id: TaskId, compose: Callable[[], Draft]) -> Task:
        """Create a task with this id. Raises VersionMismatch when a live one has it, IdTaken for a deleted one."""
        if await self.store.read(actor).tasks.get(task_id) is None:
            await self._check_owner(actor, task_id)

        async def work(unit: UnitOfWork) -> Task:
            existing = await unit.tasks.get(task_id)
            if existing is not None and existing.deleted_at is None:
                raise VersionMismatch(existing)
            return await self._add(unit, NewTask(compose(), task_id))

        return await self.store.write(actor, work)

    async def change(
        self,
        actor: Actor,
        task_id: TaskId,
        edit: Callable[[Task], Draft],
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Replace the task's draft by what `edit` returns; an edit that changes nothing takes no version.

        Raises VersionMismatch when the task is not as expected.
        """

        async def work(unit: UnitOfWork) -> Task:
            task = await _live(unit, task_id)
            expected.check(task)
            changed = task.replaced(edit(task), self.clock.now())
            return task if changed is task else await unit.tasks.replace(changed)

        return await self._or_forbidden(actor, task_id, self._write(actor, work, idempotency_key))

    async def toggle(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Complete an open task, or reopen a completed one."""
        return await self.change(
            actor, task_id, lambda task: task.draft.toggled(), expected=expected, idempotency_key=idempotency_key
        )

    async def delete(self, actor: Actor, task_id: TaskId, *, expected: Precondition = UNCONDITIONAL) -> None:
        """Move a task to the trash. Raises VersionMismatch when it is not as expected."""

        async def work(unit: UnitOfWork) -> None:
            task = await _live(unit, task_id)
            expected.check(task)
            await unit.tasks.replace(task.trashed(self.clock.now()))

        await self._or_forbidden(actor, task_id, self.store.write(actor, work))

    async def restore(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Result:
        """Take a task out of the trash; a live one stays as it is. Raises VersionMismatch and QuotaExceeded."""

        async def work(unit: UnitOfWork) -> Task:
            task = await unit.tasks.get(task_id)
            if task is None:
                raise NotFound("task", task_id)
            expected.check(task)
            if task.deleted_at is None:
                return task
            await self._check_quota(unit)
            return await unit.tasks.replace(task.restored(self.clock.now()))

        return await self._or_forbidden(actor, task_id, self._write(actor, work, idempotency_key))

    async def _write(
        self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[Task]], key: IdempotencyKey | None
    ) -> Result:
        """Run `work`; with a key, replay its stored result or store the new one in the same unit of work."""

        async def work_or_replay(unit: UnitOfWork) -> Result:
            if key is None:
                return Result(await work(unit))
            stored = await unit.idempotency.get(key.value)
            if stored is not None:
                return stored.replay(key)
            task = await work(unit)
            if await unit.idempotency.count() >= MAX_IDEMPOTENCY_KEYS:
                raise QuotaExceeded("idempotency keys", MAX_IDEMPOTENCY_KEYS)
            await unit.idempotency.add(StoredResult(key, task, self.clock.now()))
            return Result(task)

        return await self.store.write(actor, work_or_replay)

    async def _add(self, unit: UnitOfWork, new: NewTask) -> Task:
        await self._check_quota(unit)
        return await unit.tasks.add(self._new_task(new))

    async def _checked(self, actor: Actor, new: Draft | NewTask | Callable[[], NewTask]) -> NewTask:
        """Return the new task. Raises NotAuthenticated before InvalidInput when the actor's session has ended."""
        try:
            return _evaluate(new)
        except InvalidInput:
            await self.store.read(actor).account.get()
            raise

    def _new_task(self, new: NewTask) -> Task:
        task_id = TaskId(self.ids.new()) if new.id is None else new.id
        return Task.create(new.draft, task_id, self.clock.now())

    async def _check_quota(self, unit: UnitOfWork) -> None:
        if await unit.tasks.live_count() >= self.max_tasks:
            raise QuotaExceeded("tasks", self.max_tasks)

    async def _or_forbidden(self, actor: Actor, task_id: TaskId, request: Awaitable[T]) -> T:
        """Await the request. Raises Forbidden instead of NotFound when the task is another user's."""
        try:
            return await request
        except NotFound:
            await self._check_owner(actor, task_id)
            raise

    async def _check_owner(self, actor: Actor, task_id: TaskId) -> None:
        if await self.store.task_owner(task_id) not in {None, actor.user}:
            raise Forbidden


async def _live(unit: UnitOfWork, task_id: TaskId) -> Task:
    task = await unit.tasks.get(task_id)
    if task is None or task.deleted_at is not None:
        raise NotFound("task", task_id)
    return task


def _evaluate(new: Draft | NewTask | Callable[[], NewTask]) -> NewTask:
    if isinstance(new, Draft):
        return NewTask(new)
    return new if isinstance(new, NewTask) else new()
