"""What a user does with lists. The actor comes first; another user's rows cannot be addressed."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from functools import partial
from typing import TypeVar

import attrs

from todo_core.actors import Actor
from todo_core.errors import InboxIsPermanent, ListNotEmpty, NotFound, QuotaExceeded, SiblingGone
from todo_core.idempotency import IdempotencyKey, ListResult
from todo_core.lists import MAX_LISTS, ListDraft, ListId, TaskList, inbox_id
from todo_core.ports import Clock, Ids, Store, UnitOfWork
from todo_core.preconditions import UNCONDITIONAL, Precondition, VersionMismatch
from todo_core.trees import Node, with_roots
from todo_core.use_cases.positions import After, Around, Before, find_slot
from todo_core.use_cases.requests import Requests, check_owner, or_forbidden

T = TypeVar("T")


class Contents(Enum):
    """What becomes of the tasks of a deleted list."""

    TRASH = "trash"
    INBOX = "inbox"


@attrs.frozen
class NewList:
    """A list to create; without `id` it gets a new one."""

    draft: ListDraft
    id: ListId | None = None


@attrs.frozen
class Lists:
    """The use cases of lists.

    Each raises NotAuthenticated once the actor's session has ended. Those that take a list's id raise NotFound when
    nobody has it or the actor deleted it, and Forbidden when it is another user's. Those that take a precondition raise
    VersionMismatch when the list is not as expected. Functions and idempotency keys: see `Tasks`.
    """

    store: Store
    clock: Clock
    ids: Ids
    max_lists: int = MAX_LISTS

    async def all(self, actor: Actor) -> Sequence[TaskList]:
        """Return all lists by position."""
        return await self.store.read(actor).lists.all()

    async def get(self, actor: Actor, list_id: ListId) -> TaskList:
        """Return a list."""
        found = await self.store.read(actor).lists.get(list_id)
        if found is None:
            await self._check_owner(actor, list_id)
            raise NotFound("list", list_id)
        return found

    async def create(
        self,
        actor: Actor,
        new: ListDraft | NewList | Callable[[], NewList],
        *,
        idempotency_key: IdempotencyKey | None = None,
    ) -> ListResult:
        """Create a list, which comes last. Raises IdTaken when anybody has its id, and QuotaExceeded."""

        async def work(unit: UnitOfWork) -> TaskList:
            return await self._add(unit, _evaluate(new))

        return await self._write(actor, work, idempotency_key)

    async def put_new(self, actor: Actor, list_id: ListId, compose: Callable[[], ListDraft]) -> TaskList:
        """Create a list with this id. Raises VersionMismatch when there is one, IdTaken for a deleted one."""
        if await self.store.read(actor).lists.get(list_id) is None:
            await self._check_owner(actor, list_id)

        async def work(unit: UnitOfWork) -> TaskList:
            existing = await unit.lists.get(list_id)
            if existing is not None:
                raise VersionMismatch(existing)
            return await self._add(unit, NewList(compose(), list_id))

        return (await self._write(actor, work, None)).list

    async def change(
        self,
        actor: Actor,
        list_id: ListId,
        edit: Callable[[TaskList], ListDraft],
        *,
        expected: Precondition = UNCONDITIONAL,
    ) -> TaskList:
        """Replace the list's draft by what `edit` returns; an edit that changes nothing takes no version."""

        async def work(unit: UnitOfWork) -> TaskList:
            current = await _expected(unit, list_id, expected)
            changed = current.replaced(edit(current), self.clock.now())
            return current if changed is current else await unit.lists.replace(changed)

        return (await self._or_forbidden(actor, list_id, self._write(actor, work, None))).list

    async def move(
        self,
        actor: Actor,
        list_id: ListId,
        move: After[ListId] | Before[ListId] | Callable[[], After[ListId] | Before[ListId]],
        *,
        expected: Precondition = UNCONDITIONAL,
        idempotency_key: IdempotencyKey | None = None,
    ) -> ListResult:
        """Put a list beside another one; where it stands already, nothing changes. Raises SiblingGone."""

        async def work(unit: UnitOfWork) -> TaskList:
            current = await _expected(unit, list_id, expected)
            return await _move(unit, current, move() if callable(move) else move, self.clock.now())

        return await self._or_forbidden(actor, list_id, self._write(actor, work, idempotency_key))

    async def delete(
        self,
        actor: Actor,
        list_id: ListId,
        *,
        contents: Contents | None = None,
        expected: Precondition = UNCONDITIONAL,
    ) -> None:
        """Delete a list. Raises InboxIsPermanent, and ListNotEmpty if it has live tasks and no `contents`.

        In the trash each task without a parent is a group with its descendants; in the inbox they keep their order.
        """

        async def work(unit: UnitOfWork) -> None:
            current = await _expected(unit, list_id, expected)
            if current.inbox:
                raise InboxIsPermanent
            nodes = await unit.tree.in_list(list_id)
            if nodes and contents is None:
                raise ListNotEmpty
            now = self.clock.now()
            await unit.tree.update(_emptied(nodes, contents, inbox_id(actor.user), now), now)
            await unit.lists.remove(list_id, now)

        await self._or_forbidden(actor, list_id, self.store.write(actor, work))

    async def _add(self, unit: UnitOfWork, new: NewList) -> TaskList:
        if len(await unit.lists.all()) >= self.max_lists:
            raise QuotaExceeded("lists", self.max_lists)
        list_id = ListId(self.ids.new()) if new.id is None else new.id
        return await unit.lists.add(TaskList.create(new.draft, list_id, self.clock.now()))

    async def _write(
        self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[TaskList]], key: IdempotencyKey | None
    ) -> ListResult:
        return ListResult(*await Requests(self.store, self.clock).write(actor, TaskList, work, key))

    async def _or_forbidden(self, actor: Actor, list_id: ListId, request: Awaitable[T]) -> T:
        return await or_forbidden(actor, request, partial(self.store.list_owner, list_id))

    async def _check_owner(self, actor: Actor, list_id: ListId) -> None:
        await check_owner(actor, partial(self.store.list_owner, list_id))


async def _expected(unit: UnitOfWork, list_id: ListId, expected: Precondition) -> TaskList:
    current = await unit.lists.get(list_id)
    if current is None:
        raise NotFound("list", list_id)
    expected.check(current)
    return current


async def _move(
    unit: UnitOfWork, moved: TaskList, beside: After[ListId] | Before[ListId], now: dt.datetime
) -> TaskList:
    others = {one.id: one for one in await unit.lists.all() if one.id != moved.id}
    if beside.sibling is not None and beside.sibling not in others:
        raise SiblingGone
    point = beside.point(None if beside.sibling is None else others[beside.sibling])

    async def around(limit: int) -> Around[TaskList]:
        before = [one for one in others.values() if one.position < point]
        after = [one for one in others.values() if one.position >= point]
        return before[-limit:], after[:limit]

    slot = await find_slot(around, moved.position)
    if slot is None:
        return moved
    saved = await unit.lists.replace(moved.moved(slot.position, now))
    for neighbour, position in slot.renumbered:
        await unit.lists.replace(neighbour.moved(position, now))
    return saved


def _emptied(nodes: Sequence[Node], contents: Contents | None, inbox: ListId, now: dt.datetime) -> list[Node]:
    """Return the nodes of a list that is deleted, in the trash or in the inbox."""
    if contents is Contents.TRASH:
        return [node.trashed(root, now) for root, node in with_roots(nodes)]
    return [node.moved(inbox) for _, node in with_roots(nodes)]


def _evaluate(new: ListDraft | NewList | Callable[[], NewList]) -> NewList:
    if isinstance(new, ListDraft):
        return NewList(new)
    return new if isinstance(new, NewList) else new()
