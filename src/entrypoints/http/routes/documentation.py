"""Words and schemas that several routes share in the OpenAPI document."""

from typing import Any

from entrypoints.http.routing import Parameter
from todo_core.changes import MAX_FEED_SIZE
from todo_core.queries import MAX_PAGE_SIZE, MAX_SEARCH_LENGTH, MAX_SEARCH_WORDS
from todo_core.tasks import MAX_TAG_LENGTH

ONE_TASK = ("forbidden", "not-found")
WRITING = ("validation-failed",)
CONDITIONS = ("If-Match", "If-None-Match")

BOOLEAN: dict[str, Any] = {"type": "boolean"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}
INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
TOKEN: dict[str, Any] = {"type": "string", "maxLength": 4096}

SEARCH = f"Every word occurs, regardless of case; at most {MAX_SEARCH_WORDS} words"

CHANGES = (
    Parameter("since", TOKEN, "The `next` of the page before; absent: everything"),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_FEED_SIZE, "default": 500}, "Changes per page"),
)


def listing(*, sorts: tuple[str, ...], dues: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Return the parameters of the list of tasks."""
    priority = {"type": "string", "enum": ["none", "low", "medium", "high"]}
    return (
        Parameter("completed", BOOLEAN, "Only completed, or only open tasks"),
        Parameter("priority", priority, "Any of these priorities", repeated=True),
        Parameter(
            "tag", {"type": "string", "maxLength": MAX_TAG_LENGTH}, "All of these tags; case counts", repeated=True
        ),
        Parameter("q", {"type": "string", "maxLength": MAX_SEARCH_LENGTH}, SEARCH),
        Parameter("due", {"type": "string", "enum": [*dues]}, "In the user's time zone"),
        Parameter("due_before", DATE, "Due on an earlier day, in the user's time zone"),
        Parameter("due_after", DATE, "Due on a later day, in the user's time zone"),
        Parameter("updated_after", INSTANT, "Changed after this instant"),
        Parameter("deleted", {**BOOLEAN, "default": False}, "The trash instead of the live tasks"),
        Parameter("sort", {"type": "string", "enum": [*sorts], "default": "-created_at"}, "`-` means descending"),
        Parameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 50}, "Tasks per page"
        ),
        Parameter("cursor", TOKEN, "The `next_cursor` of the page before, with the same filters and sort"),
        Parameter("count", {**BOOLEAN, "default": False}, "Add `total`, the number of tasks on all pages"),
    )
