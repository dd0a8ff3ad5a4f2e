"""What a request expects of a task or a list before it is carried out (RFC 9110, 13.1.1 and 13.1.2)."""

from typing import ClassVar, Final, Literal

import attrs

from todo_core.errors import TodoError
from todo_core.lists import TaskList
from todo_core.tasks import Task

ANY_VERSION: Final = "*"
Versions = frozenset[int] | Literal["*"]


@attrs.frozen
class Precondition:
    """What must hold of a task or list for a request to be carried out. None: no condition.

    `match`: it exists, in one of these versions. `none_match`: it does not exist, or in none of these versions.
    """

    match: Versions | None = None
    none_match: Versions | None = None

    @property
    def names_a_version(self) -> bool:
        """Whether the request can be carried out only once, as it asks for a version that it changes."""
        return isinstance(self.match, frozenset)

    def check(self, current: Task | TaskList) -> None:
        """Raise VersionMismatch when `current` exists and is not what was asked for."""
        if self.match is not None and not is_among(current, self.match):
            raise VersionMismatch(current)
        if self.none_match is not None and is_among(current, self.none_match):
            raise VersionMismatch(current)


UNCONDITIONAL: Final = Precondition()


def is_among(current: Task | TaskList, versions: Versions) -> bool:
    """Return whether the task or list is in one of the versions."""
    return versions == ANY_VERSION or current.version in versions


@attrs.frozen
class VersionMismatch(TodoError):
    """The precondition does not hold; `current` is the task or list as it is."""

    code: ClassVar[str] = "version-mismatch"
    current: Task | TaskList

    def __str__(self) -> str:
        return f"{self.current.id} is at version {self.current.version}"
