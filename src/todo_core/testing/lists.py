"""Writing one user's lists."""

import datetime as dt
from collections.abc import Callable

import attrs

from todo_core.errors import IdTaken
from todo_core.lists import ListId, TaskList
from todo_core.ports import ListRepository
from todo_core.testing.account import ListTombstone, positioned
from todo_core.testing.override import override
from todo_core.testing.reader import MemoryListReader
from todo_core.users import UserId


@attrs.frozen
class MemoryListRepository(MemoryListReader, ListRepository):
    """The ListRepository port."""

    owner: Callable[[ListId], UserId | None]

    @override
    async def add(self, new: TaskList) -> TaskList:
        if new.id in self.find().lists or self.owner(new.id) is not None:
            raise IdTaken
        return await self.replace(new)

    @override
    async def replace(self, changed: TaskList) -> TaskList:
        account = self.find()
        version = account.next_revision()
        stored = attrs.evolve(changed, version=version, position=positioned(changed.position, version))
        account.lists[changed.id] = stored
        return stored

    @override
    async def remove(self, list_id: ListId, now: dt.datetime) -> None:
        account = self.find()
        account.lists[list_id] = ListTombstone(list_id, account.next_revision(), now)

    @override
    async def remove_tombstones(self, deleted_before: dt.datetime, limit: int) -> int:
        account = self.find()
        used = {task.list_id for task in account.readable_tasks()}
        tombstones = [one for one in account.lists.values() if isinstance(one, ListTombstone) and one.id not in used]
        old = sorted((one for one in tombstones if one.deleted_at < deleted_before), key=lambda one: one.version)
        for tombstone in old[:limit]:
            del account.lists[tombstone.id]
            account.horizon = max(account.horizon, tombstone.version)
        return min(len(old), limit)
