"""Pools of database connections as tests need them."""

from adapters.postgres import PoolSettings


def small_pool(min_size: int = 1, max_size: int = 4, *, timeout: float = 10, prepare: bool = True) -> PoolSettings:
    """Return a small pool, patient unless a test says otherwise."""
    return PoolSettings(min_size=min_size, max_size=max_size, timeout=timeout, prepare=prepare, limit=prepare)
