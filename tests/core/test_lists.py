"""Lists: drafts, what becomes of them, and the inbox."""

import datetime as dt
from uuid import UUID

import attrs
import pytest

from todo_core.errors import InvalidInput
from todo_core.lists import MAX_LIST_NAME_LENGTH, ListDraft, ListId, TaskList, inbox_id
from todo_core.ordering import LAST

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
ID = ListId(UUID(int=1))


@pytest.mark.parametrize(
    ("name", "color", "problems"),
    [
        ("", None, {("name",): "too-short"}),
        ("x" * (MAX_LIST_NAME_LENGTH + 1), "red", {("name",): "too-long", ("color",): "malformed"}),
        ("x", "#12345", {("color",): "malformed"}),
        ("x", "#1234567", {("color",): "malformed"}),
        ("x", "#12345g", {("color",): "malformed"}),
        ("\u2800", None, {("name",): "too-short"}),
        ("x\ty", "123456", {("name",): "control-character", ("color",): "malformed"}),
    ],
)
def test_a_draft_names_every_bad_member(name: str, color: str | None, problems: dict[tuple[str], str]) -> None:
    """Both at once, each with its code."""
    with pytest.raises(InvalidInput) as refusal:
        ListDraft(name, color)

    assert problems == {one.path: one.code for one in refusal.value.violations}


def test_texts_have_one_form() -> None:
    """Names are in NFC, colors in lower case."""
    assert ListDraft("é", "#ABCDEF") == ListDraft("e\u0301", "#abcdef")


def test_a_new_list_comes_last() -> None:
    """It says what its draft says, and it is no inbox."""
    draft = ListDraft("Garden", "#3cb371")
    one = TaskList.create(draft, ID, NOW)

    assert (draft, LAST, False) == (one.draft, one.position, one.inbox)


def test_replacing() -> None:
    """What changes nothing is no change; the rest is the new draft's."""
    one = TaskList.create(ListDraft("Garden", "#3cb371"), ID, NOW)

    assert one is one.replaced(ListDraft("Garden", "#3CB371"), LATER)
    assert attrs.evolve(one, name="House", color=None, updated_at=LATER) == one.replaced(ListDraft("House"), LATER)
    assert attrs.evolve(one, position="V0000001", updated_at=LATER) == one.moved("V0000001", LATER)


def test_the_inbox_has_the_id_of_its_user() -> None:
    """Nobody has to look it up."""
    inbox = TaskList.inbox_of(UUID(int=7), NOW)

    assert (inbox_id(UUID(int=7)), True, NOW) == (inbox.id, inbox.inbox, inbox.created_at)
