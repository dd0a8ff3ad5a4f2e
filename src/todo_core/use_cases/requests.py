"""What all requests on tasks and lists have in common: idempotency, and whose things they are."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from todo_core.actors import Actor
from todo_core.errors import Forbidden, IdempotencyKeyReused, NotFound, QuotaExceeded
from todo_core.idempotency import MAX_IDEMPOTENCY_KEYS, IdempotencyKey, StoredResult
from todo_core.lists import TaskList
from todo_core.ports import Clock, Store, UnitOfWork
from todo_core.tasks import Task
from todo_core.users import UserId

T = TypeVar("T")
Item = TypeVar("Item", Task, TaskList)
Find = Callable[[UnitOfWork], Awaitable[Item]]


@attrs.frozen
class Requests:
    """Runs requests of an actor on their tasks and lists."""

    store: Store
    clock: Clock

    async def write(
        self, actor: Actor, kind: type[Item], work: Find[Item], key: IdempotencyKey | None
    ) -> tuple[Item, bool]:
        """Run `work`; with a key, replay its stored result or store the new one in the same unit of work.

        Returns the task or list, and whether it is a replay. Raises IdempotencyKeyReused and QuotaExceeded.
        """
        if key is None:
            return await self.store.write_optimistically(actor, work), False

        async def work_or_replay(unit: UnitOfWork) -> tuple[Item, bool]:
            stored = await unit.idempotency.get(key.value)
            if stored is not None:
                return _replayed(stored, key, kind), True
            item = await work(unit)
            if await unit.idempotency.count() >= MAX_IDEMPOTENCY_KEYS:
                raise QuotaExceeded("idempotency keys", MAX_IDEMPOTENCY_KEYS)
            await unit.idempotency.add(StoredResult(key, item, self.clock.now()))
            return item, False

        return await self.store.write(actor, work_or_replay)


async def or_forbidden(actor: Actor, request: Awaitable[T], owner: Callable[[], Awaitable[UserId | None]]) -> T:
    """Await the request. Raises Forbidden instead of NotFound when what it is about is another user's."""
    try:
        return await request
    except NotFound:
        await check_owner(actor, owner)
        raise


async def check_owner(actor: Actor, owner: Callable[[], Awaitable[UserId | None]]) -> None:
    """Raise Forbidden when something is another user's."""
    if await owner() not in {None, actor.user}:
        raise Forbidden


def _replayed(stored: StoredResult, key: IdempotencyKey, kind: type[Item]) -> Item:
    stored.check(key)
    if not isinstance(stored.item, kind):
        raise IdempotencyKeyReused
    return stored.item
