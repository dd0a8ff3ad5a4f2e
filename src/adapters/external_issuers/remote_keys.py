"""The public keys of an issuer: fetched when needed, and kept while the issuer is down."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import attrs
import jwt
from typing_extensions import override

from adapters.external_issuers.keys import Keys, NoKeys, parse_key_set
from todo_core.errors import InvalidToken, Unavailable
from todo_core.ports import Clock

FRESH = dt.timedelta(minutes=5)
"""How long a set is used before it is fetched again. A key that the issuer withdrew is accepted for that long."""
KEPT = dt.timedelta(hours=24)
"""How long the last set is used while the issuer cannot be reached."""
COOLDOWN_SECONDS = 10.0
"""How long to wait after a fetch that failed, or that did not contain the wanted key."""
NOTHING = dt.timedelta()

_log = logging.getLogger(__name__)


@attrs.define
class RemoteKeys(Keys):
    """The keys of one issuer. At most one fetch runs at a time; all requests that need it wait for the same one.

    `timer` counts seconds for the cooldown: setting the system's clock neither shortens nor lengthens that.
    """

    fetch: Callable[[], Awaitable[bytes]]
    clock: Clock
    timer: Callable[[], float] = time.monotonic
    _keys: Mapping[str, jwt.PyJWK] = attrs.field(factory=dict, init=False)
    _fetched_at: dt.datetime | None = attrs.field(default=None, init=False)
    _failing: bool = attrs.field(default=False, init=False)
    _quiet_until: float = attrs.field(default=float("-inf"), init=False)
    _fetching: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)

    @override
    async def find(self, key_id: str | None) -> jwt.PyJWK:
        """Return the key of this id.

        Raises InvalidToken when the issuer has none, and Unavailable when its keys are not known.
        """
        if key_id is None:
            raise InvalidToken
        key = self._keys.get(key_id)
        if key is None or not self._age() < FRESH:
            key = await self._find_anew(key_id)
        return key

    async def aclose(self) -> None:
        """End a fetch under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    async def _find_anew(self, key_id: str) -> jwt.PyJWK:
        """Return the key of this id from a new set, unless one was fetched a moment ago."""
        began = self.timer()
        fetching = self._start()
        if fetching is not None and not self._does_without(key_id):
            await asyncio.shield(fetching)
        if self._age() >= KEPT:
            raise Unavailable("the keys of the external issuer could not be fetched")
        key = self._keys.get(key_id)
        if key is None:
            if fetching is not None:
                self._quiet_until = max(self._quiet_until, began + COOLDOWN_SECONDS)
            raise InvalidToken
        return key

    def _does_without(self, key_id: str) -> bool:
        """Return whether the old set is enough: while the issuer is down, only requests that need a new one wait."""
        return self._failing and key_id in self._keys and self._age() < KEPT

    def _age(self) -> dt.timedelta:
        """Return the age of the set. After the clock was set back the age is unknown, so the set counts as outdated."""
        age = dt.timedelta.max if self._fetched_at is None else self.clock.now() - self._fetched_at
        return age if age >= NOTHING else dt.timedelta.max

    def _start(self) -> "asyncio.Task[None] | None":
        """Return the fetch under way, or a new one; None while it is too early for another."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renew()) if self.timer() >= self._quiet_until else None
        return self._fetching

    async def _renew(self) -> None:
        began = self.timer()
        try:
            keys = await asyncio.to_thread(parse_key_set, await self.fetch())
        except NoKeys as error:
            self._failing, self._quiet_until = True, began + COOLDOWN_SECONDS
            _log.warning("the keys of the external issuer could not be fetched: %s", error)
        else:
            self._keys, self._fetched_at, self._failing = keys, self.clock.now(), False
            _log.info("the keys of the external issuer were fetched: %d can be used", len(keys))
