"""What the core needs from outside. The docstrings are the contract; `tests/contract` holds every adapter to it."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

import attrs

from todo_core.audit import Event
from todo_core.changes import Feed, SyncPoint
from todo_core.idempotency import Remembered
from todo_core.listing import Moment, Page, Position, Query, TagCount
from todo_core.sessions import AccessClaims, Actor, RefreshClaim, Session, SessionId
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

Result = TypeVar("Result")


class Clock(Protocol):
    """The time, and the time zones."""

    def now(self) -> dt.datetime:
        """Return the current instant, in UTC."""

    def zone(self, name: str) -> dt.tzinfo:
        """Return the IANA time zone of this exact name. Raises UnknownTimezone."""


class Ids(Protocol):
    """Fresh identifiers."""

    def new(self) -> UUID:
        """Return an id that nobody has: UUIDv7 (RFC 9562 5.7), so ids made later sort later."""


@attrs.frozen
class Verdict:
    """Whether a password is the right one, and whether its hash should be made anew with today's parameters."""

    matches: bool
    outdated: bool = False


class Passwords(Protocol):
    """Hashes and judges passwords in a bounded pool, off the caller's thread. Every method raises Busy when it is full.

    Passwords come in NFC, at most 256 characters.
    """

    async def hash(self, password: str) -> str:
        """Return a salted, memory-hard hash with its parameters, as one string."""

    async def verify(self, stored: str | None, password: str) -> Verdict:
        """Compare with a stored hash. With None the same work is done, and nothing matches (ASVS 6.3.8)."""

    async def weakness(self, password: str, known: Sequence[str]) -> str | None:
        """Return in words why the password is easy to guess for someone who knows `known`, or None when it is not."""


class Tokens(Protocol):
    """Makes and reads the tokens that clients hold. No kind is ever accepted as the other."""

    def access(self, claims: AccessClaims) -> str:
        """Return a signed access token."""

    async def read_access(self, token: str) -> AccessClaims:
        """Return what an unexpired token says. Raises InvalidToken for anything else (RFC 8725)."""

    def refresh(self, claim: RefreshClaim) -> str:
        """Return the refresh token for this claim: the same each time, and not to be made from what a store holds."""

    def read_refresh(self, token: str) -> RefreshClaim:
        """Return what the token says. Raises InvalidToken unless it was made here."""


class View(Protocol):
    """The rows of one user; those of others cannot be named. Every read is of committed data and of one moment.

    Raises NotAuthenticated, from each method, once the actor's session has ended or the account is disabled or gone.
    """

    async def user(self) -> User:
        """Return the user."""

    async def sessions(self) -> Sequence[Session]:
        """Return the live sessions, the latest used first."""

    async def task(self, task: TaskId) -> Task | None:
        """Return the task, in the trash too; None when the user has none with this id or its content is erased."""

    async def page(self, query: Query, moment: Moment, after: Position | None, limit: int) -> Page:
        """Return up to `limit` tasks that `query.matches` at `moment`, in order of `query.sort`, behind `after`.

        The id breaks ties in the direction of the sort; with the sort key DUE, tasks without a due date come last in
        both directions. Erased tasks are never listed. A page ends early once its titles and descriptions exceed
        `listing.PAGE_TEXT` bytes of UTF-8 (the task that crosses the line is left out unless it is the first).
        """

    async def count(self, query: Query, moment: Moment) -> int:
        """Return how many tasks all pages together have."""

    async def tags(self) -> Sequence[TagCount]:
        """Return the tags of live tasks with their counts, sorted by code point."""

    async def feed(self, since: SyncPoint | None, limit: int) -> Feed:
        """Return what changed after `since`, or everything for None: at most `limit` changes.

        Pages end early as in `page`. Tombstones up to `since.base` are left out. `next` is behind the last change of
        the page, or where the user's clock stands when there are no more. Clock, horizon and changes are of one
        moment. Raises SyncTokenExpired when `since.expired` says so.
        """


class Rows(View, Protocol):
    """One user's rows inside a unit of work: nobody else writes them until it ends, and its own writes are seen.

    Once a method has raised, or the user is dropped, the unit has to end: the rows cannot be used further. A disabled
    user's rows can be had here by `write_as` only.
    """

    async def live_tasks(self) -> int:
        """Return how many tasks the user has outside the trash."""

    async def add_task(self, task: Task) -> Task:
        """Keep a new task under the next number of the user's clock, and return it with that version.

        Raises IdTaken when anybody, this user included, has a task with this id; erased ones count.
        """

    async def put_task(self, task: Task) -> Task:
        """Replace a task that exists under the next number of the user's clock, and return it with that version."""

    async def remembered(self, key: str) -> Remembered | None:
        """Return what a request with this idempotency key led to, if it is still known."""

    async def remember(self, outcome: Remembered) -> None:
        """Keep what a request with a new key led to."""

    async def remembered_count(self) -> int:
        """Return how many keys are kept."""

    async def put_user(self, user: User) -> None:
        """Replace the user. Raises EmailTaken when another user has the address, regardless of case."""

    async def drop_user(self) -> None:
        """Remove the user with everything they have, apart from what `record` kept."""

    async def session(self, session: SessionId) -> Session | None:
        """Return a session of the user, expired or not, or None when it has ended."""

    async def put_session(self, session: Session) -> None:
        """Add a session or replace it."""

    async def drop_session(self, session: SessionId) -> None:
        """End a session; one that has ended already does no harm."""

    async def drop_sessions(self) -> None:
        """End every session of the user, expired ones too."""

    async def record(self, event: Event) -> None:
        """Append to the audit record."""

    async def erase_tasks(self, deleted_before: dt.datetime, limit: int) -> int:
        """Erase the content of up to `limit` tasks deleted before, under their versions; return how many."""

    async def drop_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        """Remove up to `limit` erased tasks deleted before, oldest version first; return how many.

        Raises the horizon of the user's feed to the highest version removed.
        """

    async def drop_remembered(self, before: dt.datetime, limit: int) -> int:
        """Forget up to `limit` outcomes kept before; return how many."""

    async def drop_expired_sessions(self, now: dt.datetime, limit: int) -> int:
        """Remove up to `limit` sessions that are not alive at `now`; return how many."""


@attrs.frozen
class PurgeCutoffs:
    """What a purge is looking for: what was deleted, kept or expired before these instants."""

    trash: dt.datetime
    tombstones: dt.datetime
    outcomes: dt.datetime
    sessions: dt.datetime


class Store(Protocol):
    """Keeps everything. Every method raises Unavailable when it cannot be reached.

    Whoever writes rows of a user first waits for that user's lock, so the writes of one user happen one after another.
    """

    async def register(self, user: User, event: Event) -> None:
        """Add a user, with a clock at 0, and the event. Raises EmailTaken."""

    async def record(self, event: Event) -> None:
        """Append to the audit record what was done outside the store."""

    def read(self, actor: Actor) -> View:
        """Return what the actor may read; the check that they may comes with each read."""

    async def write(self, actor: Actor, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """Run `work` on the actor's rows as one unit: all of it is kept when it returns, nothing when it raises.

        Raises NotAuthenticated, before `work` runs, when the actor's session has ended, or the account is disabled or
        gone. May run `work` again from the start, so it has no effect outside its rows (Clock and Ids may be asked).
        Raises Unavailable, and does not repeat, when the store did not say whether the unit was kept.
        """

    async def add_task(self, actor: Actor, task: Task, most: int) -> Task | None:
        """Do at once what `write` does with a unit that adds `task`, or None if the user has `most` live ones already.

        Raises NotAuthenticated and IdTaken.
        """

    async def write_as(self, user: UserId, work: Callable[[Rows], Awaitable[Result]]) -> Result:
        """Do the same without a session, for log-in, refresh and administration. NotAuthenticated: no such user."""

    async def user_by_email(self, email: EmailAddress) -> User | None:
        """Return the user with this address, regardless of case."""

    async def users(self, after: UserId | None, limit: int) -> Sequence[User]:
        """Return some users by ascending id, beginning behind `after`."""

    async def task_owner(self, task: TaskId) -> UserId | None:
        """Return whose task this is, whatever its state; None when nobody has this id."""

    async def users_to_purge(self, overdue: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        """Return up to `limit` users with something to purge."""

    async def advance_clocks(self, by: int) -> None:
        """Move every user's clock on by `by`, and the horizon to there: all sync points from before have expired."""
