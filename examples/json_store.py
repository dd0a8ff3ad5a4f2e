"""A store that keeps everything in one JSON file, for one process.

A worked example of an adapter (docs/how-to/add-an-adapter.md): the store in memory does the work, this one writes the
file after each change, whole and before anybody hears that the change is kept. `tests/examples` runs every check of
the contract on it. It reads all of the file at the start and writes all of it each time: for a few users, not many.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import attrs
from cattrs.preconf.json import make_converter

from todo_core.audit import Event
from todo_core.errors import Unavailable
from todo_core.identities import ExternalClaims, Identity
from todo_core.personal_tokens import PersonalTokenId
from todo_core.testing import MemoryStore
from todo_core.testing.account import Account
from todo_core.testing.identities import Identities
from todo_core.testing.override import override
from todo_core.testing.unit_of_work import Workspace
from todo_core.users import User, UserId

_converter = make_converter()
_converter.register_unstructure_hook(UUID, str)
_converter.register_structure_hook(UUID, lambda text, _: UUID(text))
_converter.register_unstructure_hook(dt.time, dt.time.isoformat)
_converter.register_structure_hook(dt.time, lambda text, _: dt.time.fromisoformat(text))
# The key of an object has to be text; neither part of an identity has a line end.
_converter.register_unstructure_hook(Identity, lambda identity: f"{identity.issuer}\n{identity.subject}")
_converter.register_structure_hook(Identity, lambda text, _: Identity(*text.split("\n")))


@attrs.frozen
class Contents:
    """What is in the file."""

    accounts: list[Account] = attrs.field(factory=list)
    events: list[Event] = attrs.field(factory=list)
    identities: Identities = attrs.field(factory=Identities)


@attrs.define
class JsonStore(MemoryStore):
    """Everything in the file at `path`, which is made when there is none."""

    path: Path = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Read the file."""
        if self.path.exists():
            self._restore(_converter.loads(self.path.read_text(encoding="utf-8"), Contents))

    @override
    async def register(self, user: User, event: Event) -> None:
        with self._saved():
            await super().register(user, event)

    @override
    async def register_external(self, user: User, claims: ExternalClaims, event: Event) -> UserId | None:
        with self._saved():
            return await super().register_external(user, claims, event)

    @override
    async def append_event(self, event: Event) -> None:
        with self._saved():
            await super().append_event(event)

    @override
    async def note_use(self, token: PersonalTokenId, user: UserId, now: dt.datetime) -> None:
        with self._saved():
            await super().note_use(token, user, now)

    @override
    async def forget_identities(self, refused_before: dt.datetime) -> int:
        with self._saved():
            return await super().forget_identities(refused_before)

    @override
    async def advance_revisions(self, by: int) -> None:
        await super().advance_revisions(by)
        with self._saved():
            pass

    @override
    def _finish(self, user: UserId, workspace: Workspace) -> None:
        with self._saved():
            super()._finish(user, workspace)

    @contextmanager
    def _saved(self) -> Iterator[None]:
        """Write the file after the block, which must not suspend. Raises Unavailable; nothing has changed then."""
        before = _converter.dumps(self._contents())
        yield
        try:
            self._write(_converter.dumps(self._contents()))
        except OSError as error:
            self._restore(_converter.loads(before, Contents))
            raise Unavailable(f"{self.path} cannot be written: {error.strerror}") from error

    def _write(self, text: str) -> None:
        new = self.path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

    def _contents(self) -> Contents:
        return Contents(list(self._accounts.values()), self.events, self._identities)

    def _restore(self, contents: Contents) -> None:
        for user in list(self._accounts):
            self._forget(user)
        for account in contents.accounts:
            self._commit(account.user.id, account)
        self.events[:] = contents.events
        self._identities = contents.identities
