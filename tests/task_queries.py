"""Queries of every kind, and what lists have to be in plain words."""

from uuid import UUID

import attrs
from hypothesis import strategies as st

from tests.support import dates, drafts, instants, tags
from todo_core.lists import ListId
from todo_core.queries import NO_PARENT, DueFilter, Query, Sort, SortKey, parse_words
from todo_core.tasks import Priority, Task, TaskId

WORDS = ("milk", "Milk", "straße", "STRASSE", "ﬁne", "100%", "a_b", "\\", "'", "é", "\U0001f331")
EVERY_SORT = [Sort(by, descending) for by in SortKey for descending in (False, True)]

few_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
wordy_drafts = st.builds(
    lambda draft, title, description: attrs.evolve(draft, title=title, description=description),
    drafts,
    few_words,
    st.just("") | few_words,
)
LISTS = tuple(ListId(UUID(int=number)) for number in range(3))
"""Stand for the inbox and two other lists."""
PARENTS = tuple(TaskId(UUID(int=number)) for number in range(3))
"""Stand for the first tasks of a stock."""


def narrowed(query: Query, sort: Sort) -> Query:
    """Return a query in this order; to sort by position, it is narrowed to one list if need be."""
    ordered = len(query.lists) == 1 or query.parent not in {None, NO_PARENT}
    lists = query.lists if ordered or sort.by is not SortKey.POSITION else frozenset(LISTS[:1])
    return attrs.evolve(query, lists=lists, sort=sort)


wide_queries = st.builds(
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
    lists=st.just(frozenset()) | st.frozensets(st.sampled_from(LISTS)),
    parent=st.none() | st.just(NO_PARENT) | st.sampled_from(PARENTS),
)
queries = st.builds(narrowed, wide_queries, st.sampled_from(EVERY_SORT))


def in_order(tasks: list[Task], sort: Sort) -> list[Task]:
    """Sort as the words of the contract say: by key, then by id in the same direction; no due date comes last."""
    ordered = sorted(tasks, key=lambda task: (sort.by.of(task), task.id), reverse=sort.descending)
    if sort.by is SortKey.DUE:
        return [task for task in ordered if task.due] + [task for task in ordered if not task.due]
    return ordered
