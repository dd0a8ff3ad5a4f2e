"""Password hashing from the standard library: scrypt (RFC 7914), in a small pool of threads."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import TypeVar

import attrs

from todo_core.errors import Busy
from todo_core.ports import PasswordCheck

T = TypeVar("T")

SALT_BYTES = 16
MAX_REPEATED_CHARACTERS = 3
"""A password with no more different characters than this is guessable."""


@attrs.define
class ScryptPasswords:
    """Passwords by scrypt with cost 2**`log_cost`; `waiting` hashes may be under way or queued before it is Busy."""

    log_cost: int = 14
    waiting: int = 16
    threads: int = 1
    _pool: ThreadPoolExecutor = attrs.field(init=False)
    _places: Semaphore = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Prepare the pool; its threads start with the first hash."""
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="scrypt")
        self._places = Semaphore(self.waiting)

    def close(self) -> None:
        """Let running work end and drop what waits."""
        self._pool.shutdown(cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return `scrypt$log_cost$salt$hash`, the last two in hexadecimal digits."""
        return await self._run(lambda: self._encode(password, secrets.token_bytes(SALT_BYTES), self.log_cost))

    async def verify(self, stored: str | None, password: str) -> PasswordCheck:
        """Compare in constant time; without a stored hash, with one that nothing matches."""
        _, log_cost, salt, _ = (stored or f"scrypt${self.log_cost}${'00' * SALT_BYTES}$").split("$")
        again = await self._run(lambda: self._encode(password, bytes.fromhex(salt), int(log_cost)))
        matches = hmac.compare_digest(again, stored or "")
        return PasswordCheck(matches, outdated=matches and int(log_cost) != self.log_cost)

    async def weakness(self, password: str, known: Sequence[str]) -> str | None:
        """Refuse what repeats a few characters, and what is little more than a known word."""
        lowered = password.casefold()
        if len(set(lowered)) <= MAX_REPEATED_CHARACTERS:
            return "it repeats a few characters"
        for word in known:
            if len(lowered.replace(word.casefold(), "")) <= MAX_REPEATED_CHARACTERS:
                return "it is little more than a word that is known of you"
        return None

    @staticmethod
    def _encode(password: str, salt: bytes, log_cost: int) -> str:
        digest = hashlib.scrypt(password.encode(), salt=salt, n=2**log_cost, r=8, p=1, maxmem=2**31 - 1)
        return f"scrypt${log_cost}${salt.hex()}${digest.hex()}"

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise Busy("too many passwords wait to be hashed")
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._places.release())  # whether or not somebody still waits for it
        return await asyncio.wrap_future(future)
