"""Reading one user's rows."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence

import attrs

from todo_core.changes import Change, Feed, ListChange, SyncPoint, TaskChange
from todo_core.errors import SyncTokenExpired
from todo_core.lists import ListId, TaskList
from todo_core.moments import Moment
from todo_core.personal_tokens import PersonalToken
from todo_core.ports import (
    AccountReader,
    Clock,
    FeedReader,
    ListReader,
    OccurrenceReader,
    PersonalTokenReader,
    SessionReader,
    TaskReader,
    UserReader,
)
from todo_core.queries import KeysetPage, KeysetPosition, Query, TagCount, count_fitting
from todo_core.recurrence import Occurrence
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.testing.account import Account, ListTombstone, Tombstone
from todo_core.testing.override import override
from todo_core.users import User

FindAccount = Callable[[], Account]
"""Returns the account, found anew for each call. Raises NotAuthenticated when the access check fails."""


@attrs.frozen
class MemoryAccountReader(AccountReader):
    """The AccountReader port."""

    find: FindAccount

    @override
    async def get(self) -> User:
        return self.find().user


@attrs.frozen
class MemorySessionReader(SessionReader):
    """The SessionReader port."""

    find: FindAccount
    clock: Clock

    @override
    async def list(self) -> Sequence[Session]:
        now = self.clock.now()
        live = [session for session in self.find().sessions.values() if session.alive(now)]
        return sorted(live, key=lambda session: (session.used_at, session.id), reverse=True)


@attrs.frozen
class MemoryPersonalTokenReader(PersonalTokenReader):
    """The PersonalTokenReader port."""

    find: FindAccount
    clock: Clock

    @override
    async def list(self) -> Sequence[PersonalToken]:
        now = self.clock.now()
        live = [token for token in self.find().personal_tokens.values() if token.alive(now)]
        return sorted(live, key=lambda token: (token.created_at, token.id), reverse=True)


@attrs.frozen
class MemoryTaskReader(TaskReader):
    """The TaskReader port."""

    find: FindAccount

    @override
    async def get(self, task_id: TaskId) -> Task | None:
        found = self.find().tasks.get(task_id)
        return found if isinstance(found, Task) else None

    @override
    async def page(self, query: Query, moment: Moment, after: KeysetPosition | None, limit: int) -> KeysetPage:
        account = self.find()
        tasks = query.sort.arrange(_matching(account, query, moment))
        if after is not None:
            tasks = [task for task in tasks if query.sort.follows(task, after)]
        number = count_fitting(task.text_size for task in tasks[:limit])
        page = tuple(tasks[:number])
        return KeysetPage(page, query.sort.position(page[-1]) if number < len(tasks) else None, account.revision)

    @override
    async def count(self, query: Query, moment: Moment) -> int:
        return len(_matching(self.find(), query, moment))

    @override
    async def tags(self) -> Sequence[TagCount]:
        live = [task for task in self.find().readable_tasks() if task.deleted_at is None]
        total = Counter(itertools.chain.from_iterable(task.tags for task in live))
        open_ = Counter(itertools.chain.from_iterable(task.tags for task in live if not task.completed))
        return [TagCount(tag, open_[tag], total[tag]) for tag in sorted(total)]


@attrs.frozen
class MemoryOccurrenceReader(OccurrenceReader):
    """The OccurrenceReader port."""

    find: FindAccount

    @override
    async def list(self, task_id: TaskId, before: int | None, limit: int) -> Sequence[Occurrence]:
        known = self.find().occurrences.get(task_id, ())
        return [one for one in reversed(known) if before is None or one.version < before][:limit]


@attrs.frozen
class MemoryListReader(ListReader):
    """The ListReader port."""

    find: FindAccount

    @override
    async def get(self, list_id: ListId) -> TaskList | None:
        found = self.find().lists.get(list_id)
        return found if isinstance(found, TaskList) else None

    @override
    async def all(self) -> Sequence[TaskList]:
        return sorted(self.find().readable_lists(), key=lambda one: one.position)


@attrs.frozen
class MemoryFeedReader(FeedReader):
    """The FeedReader port."""

    find: FindAccount

    @override
    async def revision(self) -> int:
        return self.find().revision

    @override
    async def page(self, since: SyncPoint | None, limit: int) -> Feed:
        account = self.find()
        point = SyncPoint.start(account.revision) if since is None else since
        if since is not None and since.expired(account.horizon, account.revision):
            raise SyncTokenExpired
        changes = [change for change in _all_changes(account) if _is_news(change, point)]
        number = count_fitting(map(_text_size, changes[:limit]))
        has_more = number < len(changes)
        position = changes[number - 1].version if has_more else account.revision
        return Feed(tuple(changes[:number]), SyncPoint(point.base, position), has_more)


@attrs.frozen
class MemoryUserReader(UserReader):
    """The UserReader port."""

    account: MemoryAccountReader
    sessions: MemorySessionReader
    personal_tokens: MemoryPersonalTokenReader
    tasks: MemoryTaskReader
    occurrences: MemoryOccurrenceReader
    lists: MemoryListReader
    feed: MemoryFeedReader

    @classmethod
    def over(cls, find: FindAccount, clock: Clock) -> "MemoryUserReader":
        """Return a reader of the account that `find` returns."""
        return cls(
            MemoryAccountReader(find),
            MemorySessionReader(find, clock),
            MemoryPersonalTokenReader(find, clock),
            MemoryTaskReader(find),
            MemoryOccurrenceReader(find),
            MemoryListReader(find),
            MemoryFeedReader(find),
        )


def _matching(account: Account, query: Query, moment: Moment) -> list[Task]:
    return [task for task in account.readable_tasks() if query.matches(task, moment)]


def _all_changes(account: Account) -> list[Change]:
    changes = [*map(_task_change, account.tasks.values()), *map(_list_change, account.lists.values())]
    return sorted(changes, key=lambda change: change.version)


def _task_change(entry: Task | Tombstone) -> Change:
    if isinstance(entry, Task) and entry.deleted_at is None:
        return TaskChange(entry.id, entry.version, entry)
    return TaskChange(entry.id, entry.version, None)


def _list_change(entry: TaskList | ListTombstone) -> Change:
    return ListChange(entry.id, entry.version, entry if isinstance(entry, TaskList) else None)


def _is_news(change: Change, point: SyncPoint) -> bool:
    is_tombstone = (change.task if isinstance(change, TaskChange) else change.list) is None
    return change.version > point.position and (not is_tombstone or change.version > point.base)


def _text_size(change: Change) -> int:
    return change.task.text_size if isinstance(change, TaskChange) and change.task else 0
