"""What clients write of lists: bodies become drafts, and moves of tasks and lists."""

import attrs

from entrypoints.http.wire import schemas
from entrypoints.http.wire.base import Members, with_defaults
from entrypoints.http.wire.reader import read_valid
from todo_core.errors import Violations
from todo_core.lists import ListDraft, ListId
from todo_core.use_cases import After, Before, NewList


def new_list(body: object) -> NewList:
    """Return the list that a POST asks for. Raises InvalidInput naming every invalid member."""
    members = with_defaults(read_valid(schemas.NewList, body), ListDraft)
    list_id = members.pop("id", None)
    return NewList(ListDraft(**members), list_id)


def replacement(body: object) -> ListDraft:
    """Return the draft of a PUT. Raises InvalidInput naming every invalid member."""
    return ListDraft(**with_defaults(read_valid(schemas.ListInput, body), ListDraft))


def patched(body: object, draft: ListDraft) -> ListDraft:
    """Return the draft as a PATCH changes it (RFC 7396). Raises InvalidInput naming every invalid member."""
    return attrs.evolve(draft, **with_defaults(read_valid(schemas.ListPatch, body), ListDraft))


def move(body: object) -> After[ListId] | Before[ListId]:
    """Return where a list is to go. Raises InvalidInput."""
    members = read_valid(schemas.ListMove, body)
    check_side(members)
    if "after" in members:
        return After(members["after"])
    return Before(members["before"])


def check_side(members: Members) -> None:
    """Raise InvalidInput unless a move has one of `after` and `before`."""
    violations = Violations()
    if "after" in members and "before" in members:
        violations.note("before", "not-with-after", "either `after` or `before`")
    elif "after" not in members and "before" not in members:
        violations.note("after", "required", "either `after` or `before` is needed")
    violations.raise_any()
