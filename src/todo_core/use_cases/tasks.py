"""What a user does with tasks. The actor comes first; nothing here can name another user's rows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from todo_core.changes import FEED_LIMIT, Feed, SyncPoint
from todo_core.errors import Forbidden, InvalidInput, NotFound, QuotaExceeded
from todo_core.idempotency import KEYS_MOST, Once, Outcome, Remembered
from todo_core.listing import Listing, Moment, Query, TagCount, Walk, check_limit
from todo_core.ports import Clock, Ids, Rows, Store
from todo_core.sessions import Actor
from todo_core.tasks import Draft, Precondition, Task, TaskId, VersionMismatch

Result = TypeVar("Result")

UNCONDITIONAL = Precondition()


@attrs.frozen
class NewTask:
    """A task to be made; without `id` it gets one."""

    draft: Draft
    id: TaskId | None = None


@attrs.frozen
class Tasks:
    """The use cases of tasks.

    Each raises NotAuthenticated once the actor's session has ended. Those that take a task's id raise NotFound when
    nobody has it or it lies in the actor's own trash, and Forbidden when it is another user's, whatever its state.
    Those that change a task by a function call it under the user's lock: it gets the task as it is, and its errors pass
    through, as they do when a task is made.
    With `once`, a request that was carried out before is not carried out again.
    """

    store: Store
    clock: Clock
    ids: Ids
    max_tasks: int = 100_000

    async def get(self, actor: Actor, task_id: TaskId) -> Task:
        """Return a live task."""
        task = await self.store.read(actor).task(task_id)
        if task is None or task.deleted_at is not None:
            await self._refuse_foreign(actor, task_id)
            raise NotFound("task", task_id)
        return task

    async def list(
        self, actor: Actor, query: Query, *, limit: int = 50, walk: Walk | None = None, count: bool = False
    ) -> Listing:
        """Return a page of tasks, from `walk` on; it says how to go on. Raises InvalidInput for `limit`."""
        check_limit(limit)
        view = self.store.read(actor)
        now = walk.now if walk else self.clock.now()
        timezone = walk.timezone if walk else "UTC"
        if walk is None and query.needs_timezone:
            timezone = (await view.user()).profile.timezone
        moment = Moment(now, self.clock.zone(timezone))
        page = await view.page(query, moment, walk.position if walk else None, limit)
        return Listing(
            tasks=page.tasks,
            next=Walk(page.next, now, timezone) if page.next else None,
            total=await view.count(query, moment) if count else None,
        )

    async def tags(self, actor: Actor) -> Sequence[TagCount]:
        """Return the tags of live tasks, with counts."""
        return await self.store.read(actor).tags()

    async def changes(self, actor: Actor, since: SyncPoint | None, *, limit: int = 500) -> Feed:
        """Return what changed since that point. Raises SyncTokenExpired, and InvalidInput for `limit`."""
        check_limit(limit, FEED_LIMIT)
        return await self.store.read(actor).feed(since, limit)

    async def create(self, actor: Actor, compose: Callable[[], NewTask], *, once: Once | None = None) -> Outcome:
        """Make a task. Raises IdTaken when anybody has its id, and QuotaExceeded."""
        if once is None:
            task = await self.store.add_task(actor, self._made(await self._composed(actor, compose)), self.max_tasks)
            if task is None:
                raise QuotaExceeded("tasks", self.max_tasks)
            return Outcome(task)

        async def work(rows: Rows) -> Task:
            return await self._add(rows, compose())

        return await self._write_once(actor, work, once)

    async def put_new(self, actor: Actor, task_id: TaskId, compose: Callable[[], Draft]) -> Task:
        """Make a task with this id. Raises VersionMismatch when there is a live one, IdTaken for a deleted one."""
        if await self.store.read(actor).task(task_id) is None:
            await self._refuse_foreign(actor, task_id)

        async def work(rows: Rows) -> Task:
            existing = await rows.task(task_id)
            if existing is not None and existing.deleted_at is None:
                raise VersionMismatch(existing)
            return await self._add(rows, NewTask(compose(), task_id))

        return await self.store.write(actor, work)

    async def change(
        self,
        actor: Actor,
        task_id: TaskId,
        edit: Callable[[Task], Draft],
        *,
        expected: Precondition = UNCONDITIONAL,
        once: Once | None = None,
    ) -> Outcome:
        """Replace what the task says by what `edit` makes of it; an edit that changes nothing takes no version.

        Raises VersionMismatch when the task is not as expected.
        """

        async def work(rows: Rows) -> Task:
            task = await _live(rows, task_id)
            expected.check(task)
            changed = task.replaced(edit(task), self.clock.now())
            return task if changed is task else await rows.put_task(changed)

        return await self._missing(actor, task_id, self._write_once(actor, work, once))

    async def toggle(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        once: Once | None = None,
    ) -> Outcome:
        """Complete an open task, or reopen a completed one."""
        return await self.change(actor, task_id, lambda task: task.draft.toggled(), expected=expected, once=once)

    async def delete(self, actor: Actor, task_id: TaskId, *, expected: Precondition = UNCONDITIONAL) -> None:
        """Move a task to the trash. Raises VersionMismatch when it is not as expected."""

        async def work(rows: Rows) -> None:
            task = await _live(rows, task_id)
            expected.check(task)
            await rows.put_task(task.trashed(self.clock.now()))

        await self._missing(actor, task_id, self.store.write(actor, work))

    async def restore(
        self,
        actor: Actor,
        task_id: TaskId,
        *,
        expected: Precondition = UNCONDITIONAL,
        once: Once | None = None,
    ) -> Outcome:
        """Take a task out of the trash; a live one stays as it is. Raises VersionMismatch and QuotaExceeded."""

        async def work(rows: Rows) -> Task:
            task = await rows.task(task_id)
            if task is None:
                raise NotFound("task", task_id)
            expected.check(task)
            if task.deleted_at is None:
                return task
            await self._check_quota(rows)
            return await rows.put_task(task.restored(self.clock.now()))

        return await self._missing(actor, task_id, self._write_once(actor, work, once))

    async def _write_once(self, actor: Actor, work: Callable[[Rows], Awaitable[Task]], once: Once | None) -> Outcome:
        async def whole(rows: Rows) -> Outcome:
            if once is None:
                return Outcome(await work(rows))
            known = await rows.remembered(once.key)
            if known is not None:
                return known.replay(once)
            task = await work(rows)
            if await rows.remembered_count() >= KEYS_MOST:
                raise QuotaExceeded("idempotency keys", KEYS_MOST)
            await rows.remember(Remembered(once, task, self.clock.now()))
            return Outcome(task)

        return await self.store.write(actor, whole)

    async def _add(self, rows: Rows, new: NewTask) -> Task:
        await self._check_quota(rows)
        return await rows.add_task(self._made(new))

    async def _composed(self, actor: Actor, compose: Callable[[], NewTask]) -> NewTask:
        """Return the new task; whoever may not ask at all hears of that before they hear of their mistakes."""
        try:
            return compose()
        except InvalidInput:
            await self.store.read(actor).user()
            raise

    def _made(self, new: NewTask) -> Task:
        task_id = TaskId(self.ids.new()) if new.id is None else new.id
        return Task.create(new.draft, task_id, self.clock.now())

    async def _check_quota(self, rows: Rows) -> None:
        if await rows.live_tasks() >= self.max_tasks:
            raise QuotaExceeded("tasks", self.max_tasks)

    async def _missing(self, actor: Actor, task_id: TaskId, request: Awaitable[Result]) -> Result:
        try:
            return await request
        except NotFound:
            await self._refuse_foreign(actor, task_id)
            raise

    async def _refuse_foreign(self, actor: Actor, task_id: TaskId) -> None:
        if await self.store.task_owner(task_id) not in {None, actor.user}:
            raise Forbidden


async def _live(rows: Rows, task_id: TaskId) -> Task:
    task = await rows.task(task_id)
    if task is None or task.deleted_at is not None:
        raise NotFound("task", task_id)
    return task
