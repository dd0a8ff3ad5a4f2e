"""What clients write of tasks: bodies become drafts. POST, PUT and PATCH differ in schema and starting point only.

The functions run under the user's lock, so that an invalid body is reported last (422 after 403, 404 and 412).
"""

from typing import Any

import attrs

from entrypoints.http.wire import schemas
from entrypoints.http.wire.reader import Members, read, with_defaults
from entrypoints.http.wire.schemas import Schema
from todo_core.due import Due, Zones
from todo_core.errors import Violations
from todo_core.tasks import Draft, Priority
from todo_core.use_cases.tasks import NewTask
from todo_core.users import check_timezone


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
    return attrs.evolve(draft, **_read(schemas.TaskPatch, body, draft.due, zones))


def _read(schema: type[Schema], body: object, due: Due | None, zones: Zones) -> Members:
    """Return the members of the core's draft that a body has. `due` is the due date that a patch merges into."""
    violations = Violations()
    members = read(schema, body, violations)
    if members.get("due") is not None:
        members["due"] = violations.take("due", lambda parts: _merge_due(parts, due, zones), members["due"])
    violations.raise_any()
    if members.get("priority") is not None:
        members["priority"] = Priority[members["priority"].name]
    return with_defaults(members, Draft)


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
