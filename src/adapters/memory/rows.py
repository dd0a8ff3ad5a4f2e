"""One user's rows, as plain dictionaries."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import attrs

from todo_core.audit import Event
from todo_core.changes import Change, Feed, SyncPoint
from todo_core.errors import EmailTaken, IdTaken, SyncTokenExpired
from todo_core.idempotency import Remembered
from todo_core.listing import Moment, Page, Position, Query, Sort, TagCount, fitting
from todo_core.ports import Clock
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

Key = TypeVar("Key")
Value = TypeVar("Value")


@attrs.frozen
class Tombstone:
    """What is left of a task whose content is erased."""

    id: TaskId
    version: int
    deleted_at: dt.datetime


@attrs.define
class Account:
    """Everything of one user."""

    user: User
    version: int = 0
    horizon: int = 0
    tasks: dict[TaskId, Task | Tombstone] = attrs.field(factory=dict)
    sessions: dict[SessionId, Session] = attrs.field(factory=dict)
    outcomes: dict[str, Remembered] = attrs.field(factory=dict)

    def copy(self) -> "Account":
        """Return an account of its own with the same values in it."""
        return Account(
            self.user, self.version, self.horizon, dict(self.tasks), dict(self.sessions), dict(self.outcomes)
        )


@attrs.frozen
class Taken:
    """What other users have: whose an address or a task id is."""

    email: Callable[[EmailAddress], UserId | None]
    task: Callable[[TaskId], UserId | None]


@attrs.define
class MemoryRows:
    """The rows of one account; `check` raises NotAuthenticated for whom it is not.

    Used as a view on what is committed, or on a copy as the rows of a unit of work: `dropped` and `events` are what
    that unit wants beyond the account itself.
    """

    account: Callable[[], Account]
    clock: Clock
    taken: Taken
    dropped: bool = False
    events: list[Event] = attrs.field(factory=list)

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

    async def live_tasks(self) -> int:
        """See the port."""
        return sum(task.deleted_at is None for task in self._tasks())

    async def add_task(self, task: Task) -> Task:
        """See the port."""
        if task.id in self.account().tasks or self.taken.task(task.id) is not None:
            raise IdTaken
        return await self.put_task(task)

    async def put_task(self, task: Task) -> Task:
        """See the port."""
        account = self.account()
        account.version += 1
        kept = attrs.evolve(task, version=account.version)
        account.tasks[task.id] = kept
        return kept

    async def remembered(self, key: str) -> Remembered | None:
        """See the port."""
        return self.account().outcomes.get(key)

    async def remember(self, outcome: Remembered) -> None:
        """See the port."""
        self.account().outcomes[outcome.once.key] = outcome

    async def remembered_count(self) -> int:
        """See the port."""
        return len(self.account().outcomes)

    async def put_user(self, user: User) -> None:
        """See the port."""
        if user.email is not None and self.taken.email(user.email) not in {None, user.id}:
            raise EmailTaken
        self.account().user = user

    async def drop_user(self) -> None:
        """See the port."""
        self.dropped = True

    async def session(self, session: SessionId) -> Session | None:
        """See the port."""
        return self.account().sessions.get(session)

    async def put_session(self, session: Session) -> None:
        """See the port."""
        self.account().sessions[session.id] = session

    async def drop_session(self, session: SessionId) -> None:
        """See the port."""
        self.account().sessions.pop(session, None)

    async def drop_sessions(self) -> None:
        """See the port."""
        self.account().sessions.clear()

    async def record(self, event: Event) -> None:
        """See the port."""
        self.events.append(event)

    async def erase_tasks(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        old = [task for task in self._tasks() if task.deleted_at is not None and task.deleted_at < deleted_before]
        for task in sorted(old, key=lambda task: task.version)[:limit]:
            assert task.deleted_at is not None  # noqa: S101 - `old` holds no others
            self.account().tasks[task.id] = Tombstone(task.id, task.version, task.deleted_at)
        return min(len(old), limit)

    async def drop_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """See the port."""
        account = self.account()
        tombstones = [entry for entry in account.tasks.values() if isinstance(entry, Tombstone)]
        old = sorted((one for one in tombstones if one.deleted_at < deleted_before), key=lambda one: one.version)
        for tombstone in old[:limit]:
            del account.tasks[tombstone.id]
            account.horizon = max(account.horizon, tombstone.version)
        return min(len(old), limit)

    async def drop_remembered(self, before: dt.datetime, limit: int) -> int:
        """See the port."""
        return _drop(self.account().outcomes, lambda outcome: outcome.at < before, limit)

    async def drop_expired_sessions(self, now: dt.datetime, limit: int) -> int:
        """See the port."""
        return _drop(self.account().sessions, lambda session: not session.alive(now), limit)

    def _tasks(self) -> Iterable[Task]:
        return (task for task in self.account().tasks.values() if isinstance(task, Task))

    def _matching(self, query: Query, moment: Moment) -> list[Task]:
        return [task for task in self._tasks() if query.matches(task, moment)]


def _drop(entries: dict[Key, Value], old: Callable[[Value], bool], limit: int) -> int:
    keys = [key for key, value in entries.items() if old(value)][:limit]
    for key in keys:
        del entries[key]
    return len(keys)


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
