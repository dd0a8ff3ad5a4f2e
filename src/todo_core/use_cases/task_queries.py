"""What a user sees of their tasks. The actor comes first; another user's rows cannot be addressed."""

from collections.abc import Sequence
from functools import partial

import attrs

from todo_core.actors import Actor
from todo_core.changes import MAX_FEED_SIZE, Feed, SyncPoint
from todo_core.due import Zones
from todo_core.errors import NotFound
from todo_core.moments import Moment
from todo_core.ports import Clock, Ids, Store
from todo_core.queries import Cursor, OccurrencePage, Page, Query, TagCount, check_limit
from todo_core.tasks import Task, TaskId
from todo_core.use_cases.requests import check_owner

DEFAULT_MAX_TASKS = 100_000
DEFAULT_PAGE_SIZE = 50
DEFAULT_FEED_SIZE = 500


@attrs.frozen
class TaskQueries:
    """The use cases that read tasks; those that change them follow in `Tasks`."""

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
            await self.check_owner(actor, task_id)
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
            revision=page.revision if query.follows_revision and not count else None,
        )

    async def revision(self, actor: Actor) -> int:
        """Return the user's revision. While it stays, so does every page that has it."""
        return await self.store.read(actor).feed.revision()

    async def occurrences(
        self, actor: Actor, task_id: TaskId, *, limit: int = DEFAULT_PAGE_SIZE, before: int | None = None
    ) -> OccurrencePage:
        """Return the past occurrences of a live task, the latest first, from versions below `before`.

        Raises InvalidInput for `limit`.
        """
        check_limit(limit)
        await self.get(actor, task_id)
        found = await self.store.read(actor).occurrences.list(task_id, before, limit + 1)
        shown = tuple(found[:limit])
        return OccurrencePage(shown, shown[-1].version if len(found) > limit else None)

    async def tags(self, actor: Actor) -> Sequence[TagCount]:
        """Return the tags of live tasks, with counts."""
        return await self.store.read(actor).tasks.tags()

    async def changes(self, actor: Actor, since: SyncPoint | None, *, limit: int = DEFAULT_FEED_SIZE) -> Feed:
        """Return what changed since that point, of tasks and lists.

        Raises SyncTokenExpired, and InvalidInput for `limit`.
        """
        check_limit(limit, MAX_FEED_SIZE)
        return await self.store.read(actor).feed.page(since, limit)

    async def check_owner(self, actor: Actor, task_id: TaskId) -> None:
        """Raise Forbidden when the task is another user's."""
        await check_owner(actor, partial(self.store.task_owner, task_id))
