"""Drafts, tasks and what becomes of them."""

import datetime as dt
from typing import Any, get_type_hints
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import drafts
from todo_core.due import NO_DUE, Due
from todo_core.errors import InvalidInput
from todo_core.lists import ListId
from todo_core.preconditions import ANY_VERSION, Precondition, VersionMismatch
from todo_core.recurrence import Frequency, Recurrence
from todo_core.tasks import Draft, Place, Priority, Task, TaskId, check_tags

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
ID = TaskId(UUID(int=1))
PLACE = Place(ListId(UUID(int=2)))


def test_a_draft_names_every_bad_member() -> None:
    """All problems at once, each with its place."""
    with pytest.raises(InvalidInput) as refusal:
        Draft("", "x" * 16_385, tags=("", "ok", "x" * 101))

    assert {("title",), ("description",), ("tags", 0), ("tags", 2)} == {one.path for one in refusal.value.violations}


def test_tags_are_merged_and_sorted_by_code_point() -> None:
    """Equal after NFC means equal; case counts."""
    assert Draft("x", tags=("b", "B", "e\u0301", "b", "é")).tags == ("B", "b", "é")
    assert check_tags(["b", "a", "b"]) == ("a", "b")


def test_at_most_a_hundred_tags() -> None:
    """A hundred different tags pass, one more does not."""
    assert len(check_tags(map(str, range(100)))) == 100
    with pytest.raises(InvalidInput) as refusal:
        check_tags(map(str, range(101)))
    assert refusal.value.violations[0].code == "too-many"


def test_line_ends_of_a_description_are_one_character_each() -> None:
    """They are LF before the length is judged; so a description sent with others again changes nothing."""
    draft = Draft("x", "\r\n" * 16_384)

    assert draft.description == "\n" * 16_384
    assert draft == Draft("x", "\r" * 16_384)


@pytest.mark.parametrize("blank", ["   ", "\u200b", "\u3164", "\xa0\ufeff\u2800"])
def test_titles_and_tags_can_be_seen(blank: str) -> None:
    """A description may be blank."""
    with pytest.raises(InvalidInput) as refusal:
        Draft(blank, blank, tags=(blank, "ok"))

    assert [("title", "too-short"), ("tags", "too-short")] == [
        (one.path[0], one.code) for one in refusal.value.violations
    ]


@given(drafts)
def test_a_new_task_says_what_its_draft_says(draft: Draft) -> None:
    """Nothing is lost or changed, and replacing it by the same draft is no change."""
    task = Task.create(draft, ID, PLACE, NOW)

    assert task.draft == draft
    assert task.replaced(draft, LATER) is task
    assert (task.completed_at is not None) == draft.completed


@given(drafts, drafts)
def test_replacing_takes_everything_over(first: Draft, second: Draft) -> None:
    """The id and the moment of creation stay; the rest is the new draft's."""
    task = Task.create(first, ID, PLACE, NOW).replaced(second, LATER)

    assert task.draft == second
    assert (task.id, task.created_at) == (ID, NOW)
    assert task.updated_at == (NOW if first == second else LATER)


@given(drafts, drafts, st.sets(st.sampled_from(sorted(attrs.fields_dict(Draft)))))
def test_a_changed_draft_is_one_made_of_the_members(first: Draft, second: Draft, names: set[str]) -> None:
    """The members that are changed are converted and checked as in a new draft."""
    members = {name: getattr(second, name) for name in names}

    assert first.changed(**members) == attrs.evolve(first, **members)


@pytest.mark.parametrize(
    "members",
    [
        {"title": " "},
        {"description": "\0"},
        {"tags": ("", "ok")},
        {"title": "", "tags": ("",)},
        {"recurrence": Recurrence(Frequency.DAILY)},
    ],
)
def test_a_changed_draft_is_refused_as_a_new_one_is(members: dict[str, Any]) -> None:
    """With the same violations, and no others: what was not changed is not looked at."""
    with pytest.raises(InvalidInput) as expected:
        Draft(**({"title": "x"} | members))
    with pytest.raises(InvalidInput) as refusal:
        Draft("x").changed(**members)

    assert expected.value.violations == refusal.value.violations


def test_a_changed_draft_takes_what_a_new_one_takes() -> None:
    """Numbers of priorities, tags in any order, line ends of any kind, a flag that is one."""
    changed = Draft("x").changed(priority=3, tags=["b", "a"], description="1\r\n2")

    assert Draft("x", "1\n2", priority=Priority.HIGH, tags=("a", "b")) == changed
    with pytest.raises(TypeError):
        changed.changed(completed="yes")


def test_a_draft_and_its_task_have_members_of_the_same_types() -> None:
    """A task takes them over by their names."""
    kept, written = get_type_hints(Task), get_type_hints(Draft)
    shared = kept.keys() & written.keys()

    assert "title" in shared
    assert {name: written[name] for name in shared} == {name: kept[name] for name in shared}


def test_completing_keeps_the_first_moment() -> None:
    """Editing a completed task does not move its completion; reopening forgets it."""
    done = Task.create(Draft("x", completed=True), ID, PLACE, NOW)

    renamed = done.replaced(attrs.evolve(done.draft, title="y"), LATER)
    reopened = renamed.replaced(renamed.draft.toggled(), LATER)

    assert renamed.completed_at == NOW
    assert reopened.completed_at is None
    assert not reopened.completed


def test_the_trash_and_back() -> None:
    """Deleting and restoring move `updated_at`; what comes back is told where it stands."""
    task = Task.create(Draft("x"), ID, PLACE, NOW)
    trashed = task.trashed(LATER)

    assert (trashed.deleted_at, trashed.deleted_with, trashed.updated_at) == (LATER, ID, LATER)
    assert trashed.restored(PLACE, "V0000001", LATER) == attrs.evolve(task, position="V0000001", updated_at=LATER)


def test_keys() -> None:
    """What lists sort and search by comes from here."""
    task = Task.create(Draft("STRASSE" + "x" * 200, "Two\nLines", priority=Priority.HIGH), ID, PLACE, NOW)

    assert task.title_key == "strasse" + "x" * 93
    assert task.search_key.endswith("\ntwo\nlines")
    assert task.due_key == NO_DUE
    assert Task.create(Draft("x", due=Due.all_day(NOW.date())), ID, PLACE, NOW).due_key == Due.all_day(NOW.date()).key
    assert Task.create(Draft("é", "ab", tags=("é", "c")), ID, PLACE, NOW).text_size == 7


@pytest.mark.parametrize(
    ("precondition", "holds"),
    [
        (Precondition(), True),
        (Precondition(match=ANY_VERSION), True),
        (Precondition(match=frozenset({1, 5})), True),
        (Precondition(match=frozenset({4})), False),
        (Precondition(match=frozenset()), False),
        (Precondition(none_match=frozenset({4})), True),
        (Precondition(none_match=frozenset({5})), False),
        (Precondition(none_match=ANY_VERSION), False),
    ],
)
def test_preconditions(precondition: Precondition, *, holds: bool) -> None:
    """What If-Match and If-None-Match ask of version 5."""
    task = attrs.evolve(Task.create(Draft("x"), ID, PLACE, NOW), version=5)

    if holds:
        precondition.check(task)
    else:
        with pytest.raises(VersionMismatch) as mismatch:
            precondition.check(task)
        assert mismatch.value.current is task
        assert str(mismatch.value) == f"{task.id} is at version 5"


@pytest.mark.parametrize("members", [{"priority": 7}, {"completed": "no"}, {"tags": "home"}])
def test_members_of_the_wrong_kind_are_refused(members: dict[str, Any]) -> None:
    """For whoever builds drafts without a type checker."""
    with pytest.raises((TypeError, ValueError)):
        Draft("x", **members)
