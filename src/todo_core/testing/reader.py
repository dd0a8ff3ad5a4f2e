"""Reading one user's rows."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence

import attrs

from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import SyncTokenExpired
from todo_core.personal_tokens import PersonalToken
from todo_core.ports import AccountReader, Clock, PersonalTokenReader, SessionReader, TaskReader, UserReader
from todo_core.queries import KeysetPage, KeysetPosition, Moment, Query, TagCount, count_fitting
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.testing.account import Account, Tombstone
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
        tasks = query.sort.arrange(self._matching(query, moment))
        if after is not None:
            tasks = [task for task in tasks if query.sort.follows(task, after)]
        number = count_fitting(task.text_size for task in tasks[:limit])
        page = tuple(tasks[:number])
        return KeysetPage(page, query.sort.position(page[-1]) if number < len(tasks) else None)

    @override
    async def count(self, query: Query, moment: Moment) -> int:
        return len(self._matching(query, moment))

    @override
    async def tags(self) -> Sequence[TagCount]:
        live = [task for task in self.find().readable_tasks() if task.deleted_at is None]
        total = Counter(itertools.chain.from_iterable(task.tags for task in live))
        open_ = Counter(itertools.chain.from_iterable(task.tags for task in live if not task.completed))
        return [TagCount(tag, open_[tag], total[tag]) for tag in sorted(total)]

    @override
    async def changes(self, since: SyncPoint | None, limit: int) -> Feed:
        account = self.find()
        point = SyncPoint.start(account.revision) if since is None else since
        if since is not None and since.expired(account.horizon, account.revision):
            raise SyncTokenExpired
        changes = [
            change
            for change in sorted(map(_change, account.tasks.values()), key=lambda change: change.version)
            if change.version > point.position and (change.task is not None or change.version > point.base)
        ]
        number = count_fitting(change.task.text_size if change.task else 0 for change in changes[:limit])
        has_more = number < len(changes)
        position = changes[number - 1].version if has_more else account.revision
        return Feed(tuple(changes[:number]), SyncPoint(point.base, position), has_more)

    def _matching(self, query: Query, moment: Moment) -> list[Task]:
        return [task for task in self.find().readable_tasks() if query.matches(task, moment)]


@attrs.frozen
class MemoryUserReader(UserReader):
    """The UserReader port."""

    account: MemoryAccountReader
    sessions: MemorySessionReader
    personal_tokens: MemoryPersonalTokenReader
    tasks: MemoryTaskReader

    @classmethod
    def over(cls, find: FindAccount, clock: Clock) -> "MemoryUserReader":
        """Return a reader of the account that `find` returns."""
        return cls(
            MemoryAccountReader(find),
            MemorySessionReader(find, clock),
            MemoryPersonalTokenReader(find, clock),
            MemoryTaskReader(find),
        )


def _change(entry: Task | Tombstone) -> Change:
    if isinstance(entry, Task) and entry.deleted_at is None:
        return Change(entry.id, entry.version, entry)
    return Change(entry.id, entry.version, None)
