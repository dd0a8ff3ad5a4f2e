"""Past occurrences of one user's tasks: the statements, and the ports."""

from collections.abc import Mapping, Sequence

import attrs
import sqlalchemy as sa
from typing_extensions import override

from adapters.postgres import records
from adapters.postgres.access import Access
from adapters.postgres.caller import Caller
from adapters.postgres.statements import MAX_ROWS, Statement, bindparam
from adapters.postgres.tables import occurrences
from adapters.postgres.writer import Writer
from todo_core.ports import OccurrenceReader, OccurrenceRepository
from todo_core.recurrence import Occurrence
from todo_core.tasks import TaskId

OWN_OCCURRENCE = (occurrences.c.user_id == bindparam("user"), occurrences.c.task_id == bindparam("task_id"))
AFTER_ALL = 2**63 - 1
"""No version is greater."""


def _list(access: Access) -> sa.ClauseElement:
    found = sa.select(*records.OCCURRENCE).where(*OWN_OCCURRENCE, occurrences.c.version < bindparam("before"))
    rows = found.order_by(occurrences.c.version.desc()).limit(MAX_ROWS).subquery("found")
    return access.checked(rows).order_by(rows.c.version.desc())


LIST: Mapping[Access, Statement] = {access: Statement.of(_list(access)) for access in Access}
ADD = Statement.of(
    sa.insert(occurrences).values(
        {column.name: bindparam(column.name, column.type) for column in occurrences.c} | {"user_id": bindparam("user")}
    )
)
REMOVE = Statement.of(sa.delete(occurrences).where(*OWN_OCCURRENCE, occurrences.c.version == bindparam("version")))


@attrs.frozen
class PostgresOccurrenceReader(OccurrenceReader):
    """The OccurrenceReader port."""

    caller: Caller

    @override
    async def list(self, task_id: TaskId, before: int | None, limit: int) -> Sequence[Occurrence]:
        rows = await self.caller.read(
            LIST[self.caller.access], task_id=task_id, before=AFTER_ALL if before is None else before, max_rows=limit
        )
        return [records.occurrence(row[1:]) for row in rows if row[1] is not None]


@attrs.frozen
class PostgresOccurrenceRepository(PostgresOccurrenceReader, OccurrenceRepository):
    """The OccurrenceRepository port."""

    writer: Writer

    @override
    async def add(self, task_id: TaskId, occurrence: Occurrence) -> None:
        await self.writer.execute(ADD, **records.occurrence_values(task_id, occurrence))

    @override
    async def remove(self, task_id: TaskId, version: int) -> None:
        await self.writer.execute(REMOVE, task_id=task_id, version=version)
