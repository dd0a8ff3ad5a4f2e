"""What can go wrong, one class per broken rule.

Each class has a stable `code` (lower-case kebab, the same that HTTP clients see) and carries the values that
explain it. Nothing here knows a transport; errors that carry a task live in `todo_core.tasks`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, TypeVar
from uuid import UUID

import attrs

Input = TypeVar("Input")
Value = TypeVar("Value")
FieldPath = tuple[str | int, ...]


class TodoError(Exception):
    """The root of every error that todo-core raises on purpose."""

    code: ClassVar[str]

    def __str__(self) -> str:
        return self.code


@attrs.frozen
class Violation:
    """One broken rule: where (`path` into the input), which (`code`), and in words what would be right."""

    path: FieldPath
    code: str
    detail: str


@attrs.frozen
class InvalidInput(TodoError):
    """Input that breaks one or more rules; all of them are named at once."""

    code: ClassVar[str] = "validation-failed"
    violations: tuple[Violation, ...]

    @classmethod
    def at(cls, path: str | FieldPath, code: str, detail: str) -> "InvalidInput":
        """Return the error for a single broken rule; a plain string is the name of a top-level field."""
        return cls((Violation((path,) if isinstance(path, str) else path, code, detail),))

    def under(self, *prefix: str | int) -> "InvalidInput":
        """Return the same error as seen from outside: every path begins with `prefix`."""
        return InvalidInput(tuple(attrs.evolve(one, path=prefix + one.path) for one in self.violations))

    def __str__(self) -> str:
        """Name every broken rule in one line."""
        return "; ".join(f"{'.'.join(map(str, one.path)) or 'value'}: {one.detail}" for one in self.violations)


@attrs.define
class Violations:
    """Collects broken rules, so that one answer can name them all."""

    found: list[Violation] = attrs.field(factory=list)

    def take(self, field: str, convert: Callable[[Input], Value], value: Input) -> Value | None:
        """Return `convert(value)`, or None after noting under `field` what it says is wrong.

        A field about which something was noted before is not looked at again: None.
        """
        if self.names(field):
            return None
        try:
            return convert(value)
        except InvalidInput as error:
            self.found.extend(error.under(field).violations)
            return None

    def attempt(self, make: Callable[[], Value]) -> Value | None:
        """Return `make()`, or None after adding what it raises as InvalidInput."""
        try:
            return make()
        except InvalidInput as error:
            self.found.extend(error.violations)
            return None

    def note(self, path: str | FieldPath, code: str, detail: str) -> None:
        """Add one broken rule."""
        self.found.extend(InvalidInput.at(path, code, detail).violations)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Add what the block raises as InvalidInput, instead of raising it."""
        try:
            yield
        except InvalidInput as error:
            self.found.extend(error.violations)

    def names(self, field: str) -> bool:
        """Return whether something was noted about the field, or inside it."""
        return any(one.path[:1] == (field,) for one in self.found)

    def raise_any(self) -> None:
        """Raise InvalidInput with everything found; do nothing when nothing was."""
        if self.found:
            raise InvalidInput(tuple(self.found))


class NotAuthenticated(TodoError):
    """No credentials, or credentials that are wrong, expired or revoked."""

    code: ClassVar[str] = "not-authenticated"


class InvalidToken(TodoError):
    """A token that its verifier refuses, whatever the reason; the `Tokens` port raises it."""

    code: ClassVar[str] = "not-authenticated"


class InvalidCredentials(TodoError):
    """E-mail and password do not belong together. Says nothing of which is wrong (ASVS 6.3.8)."""

    code: ClassVar[str] = "invalid-credentials"


class InvalidRefreshToken(TodoError):
    """A refresh token that is forged or expired, or whose session has ended."""

    code: ClassVar[str] = "invalid-refresh-token"


class RefreshTokenReused(TodoError):
    """A refresh token was used a second time; its session has been ended (RFC 9700 4.14.2)."""

    code: ClassVar[str] = "refresh-token-reused"


class Forbidden(TodoError):
    """A known caller asks for another user's task or list."""

    code: ClassVar[str] = "forbidden"


@attrs.frozen
class InsufficientScope(TodoError):
    """The token's scopes do not allow this. `scope` names the one that does, None when no token may."""

    code: ClassVar[str] = "insufficient-scope"
    scope: str | None


class RegistrationClosed(TodoError):
    """New accounts are made by the operator only."""

    code: ClassVar[str] = "registration-closed"


@attrs.frozen
class NotFound(TodoError):
    """There is no such `kind` of thing with this id, as far as the caller may know."""

    code: ClassVar[str] = "not-found"
    kind: str
    id: UUID | None = None


class EmailTaken(TodoError):
    """Another account has this e-mail address, regardless of case."""

    code: ClassVar[str] = "email-taken"


class IdTaken(TodoError):
    """Somebody's task, or list, has this id already; trash and tombstones count."""

    code: ClassVar[str] = "id-taken"


class ListNotEmpty(TodoError):
    """A list that is to be deleted has live tasks, and nothing was said about these."""

    code: ClassVar[str] = "list-not-empty"


class InboxIsPermanent(TodoError):
    """The inbox cannot be deleted."""

    code: ClassVar[str] = "inbox"


class ParentInTrash(TodoError):
    """A subtask cannot be restored before its parent."""

    code: ClassVar[str] = "parent-in-trash"


class SiblingGone(TodoError):
    """The task or list that something should be moved behind or in front of is not there."""

    code: ClassVar[str] = "sibling-gone"


class TooDeep(TodoError):
    """A restored task would be deeper than subtasks may be."""

    code: ClassVar[str] = "too-deep"


class NotRepeating(TodoError):
    """There is no occurrence to skip: the task has no rule, or is completed."""

    code: ClassVar[str] = "not-repeating"


class NothingToReopen(TodoError):
    """No occurrence of the task has ended yet."""

    code: ClassVar[str] = "nothing-to-reopen"


class PreconditionRequired(TodoError):
    """An occurrence would be completed, skipped or taken back by a request that may be sent twice (RFC 6585, 3)."""

    code: ClassVar[str] = "precondition-required"


class IdempotencyKeyReused(TodoError):
    """The key was used before, for another request."""

    code: ClassVar[str] = "idempotency-key-reused"


@attrs.frozen
class QuotaExceeded(TodoError):
    """The user has `limit` of `what`, which is the maximum."""

    code: ClassVar[str] = "quota-exceeded"
    what: str
    limit: int


class NoPassword(TodoError):
    """The account has no password to check or to change: it belongs to an external issuer."""

    code: ClassVar[str] = "no-password"


class NoSession(TodoError):
    """There is no session to end: the caller's belongs to an external issuer."""

    code: ClassVar[str] = "no-session"


class SyncTokenExpired(TodoError):
    """Tombstones after this point are purged: the mirror has to start again from nothing."""

    code: ClassVar[str] = "sync-token-expired"


@attrs.frozen
class UnknownTimezone(TodoError):
    """`name` is not an IANA time zone known here."""

    code: ClassVar[str] = "validation-failed"
    name: str


@attrs.frozen
class Busy(TodoError):
    """Too much work of this kind is waiting; try again shortly. `reason` tells the operator which kind."""

    code: ClassVar[str] = "unavailable"
    reason: str = "too much work is waiting"

    def __str__(self) -> str:
        return self.reason


@attrs.frozen
class Unavailable(TodoError):
    """The store cannot be reached, or did not say whether a change was kept; `reason` tells the operator why."""

    code: ClassVar[str] = "unavailable"
    reason: str = "the store cannot be reached"

    def __str__(self) -> str:
        return self.reason
