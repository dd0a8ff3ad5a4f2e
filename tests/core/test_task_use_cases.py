"""Tasks as their owners use them, over the in-memory store."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import attrs
import pytest

from tests.support import BERLIN, World, titles
from todo_core.actors import SessionActor
from todo_core.changes import TaskChange
from todo_core.due import Due
from todo_core.errors import (
    Forbidden,
    IdempotencyKeyReused,
    IdTaken,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    QuotaExceeded,
    SyncTokenExpired,
    TodoError,
)
from todo_core.idempotency import IdempotencyKey
from todo_core.lists import inbox_id
from todo_core.ports import PurgeCutoffs
from todo_core.preconditions import Precondition, VersionMismatch
from todo_core.queries import DueFilter, Query, Sort, SortKey
from todo_core.tasks import Draft, Task, TaskId
from todo_core.testing import MemoryStore
from todo_core.use_cases import NewTask, requests
from todo_core.use_cases import tasks as use_cases_of_tasks
from todo_core.users import UserId

ID = TaskId(UUID(int=77))
KEY = IdempotencyKey("key", b"request")


def renamed(title: str) -> Callable[[Task], Draft]:
    """Return an edit that changes the title only."""
    return lambda task: attrs.evolve(task.draft, title=title)


def refusing(*_: Task) -> Draft:
    """Stand for a body that breaks a rule."""
    raise InvalidInput.at("title", "required", "a title is needed")


@pytest.fixture
def world() -> World:
    """A fresh system."""
    return World.over()


@pytest.fixture
async def ann(world: World) -> SessionActor:
    """A user of it."""
    return await world.join()


@pytest.fixture
async def bob(world: World) -> SessionActor:
    """Another one."""
    return await world.join("bob@example.org")


async def test_versions_count_the_owners_changes(world: World, ann: SessionActor, bob: SessionActor) -> None:
    """Each change takes the owner's next number; one that changes nothing takes none."""
    task = await world.add(ann)
    await world.add(bob)

    same = await world.tasks.change(ann, task.id, lambda task: task.draft)
    toggled = await world.tasks.toggle(ann, task.id)
    await world.tasks.delete(ann, task.id)
    restored = await world.tasks.restore(ann, task.id)
    again = await world.tasks.restore(ann, task.id)

    assert [2, 2, 3, 5, 5] == [
        task.version,
        same.task.version,
        toggled.task.version,
        restored.task.version,
        again.task.version,
    ]
    assert await world.tasks.get(ann, task.id) == restored.task


async def test_what_is_in_the_trash_is_not_found(world: World, ann: SessionActor) -> None:
    """Reading, changing, deleting again: not found; restoring finds it."""
    task = await world.add(ann)
    await world.tasks.delete(ann, task.id)

    for request in (
        world.tasks.get(ann, task.id),
        world.tasks.toggle(ann, task.id),
        world.tasks.delete(ann, task.id),
    ):
        with pytest.raises(NotFound):
            await request
    assert (await world.tasks.restore(ann, task.id)).task.deleted_at is None


@pytest.mark.parametrize("state", ["live", "trashed", "erased"])
async def test_another_users_task_is_forbidden_whatever_its_state(
    world: World, ann: SessionActor, bob: SessionActor, state: str
) -> None:
    """Every verb; an id that nobody has is not found."""
    task = await world.add(bob)
    if state != "live":
        await world.tasks.delete(bob, task.id)
    if state == "erased":
        world.advance(days=31)
        await world.housekeeping.purge()
        ann = await world.log_in()

    for expected, task_id in ((Forbidden, task.id), (NotFound, TaskId(UUID(int=404)))):
        for request in (
            world.tasks.get(ann, task_id),
            world.tasks.change(ann, task_id, refusing),
            world.tasks.toggle(ann, task_id),
            world.tasks.delete(ann, task_id),
            world.tasks.restore(ann, task_id),
        ):
            with pytest.raises(expected):
                await request
    with pytest.raises(Forbidden):
        await world.tasks.put_new(ann, task.id, lambda: Draft("x"))


async def test_a_taken_id_is_refused_to_everybody(world: World, ann: SessionActor, bob: SessionActor) -> None:
    """Live, in the trash or erased, one's own or another's."""
    await world.add(bob, task_id=ID)
    await world.tasks.delete(bob, ID)

    for actor in (ann, bob):
        with pytest.raises(IdTaken):
            await world.add(actor, task_id=ID)


async def test_put_new_makes_a_task_once(world: World, ann: SessionActor) -> None:
    """A live task is a mismatch, a deleted one keeps its id; a bad body comes after the first and before the second."""
    made = await world.tasks.put_new(ann, ID, lambda: Draft("x"))
    assert made == await world.tasks.get(ann, ID)

    with pytest.raises(VersionMismatch) as mismatch:
        await world.tasks.put_new(ann, ID, refusing)
    assert mismatch.value.current == made
    await world.tasks.delete(ann, ID)
    with pytest.raises(InvalidInput):
        await world.tasks.put_new(ann, ID, refusing)
    with pytest.raises(IdTaken):
        await world.tasks.put_new(ann, ID, lambda: Draft("x"))


async def test_a_condition_that_does_not_hold_changes_nothing(world: World, ann: SessionActor) -> None:
    """Change, toggle, delete and restore look at the version first, then at the body."""
    task = await world.add(ann)
    await world.tasks.toggle(ann, task.id)
    stale = Precondition(match=frozenset({task.version}))

    for request in (
        world.tasks.change(ann, task.id, refusing, expected=stale),
        world.tasks.toggle(ann, task.id, expected=stale),
        world.tasks.delete(ann, task.id, expected=stale),
        world.tasks.restore(ann, task.id, expected=stale),
    ):
        with pytest.raises(VersionMismatch):
            await request
    assert (await world.tasks.get(ann, task.id)).version == 3


async def test_a_key_carries_a_request_out_once(world: World, ann: SessionActor) -> None:
    """The same key gives the same task again, even after it changed; a request that failed left nothing."""
    with pytest.raises(InvalidInput):
        await world.tasks.create(ann, lambda: NewTask(refusing()), idempotency_key=KEY)

    first = await world.tasks.create(ann, lambda: NewTask(Draft("x")), idempotency_key=KEY)
    await world.tasks.toggle(ann, first.task.id)
    second = await world.tasks.create(ann, lambda: NewTask(refusing()), idempotency_key=KEY)

    assert second == attrs.evolve(first, replayed=True)
    assert (await world.tasks.list(ann, Query(), count=True)).total == 1


async def test_a_key_stands_for_one_request(world: World, ann: SessionActor) -> None:
    """Another request under the same key is refused before anything else."""
    task = await world.add(ann)
    await world.tasks.toggle(ann, task.id, idempotency_key=KEY)

    with pytest.raises(IdempotencyKeyReused):
        await world.tasks.restore(ann, TaskId(UUID(int=404)), idempotency_key=IdempotencyKey("key", b"other"))
    assert (await world.tasks.toggle(ann, task.id, idempotency_key=KEY)).replayed


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\nb"])
def test_a_key_is_printable_and_not_too_long(key: str) -> None:
    """1 to 255 printable ASCII characters."""
    with pytest.raises(InvalidInput):
        IdempotencyKey(key, b"")


async def test_keys_have_a_quota(world: World, ann: SessionActor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it, the request is refused as a whole."""
    monkeypatch.setattr(requests, "MAX_IDEMPOTENCY_KEYS", 1)
    monkeypatch.setattr(use_cases_of_tasks, "FEW_RESULTS", 1)
    await world.tasks.create(ann, lambda: NewTask(Draft("x")), idempotency_key=KEY)

    with pytest.raises(QuotaExceeded):
        await world.tasks.create(ann, lambda: NewTask(Draft("y")), idempotency_key=IdempotencyKey("other", b""))
    assert (await world.tasks.list(ann, Query(), count=True)).total == 1


async def test_live_tasks_have_a_quota() -> None:
    """The trash does not count, and coming back from it does."""
    world = World.over(max_tasks=2)
    ann = await world.join()
    first, _ = await world.add(ann), await world.add(ann)

    with pytest.raises(QuotaExceeded):
        await world.add(ann)
    await world.tasks.delete(ann, first.id)
    await world.add(ann)
    with pytest.raises(QuotaExceeded):
        await world.tasks.restore(ann, first.id)


async def test_a_walk_keeps_its_order_and_its_moment(world: World) -> None:
    """Pages follow each other; what is "today" stays what it was on the first page."""
    ann = await world.join(timezone=BERLIN)
    for title in "abc":
        await world.add(ann, title, due=Due.all_day(dt.date(2026, 1, 1)))
    query = Query(due=DueFilter.TODAY, sort=Sort(SortKey.TITLE, descending=False))

    first = await world.tasks.list(ann, query, limit=2, count=True)
    world.advance(hours=23)  # in Berlin it is tomorrow, and the session is alive still
    second = await world.tasks.list(ann, query, limit=2, cursor=first.next)

    assert (titles(first.tasks), first.total) == (["a", "b"], 3)
    assert (titles(second.tasks), second.next, second.total) == (["c"], None, None)
    assert (await world.tasks.list(ann, query)).tasks == ()


async def test_limits_of_pages(world: World, ann: SessionActor) -> None:
    """1 to 200 for lists, 1 to 1,000 for changes."""
    for request in (world.tasks.list(ann, Query(), limit=201), world.tasks.changes(ann, None, limit=1001)):
        with pytest.raises(InvalidInput):
            await request


async def test_tags_are_counted(world: World, ann: SessionActor) -> None:
    """Live tasks only."""
    await world.add(ann, tags=("home", "work"))
    await world.add(ann, tags=("home",), completed=True)
    await world.tasks.delete(ann, (await world.add(ann, tags=("gone",))).id)

    assert [("home", 1, 2), ("work", 1, 1)] == [
        (count.tag, count.open, count.total) for count in await world.tasks.tags(ann)
    ]


async def test_the_feed_brings_a_mirror_up_to_date(world: World, ann: SessionActor) -> None:
    """Every task once in its latest state, deletions as tombstones, then nothing."""
    kept, gone = await world.add(ann, "kept"), await world.add(ann, "gone")
    first = await world.tasks.changes(ann, None, limit=1)
    await world.tasks.delete(ann, gone.id)
    kept = (await world.tasks.toggle(ann, kept.id)).task

    second = await world.tasks.changes(ann, first.next)
    third = await world.tasks.changes(ann, second.next)

    assert (first.has_more, first.changes[0].id) == (True, inbox_id(ann.user))
    assert (TaskChange(gone.id, 4, None), TaskChange(kept.id, 5, kept)) == second.changes
    assert (third.changes, third.has_more, third.next) == ((), False, second.next)


async def test_after_the_purge_old_points_have_expired(world: World, ann: SessionActor) -> None:
    """30 days: the content goes, the tombstone stays; 90 days: it goes too, and points before it expire."""
    task = await world.add(ann)
    point = (await world.tasks.changes(ann, None)).next
    await world.tasks.delete(ann, task.id)

    world.advance(days=31)
    erased = await world.housekeeping.purge()
    ann = await world.log_in()
    with pytest.raises(NotFound):
        await world.tasks.restore(ann, task.id)
    assert [3] == [change.version for change in (await world.tasks.changes(ann, point)).changes]

    world.advance(days=60)
    removed = await world.housekeeping.purge()
    ann = await world.log_in()
    with pytest.raises(SyncTokenExpired):
        await world.tasks.changes(ann, point)

    assert (erased.users, erased.erased, erased.tombstones) == (1, 1, 0)
    assert (removed.users, removed.erased, removed.tombstones) == (1, 0, 1)
    world.advance(days=8)
    assert (await world.housekeeping.purge()).sessions == 1
    assert (await world.housekeeping.purge()).users == 0


async def test_the_purge_forgets_keys_after_a_day(world: World, ann: SessionActor) -> None:
    """Not before."""
    await world.tasks.create(ann, lambda: NewTask(Draft("x")), idempotency_key=KEY)

    world.advance(hours=24)
    assert (await world.housekeeping.purge()).results == 0
    world.advance(seconds=1)
    assert (await world.housekeeping.purge()).results == 1


async def test_the_purge_passes_over_an_account_deleted_meanwhile(world: World, ann: SessionActor) -> None:
    """What was found and is gone by its turn is no error."""
    await world.tasks.create(ann, lambda: NewTask(Draft("x")), idempotency_key=KEY)
    world.advance(days=2)

    @attrs.define
    class Deleting(MemoryStore):
        """A store from which the account vanishes between finding and purging it."""

        async def users_to_purge(self, overdue: PurgeCutoffs, limit: int) -> list[UserId]:  # noqa: ARG002 - the port's
            return [ann.user]

    assert (await attrs.evolve(world.housekeeping, store=Deleting(world.clock)).purge()).users == 0


async def test_after_a_restore_every_point_has_expired(world: World, ann: SessionActor) -> None:
    """The operator moves the clocks on; versions go on from there."""
    task = await world.add(ann)
    point = (await world.tasks.changes(ann, None)).next

    await world.administration.advance_revisions()

    with pytest.raises(SyncTokenExpired):
        await world.tasks.changes(ann, point)
    assert (await world.tasks.toggle(ann, task.id)).task.version == 2**32 + 3


async def test_an_ended_session_reads_and_writes_nothing(world: World, ann: SessionActor) -> None:
    """Every use case refuses it."""
    task = await world.add(ann)
    await world.sessions.log_out(ann)

    for request in (
        world.tasks.get(ann, task.id),
        world.tasks.list(ann, Query()),
        world.tasks.tags(ann),
        world.tasks.changes(ann, None),
        world.tasks.toggle(ann, task.id),
        world.tasks.delete(ann, task.id),
        world.tasks.put_new(ann, ID, lambda: Draft("x")),
        world.add(ann),
        world.tasks.create(ann, lambda: NewTask(refusing())),
    ):
        with pytest.raises(NotAuthenticated):
            await request


def test_every_error_has_a_code() -> None:
    """Clients rely on it."""
    assert all(error.code for error in TodoError.__subclasses__())
