"""Tasks under any order of use: every store agrees with the others and with a plain model."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from tests.stateful.task_model import Desk, TaskModel
from tests.support import BERLIN, World
from tests.task_queries import LISTS, in_order, queries, wordy_drafts
from todo_core.actors import Actor
from todo_core.changes import Change, Feed, ListChange, SyncPoint, TaskChange
from todo_core.errors import SyncTokenExpired, TodoError
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.lists import TaskList, inbox_id
from todo_core.moments import Moment
from todo_core.ports import Store
from todo_core.preconditions import Precondition
from todo_core.queries import Cursor, Page, Query
from todo_core.sessions import SessionPolicy
from todo_core.tasks import Draft, Task, TaskId
from todo_core.testing import ManualClock, MemoryStore
from todo_core.use_cases import NewTask

T = TypeVar("T")

MAX_TASKS = 6
ZONES = {"ann@example.org": BERLIN, "bob@example.org": "Pacific/Kiritimati"}
AGES = dt.timedelta(days=100_000)
LASTING = SessionPolicy(access_token_lifetime=AGES, idle_timeout=AGES, absolute_timeout=AGES)

people = st.sampled_from(sorted(ZONES))
idempotency_keys = st.none() | st.builds(
    IdempotencyKey, st.sampled_from(["k1", "k2"]), st.sampled_from([b"one", b"other"])
)
members = st.sets(st.sampled_from(["title", "description", "completed", "priority", "due", "tags"]), max_size=3)
conditions = st.sampled_from(["none", "none", "none", "any", "right", "stale"])


class TaskMachine(RuleBasedStateMachine):
    """Drives the task use cases over several stores at once, for two people."""

    stores: ClassVar[list[Callable[[ManualClock], Store]]] = [MemoryStore]
    runner: ClassVar[asyncio.Runner]
    fronts: ClassVar[dict[int, Callable[[World], World]]] = {}
    """How a world is asked, by its number, where not directly."""

    ids = Bundle("ids")
    points = Bundle("points")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.worlds = [
            self.fronts.get(number, _directly)(World.over(store, policy=LASTING, max_tasks=MAX_TASKS, clock=self.clock))
            for number, store in enumerate(self.stores)
        ]
        self.model = TaskModel(MAX_TASKS, {})
        self.actors: dict[str, Actor] = {}

    @property
    def now(self) -> dt.datetime:
        """The time, in every world."""
        return self.clock.now()

    def each(self, ask: Callable[[World], Awaitable[T]]) -> T | TodoError:
        """Do the same in every world, and return what came of it everywhere."""
        results = [self.runner.run(outcome(ask(world))) for world in self.worlds]
        assert all(comparable(results[0]) == comparable(result) for result in results), results
        return results[0]

    def agree(self, expected: object, ask: Callable[[World], Awaitable[object]]) -> object:
        """Do the same in every world, and see that it is what the model expects."""
        result = self.each(ask)
        assert comparable(expected) == comparable(result)
        return result

    def promise(self, idempotency_key: IdempotencyKey | None, *request: object) -> IdempotencyKey | None:  # noqa: ARG002 - for those who digest it
        """Return what is promised for a request: here, whatever the digest says it is."""
        return idempotency_key

    def condition(self, kind: str, person: str, task_id: TaskId) -> Precondition:
        """Return a condition of this kind on the task as it is."""
        task = self.model.desks[person].tasks.get(task_id)
        version = 1 if task is None else task.version
        return {
            "none": Precondition(),
            "any": Precondition(match="*"),
            "right": Precondition(match=frozenset({version, version + 7})),
            "stale": Precondition(match=frozenset({version + 7})),
        }[kind]

    @initialize(target=ids)
    def join(self) -> object:
        """Two people log in, for good; some ids are theirs to choose."""
        for person, zone in ZONES.items():
            actor = self.each(lambda world, who=person, zone=zone: world.join(who, timezone=zone))  # type: ignore[misc]
            assert isinstance(actor, Actor)
            self.actors[person] = actor
            inbox = self.each(lambda world, actor=actor: world.lists.get(actor, inbox_id(actor.user)))  # type: ignore[misc]
            assert isinstance(inbox, TaskList)
            self.model.desks[person] = Desk(inbox)
        ids = self.worlds[0].tasks.ids
        chosen = [TaskId(ids.new()) for _ in range(2)]
        for world in self.worlds[1:]:
            assert chosen == [TaskId(world.tasks.ids.new()) for _ in range(2)]
        return multiple(*chosen)

    @rule(target=ids, person=people, draft=wordy_drafts, idempotency_key=idempotency_keys)
    def create(self, person: str, draft: Draft, idempotency_key: IdempotencyKey | None) -> object:
        """Under an id of its own making."""
        actor, idempotency_key = self.actors[person], self.promise(idempotency_key, "create", draft)
        result = self.each(
            lambda world: world.tasks.create(actor, lambda: NewTask(draft), idempotency_key=idempotency_key)
        )
        task_id = result.task.id if isinstance(result, Result) else TaskId(actor.user)
        expected = self.model.once(
            person, idempotency_key, self.now, lambda: self.model.create(person, draft, task_id, self.now)
        )
        assert comparable(expected) == comparable(result)
        return result.task.id if isinstance(result, Result) else multiple()

    @rule(person=people, draft=wordy_drafts, task_id=ids, idempotency_key=idempotency_keys)
    def create_under(self, person: str, draft: Draft, task_id: TaskId, idempotency_key: IdempotencyKey | None) -> None:
        """Under an id that the client made."""
        actor, idempotency_key = self.actors[person], self.promise(idempotency_key, "create", draft, task_id)
        expected = self.model.once(
            person, idempotency_key, self.now, lambda: self.model.create(person, draft, task_id, self.now)
        )
        self.agree(
            expected,
            lambda world: world.tasks.create(actor, lambda: NewTask(draft, task_id), idempotency_key=idempotency_key),
        )

    @rule(person=people, draft=wordy_drafts, task_id=ids)
    def put_new(self, person: str, draft: Draft, task_id: TaskId) -> None:
        """Unless it is there already."""
        actor = self.actors[person]
        expected = self.model.put_new(person, draft, task_id, self.now)
        self.agree(expected, lambda world: world.tasks.put_new(actor, task_id, lambda: draft))

    @rule(
        person=people,
        task_id=ids,
        source=wordy_drafts,
        names=members,
        kind=conditions,
        idempotency_key=idempotency_keys,
    )
    def edit(
        self,
        person: str,
        task_id: TaskId,
        source: Draft,
        names: set[str],
        kind: str,
        idempotency_key: IdempotencyKey | None,
    ) -> None:
        """Some members, which may change nothing."""

        def edited(draft: Draft) -> Draft:
            return attrs.evolve(draft, **{name: getattr(source, name) for name in names})

        idempotency_key = self.promise(idempotency_key, "edit", task_id, source, names)
        actor, condition = self.actors[person], self.condition(kind, person, task_id)
        expected = self.model.once(
            person, idempotency_key, self.now, lambda: self.model.change(person, task_id, edited, condition, self.now)
        )
        self.agree(
            expected,
            lambda world: world.tasks.change(
                actor, task_id, lambda task: edited(task.draft), expected=condition, idempotency_key=idempotency_key
            ),
        )

    @rule(person=people, task_id=ids, kind=conditions, idempotency_key=idempotency_keys)
    def toggle(self, person: str, task_id: TaskId, kind: str, idempotency_key: IdempotencyKey | None) -> None:
        """Between open and done."""
        idempotency_key = self.promise(idempotency_key, "toggle", task_id)
        actor, condition = self.actors[person], self.condition(kind, person, task_id)

        def toggled(draft: Draft) -> Draft:
            return attrs.evolve(draft, completed=not draft.completed)

        expected = self.model.once(
            person, idempotency_key, self.now, lambda: self.model.change(person, task_id, toggled, condition, self.now)
        )
        self.agree(
            expected,
            lambda world: world.tasks.toggle(actor, task_id, expected=condition, idempotency_key=idempotency_key),
        )

    @rule(person=people, task_id=ids, kind=conditions)
    def delete(self, person: str, task_id: TaskId, kind: str) -> None:
        """To the trash."""
        actor, condition = self.actors[person], self.condition(kind, person, task_id)
        expected = self.model.delete(person, task_id, condition, self.now)
        self.agree(expected, lambda world: world.tasks.delete(actor, task_id, expected=condition))

    @rule(person=people, task_id=ids, kind=conditions, idempotency_key=idempotency_keys)
    def restore(self, person: str, task_id: TaskId, kind: str, idempotency_key: IdempotencyKey | None) -> None:
        """Out of the trash."""
        idempotency_key = self.promise(idempotency_key, "restore", task_id)
        actor, condition = self.actors[person], self.condition(kind, person, task_id)
        expected = self.model.once(
            person, idempotency_key, self.now, lambda: self.model.restore(person, task_id, condition, self.now)
        )
        self.agree(
            expected,
            lambda world: world.tasks.restore(actor, task_id, expected=condition, idempotency_key=idempotency_key),
        )

    @rule(person=people, task_id=ids)
    def get(self, person: str, task_id: TaskId) -> None:
        """One task; nobody else's."""
        self.agree(self.model.own(person, task_id), lambda world: world.tasks.get(self.actors[person], task_id))

    @rule(person=people, query=queries, limit=st.integers(1, 4))
    def list(self, person: str, query: Query, limit: int) -> None:
        """Every page of a list, and how many tasks it has."""
        inbox = self.model.desks[person].inbox.id
        query = attrs.evolve(query, lists=frozenset(inbox if one == LISTS[0] else one for one in query.lists))
        moment = Moment(self.now, self.clock.zone(ZONES[person] if query.needs_timezone else "UTC"))
        expected = in_order(self.model.listed(person, query, moment), query.sort)
        found: list[Task] = []
        cursor: Cursor | None = None
        while True:
            page = self.page(person, query, limit, cursor)
            found += page.tasks
            assert len(expected) == page.total
            if page.next is None:
                break
            assert page.tasks
            cursor = page.next
        assert [*map(shown, expected)] == [*map(shown, found)]

    def page(self, person: str, query: Query, limit: int, cursor: Cursor | None) -> Page:
        """Return a page, which is the same everywhere; and the same without a total, which may have been kept."""
        actor = self.actors[person]
        page = self.each(lambda world: world.tasks.list(actor, query, limit=limit, cursor=cursor, count=True))
        assert isinstance(page, Page)
        self.agree(
            attrs.evolve(page, total=None),
            lambda world: world.tasks.list(actor, query, limit=limit, cursor=cursor, count=False),
        )
        return page

    @rule(target=points, person=people, limit=st.integers(1, 3))
    def sync_from_nothing(self, person: str, limit: int) -> object:
        """The first page of a new mirror."""
        feed = self.feed(person, None, limit)
        assert feed is not None
        return person, feed.next

    @rule(target=points, point=points, limit=st.integers(1, 3))
    def sync(self, point: tuple[str, SyncPoint], limit: int) -> object:
        """Further pages, from any point that there ever was, until the end."""
        person, since = point
        while (feed := self.feed(person, since, limit)) is not None:
            since = feed.next
            if not feed.has_more:
                return person, since
        return multiple()

    def feed(self, person: str, since: SyncPoint | None, limit: int) -> Feed | None:
        """Return a page of the feed, which is the same everywhere, or None when the point has expired."""
        expected = self.model.changes(person, since)
        result = self.each(lambda world: world.tasks.changes(self.actors[person], since, limit=limit))
        if expected is None:
            assert isinstance(result, SyncTokenExpired)
            return None
        assert isinstance(result, Feed)
        assert expected[:limit] == result.changes
        assert result.has_more == (len(expected) > limit)
        last = result.changes[-1].version if result.has_more else self.model.desks[person].clock
        base = self.model.desks[person].clock if since is None else since.base
        assert SyncPoint(base, last) == result.next
        return result

    @rule(hours=st.sampled_from([1, 23, 25]), days=st.sampled_from([0, 0, 0, 15, 31, 61]))
    def wait(self, hours: int, days: int) -> None:
        """Time passes."""
        self.clock.advance(dt.timedelta(days=days, hours=hours))

    @rule()
    def purge(self) -> None:
        """What has had its time goes."""
        self.model.purge(self.now)
        self.each(lambda world: world.housekeeping.purge())
        done = self.each(lambda world: world.housekeeping.purge())
        assert not isinstance(done, TodoError)
        assert 0 == done.users

    @invariant()
    def nothing_else_happened(self) -> None:
        """What the two have is what the model says: tasks, tags, the trash."""
        for person, actor in self.actors.items():
            desk = self.model.desks[person]
            live: list[Change] = [TaskChange(task.id, task.version, task) for task in desk.live]
            live.append(ListChange(desk.inbox.id, 1, desk.inbox))
            feed = self.each(lambda world, actor=actor: world.tasks.changes(actor, None))  # type: ignore[misc]
            assert isinstance(feed, Feed)
            assert sorted(live, key=lambda change: change.version) == list(feed.changes)
            self.page(person, Query(), MAX_TASKS, None)
            self.agree(self.model.tags(person), lambda world, actor=actor: as_list(world.tasks.tags(actor)))  # type: ignore[misc]
            moment = Moment(self.now, dt.UTC)
            trash = in_order(self.model.listed(person, Query(deleted=True), moment), Query().sort)
            assert [*map(shown, trash)] == [*map(shown, self.page(person, Query(deleted=True), 200, None).tasks)]


def _directly(world: World) -> World:
    return world


async def outcome(request: Awaitable[T]) -> T | TodoError:
    """Return what a request led to."""
    try:
        return await request
    except TodoError as error:
        return error


async def as_list(request: Awaitable[object]) -> object:
    """Return a sequence as a list."""
    return list(await request)  # type: ignore[call-overload]


def comparable(result: object) -> object:
    """Return what two worlds must agree on; errors compare by what they are and carry."""
    if isinstance(result, TodoError):
        current = getattr(result, "current", None)
        return type(result), str(result), shown(current) if isinstance(current, Task) else current
    if isinstance(result, Page):
        position = result.next and result.next.position  # a page that was kept has the time of the request before
        return tuple(map(shown, result.tasks)), position, result.total
    return result


def shown(task: Task) -> Task:
    """Return a task without what only stores know of it."""
    return attrs.evolve(task, deleted_with=None)
