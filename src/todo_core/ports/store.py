"""The store: transactions, and lookups across users."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import attrs

from todo_core.actors import Actor
from todo_core.audit import Event
from todo_core.idempotency import IdempotencyKey
from todo_core.identities import ExternalClaims
from todo_core.lists import ListId
from todo_core.personal_tokens import PersonalToken, PersonalTokenId
from todo_core.ports.repositories import (
    AccountReader,
    AccountRepository,
    AuditLog,
    FeedReader,
    IdempotencyRepository,
    IdentityRepository,
    ListReader,
    ListRepository,
    OccurrenceReader,
    OccurrenceRepository,
    PersonalTokenReader,
    PersonalTokenRepository,
    SessionReader,
    SessionRepository,
    TaskReader,
    TaskRepository,
    TreeRepository,
)
from todo_core.recomputation import Recomputation
from todo_core.tasks import Task, TaskId
from todo_core.users import EmailAddress, User, UserId

T = TypeVar("T")


class UserReader(Protocol):
    """What an actor may read: their own rows. Each call reads one consistent, committed snapshot.

    Every method of its parts raises NotAuthenticated once the actor's session or token has ended, tokens of the actor's
    identity issued at that time are refused, or the account is disabled or removed: the check is part of the statement
    that reads.
    """

    @property
    def account(self) -> AccountReader:
        """The actor's account."""

    @property
    def sessions(self) -> SessionReader:
        """The actor's sessions."""

    @property
    def personal_tokens(self) -> PersonalTokenReader:
        """The actor's personal access tokens."""

    @property
    def tasks(self) -> TaskReader:
        """The actor's tasks."""

    @property
    def occurrences(self) -> OccurrenceReader:
        """The past occurrences of the actor's tasks."""

    @property
    def lists(self) -> ListReader:
        """The actor's lists."""

    @property
    def feed(self) -> FeedReader:
        """What has changed of these."""


class UnitOfWork(Protocol):
    """One user's rows in a transaction that holds the user's lock: nobody else writes them until it ends.

    Reads see the unit's own writes. Once a method has raised, or the user is removed, the unit must end: its rows
    cannot be used further. Every method raises RuntimeError once the unit has ended. Units of different users do not
    wait for each other.
    """

    @property
    def account(self) -> AccountRepository:
        """The user's account."""

    @property
    def sessions(self) -> SessionRepository:
        """The user's sessions."""

    @property
    def personal_tokens(self) -> PersonalTokenRepository:
        """The user's personal access tokens."""

    @property
    def identities(self) -> IdentityRepository:
        """Who the user is at external issuers."""

    @property
    def tasks(self) -> TaskRepository:
        """The user's tasks."""

    @property
    def tree(self) -> TreeRepository:
        """How they lie below each other and in order."""

    @property
    def occurrences(self) -> OccurrenceRepository:
        """Their past occurrences."""

    @property
    def lists(self) -> ListRepository:
        """The user's lists."""

    @property
    def feed(self) -> FeedReader:
        """What has changed of these."""

    @property
    def idempotency(self) -> IdempotencyRepository:
        """The results of the user's requests with an idempotency key."""

    @property
    def audit(self) -> AuditLog:
        """The audit record."""


@attrs.frozen
class PurgeCutoffs:
    """What a purge removes: what was deleted, stored or expired before these instants."""

    trash: dt.datetime
    tombstones: dt.datetime
    results: dt.datetime
    sessions: dt.datetime
    personal_tokens: dt.datetime


class Directory(Protocol):
    """Lookups across users. Every method raises Unavailable when the store cannot be reached."""

    async def user_by_email(self, email: EmailAddress) -> User | None:
        """Return the user with this address, regardless of case."""

    async def user_by_identity(self, claims: ExternalClaims) -> UserId | None:
        """Return whose identity this is; None when it is nobody's, or tokens issued at that time are refused.

        May answer for the same claims from memory: an account that was removed since is then refused by each read and
        write.
        """

    async def personal_token(self, digest: bytes) -> PersonalToken | None:
        """Return the token with this digest; None when there is none, it has expired or the account is disabled."""

    async def personal_token_owner(self, token_id: PersonalTokenId) -> UserId | None:
        """Return whose token this is, expired or not; None when there is none with this id."""

    async def list_personal_tokens(
        self, user: UserId | None, after: PersonalTokenId | None, limit: int
    ) -> Sequence[PersonalToken]:
        """Return tokens by ascending id, those behind `after`, expired ones too; of one user, or of all for None."""

    async def list_users(self, after: UserId | None, limit: int) -> Sequence[User]:
        """Return users by ascending id, those behind `after`."""

    async def task_owner(self, task_id: TaskId) -> UserId | None:
        """Return whose task this is, whatever its state; None when nobody has this id."""

    async def list_owner(self, list_id: ListId) -> UserId | None:
        """Return whose list this is, deleted ones included; None when nobody has this id."""

    async def users_to_purge(self, cutoffs: PurgeCutoffs, limit: int) -> Sequence[UserId]:
        """Return up to `limit` users with something to purge."""

    async def users_by_fixed_dues(self, after: UserId | None, limit: int) -> Sequence[tuple[UserId, bool]]:
        """Return users by ascending id, those behind `after`, and whether each has a task whose due date has a zone.

        Tasks in the trash count.
        """

    async def recomputation(self) -> Recomputation | None:
        """Return how far the instants of due dates follow the rules of time zones; None before the first time."""


class Store(Directory, Protocol):
    """Keeps everything. Every method raises Unavailable when the store cannot be reached.

    Writing a user's rows requires that user's lock, so the writes of one user happen one after another. Users do not
    wait for each other.
    """

    async def register(self, user: User, event: Event) -> None:
        """Add a user and the event. Raises EmailTaken.

        The user begins at the revision 1, which is that of their inbox: `TaskList.inbox_of` the user at that instant.
        """

    async def register_external(self, user: User, claims: ExternalClaims, event: Event) -> UserId | None:
        """Add a user, with the revision 0, for an identity that is nobody's, and the event.

        Return whose the identity is then: somebody else's if another request was faster, and nothing was added. None
        when tokens issued at that time are refused.
        """

    async def note_use(self, token: PersonalTokenId, user: UserId, now: dt.datetime) -> None:
        """Store when a personal access token was used; do nothing if it has been revoked."""

    async def forget_identities(self, refused_before: dt.datetime) -> int:
        """Forget the identities of removed users that refuse only tokens issued before that; return how many."""

    async def append_event(self, event: Event) -> None:
        """Append an audit event for something that happened outside the store."""

    def read(self, actor: Actor) -> UserReader:
        """Return what the actor may read. Reads nothing itself; the access check comes with each read."""

    async def write(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run `work` on the actor's rows in one transaction: committed when it returns, rolled back when it raises.

        Raises NotAuthenticated, before `work` runs, in the cases that UserReader names. `work` may run again from the
        start, so it must have no effect outside its rows (Clock and Ids may be asked). Raises Unavailable, and does not
        repeat, when it is unknown whether the transaction was committed.
        """

    async def write_optimistically(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do the same for work that, as a rule, reads a task and changes it.

        `work` may run before the user's lock is taken, and see the rows of a moment. What it writes is kept only if
        nobody has written that user's rows since; otherwise it runs again, and in the end under the lock.
        """

    async def write_as(self, user: UserId, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do the same without an actor, for log-in, refresh and administration; disabled users included.

        Raises NotAuthenticated when there is no such user.
        """

    async def create_task(self, actor: Actor, task: Task, max_tasks: int) -> Task:
        """Add a task in a unit of work of its own; return it with its version and position.

        Raises NotAuthenticated, IdTaken, and QuotaExceeded when the user has `max_tasks` live tasks.
        """

    async def create_task_once(
        self, actor: Actor, task: Task, max_tasks: int, key: IdempotencyKey, max_results: int
    ) -> Task | None:
        """Do the same, and store the result of the request with this key, which was not used before.

        None, and nothing is done, where a unit of work has to look closer: the key was used, access is refused, the
        user has `max_tasks` live tasks, or `max_results` stored results. Raises IdTaken.
        """

    async def replace_recomputation(self, old: Recomputation | None, new: Recomputation) -> None:
        """Store `new` if it still is as in `old`; else somebody was faster, and nothing changes."""

    async def advance_revisions(self, by: int) -> None:
        """Raise every user's revision by `by`, and the horizon to it: all earlier sync points expire."""
