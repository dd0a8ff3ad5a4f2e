"""Units of work that need not take the lock do what those do that take it."""

from contextlib import suppress
from functools import partial

import attrs

from todo_core.errors import NotAuthenticated
from todo_core.idempotency import IdempotencyKey, StoredResult
from todo_core.ordering import LAST, at_end
from todo_core.ports import UnitOfWork
from todo_core.sessions import SessionId
from todo_core.tasks import Task, TaskId
from todo_core.testing.contract.checks import check, expect
from todo_core.testing.contract.harness import StoreHarness
from todo_core.testing.contract.units import Refused, lose_no_change
from todo_core.users import UserId


@check
async def one_change_takes_the_next_number(harness: StoreHarness) -> None:
    """A changed task gets the next revision, the end of its place where it asks for that, and is stored as returned."""
    actor = await harness.actor()
    task = await harness.add(actor)

    for changed in (
        attrs.evolve(task, title="Changed"),
        attrs.evolve(task, position=LAST),
        task.trashed(harness.clock.now()),
    ):
        version = task.version + 1
        expected = attrs.evolve(changed, version=version, position=changed.position or at_end(version))
        task = await harness.store.write_optimistically(actor, partial(_replace, changed))
        assert expected == task
        assert expected == await harness.view(actor).tasks.get(task.id)
        assert version == (await harness.view(actor).feed.page(None, 10)).next.position

    assert 0 == await harness.live_tasks(actor)


@check
async def work_without_a_change_takes_no_number(harness: StoreHarness) -> None:
    """Work that only reads, or does nothing, returns its result and leaves the revision alone."""
    actor = await harness.actor()
    task = await harness.add(actor)

    async def nothing(_: UnitOfWork) -> str:
        return "nothing"

    assert task == await harness.store.write_optimistically(actor, lambda unit: unit.tasks.get(task.id))
    assert "nothing" == await harness.store.write_optimistically(actor, nothing)
    assert await harness.store.write_optimistically(actor, lambda unit: unit.tasks.get(TaskId(actor.user))) is None
    assert task.version == (await harness.view(actor).feed.page(None, 10)).next.position


@check
async def work_that_raises_leaves_nothing(harness: StoreHarness) -> None:
    """What the work raises reaches the caller, and its change is not kept."""
    actor = await harness.actor()
    task = await harness.add(actor)

    async def work(unit: UnitOfWork) -> None:
        await _replace(attrs.evolve(task, title="Changed"), unit)
        raise Refused

    with expect(Refused):
        await harness.store.write_optimistically(actor, work)

    assert task == await harness.view(actor).tasks.get(task.id)
    assert task.version == (await harness.view(actor).feed.page(None, 10)).next.position


@check
async def everything_else_works_too(harness: StoreHarness) -> None:
    """A unit can do whatever those with the lock can: see its own writes, write more than once, and other rows."""
    actor = await harness.actor()
    task = await harness.add(actor)
    result = StoredResult(IdempotencyKey("key", b"print"), task, harness.clock.now())

    async def work(unit: UnitOfWork) -> list[Task]:
        changed = await _replace(attrs.evolve(task, title="Changed"), unit)
        assert changed == await unit.tasks.get(task.id)
        again = await unit.tasks.replace(attrs.evolve(changed, title="Again"))
        await unit.idempotency.add(result)
        assert 1 == await unit.tasks.live_count()
        return [again, await unit.tasks.add(harness.task(actor))]

    changed, added = await harness.store.write_optimistically(actor, work)

    assert [task.version + 2, task.version + 3] == [changed.version, added.version]
    assert changed == await harness.view(actor).tasks.get(task.id)
    assert result == await harness.store.write_optimistically(actor, lambda unit: unit.idempotency.get("key"))
    assert 2 == await harness.live_tasks(actor)


@check
async def error_that_is_swallowed_changes_nothing(harness: StoreHarness) -> None:
    """Work that goes on over an error of its own is carried out once, as a whole."""
    actor = await harness.actor()
    task = await harness.add(actor)
    result = StoredResult(IdempotencyKey("key", b"print"), task, harness.clock.now())

    async def work(unit: UnitOfWork) -> Task:
        changed = await _replace(attrs.evolve(task, title="Changed"), unit)
        with suppress(Exception):
            await unit.idempotency.add(result)
        return changed

    assert task.version + 1 == (await harness.store.write_optimistically(actor, work)).version
    assert result == await harness.store.write(actor, lambda unit: unit.idempotency.get("key"))


@check
async def writers_of_both_kinds_lose_no_change(harness: StoreHarness) -> None:
    """Twenty writers of one task, with the lock and without: every change survives, each has the next number."""
    await lose_no_change(harness, [harness.store.write, *[harness.store.write_optimistically] * 2])


@check
async def who_may_not_is_told_before_anything_else(harness: StoreHarness) -> None:
    """Access is checked before what the work returns or raises reaches the caller, also if it reads nothing."""
    actor = await harness.actor()
    stranger = attrs.evolve(actor, session=SessionId(harness.ids.new()))
    nobody = attrs.evolve(actor, user=UserId(harness.ids.new()))
    task = await harness.add(actor)

    async def raising(_: UnitOfWork) -> None:
        raise Refused

    async def returning(_: UnitOfWork) -> None:
        return None

    async def changing(unit: UnitOfWork) -> None:
        await _replace(attrs.evolve(task, title="Changed"), unit)

    for one in (stranger, nobody):
        for work in (raising, returning, changing):
            with expect(NotAuthenticated):
                await harness.store.write_optimistically(one, work)

    assert task == await harness.view(actor).tasks.get(task.id)


@check
async def escaped_rows_end_with_their_unit(harness: StoreHarness) -> None:
    """Rows that somebody kept read and write nothing any more."""
    actor = await harness.actor()
    task = await harness.add(actor)
    escaped: list[UnitOfWork] = []

    async def work(unit: UnitOfWork) -> None:
        escaped.append(unit)

    await harness.store.write_optimistically(actor, work)

    with expect(RuntimeError):
        await escaped[0].tasks.get(task.id)
    with expect(RuntimeError):
        await escaped[0].tasks.replace(task)


async def _replace(changed: Task, unit: UnitOfWork) -> Task:
    """Read a task, as a rule has it, and store it changed."""
    assert await unit.tasks.get(changed.id) is not None
    return await unit.tasks.replace(changed)
