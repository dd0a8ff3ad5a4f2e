"""Queries of every kind, and what lists have to be in plain words."""

import attrs
from hypothesis import strategies as st

from tests.support import dates, drafts, instants, tags
from todo_core.queries import DueFilter, Query, Sort, SortKey, parse_words
from todo_core.tasks import Priority, Task

WORDS = ("milk", "Milk", "straße", "STRASSE", "ﬁne", "100%", "a_b", "\\", "'", "é", "\U0001f331")
EVERY_SORT = [Sort(by, descending) for by in SortKey for descending in (False, True)]

few_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
wordy_drafts = st.builds(
    lambda draft, title, description: attrs.evolve(draft, title=title, description=description),
    drafts,
    few_words,
    st.just("") | few_words,
)
queries = st.builds(
    Query,
    completed=st.none() | st.booleans(),
    priorities=st.just(frozenset()) | st.frozensets(st.sampled_from(Priority)),
    tags=st.just(frozenset()) | tags.map(frozenset),
    words=st.just(()) | few_words.map(parse_words),
    due=st.none() | st.sampled_from(DueFilter),
    due_before=st.none() | dates,
    due_after=st.none() | dates,
    updated_after=st.none() | instants,
    deleted=st.booleans(),
    sort=st.sampled_from(EVERY_SORT),
)


def in_order(tasks: list[Task], sort: Sort) -> list[Task]:
    """Sort as the words of the contract say: by key, then by id in the same direction; no due date comes last."""
    ordered = sorted(tasks, key=lambda task: (sort.by.of(task), task.id), reverse=sort.descending)
    if sort.by is SortKey.DUE:
        return [task for task in ordered if task.due] + [task for task in ordered if not task.due]
    return ordered
