"""Units of work without the lock: they read, and what they write is kept if nobody has written since (optimistic).

The user's revision tells: every change of what such a unit may read takes the next one. Whatever else a unit of work
can do needs the lock.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import attrs

from adapters.postgres.access import PROOFS, Access
from adapters.postgres.caller import Caller
from adapters.postgres.group_commit import GroupCommit
from adapters.postgres.grouped_writing import CHANGE
from adapters.postgres.reader import READS
from adapters.postgres.reading import TASK_AT_REVISION
from adapters.postgres.records import DELETED_AT, Rows
from adapters.postgres.statements import Statement
from adapters.postgres.tree import BELOW, BELOW_AT_REVISION
from adapters.postgres.writer import LockNeeded
from adapters.postgres.writing import REPLACE_TASK
from todo_core.ordering import LAST, at_end

T = TypeVar("T")

TASK = READS[Access.LOCKED].task
AT_REVISION: Mapping[Access, Mapping[Statement, Statement]] = {
    access: {TASK: TASK_AT_REVISION[access], BELOW: BELOW_AT_REVISION[access]} for access in PROOFS
}
"""What a unit may read, and the statement that does it under the access check and returns the revision first."""


@attrs.define
class Attempt:
    """Stands for the transaction of a unit of work: answers its reads, and remembers the one task that it changes.

    Raises LockNeeded for everything else, and RuntimeError once the unit has ended.
    """

    caller: Caller
    _revision: int | None = attrs.field(default=None, init=False)
    _live: set[object] = attrs.field(factory=set, init=False)
    _change: Mapping[str, object] | None = attrs.field(default=None, init=False)
    _asked: bool = attrs.field(default=False, init=False)
    _refused: bool = attrs.field(default=False, init=False)
    _ended: bool = attrs.field(default=False, init=False)

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work. Raises LockNeeded, and NotAuthenticated before what the work raises."""
        try:
            result = await work()
        except LockNeeded:
            raise
        except Exception as error:
            if self._refused:
                raise LockNeeded from error
            await self._check_access()
            raise
        finally:
            self._ended = True
        if self._refused:
            raise LockNeeded  # whatever the work has made of that
        return result

    async def keep(self, commit: GroupCommit) -> bool:
        """Store the change, if there is one. Return whether nobody was faster."""
        if self._change is None:
            await self._check_access()
            return True
        values = self.caller.complete(self._change)
        return bool(await commit.write(CHANGE[self.caller.access], values))

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        """Return the rows of a statement that such a unit can run."""
        if self._ended:
            raise RuntimeError("this unit of work has ended")
        try:
            return self._replace(values) if statement == REPLACE_TASK else await self._read(statement, values)
        except LockNeeded:
            self._refused = True
            raise

    async def send(self, statement: Statement, values: Mapping[str, object]) -> int:
        """Raise LockNeeded: all these write."""
        return len(await self.fetch(statement, values))

    async def _read(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        reading = AT_REVISION[self.caller.access].get(statement)
        if reading is None or self._change is not None:
            raise LockNeeded  # no reading would show what the unit has written
        self._asked = True
        found = await self.caller.read_alike(reading, **values)
        revision = found[0][0]
        if self._revision not in {None, revision}:
            raise LockNeeded  # somebody has written between two reads
        self._revision = revision
        rows = [row[1:] for row in found if row[1] is not None]
        if statement == TASK:
            self._live.update(row[0] for row in rows if row[DELETED_AT] is None)
            return [(values["user"], *row) for row in rows] or [(values["user"], None)]
        return rows

    def _replace(self, values: Mapping[str, object]) -> Rows:
        """Remember the change, of a live task: one in the trash may be erased without a revision."""
        if self._revision is None or self._change is not None or values["id"] not in self._live:
            raise LockNeeded
        version = self._revision + 1
        position = at_end(version) if values["position"] == LAST else values["position"]
        numbered = {"seen": self._revision, "version": version, "position": position}
        self._change = {**values, **numbered, "added": int(str(values["live"])) - 1}
        return [(version, position, None)]

    async def _check_access(self) -> None:
        """Raise NotAuthenticated when access is refused, unless a read has asked for that."""
        if not self._asked:
            await self.caller.read(READS[self.caller.access].user)
