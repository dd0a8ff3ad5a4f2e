"""What clients write of tasks: bodies become drafts. POST, PUT and PATCH differ in what they start from only.

The functions run under the user's lock, so that what is wrong with a body comes last (422 after 403, 404 and 412).
"""

from collections.abc import Callable
from typing import Any

from entrypoints.http.wire.encode import PRIORITY_NAMES
from entrypoints.http.wire.reader import Members, array, boolean, checked, one_of, text
from entrypoints.http.wire.scalars import parse_date, parse_time, parse_uuid
from todo_core.due import Due, Zones
from todo_core.errors import InvalidInput, Violations
from todo_core.tasks import MAX_TAGS, Draft, Priority, TaskId, check_tags
from todo_core.use_cases.tasks import NewTask
from todo_core.users import check_timezone

WRITABLE = ("title", "description", "completed", "priority", "due", "tags")
READ_ONLY = ("id", "completed_at", "created_at", "updated_at", "version", "deleted_at")
PRIORITIES: dict[str, Priority] = {name: priority for priority, name in PRIORITY_NAMES.items()}

TAGS_READ = 1000
"""How many tags are looked at: repeated ones are merged, but no body may ask for a megabyte of errors."""

BLANK = Draft("-")
"""What a new task starts from; a good title replaces this one, a bad one is reported."""


def new_task(body: object, zones: Zones) -> NewTask:
    """Return the task that a POST asks for. Raises InvalidInput naming every bad member."""
    members = Members.of(body, (*WRITABLE, "id"), READ_ONLY)
    task_id = members.optional("id", checked(_task_id), absent=None, null=None)
    members.require("title")
    return NewTask(_edited(members, BLANK, zones), task_id)


def replacement(body: object, zones: Zones) -> Draft:
    """Return what a PUT makes of a task, whatever it was. Raises InvalidInput naming every bad member."""
    members = Members.of(body, WRITABLE, READ_ONLY)
    members.require("title")
    return _edited(members, BLANK, zones)


def patched(body: object, draft: Draft, zones: Zones) -> Draft:
    """Return what a PATCH makes of a task (RFC 7396). Raises InvalidInput naming every bad member."""
    return _edited(Members.of(body, WRITABLE, READ_ONLY), draft, zones)


def _edited(members: Members, base: Draft, zones: Zones) -> Draft:
    """Return `base` with the members that are there; `null` means the default, save for `title` and `completed`."""
    title = members.not_null("title", text, base.title)
    description = members.optional("description", text, absent=base.description, null="")
    completed = members.not_null("completed", boolean, base.completed)
    priority = members.optional("priority", one_of(PRIORITIES), absent=base.priority, null=Priority.NONE)
    due = members.optional("due", _due(base.due, zones), absent=base.due, null=None)
    tags = members.optional("tags", _tags, absent=base.tags, null=())
    draft = base
    with members.problems.collecting():
        draft = Draft(title, description, completed, priority, due, tags)
    members.problems.raise_any()
    return draft


def _task_id(value: str) -> TaskId:
    parsed = parse_uuid(value)
    if parsed is None:
        raise InvalidInput.at((), "not-a-uuid", "a UUID such as 0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f")
    return TaskId(parsed)


def _due(base: Due | None, zones: Zones) -> Callable[[object], Due]:
    """Return a converter that merges the given members into `base`."""
    start = (base.date, base.time, base.timezone) if base else (None, None, None)
    known_zone = checked(lambda name: check_timezone(name, zones))

    def convert(value: object) -> Due:
        members = Members.of(value, ("date", "time", "timezone"))
        date = members.optional("date", checked(parse_date), absent=start[0], null=None)
        time = members.optional("time", checked(parse_time), absent=start[1], null=None)
        zone = members.optional("timezone", known_zone, absent=start[2], null=None)
        if date is None:
            if not members.problems.names("date"):
                members.problems.note("date", "required", "this member is needed")
            raise InvalidInput(tuple(members.problems.found))
        members.problems.raise_any()
        return Due.parse(date, time, zone, zones)

    return convert


def _tags(value: object) -> tuple[str, ...]:
    """Return the tags. Every bad one is named by its place in the array."""
    given: list[Any] = array(value)
    if len(given) > TAGS_READ:
        raise InvalidInput.at((), "too-many", f"at most {MAX_TAGS} tags")
    problems = Violations()
    for index, tag in enumerate(given):
        if not isinstance(tag, str):
            problems.note((index,), "wrong-type", "a string")
    tags: tuple[str, ...] = ()
    with problems.collecting():
        tags = check_tags([tag if isinstance(tag, str) else "-" for tag in given])
    problems.raise_any()
    return tags
