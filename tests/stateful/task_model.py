"""What tasks do, said once more in the plainest way: dictionaries, no database, no ports."""

import datetime as dt
from collections.abc import Callable, Iterable

import attrs

from todo_core.changes import ListChange, SyncPoint, TaskChange
from todo_core.errors import Forbidden, IdempotencyKeyReused, IdTaken, NotFound, QuotaExceeded, TodoError
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.lists import TaskList
from todo_core.moments import Moment
from todo_core.ordering import at_end
from todo_core.preconditions import Precondition, VersionMismatch
from todo_core.queries import Query, TagCount
from todo_core.tasks import Draft, Task, TaskId

DAY = dt.timedelta(days=1)


@attrs.define
class Desk:
    """Everything of one user, who begins with the inbox."""

    inbox: TaskList
    clock: int = 1
    horizon: int = 0
    tasks: dict[TaskId, Task] = attrs.field(factory=dict)
    erased: set[TaskId] = attrs.field(factory=set)
    outcomes: dict[str, tuple[bytes, Task, dt.datetime]] = attrs.field(factory=dict)

    @property
    def live(self) -> list[Task]:
        """The tasks outside the trash."""
        return [task for task in self.tasks.values() if task.deleted_at is None]

    def keep(self, task: Task) -> Task:
        """Keep a task under the next number."""
        self.clock += 1
        position = task.position or at_end(self.clock)
        self.tasks[task.id] = attrs.evolve(task, version=self.clock, position=position)
        return self.tasks[task.id]


@attrs.define
class TaskModel:
    """Tasks of several users. Every method returns what the use case must return, or the error it must raise."""

    max_tasks: int
    desks: dict[str, Desk]

    def own(self, person: str, task_id: TaskId, *, trashed: bool = False) -> Task | TodoError:
        """Return a task that the person may work with."""
        desk = self.desks[person]
        task = desk.tasks.get(task_id)
        if task is not None and task_id not in desk.erased and (trashed or task.deleted_at is None):
            return task
        foreign = any(task_id in other.tasks for name, other in self.desks.items() if name != person)
        return Forbidden() if foreign else NotFound("task", task_id)

    def once(
        self,
        person: str,
        idempotency_key: IdempotencyKey | None,
        now: dt.datetime,
        work: Callable[[], Task | TodoError],
    ) -> Result | TodoError:
        """Carry out what has not been carried out under this key."""
        outcomes = self.desks[person].outcomes
        if idempotency_key is not None and idempotency_key.value in outcomes:
            fingerprint, task, _ = outcomes[idempotency_key.value]
            return Result(task, replayed=True) if fingerprint == idempotency_key.fingerprint else IdempotencyKeyReused()
        result = work()
        if isinstance(result, TodoError):
            return result
        if idempotency_key is not None:
            outcomes[idempotency_key.value] = (idempotency_key.fingerprint, result, now)
        return Result(result)

    def create(self, person: str, draft: Draft, task_id: TaskId, now: dt.datetime) -> Task | TodoError:
        """Add a task."""
        if len(self.desks[person].live) >= self.max_tasks:
            return QuotaExceeded("tasks", self.max_tasks)
        if any(task_id in desk.tasks for desk in self.desks.values()):
            return IdTaken()
        return self.desks[person].keep(
            Task(
                id=task_id,
                version=0,
                title=draft.title,
                description=draft.description,
                completed_at=now if draft.completed else None,
                priority=draft.priority,
                due=draft.due,
                tags=draft.tags,
                list_id=self.desks[person].inbox.id,
                parent_id=None,
                position="",
                series=None,
                created_at=now,
                updated_at=now,
            )
        )

    def put_new(self, person: str, draft: Draft, task_id: TaskId, now: dt.datetime) -> Task | TodoError:
        """Add a task under an id that it must not be there under."""
        found = self.own(person, task_id)
        if isinstance(found, Task):
            return VersionMismatch(found)
        return found if isinstance(found, Forbidden) else self.create(person, draft, task_id, now)

    def change(
        self, person: str, task_id: TaskId, edit: Callable[[Draft], Draft], expected: Precondition, now: dt.datetime
    ) -> Task | TodoError:
        """Change what a live task says."""
        task = self.own(person, task_id)
        if isinstance(task, TodoError):
            return task
        if not _holds(expected, task):
            return VersionMismatch(task)
        old = Draft(task.title, task.description, task.completed_at is not None, task.priority, task.due, task.tags)
        new = edit(old)
        if new == old:
            return task
        return self.desks[person].keep(
            attrs.evolve(
                task,
                title=new.title,
                description=new.description,
                completed_at=(task.completed_at or now) if new.completed else None,
                priority=new.priority,
                due=new.due,
                tags=new.tags,
                updated_at=now,
            )
        )

    def delete(self, person: str, task_id: TaskId, expected: Precondition, now: dt.datetime) -> TodoError | None:
        """Put a live task into the trash."""
        task = self.own(person, task_id)
        if isinstance(task, TodoError):
            return task
        if not _holds(expected, task):
            return VersionMismatch(task)
        self.desks[person].keep(attrs.evolve(task, deleted_at=now, deleted_with=task.id, updated_at=now))
        return None

    def restore(self, person: str, task_id: TaskId, expected: Precondition, now: dt.datetime) -> Task | TodoError:
        """Take a task out of the trash."""
        task = self.own(person, task_id, trashed=True)
        if isinstance(task, TodoError):
            return task
        if not _holds(expected, task):
            return VersionMismatch(task)
        if task.deleted_at is None:
            return task
        if len(self.desks[person].live) >= self.max_tasks:
            return QuotaExceeded("tasks", self.max_tasks)
        return self.desks[person].keep(attrs.evolve(task, deleted_at=None, deleted_with=None, updated_at=now))

    def purge(self, now: dt.datetime) -> None:
        """Erase trash after 30 days, forget deletions after 90, and outcomes after one."""
        for desk in self.desks.values():
            for task in list(desk.tasks.values()):
                if task.deleted_at is not None and task.deleted_at < now - 30 * DAY:
                    desk.erased.add(task.id)
                if task.deleted_at is not None and task.deleted_at < now - 90 * DAY:
                    del desk.tasks[task.id]
                    desk.erased.discard(task.id)
                    desk.horizon = max(desk.horizon, task.version)
            desk.outcomes = {key: kept for key, kept in desk.outcomes.items() if kept[2] >= now - DAY}

    def changes(self, person: str, since: SyncPoint | None) -> tuple[TaskChange | ListChange, ...] | None:
        """Return everything that a walk from there has to bring, or None when the point has expired."""
        desk = self.desks[person]
        if since is not None and max(since.base, since.position) < desk.horizon:
            return None
        base, position = (desk.clock, 0) if since is None else (since.base, since.position)
        inbox = (ListChange(desk.inbox.id, 1, desk.inbox),) if position < 1 else ()
        return inbox + tuple(
            TaskChange(task.id, task.version, None if task.deleted_at else task)
            for task in sorted(desk.tasks.values(), key=lambda task: task.version)
            if task.version > position and (task.deleted_at is None or task.version > base)
        )

    def listed(self, person: str, query: Query, moment: Moment) -> list[Task]:
        """Return what a list has to show, in any order."""
        desk = self.desks[person]
        return [task for task in desk.tasks.values() if task.id not in desk.erased and query.matches(task, moment)]

    def tags(self, person: str) -> list[TagCount]:
        """Return the tags of live tasks."""
        live = self.desks[person].live
        return [
            TagCount(
                tag,
                sum(tag in task.tags and task.completed_at is None for task in live),
                sum(tag in task.tags for task in live),
            )
            for tag in sorted(_union(task.tags for task in live))
        ]


def _holds(expected: Precondition, task: Task) -> bool:
    return expected.match in {None, "*"} or task.version in expected.match


def _union(sets: Iterable[Iterable[str]]) -> set[str]:
    return {one for each in sets for one in each}
