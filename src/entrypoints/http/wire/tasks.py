"""What clients write of tasks: bodies become drafts. POST, PUT and PATCH differ in schema and starting point only.

The functions run under the user's lock, so that an invalid body is reported last (422 after 403, 404 and 412).
"""

from functools import partial
from typing import Any
from uuid import UUID

from entrypoints.http.wire import recurrence, schemas
from entrypoints.http.wire.base import Members, Schema, with_defaults
from entrypoints.http.wire.lists import check_side
from entrypoints.http.wire.reader import read, read_valid
from entrypoints.http.wire.scalars import parse_uuid
from todo_core.due import Due, Zones
from todo_core.errors import Violations
from todo_core.lists import ListId
from todo_core.tasks import Draft, Priority, TaskId
from todo_core.trees import Destination
from todo_core.use_cases import After, Before, Move, NewTask
from todo_core.users import UNCHANGED, Unchanged, check_timezone

PLACE = ("list_id", "parent_id")
"""Members that say where a task stands: see `destination`."""


def new_task(body: object, zones: Zones) -> NewTask:
    """Return the task that a POST asks for. Raises InvalidInput naming every invalid member."""
    members = _read(schemas.NewTask, body, None, zones)
    task_id = members.pop("id", None)
    return NewTask(Draft(**members), task_id)


def replacement(body: object, zones: Zones) -> Draft:
    """Return the draft of a PUT. Raises InvalidInput naming every invalid member."""
    return Draft(**_read(schemas.TaskInput, body, None, zones))


def patched(body: object, draft: Draft, zones: Zones) -> Draft:
    """Return the draft as a PATCH changes it (RFC 7396). Raises InvalidInput naming every invalid member."""
    return draft.changed(**_read(schemas.TaskPatch, body, draft, zones))


def destination(body: object, absent: Unchanged | None) -> Destination:
    """Return where a body says that the task is to stand. `absent`: what a missing member means.

    What is no id is left out: the draft's reader reports it.
    """
    members = body if isinstance(body, dict) else {}
    list_id, parent_id = (_reference(members.get(name, absent), absent) for name in ("list_id", "parent_id"))
    return Destination(
        ListId(list_id) if isinstance(list_id, UUID) else list_id,
        TaskId(parent_id) if isinstance(parent_id, UUID) else parent_id,
    )


def move(body: object) -> Move:
    """Return where a task is to go. Raises InvalidInput."""
    members = read_valid(schemas.TaskMove, body)
    check_side(members)
    beside = After(members["after"]) if "after" in members else Before(members["before"])
    return Move(beside, destination(body, UNCHANGED))


def completed(body: object) -> bool | None:
    """Return what a body says of `completed`; None: nothing, or nothing that can be read."""
    value = body.get("completed") if isinstance(body, dict) else None
    return value if isinstance(value, bool) else None


def _reference(value: object, absent: Unchanged | None) -> UUID | Unchanged | None:
    if value is None or isinstance(value, Unchanged):
        return value
    return (parse_uuid(value) if isinstance(value, str) else None) or absent


def _read(schema: type[Schema], body: object, base: Draft | None, zones: Zones) -> Members:
    """Return the members of the core's draft that a body has. `base` is the draft that a patch merges into."""
    violations = Violations()
    members = read(schema, body, violations)
    due, rule = (None, None) if base is None else (base.due, base.recurrence)
    if members.get("due") is not None:
        members["due"] = violations.take("due", lambda parts: _merge_due(parts, due, zones), members["due"])
    if members.get("recurrence") is not None:
        members["recurrence"] = violations.take(
            "recurrence", partial(recurrence.merge, base=rule), members["recurrence"]
        )
    violations.raise_any()
    if members.get("priority") is not None:
        members["priority"] = Priority[members["priority"].name]
    return with_defaults({name: value for name, value in members.items() if name not in PLACE}, Draft)


def _merge_due(parts: Members, base: Due | None, zones: Zones) -> Due:
    """Return the due date with the parts that a body has, the others from `base`. Raises InvalidInput."""
    merged: dict[str, Any] = {"date": None, "time": None, "timezone": None}
    if base is not None:
        merged = {"date": base.date, "time": base.time, "timezone": base.timezone}
    merged |= parts
    violations = Violations()
    if merged["date"] is None:
        violations.note("date", "required", "this member is needed")
    if merged["timezone"] is not None:
        violations.take("timezone", lambda name: check_timezone(name, zones), merged["timezone"])
    violations.raise_any()
    return Due.parse(merged["date"], merged["time"], merged["timezone"], zones)
