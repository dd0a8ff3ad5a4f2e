"""Reading one user's rows."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs

from adapters.memory.account import Account, Tombstone
from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import SyncTokenExpired
from todo_core.listing import Moment, Page, Position, Query, Sort, TagCount, fitting
from todo_core.ports import Clock
from todo_core.sessions import Session
from todo_core.tasks import Task, TaskId
from todo_core.users import User


@attrs.define
class MemoryView:
    """The View port. `account` finds the account anew for each read, and raises NotAuthenticated for whom it is not."""

    account: Callable[[], Account]
    clock: Clock

    async def user(self) -> User:
        """See the port."""
        return self.account().user

    async def sessions(self) -> Sequence[Session]:
        """See the port."""
        now = self.clock.now()
        live = [session for session in self.account().sessions.values() if session.alive(now)]
        return sorted(live, key=lambda session: (session.used_at, session.id), reverse=True)

    async def task(self, task: TaskId) -> Task | None:
        """See the port."""
        found = self.account().tasks.get(task)
        return found if isinstance(found, Task) else None

    async def page(self, query: Query, moment: Moment, after: Position | None, limit: int) -> Page:
        """See the port."""
        listed = _ordered(self._matching(query, moment), query.sort)
        if after is not None:
            listed = [task for task in listed if _behind(query.sort, task, after)]
        number = fitting(task.text_size for task in listed[:limit])
        page = tuple(listed[:number])
        return Page(page, query.sort.position(page[-1]) if number < len(listed) else None)

    async def count(self, query: Query, moment: Moment) -> int:
        """See the port."""
        return len(self._matching(query, moment))

    async def tags(self) -> Sequence[TagCount]:
        """See the port."""
        live = [task for task in self._tasks() if task.deleted_at is None]
        total = Counter(itertools.chain.from_iterable(task.tags for task in live))
        open_ = Counter(itertools.chain.from_iterable(task.tags for task in live if not task.completed))
        return [TagCount(tag, open_[tag], total[tag]) for tag in sorted(total)]

    async def feed(self, since: SyncPoint | None, limit: int) -> Feed:
        """See the port."""
        account = self.account()
        point = SyncPoint.start(account.version) if since is None else since
        if since is not None and since.expired(account.horizon, account.version):
            raise SyncTokenExpired
        changes = [
            change
            for change in sorted(map(_change, account.tasks.values()), key=lambda change: change.version)
            if change.version > point.position and (change.task is not None or change.version > point.base)
        ]
        number = fitting(change.task.text_size if change.task else 0 for change in changes[:limit])
        has_more = number < len(changes)
        position = changes[number - 1].version if has_more else account.version
        return Feed(tuple(changes[:number]), SyncPoint(point.base, position), has_more)

    def _tasks(self) -> Iterable[Task]:
        return (task for task in self.account().tasks.values() if isinstance(task, Task))

    def _matching(self, query: Query, moment: Moment) -> list[Task]:
        return [task for task in self._tasks() if query.matches(task, moment)]


def _change(entry: Task | Tombstone) -> Change:
    if isinstance(entry, Task) and entry.deleted_at is None:
        return Change(entry.id, entry.version, entry)
    return Change(entry.id, entry.version, None)


def _ordered(tasks: Iterable[Task], sort: Sort) -> list[Task]:
    ranked = [(sort.rank(sort.position(task)), task) for task in tasks]
    ranked.sort(key=lambda pair: pair[0][1:], reverse=sort.descending)
    ranked.sort(key=lambda pair: pair[0][0])
    return [task for _, task in ranked]


def _behind(sort: Sort, task: Task, place: Position) -> bool:
    part, *rest = sort.rank(sort.position(task))
    place_part, *place_rest = sort.rank(place)
    if part != place_part:
        return part > place_part
    return rest < place_rest if sort.descending else rest > place_rest
