"""Pages of any filter in any order, against `Query.matches` and a plain sort."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import SUMMER_TIME, WINTER_TIME, instants, titles, zone_names
from tests.task_queries import EVERY_SORT, LISTS, PARENTS, in_order, narrowed, queries, wide_queries, wordy_drafts
from todo_core.actors import Actor, SessionActor
from todo_core.due import Due
from todo_core.lists import ListDraft, ListId, TaskList, inbox_id
from todo_core.moments import Moment
from todo_core.ordering import LAST
from todo_core.ports import UnitOfWork, UserReader
from todo_core.queries import MAX_PAGE_SIZE, NO_PARENT, DueFilter, KeysetPosition, Query, Sort, SortKey, count_fitting
from todo_core.sessions import SessionId
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, Draft, Task, TaskId
from todo_core.testing import START, ManualClock
from todo_core.testing.contract.harness import StoreHarness
from todo_core.users import UserId

NOBODY = SessionActor(UserId(LISTS[0]), SessionId(UUID(int=0)))
"""Owns the tasks that are not kept yet."""
MANY = 1000
"""More tasks than any list has here: who walks on walks in circles."""

few_instants = st.integers(-2, 2).map(lambda hours: SUMMER_TIME.replace(tzinfo=dt.UTC) + dt.timedelta(hours=hours))
moments = st.builds(lambda now, name: Moment(now, ManualClock().zone(name)), instants, zone_names)


@st.composite
def stocks(draw: st.DrawFn) -> list[Task]:
    """Some tasks that are not kept yet, with keys that often are the same, in the trash or not."""
    harness = StoreHarness(None, ManualClock(), None, None)  # type: ignore[arg-type] # for its ids, which begin anew each time
    found = []
    for number, draft in enumerate(draw(st.lists(wordy_drafts, max_size=12))):
        task = attrs.evolve(
            harness.task(NOBODY, draft),
            list_id=draw(st.sampled_from(LISTS)),
            parent_id=draw(st.sampled_from([None, *PARENTS[:number]])),
            position=draw(st.sampled_from([LAST, "V00001", "V00001z"])),
            created_at=draw(few_instants),
            updated_at=draw(few_instants),
        )
        found.append(attrs.evolve(task, deleted_at=draw(st.none() | few_instants)))
    return found


async def walked(view: UserReader, query: Query, moment: Moment, limit: int) -> list[Task]:
    """Return every task of a list, page by page."""
    tasks: list[Task] = []
    place: KeysetPosition | None = None
    while True:
        page = await view.tasks.page(query, moment, place, limit)
        assert len(page.tasks) <= limit
        tasks += page.tasks
        if page.next is None:
            return tasks
        assert page.tasks
        assert len(tasks) <= MANY
        place = page.next


@attrs.define
class Stock:
    """The lists and tasks of somebody new, and which ids they have instead of those in `LISTS` and `PARENTS`."""

    actor: Actor
    lists: dict[ListId, ListId]
    tasks: list[Task] = attrs.field(factory=list)

    def place(self, task: Task, task_id: TaskId) -> Task:
        """Return a task as it is kept."""
        return attrs.evolve(
            task,
            id=task_id,
            list_id=self.lists[task.list_id],
            parent_id=self.parent(task.parent_id),
            deleted_with=None if task.deleted_at is None else task_id,
        )

    def parent(self, parent: TaskId | None) -> TaskId | None:
        """Return the id of a parent, if it is there."""
        known = dict(zip(PARENTS, (task.id for task in self.tasks), strict=False))
        return None if parent is None else known.get(parent)

    def query(self, query: Query) -> Query:
        """Return a query with the ids of this stock."""
        parent = query.parent if query.parent in {None, NO_PARENT} else self.parent(TaskId(UUID(str(query.parent))))
        lists = frozenset(self.lists[one] for one in query.lists)
        return attrs.evolve(query, lists=lists, parent=parent or query.parent)


async def stocked(harness: StoreHarness, tasks: list[Task]) -> Stock:
    """Keep tasks for somebody new, under new ids."""
    actor = await harness.actor()

    async def work(unit: UnitOfWork) -> Stock:
        stock = Stock(actor, {LISTS[0]: inbox_id(actor.user)})
        for one in LISTS[1:]:
            new = TaskList.create(ListDraft("A list"), ListId(harness.ids.new()), harness.clock.now())
            stock.lists[one] = (await unit.lists.add(new)).id
        for task in tasks:
            stock.tasks.append(await unit.tasks.add(stock.place(task, TaskId(harness.ids.new()))))
        return stock

    return await harness.store.write(actor, work)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stocks(), queries, moments, st.integers(1, 5))
async def test_any_list(harness: StoreHarness, tasks: list[Task], query: Query, moment: Moment, limit: int) -> None:
    """Every task that matches appears exactly once, in order, in pages of any size; and is counted."""
    stock = await stocked(harness, tasks)
    actor, query = stock.actor, stock.query(query)
    expected = in_order([task for task in stock.tasks if query.matches(task, moment)], query.sort)

    assert expected == await walked(harness.view(actor), query, moment, limit)
    assert len(expected) == await harness.view(actor).tasks.count(query, moment)
    assert expected == await harness.store.write(actor, lambda unit: walked(unit, query, moment, limit))


@pytest.mark.parametrize("sort", EVERY_SORT, ids=str)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tasks=stocks().filter(bool), moment=moments, data=st.data())
async def test_one_filter_in_any_order(
    harness: StoreHarness, sort: Sort, tasks: list[Task], moment: Moment, data: st.DataObject
) -> None:
    """The same with a single filter, which lets more tasks pass, in every order."""
    stock = await stocked(harness, [attrs.evolve(task, deleted_at=None) for task in tasks])
    wide = data.draw(wide_queries)
    name = data.draw(st.sampled_from([field.name for field in attrs.fields(Query) if field.name != "sort"]))
    query = stock.query(narrowed(Query(**{name: getattr(wide, name)}), sort))
    expected = in_order([task for task in stock.tasks if query.matches(task, moment)], sort)

    assert expected == await walked(harness.view(stock.actor), query, moment, 2)
    assert len(expected) == await harness.view(stock.actor).tasks.count(query, moment)


@pytest.mark.parametrize("seam", [dt.datetime(2026, 1, 1), SUMMER_TIME, WINTER_TIME], ids=str)
async def test_due_filters_at_their_bounds(harness: StoreHarness, seam: dt.datetime) -> None:
    """Due dates of every kind at midnight, in gaps and the last minute, seen from such moments in zones far apart."""
    zone = ManualClock().zone
    zones = ("Pacific/Kiritimati", "Europe/Berlin", "Etc/GMT+12")
    days = [(seam + dt.timedelta(days=days)).date() for days in range(-2, 3)]
    times = [dt.time.min, dt.time(2, 30), dt.time(23, 59)]
    dues = [Due.parse(day, time, None, zone) for day in days for time in (None, *times)]
    dues += [Due.parse(day, time, name, zone) for day in days for time in times for name in zones]
    stock = await stocked(harness, [harness.task(NOBODY, Draft("x", due=due)) for due in (None, *dues)])
    filters: list[dict[str, Any]] = [{"due": due} for due in DueFilter]
    filters += [{"due_before": days[2]}, {"due_after": days[2]}, {"due_after": days[0], "due_before": days[3]}]
    filters += [{"due": DueFilter.TODAY, "due_before": days[2]}]

    for time, name, narrow in itertools.product(times, zones, filters):
        moment = Moment(dt.datetime.combine(days[2], time, zone(name)).astimezone(dt.UTC), zone(name))
        query = Query(**narrow, sort=Sort(SortKey.DUE))
        expected = in_order([task for task in stock.tasks if query.matches(task, moment)], query.sort)
        page = await harness.view(stock.actor).tasks.page(query, moment, None, MAX_PAGE_SIZE)
        assert expected == list(page.tasks)


@pytest.mark.parametrize("sort", EVERY_SORT, ids=str)
async def test_walk_among_changes(harness: StoreHarness, sort: Sort) -> None:
    """Rows whose sort key stays appear exactly once, though the row at the place is deleted and others come and go."""
    drafts = [
        Draft(f"task {number // 3}", due=None if number % 2 else Due.all_day(START.date())) for number in range(9)
    ]
    stock = await stocked(harness, [harness.task(NOBODY, draft) for draft in drafts])
    moment, query = Moment(harness.clock.now()), stock.query(narrowed(Query(), sort))
    view = harness.view(stock.actor)
    seen: list[Task] = []
    page = await view.tasks.page(query, moment, None, 2)
    while page.next is not None:
        seen += page.tasks
        at_the_place = page.tasks[-1]
        await harness.put(stock.actor, at_the_place.trashed(harness.clock.now()))
        page = await view.tasks.page(query, moment, page.next, 2)
        await harness.put(stock.actor, attrs.evolve(at_the_place, deleted_at=None, deleted_with=None))
    seen += page.tasks

    assert sorted(task.id for task in stock.tasks) == sorted(task.id for task in seen)


@pytest.mark.parametrize("sort", EVERY_SORT, ids=str)
async def test_page_ends_early_when_it_is_long(harness: StoreHarness, sort: Sort) -> None:
    """About 1 MiB of text ends a page, in every order, and the walk misses nothing."""
    moment = Moment(harness.clock.now())
    letters = ("\U0001f331", "é", "a")
    long = [Draft(f"{number}", letters[number % 3] * MAX_DESCRIPTION_LENGTH) for number in range(70)]
    stock = await stocked(harness, [harness.task(NOBODY, draft) for draft in long])
    ordered, query = in_order(stock.tasks, sort), stock.query(narrowed(Query(), sort))

    page = await harness.view(stock.actor).tasks.page(query, moment, None, MAX_PAGE_SIZE)

    assert count_fitting(task.text_size for task in ordered) < len(ordered)
    assert tuple(ordered[: count_fitting(task.text_size for task in ordered)]) == page.tasks
    assert sort.position(page.tasks[-1]) == page.next
    assert ordered == await walked(harness.view(stock.actor), query, moment, MAX_PAGE_SIZE)


async def test_list_shows_own_tasks_only(harness: StoreHarness) -> None:
    """Another user's tasks are neither listed nor counted."""
    ann, bob = await harness.actor(), await harness.actor()
    await harness.add(bob)
    moment = Moment(harness.clock.now())

    assert () == (await harness.view(ann).tasks.page(Query(), moment, None, 10)).tasks
    assert 0 == await harness.view(ann).tasks.count(Query(), moment)


async def test_erased_tasks_are_not_listed(harness: StoreHarness) -> None:
    """Neither among live tasks nor in the trash, and not counted."""
    stock = await stocked(harness, [harness.task(NOBODY, title) for title in ("live", "trashed", "erased")])
    actor, tasks = stock.actor, stock.tasks
    now = harness.clock.now()
    await harness.put(actor, tasks[1].trashed(now))
    await harness.put(actor, tasks[2].trashed(now - dt.timedelta(days=1)))
    await harness.store.write(actor, lambda unit: unit.tasks.erase(now, 10))

    view = harness.view(actor)
    assert ["live"] == titles((await view.tasks.page(Query(), Moment(now), None, 10)).tasks)
    assert ["trashed"] == titles((await view.tasks.page(Query(deleted=True), Moment(now), None, 10)).tasks)
    assert 1 == await view.tasks.count(Query(deleted=True), Moment(now))
