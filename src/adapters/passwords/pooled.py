"""The `Passwords` port."""

from collections.abc import Sequence

import attrs
from typing_extensions import override

from adapters.passwords.hashing import Argon2, Profile
from adapters.passwords.pool import BoundedPool
from adapters.passwords.strength import weakness
from todo_core.ports import PasswordCheck, Passwords


@attrs.frozen(init=False)
class PooledPasswords(Passwords):
    """Hashes and judges passwords off the event loop.

    One worker to a process keeps reads quick while people log in; the queue holds about a second's worth of hashes.
    """

    _argon2: Argon2
    _pool: BoundedPool

    def __init__(self, profile: Profile | None = None, *, workers: int, queue: int) -> None:
        self.__attrs_init__(Argon2(profile or Profile()), BoundedPool(workers, queue))

    @override
    async def hash(self, password: str) -> str:
        """Return an Argon2id hash as a PHC string. Raises Busy."""
        return await self._pool.run(self._argon2.hash, password)

    @override
    async def verify(self, stored: str | None, password: str) -> PasswordCheck:
        """Compare with a stored hash; None costs the same and never matches. Raises Busy."""
        return await self._pool.run(self._argon2.verify, stored, password)

    @override
    async def weakness(self, password: str, known: Sequence[str]) -> str | None:
        """Return in words why the password is easy to guess, or None when it is not. Raises Busy."""
        return await self._pool.run(weakness, password, known)

    def close(self) -> None:
        """End the threads."""
        self._pool.close()
