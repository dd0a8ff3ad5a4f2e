"""One user's rows, by noun. The readers are for queries; the repositories exist inside a unit of work only.

Another user's rows cannot be addressed. How long the objects may be used, and what every method raises beside what
its docstring says: `todo_core.ports.store`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from todo_core.audit import Event
from todo_core.changes import Feed, SyncPoint
from todo_core.due import Due
from todo_core.idempotency import StoredResult
from todo_core.lists import ListId, TaskList
from todo_core.moments import Moment
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.queries import KeysetPage, KeysetPosition, Query, TagCount
from todo_core.recurrence import Occurrence
from todo_core.sessions import Session, SessionId
from todo_core.tasks import Place, Task, TaskId
from todo_core.trees import Neighbours, Node
from todo_core.users import User


class AccountReader(Protocol):
    """The account itself."""

    async def get(self) -> User:
        """Return the user."""


class AccountRepository(AccountReader, Protocol):
    """The account itself, for writing."""

    async def replace(self, user: User) -> None:
        """Store the changed user. Raises EmailTaken when another user has the address, regardless of case."""

    async def remove(self) -> None:
        """Remove the user with all their rows, except audit events. The unit of work must end after this.

        What `IdentityRepository.refuse_issued_before` stored outlives the user.
        """


class SessionReader(Protocol):
    """The user's sessions."""

    async def list(self) -> Sequence[Session]:
        """Return the live sessions, the latest used first."""


class SessionRepository(SessionReader, Protocol):
    """The user's sessions, for writing."""

    async def get(self, session_id: SessionId) -> Session | None:
        """Return a session of the user, expired or not; None if there is none with this id."""

    async def save(self, session: Session) -> None:
        """Add a session, or replace it."""

    async def remove(self, session_id: SessionId) -> None:
        """End a session. Does nothing if it has ended already."""

    async def remove_all(self) -> None:
        """End every session of the user, expired ones too."""

    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        """Remove up to `limit` sessions that are not alive at `now`; return how many."""


class PersonalTokenReader(Protocol):
    """The user's personal access tokens."""

    async def list(self) -> Sequence[PersonalToken]:
        """Return the tokens that have not expired, the newest first."""


class PersonalTokenRepository(PersonalTokenReader, Protocol):
    """The user's personal access tokens, for writing."""

    async def add(self, token: PersonalToken) -> None:
        """Store a new token."""

    async def remove(self, token_id: PersonalTokenId) -> bool:
        """Revoke a token, expired or not. Return whether the user had it."""

    async def remove_expired(self, now: dt.datetime, limit: int) -> int:
        """Remove up to `limit` tokens that are not alive at `now`; return how many."""


class IdentityRepository(Protocol):
    """Who the user is at external issuers."""

    async def refuse_issued_before(self, instant: dt.datetime) -> None:
        """Refuse the tokens of the user's identities that were issued before that, from now on; never fewer again."""


class TaskReader(Protocol):
    """The user's tasks."""

    async def get(self, task_id: TaskId) -> Task | None:
        """Return the task, also from the trash; None if the user has none with this id or its content is erased."""

    async def page(self, query: Query, moment: Moment, after: KeysetPosition | None, limit: int) -> KeysetPage:
        """Return up to `limit` tasks that `query.matches` at `moment`, in the order of `query.sort`, behind `after`.

        `Sort.arrange` and `Sort.follows` define the order; erased tasks are never listed. A page ends early once its
        titles, descriptions and tags exceed `queries.MAX_PAGE_TEXT_BYTES` bytes of UTF-8 (the task that crosses the
        line is left out unless it is the first).
        """

    async def count(self, query: Query, moment: Moment) -> int:
        """Return how many tasks all pages together have."""

    async def tags(self) -> Sequence[TagCount]:
        """Return the tags of live tasks with their counts, sorted by code point."""


class TaskRepository(TaskReader, Protocol):
    """The user's tasks, for writing. Each write takes the user's next revision; it is the version of what it changes.

    A task that is stored with the position LAST gets `ordering.at_end(version)`.
    """

    async def live_count(self) -> int:
        """Return how many tasks the user has outside the trash."""

    async def add(self, task: Task) -> Task:
        """Store a new task; return it with the new revision as its version.

        Raises IdTaken when anybody, this user included, has a task with this id; erased ones count.
        """

    async def replace(self, task: Task) -> Task:
        """Store a changed task; return it with the new revision as its version."""

    async def fixed_dues(self, after: TaskId | None, limit: int) -> Sequence[tuple[TaskId, Due]]:
        """Return up to `limit` due dates that have a time zone, by ascending id of the task, those behind `after`.

        Tasks in the trash are among them.
        """

    async def replace_dues(self, dues: Mapping[TaskId, Due]) -> None:
        """Store due dates of `fixed_dues` whose instants were computed anew.

        Nothing that a client sees of the tasks changes, so they keep their versions. The user's revision moves on.
        """

    async def erase(self, deleted_before: dt.datetime, limit: int) -> int:
        """Erase the content of up to `limit` tasks deleted before that; versions stay. Return how many.

        Occurrences, list and parent are content.
        """

    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """Remove up to `limit` erased tasks deleted before that, lowest version first; return how many.

        Raises the horizon of the user's change feed to the highest version removed.
        """


class TreeRepository(Protocol):
    """How the user's tasks lie below each other and in order. Erased tasks have no place: they are left out."""

    async def path(self, task_id: TaskId) -> Sequence[TaskId]:
        """Return the ids from this task, which is live, up to its root."""

    async def below(self, task_id: TaskId) -> Sequence[Node]:
        """Return all descendants of a task, in the trash too: level by level, each by position and id."""

    async def in_list(self, list_id: ListId) -> Sequence[Node]:
        """Return the live tasks of a list, in no particular order."""

    async def neighbours(self, place: Place, point: str, limit: int, besides: TaskId) -> Neighbours:
        """Return the live tasks in a place whose positions are nearest to a point, without the task `besides`.

        Up to `limit` with lower positions, and up to `limit` of the others; each by position.
        """

    async def update(self, nodes: Sequence[Node], now: dt.datetime) -> None:
        """Store changed nodes with `updated_at` set to `now`, each under a revision of its own, in this order.

        A node with the position LAST gets `ordering.at_end(version)`. Its parent does not change.
        """


class OccurrenceReader(Protocol):
    """The occurrences of the user's repeating tasks that have ended."""

    async def list(self, task_id: TaskId, before: int | None, limit: int) -> Sequence[Occurrence]:
        """Return up to `limit` occurrences of a task with versions below `before`, the latest first."""


class OccurrenceRepository(OccurrenceReader, Protocol):
    """The same, for writing. It takes no revisions: the task changes with each occurrence."""

    async def add(self, task_id: TaskId, occurrence: Occurrence) -> None:
        """Store an occurrence; its version is that of the task after it."""

    async def remove(self, task_id: TaskId, version: int) -> None:
        """Remove an occurrence."""


class ListReader(Protocol):
    """The user's lists; deleted ones are not there."""

    async def get(self, list_id: ListId) -> TaskList | None:
        """Return the list, or None."""

    async def all(self) -> Sequence[TaskList]:
        """Return all lists by position."""


class ListRepository(ListReader, Protocol):
    """The user's lists, for writing. Each write takes the user's next revision.

    A list that is stored with the position LAST gets `ordering.at_end(version)`.
    """

    async def add(self, new: TaskList) -> TaskList:
        """Store a new list; return it with the new revision as its version.

        Raises IdTaken when anybody, this user included, has a list with this id; deleted ones count.
        """

    async def replace(self, changed: TaskList) -> TaskList:
        """Store a changed list; return it with the new revision as its version."""

    async def remove(self, list_id: ListId, now: dt.datetime) -> None:
        """Delete a list that no live task is in. A tombstone remains, under a new revision."""

    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """Remove up to `limit` tombstones of lists deleted before that, lowest version first; return how many.

        Tombstones of lists that tasks in the trash are in stay. Raises the horizon as for tasks.
        """


class FeedReader(Protocol):
    """The change feed over tasks and lists."""

    async def revision(self) -> int:
        """Return the user's revision. Every change of a task or list raises it; restores from a backup do, too."""

    async def page(self, since: SyncPoint | None, limit: int) -> Feed:
        """Return what changed after `since`, or everything for None: at most `limit` changes by ascending version.

        Pages end early as in `TaskReader.page`. Tombstones up to `since.base` are left out. `next` is the point behind
        the last change of the page, or the user's revision when there are no more. Revision, horizon and changes are
        read from one snapshot. Raises SyncTokenExpired when `since.expired` says so.
        """


class IdempotencyRepository(Protocol):
    """Results of the user's requests that had an idempotency key."""

    async def get(self, key: str) -> StoredResult | None:
        """Return the stored result of a key, or None."""

    async def add(self, result: StoredResult) -> None:
        """Store the result of a request with a new key."""

    async def count(self) -> int:
        """Return how many results are stored."""

    async def remove_older(self, before: dt.datetime, limit: int) -> int:
        """Remove up to `limit` results stored before that; return how many."""


class AuditLog(Protocol):
    """The audit record, append only."""

    async def add(self, event: Event) -> None:
        """Append an event."""
